"""Whether the model's loops earn their keep: the histories beside simpler rivals."""
