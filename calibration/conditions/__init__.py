"""Draws under likelihoods other than the one they were made with."""
