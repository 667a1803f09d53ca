"""A new region as a like region at another size: what scales, by how much, and the case made."""
