"""Search for the best use of a budget."""
