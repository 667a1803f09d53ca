"""The estimation problem: parameters, measurements, errors, objective."""
