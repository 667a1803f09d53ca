"""Compare strategies for the same additional money."""
