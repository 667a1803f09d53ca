"""Search for the division of labour that is worth most to the nation.

There are four to the power of fifteen divisions, and levers act on one another, so not all can be
tried, unless the levers are few. The search moves one lever at a time, all draws the same before
and after. A pass tries every move; then all levers move at once to where each alone would gain
most, or, where that together is worse than the best single move, that one is made. It ends when no
move gains.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.policies.assignment.divisions import Division

Floats = NDArray[np.float64]
#: Takes divisions and gives what each is worth in each draw; missing where it has no result.
Judge = Callable[[Sequence[Division]], Floats]

#: With no more divisions than this all are tried.
ALL = 64
# A search that has not ended after so many passes goes in circles or gains next to nothing.
_MOST = 30


@dataclass(frozen=True)
class Found:
    """What a search ended with.

    Attributes
    ----------
    division : Division
        The best that was tried.
    worth : float
        Its mean over the draws.
    passes, tried : int
        How many passes, and how many divisions were judged.
    settled : bool
        Whether no single move from it gains.
    whole : bool
        Whether every division was tried.
    """

    division: Division
    worth: float
    passes: int
    tried: int
    settled: bool
    whole: bool = False


def search_division(begin: Division, choices: Mapping[str, Sequence[str]], judge: Judge) -> Found:
    """Search from one division to one from which no single move gains.

    Parameters
    ----------
    begin : Division
        Where to begin.
    choices : mapping of str to sequence of str
        Who may run each lever; a lever that is left out stays.
    judge : callable
        What divisions are worth in each draw.

    Returns
    -------
    Found
        The best division.
    """
    memory: dict[tuple[str, ...], float] = {}

    def worth(divisions: Sequence[Division]) -> list[float]:
        new = [one for one in divisions if one.spends and one.who not in memory]
        new = list({one.who: one for one in new}.values())
        if new:
            for one, values in zip(new, judge(new), strict=True):
                memory[one.who] = _mean(values)
        # Without money there is neither benefit nor cost.
        return [memory[one.who] if one.spends else 0.0 for one in divisions]

    if math.prod(map(len, choices.values())) <= ALL:
        every = [begin]
        for lever, options in choices.items():
            every = [one.move(lever, who) for one in every for who in options]
        values = worth([begin, *every])
        at = int(np.argmax(values))
        return Found([begin, *every][at], values[at], 1, len(memory), True, True)
    here = begin
    (best,) = worth([here])
    for number in range(1, _MOST + 1):
        moves = [
            (lever, here.move(lever, who))
            for lever, options in choices.items()
            for who in options
            if who != here[lever]
        ]
        values = worth([division for _, division in moves])
        gains: dict[str, tuple[float, Division]] = {}
        for (lever, division), value in zip(moves, values, strict=True):
            if value > max(best, gains.get(lever, (-np.inf, division))[0]):
                gains[lever] = (value, division)
        if not gains:
            return Found(here, best, number, len(memory), True)
        together = here
        for lever, (_, division) in gains.items():
            together = together.move(lever, division[lever])
        single_value, single = max(gains.values(), key=lambda one: one[0])
        (whole,) = worth([together])
        here, best = (together, whole) if whole > single_value else (single, single_value)
    return Found(here, best, _MOST, len(memory), False)


def _mean(values: Floats) -> float:
    """Give the mean over the draws; a division without a result in one of them is never chosen."""
    return float(np.mean(values)) if np.isfinite(values).all() else -np.inf
