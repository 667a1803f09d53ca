"""Draws from the posterior distribution of the parameters."""
