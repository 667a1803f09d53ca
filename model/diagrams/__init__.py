"""Draw the model's views into its Vensim file."""
