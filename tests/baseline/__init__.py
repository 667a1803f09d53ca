"""Every shipped result, stored, and checked against what the code gives today.

    python -m tests.baseline               # check, and say in words what has moved
    python -m tests.baseline --renew       # store today's values (make baseline)
    python -m tests.baseline --only model  # one part of it

A change of a result is made on purpose: renew the values, read the words that the command prints,
and mark the change **results** in CHANGELOG.md.
"""
