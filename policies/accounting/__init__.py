"""What a programme costs and brings the nation, line by line, and who bears it."""
