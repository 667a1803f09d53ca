"""Runs, batches of runs, and what is made of their numbers."""
