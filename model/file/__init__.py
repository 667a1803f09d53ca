"""What our own file says of itself: beliefs, regions, units, lint."""
