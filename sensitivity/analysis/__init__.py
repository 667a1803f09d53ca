"""Indices of a study with intervals, convergence and warnings."""
