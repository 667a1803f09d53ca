"""Intervals from a studentised bootstrap, which hold where outputs have heavy tails.

A resample without the extremes has a small index and a small standard error. The plain bootstrap
only sees the former; dividing each resample's deviation by its own standard error (bootstrap-t)
sees both. The symmetric form on a scale on which the standard error hardly depends on the index
covers best: `tests/sensitivity/methods/test_coverage.py` says how often, and by which rule.
"""

from __future__ import annotations

import numpy as np

from smecluster.sensitivity.methods.estimates import Array


def estimate_ends(
    value: Array, error: Array, confidence: float, *, positive: bool = False
) -> tuple[Array, Array]:
    """Give the ends of symmetric bootstrap-t intervals.

    Parameters
    ----------
    value, error : ndarray (1 + resamples, ...)
        The estimate and its standard error: of all points, then of each resample; NaN where a
        resample has none.
    confidence : float
        Share of the intervals that hold the true value, between 0 and 1.
    positive : bool
        Whether the index cannot be negative: the interval is symmetric in its logarithm.

    Returns
    -------
    low, high : ndarray (...)
        NaN where more resamples than the interval may miss have no finite deviation, as if an
        event was hit a few times only: then there is no interval.
    """
    if positive:
        with np.errstate(divide="ignore", invalid="ignore"):
            # An index of exactly zero in all resamples has an interval of exactly zero.
            found = [
                np.where(value[0] > 0, np.exp(end), value[0])
                for end in estimate_ends(np.log(value), error / value, confidence)
            ]
        return found[0], found[1]
    moved = np.abs(value[1:] - value[0])
    # Without an error and without a deviation there is nothing to be unsure of.
    still = moved <= 1e-12 * np.maximum(1.0, np.abs(value[0]))
    with np.errstate(divide="ignore", invalid="ignore"):
        deviation = np.where(still, 0.0, moved / error[1:])
    deviation = np.where(np.isnan(deviation), np.inf, deviation)
    # An order statistic: infinite deviations must not be interpolated with.
    reach = np.quantile(deviation, confidence, axis=0, method="higher") * error[0]
    reach = np.where(np.isfinite(reach), reach, np.nan)
    return value[0] - reach, value[0] + reach
