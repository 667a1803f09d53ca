"""What coordination is worth among many regions, beside what studies find."""
