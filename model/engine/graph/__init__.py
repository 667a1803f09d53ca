"""The equations as a graph of scalar operations, its clock, inputs and outputs."""
