"""Find out when help pays, by starting year."""
