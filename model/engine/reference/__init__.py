"""The same model run by PySD and pysimlin, for comparison."""
