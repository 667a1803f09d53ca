"""Priors: what is believed of every constant before any figure is seen."""
