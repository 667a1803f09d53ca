"""What the model says of itself: the card, and the checklists that journals ask for."""
