"""Which way a factor moves an output: its mean where the factor is low, and where it is high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from sensitivity.estimates import Array

# A factor is low in the lowest fifth of its range, high in the highest.
PART = 0.2


def swings(
    names: Sequence[str],
    x: Array,
    y: Array,
    *,
    unit: int = 1,
    confidence: float = 0.95,
    part: float = PART,
) -> pd.DataFrame:
    """Compare an output where each factor is low and where it is high.

    Parameters
    ----------
    names : sequence of str
        The factors.
    x : ndarray (runs, factors)
        The factors.
    y : ndarray (runs,)
        The output, finite.
    unit : int
        How many successive runs belong together: a block of Saltelli's design, a trajectory.
        The intervals take them as one.
    confidence : float
        Of the intervals.
    part : float
        Which share of the runs counts as low, and as high.

    Returns
    -------
    pandas.DataFrame
        A row for each factor, the greatest swing first: factor; at low, at high (mean of the
        output there) and mean (over all runs), in the output's unit; half low and half high,
        half the width of the means' intervals.
    """
    z = float(norm.ppf(0.5 + confidence / 2))
    rows = []
    for at, name in enumerate(names):
        low, high = np.quantile(x[:, at], [part, 1 - part])
        ends = [x[:, at] <= low, x[:, at] >= high]
        means = [y[end].mean() for end in ends]
        errors = [_error(y, end, unit) for end in ends]
        rows.append((name, *means, y.mean(), *(z * error for error in errors)))
    table = pd.DataFrame(
        rows, columns=["factor", "at low", "at high", "mean", "half low", "half high"]
    )
    order = (table["at high"] - table["at low"]).abs().sort_values(ascending=False, kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _error(y: Array, chosen: NDArray[np.bool_], unit: int) -> float:
    """Estimate the standard error of the mean of the chosen runs, whole units being independent."""
    apart = np.where(chosen, y - y[chosen].mean(), 0.0).reshape(-1, unit).sum(axis=1)
    return float(np.sqrt(np.sum(apart**2)) / chosen.sum())
