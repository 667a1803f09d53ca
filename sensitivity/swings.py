"""Which way a factor moves an output: its mean where the factor is low, and where it is high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from sensitivity.estimates import Array

# A factor is low in the lowest fifth of its range, high in the highest.
PART = 0.2


def swings(
    names: Sequence[str], x: Array, y: Array, confidence: float = 0.95, part: float = PART
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
        ends = [y[x[:, at] <= low], y[x[:, at] >= high]]
        means = [end.mean() for end in ends]
        halves = [z * end.std(ddof=1) / np.sqrt(len(end)) if len(end) > 1 else 0.0 for end in ends]
        rows.append((name, *means, y.mean(), *halves))
    table = pd.DataFrame(
        rows, columns=["factor", "at low", "at high", "mean", "half low", "half high"]
    )
    order = (table["at high"] - table["at low"]).abs().sort_values(ascending=False, kind="stable")
    return table.loc[order.index].reset_index(drop=True)
