"""What a yuan of additional money on each lever brings, beside what studies found."""
