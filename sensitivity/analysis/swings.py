"""Which way a factor moves an output: its mean where the factor is low, and where it is high."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm

from smecluster.sensitivity.analysis.direction import Direction
from smecluster.sensitivity.methods.estimates import Array

# A factor is low in the lowest fifth of its range, high in the highest.
PART = 0.2


def measure_swings(
    names: Sequence[str],
    x: Array,
    y: Array,
    *,
    unit: int = 1,
    confidence: float = 0.95,
    part: float = PART,
    curves: bool = False,
) -> pd.DataFrame:
    """Compare an output where each factor is low and where it is high.

    Parameters
    ----------
    names : sequence of str
        The factors.
    x : ndarray (runs, factors)
        The factors.
    y : ndarray (runs,)
        The output; NaN for runs that are left out, in whole units.
    unit : int
        How many successive runs belong together: a block of Saltelli's design, a trajectory.
        The intervals take them as one.
    confidence : float
        Of the intervals.
    part : float
        Which share of the runs counts as low, and as high.
    curves : bool
        Whether the runs are FAST's curves, one for each factor: a factor is looked at on its
        own, because on the others it may go up and down together with a third one.

    Returns
    -------
    pandas.DataFrame
        A row for each factor, the greatest swing first: factor; at low, at high (mean of the
        output there) and mean (over all runs), in the output's unit; half low and half high,
        half the width of the means' intervals; direction, see
        `sensitivity.direction.Direction`, unclear where these intervals overlap.
    """
    z = float(norm.ppf(0.5 + confidence / 2))
    length = len(y) // len(names)
    rows = []
    for at, name in enumerate(names):
        mine = slice(at * length, (at + 1) * length) if curves else slice(None)
        moved, out = x[mine, at], y[mine]
        known = np.isfinite(out)
        if not known.any():
            continue
        moved, out = moved[known], out[known]
        low, high = np.quantile(moved, [part, 1 - part])
        ends = [moved <= low, moved >= high]
        means = [out[end].mean() for end in ends]
        errors = [_estimate_error(out, end, unit) for end in ends]
        rows.append((name, *means, out.mean(), *(z * error for error in errors)))
    return _rank(rows)


def convert_effects(names: Sequence[str], mean: float, mu: Array, half: Array) -> pd.DataFrame:
    """Make the same table of Morris' mean effects, half of each to either side of the mean.

    The runs of a few trajectories where one factor is low differ in all others, too; its own
    effect along each trajectory does not.

    Parameters
    ----------
    names : sequence of str
        The factors.
    mean : float
        The output's mean over all runs.
    mu, half : ndarray (factors,)
        Mean effect of going through the whole range, and half its interval.

    Returns
    -------
    pandas.DataFrame
        As from `measure_swings`, all in the output's unit.
    """
    return _rank(
        [
            (name, mean - effect / 2, mean + effect / 2, mean, error / 2, error / 2)
            for name, effect, error in zip(names, mu, half, strict=True)
        ]
    )


def _rank(rows: Sequence[tuple[str | float, ...]]) -> pd.DataFrame:
    table = pd.DataFrame(
        rows, columns=["factor", "at low", "at high", "mean", "half low", "half high"]
    )
    swing = table["at high"] - table["at low"]
    clear = swing.abs() > table["half low"] + table["half high"]
    ways = np.where(swing > 0, Direction.RAISES.value, Direction.LOWERS.value)
    table["direction"] = np.where(clear, ways, Direction.UNCLEAR.value)
    order = swing.abs().sort_values(ascending=False, kind="stable")
    return table.loc[order.index].reset_index(drop=True)


def _estimate_error(y: Array, chosen: NDArray[np.bool_], unit: int) -> float:
    """Estimate the standard error of the mean of the chosen runs, whole units being independent."""
    apart = np.where(chosen, y - y[chosen].mean(), 0.0).reshape(-1, unit).sum(axis=1)
    return float(np.sqrt(np.sum(apart**2)) / chosen.sum())
