"""Regions inside others: where each lies, and taking a part out of its whole."""
