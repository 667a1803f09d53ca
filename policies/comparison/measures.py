"""Names, measures and tables of a comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.outcomes import DISPERSION, find_outcome
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

DISCOUNTED = "Discounted value added"
SUPPLY = "value added"
PATH = "path of value added"
GAINED, PER_YUAN = "gained", "gained per yuan"
HALF = "years to half the effect"
# Over the value added of the last year, Dmnl; less than this is no money spent.
_NO_MONEY = 1e-5


def prefers_more(name: str) -> bool | None:
    """Say whether more of an outcome is better, None where it is neither better nor worse."""
    if name == DISPERSION:
        return False
    better = find_outcome(name).better
    return None if better == "neither" else better == "more"


def keep_units(data: xr.Dataset, source: Mapping[str, xr.DataArray] | xr.Dataset) -> xr.Dataset:
    """Give the variables of `data` the attributes that they have in `source`."""
    return data.assign(
        {name: values.assign_attrs(source[str(name)].attrs) for name, values in data.items()}
    )


def measure_half_time(effect: xr.DataArray, start: float) -> xr.DataArray:
    """Find when an effect passes half of its final value.

    Parameters
    ----------
    effect : xarray.DataArray
        The effect along ``time`` (Year) and other dimensions.
    start : float
        Year from which years are counted.

    Returns
    -------
    xarray.DataArray
        Years along the other dimensions, on straight lines between the times; missing where the
        final effect is zero or has no value.
    """
    final = effect.isel(time=-1)
    share = (effect / final.where(final != 0)).transpose("time", ...)
    times, values = share["time"].values, share.values
    passed = values >= 0.5
    at = passed.argmax(0)
    before = np.maximum(at - 1, 0)
    upper = np.take_along_axis(values, at[None], 0)[0]
    lower = np.take_along_axis(values, before[None], 0)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(at > 0, (0.5 - lower) / (upper - lower), 1.0)
    years = times[before] + part * (times[at] - times[before]) - start
    years = np.where(passed.any(0) & np.isfinite(values[-1]), years, np.nan)
    return share.isel(time=0, drop=True).copy(data=years).assign_attrs(unit="Year")


def select_base(comparison: Comparison, values: xr.DataArray) -> xr.DataArray:
    """Give the values of the first future, against which the others are held."""
    return values.sel({FUTURE: comparison.futures[0].name}, drop=True)


def rank_strategies(comparison: Comparison, values: xr.DataArray) -> list[str]:
    """Order strategies by the median over the draws, the largest first; without results, none."""
    medians = values.median(DRAW)
    known = [name for name in comparison.names if bool(medians.sel({STRATEGY: name}).notnull())]
    return sorted(known, key=lambda name: -float(medians.sel({STRATEGY: name})))


def count_wins(values: xr.DataArray, one: str, other: str) -> tuple[int, int]:
    """Count the draws in which one is larger than the other, and those that have both."""
    lead = values.sel({STRATEGY: one}) - values.sel({STRATEGY: other})
    return int((lead > 0).sum()), int(lead.notnull().sum())


def find_level(values: xr.DataArray, order: list[str]) -> list[str]:
    """Find the strategies that are the same as the first in each draw, the first among them."""
    first = values.sel({STRATEGY: order[0]})
    return [
        name
        for name in order
        if not bool(((values.sel({STRATEGY: name}) - first).fillna(0) != 0).any())
    ]
