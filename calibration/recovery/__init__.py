"""Recovery of known constants, and of a known answer, from simulated figures."""
