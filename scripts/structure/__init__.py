"""Commands about the model itself."""
