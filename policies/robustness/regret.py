"""Regret and satisficing: how much a strategy gives up, and how often it is good enough.

The regret of a strategy in a world is what the best strategy of that world reaches beyond it
(Savage; Lempert's robust decision making). Every world counts alike: futures are stress tests, not
forecasts, so shares of worlds are not probabilities of what will come.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.model.presentation.language.catalogue import mark

STRATEGY = "strategy"
EXPECTED, HIGH = mark("expected"), mark("90th percentile")
MOST, BEST = mark("maximum"), mark("share best")


def measure_regret(performance: xr.DataArray, *, more: bool = True) -> xr.DataArray:
    """Measure what each strategy gives up in each world.

    Parameters
    ----------
    performance : xarray.DataArray
        What strategies reach, along ``strategy`` and any dimensions of worlds.
    more : bool
        Whether more is better.

    Returns
    -------
    xarray.DataArray
        Regret, zero or more, in the unit of the performance, along the same dimensions; missing
        in worlds in which any strategy has no result: all are judged on the same ones.
    """
    known = performance.notnull().all(STRATEGY)
    best = performance.max(STRATEGY) if more else performance.min(STRATEGY)
    given_away = best - performance if more else performance - best
    return given_away.where(known).transpose(*performance.dims).assign_attrs(performance.attrs)


def summarise_regret(given_away: xr.DataArray) -> pd.DataFrame:
    """Sum regret up over worlds.

    Parameters
    ----------
    given_away : xarray.DataArray
        From `regret`.

    Returns
    -------
    pandas.DataFrame
        Per strategy (the index): the mean over worlds (``expected``), the ``90th percentile``,
        the ``maximum`` (its unit is the performance's), and the ``share best``, the share of
        worlds in which none is better, Dmnl.

    Raises
    ------
    InputError
        If there is no world in which every strategy has a result.
    """
    rows = given_away.transpose(STRATEGY, ...).values.reshape(given_away.sizes[STRATEGY], -1)
    rows = rows[:, np.isfinite(rows).all(0)]
    if not rows.shape[1]:
        raise InputError("there is no world in which every strategy has a result")
    return pd.DataFrame(
        {
            EXPECTED: rows.mean(1),
            HIGH: np.quantile(rows, 0.9, axis=1),
            MOST: rows.max(1),
            BEST: (rows == 0).mean(1),
        },
        index=pd.Index(given_away[STRATEGY].values, name=STRATEGY),
    )


def combine_needs(met: Sequence[xr.DataArray]) -> xr.DataArray:
    """Say where a strategy is good enough: where it meets every need.

    Parameters
    ----------
    met : sequence of xarray.DataArray
        Whether each need is met, along ``strategy`` and the dimensions of worlds: 1, 0, or
        missing where there is no result, which is not good enough.

    Returns
    -------
    xarray.DataArray
        True where all needs are met.

    Raises
    ------
    InputError
        If there is no need.
    """
    if not met:
        raise InputError("say what is good enough: give at least one need")
    together = met[0].fillna(0) > 0
    for one in met[1:]:
        together = together & (one.fillna(0) > 0)
    return together
