"""The posterior over every constant at once: likelihood, mode, draws, and what they say."""
