"""Commands that answer the main question: who should do what, for how much, and at what cost."""
