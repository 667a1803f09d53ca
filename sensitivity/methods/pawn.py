"""PAWN: distance between the output's distribution and those with a factor kept within a slice.

The statistic is SALib's (`SALib.analyze.pawn`), to its digits; SALib gives no interval, the
bootstrap is ours, and so is the floor: PAWN stays above zero even for a factor without influence.
"""

from __future__ import annotations

import numpy as np

from smecluster.sensitivity.methods.estimates import Array, Bootstrap, Estimates, Sample
from smecluster.sensitivity.methods.given_data import estimate_from_given_data

SLICES = 10


def estimate_pawn(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Estimate PAWN indices.

    Parameters
    ----------
    sample : Sample
        Runs at points drawn at random; factors may depend on each other.
    bootstrap : Bootstrap
        Over runs.

    Returns
    -------
    Estimates
        ``"PAWN"`` and ``"PAWN maximum"``: median and maximum over ten slices of the factor of
        Kolmogorov and Smirnov's distance, 0 to 1, Dmnl (Pianosi and Wagener 2018,
        doi:10.1016/j.envsoft.2018.07.019).
    """
    return estimate_from_given_data(_measure_distances, ("PAWN", "PAWN maximum"), sample, bootstrap)


def _measure_distances(x: Array, y: Array) -> Array:
    order = np.argsort(y, kind="stable")
    ordered = y[order]
    # A distribution function jumps once where runs are equal: at the last of them.
    last = np.append(ordered[1:] != ordered[:-1], True)
    whole = np.flatnonzero(last) + 1.0
    found = np.empty((2, x.shape[1]))
    for at in range(x.shape[1]):
        edges = np.quantile(x[:, at], np.arange(SLICES + 1) * (1 / SLICES))
        place = np.searchsorted(edges, x[order, at], side="right") - 1
        inside = place[:, None] == np.arange(SLICES)
        sizes = inside.sum(axis=0)
        kept = sizes > 0
        below = np.cumsum(inside[:, kept], axis=0)[last] / sizes[kept]
        apart = np.abs(below - (whole / len(y))[:, None]).max(axis=0)
        found[:, at] = np.median(apart), apart.max()
    return found
