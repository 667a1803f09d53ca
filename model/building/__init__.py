"""From the equations of a file to a program: subscripts unrolled, functions written out."""
