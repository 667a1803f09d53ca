"""The parts of the brief, one a file: each says what it knows, or nothing."""
