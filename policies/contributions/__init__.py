"""Share the effect of a strategy out among its levers."""
