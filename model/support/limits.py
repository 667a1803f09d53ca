"""How much of anything is read: more is refused in one line, before it is built.

A limit is far above what a real model or table needs, and low enough that a refusal takes less
than two seconds and 500 MB.
"""

from __future__ import annotations

# Models ------------------------------------------------------------------------------------

#: Definitions in a model file.
MOST_DEFINITIONS = 20_000
#: Elements of a range.
MOST_ELEMENTS = 20_000
#: Elements of all variables of a model together: what a run computes at each step.
MOST_CELLS = 100_000
#: Terms of all sums and products over ranges together.
MOST_TERMS = 1_000_000
#: Stocks of a model, those inside delays and averages too.
MOST_STATES = 200_000
#: Variables that need each other's value at the same time, one after another. Compiling a chain
#: takes time with the square of its length.
MOST_CHAINED = 1_000
#: Elements inside one another in an XMILE file.
MOST_NESTED = 100
