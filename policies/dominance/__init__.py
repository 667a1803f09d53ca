"""Follow which feedback loops dominate when."""
