"""From the definitions of a file to scalar operations."""
