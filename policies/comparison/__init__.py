"""Compare strategies at equal programme money."""
