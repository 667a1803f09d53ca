"""Find out when each strategy fails: regret and scenario discovery."""
