"""The estimation problem: parameters, measurements, errors, payoff."""
