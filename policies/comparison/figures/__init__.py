"""Figures of a comparison: each says against what, for which money, and in which unit."""
