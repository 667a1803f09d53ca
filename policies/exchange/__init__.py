"""Runs and values in the formats of other programs."""
