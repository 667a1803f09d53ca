"""Which constants would turn the order of two strategies, and at what value."""
