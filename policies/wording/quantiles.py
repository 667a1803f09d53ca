"""The median and the 90 % interval of values, as every table and figure shows them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LOW, MEDIAN, HIGH = "low", "median", "high"
QUANTILES = {LOW: 0.05, MEDIAN: 0.5, HIGH: 0.95}


def compute_quantiles(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give 5, 50 and 95 % points along the last axis, of what has a value.

    Parameters
    ----------
    values : array of float, shape (..., draws)
        Values, NaN where there is none.

    Returns
    -------
    points : array of float, shape (3, ...)
        The points, straight lines between neighbours (as `numpy.nanquantile`, which takes
        seconds for what takes this milliseconds).
    counted : array of int, shape (...)
        How many have a value.
    """
    ordered = np.sort(values, axis=-1)  # NaN comes last
    counted = np.isfinite(ordered).sum(-1)
    last = np.maximum(counted - 1, 0)
    points = []
    for share in QUANTILES.values():
        at = share * last
        below = np.floor(at).astype(int)[..., None]
        above = np.minimum(below + 1, last[..., None])
        low = np.take_along_axis(ordered, below, -1)[..., 0]
        high = np.take_along_axis(ordered, above, -1)[..., 0]
        points.append(low + (at - below[..., 0]) * (high - low))
    return np.array(points), counted
