"""Published effects of reforms, as experiments on the model."""
