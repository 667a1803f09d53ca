"""How much of anything is read or computed: more is refused in one line, before it is built.

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
MOST_CELLS = 500_000
#: Terms of all sums and products over ranges together.
MOST_TERMS = 1_000_000
#: Stocks of a model, those inside delays and averages too.
MOST_STATES = 200_000
#: Variables that need each other's value at the same time, one after another. Compiling a chain
#: takes time with the square of its length.
MOST_CHAINED = 1_000
#: Elements inside one another in an XMILE file.
MOST_NESTED = 100

# Files ----------------------------------------------------------------------------------

#: Bytes of a JSON file that the program wrote.
MOST_RECORD_BYTES = 50_000_000

# Tables of runs -------------------------------------------------------------------------

#: Columns: far more than a model has inputs.
MOST_COLUMNS = 5_000
#: Bytes of an Excel file, unpacked.
MOST_WORKBOOK_BYTES = 200_000_000
#: Characters of a cell.
MOST_IN_A_CELL = 1_000

# Formulas of checks and facts -----------------------------------------------------------

#: Characters.
MOST_IN_A_FORMULA = 20_000
#: Brackets, and signs, inside one another.
MOST_FORMULA_LEVELS = 50

# Runs and searches ----------------------------------------------------------------------

#: Steps of a run.
MOST_STEPS = 10_000_000
#: Values of a study's series.
MOST_YEARS = 100_000
#: Threads, runs computed at a time, points of a search, or whatever else is counted.
MOST_COUNTED = 1_000_000_000
#: Pairs of orders in which levers are added.
MOST_ORDERS = 1_000_000
#: Steps of a year, where a command takes a time step of its own.
MOST_STEPS_A_YEAR = 1_024
#: Starts of a fit, and data sets that it is tried on.
MOST_STARTS = 100_000
#: Generations of a search.
MOST_GENERATIONS = 100_000
#: Points of a generation of a search.
MOST_POPULATION = 100_000
#: A seed that every library takes which draws random numbers.
MOST_SEED = 2**31 - 1
#: Years that a future takes, and what a dated table is multiplied by; what is added to a table is
#: at most this many times the table's largest value, or this where that is less than one.
MOST_BENDING = 1_000
