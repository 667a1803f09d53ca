"""Derivatives of runs: the model taken backwards."""
