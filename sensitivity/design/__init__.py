"""Factors, distributions, outputs and samples of a study."""
