"""Commands for large numbers of runs."""
