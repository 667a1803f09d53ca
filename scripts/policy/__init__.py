"""Commands about strategies."""
