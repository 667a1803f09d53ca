"""What the brief says in: a language, races of strategies, cells, and the evidence for all."""
