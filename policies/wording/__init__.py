"""Sentences and numbers as the pages of all comparisons print them."""
