"""What a decision between strategies rests on, and what knowing more would be worth."""
