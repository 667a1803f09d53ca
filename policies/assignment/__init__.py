"""Which level of government should run which lever."""
