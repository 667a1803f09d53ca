"""What a strategy file may hold: every key, read from the models that files are checked with."""
