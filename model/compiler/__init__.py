"""Turn equations into machine code that runs many runs at once."""
