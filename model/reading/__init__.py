"""Model files of either kind, read into expressions."""
