"""Divide the effect of a strategy among its levers."""
