"""Forecasts against fair rivals: origins that roll, regions left out, regions never used."""
