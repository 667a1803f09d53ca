"""Exact derivatives of a run."""
