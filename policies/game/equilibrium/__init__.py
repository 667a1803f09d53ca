"""Equilibria of any game: best replies, their check, and a player who goes first."""
