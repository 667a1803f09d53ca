"""How many runs an index rests on: few where an output has heavy tails or is a rare event.

An index is a share of a variance. Where a handful of runs make up nearly all of the variance, the
next handful would give another index, however many runs there are, and no bootstrap of runs that
happen to hold no extreme can know it.
"""

from __future__ import annotations

import numpy as np

from smecluster.sensitivity.methods.estimates import Array

# Below so many, an interval is not to be trusted. It is also the least number of hits of an event:
# the share of runs that hit it is then known to a fifth of itself.
LEAST_RUNS = 30.0
# Morris' screening is made for a few trajectories; fewer that matter say nothing about the rest.
LEAST_TRAJECTORIES = 8.0
# Equal up to rounding, as a share of the largest value.
_ROUNDING = 1e-10


def count_effective(y: Array, unit: int = 1) -> Array:
    """Count the runs that the variance of each output effectively rests on.

    Parameters
    ----------
    y : ndarray (runs, outputs)
        What came out, finite.
    unit : int
        How many successive runs belong together and count as one, such as a trajectory.

    Returns
    -------
    ndarray (outputs,)
        The runs (or units) divided by the kurtosis, ``sum(d²)² / sum(d⁴)`` with `d` the distance
        from the mean; at most the hits, see `count_hits`. 0 where nothing varies. All runs of a
        coin, a third of those of a normal distribution, the hits of a rare event, and one where
        one run outweighs all others.
    """
    apart = y - y.mean(axis=0)
    largest = np.abs(apart).max(axis=0, initial=0.0)
    scaled = np.divide(apart, largest, out=np.zeros_like(apart), where=largest > 0)
    weight = (scaled**2).reshape(-1, unit, y.shape[1]).sum(axis=1)
    squares = (weight**2).sum(axis=0)
    effective = np.divide(
        weight.sum(axis=0) ** 2, squares, out=np.zeros(y.shape[1]), where=squares > 0
    )
    fewest: Array = np.minimum(effective, count_hits(y, unit))
    return fewest


def count_hits(y: Array, unit: int = 1) -> Array:
    """Count the runs in which something happens, if in most runs nothing does.

    Parameters
    ----------
    y : ndarray (runs, outputs)
        What came out, finite.
    unit : int
        How many successive runs count as one, hit if one of them is.

    Returns
    -------
    ndarray (outputs,)
        Runs (or units) with another value than the commonest, if that is the value of more than
        half of the runs; all but a few otherwise.
    """
    usual = np.median(y, axis=0)
    room = _ROUNDING * np.abs(y).max(axis=0, initial=0.0)
    hit = (np.abs(y - usual) > room).reshape(-1, unit, y.shape[1]).any(axis=1)
    count: Array = hit.sum(axis=0).astype(float)
    return count
