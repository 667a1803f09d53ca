"""How fast the batch kernel is: ``python -m tests.bench``."""
