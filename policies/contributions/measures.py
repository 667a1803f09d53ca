"""Names, measures and tables of contributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import display_unit
from smecluster.model.presentation.language.catalogue import mark

if TYPE_CHECKING:
    pass
if TYPE_CHECKING:
    from smecluster.policies.contributions.result import Contributions

DISCOUNTED = "Discounted value added"
ON_AVERAGE, ALONE, LAST = mark("contribution"), mark("alone"), "last"
BASE, WHOLE, REST, SYNERGY = "baseline", mark("whole effect"), mark("rest"), "synergy"
ALL_LEVERS = "all levers"
_DROPPED = mark("lost if dropped")
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}


def tabulate_contributions(contributions: Contributions) -> pd.DataFrame:
    """Put contributions into a long table.

    Parameters
    ----------
    contributions : Contributions
        The contributions.

    Returns
    -------
    pandas.DataFrame
        Columns: strategy, outcome, unit, lever (or ``all levers``), measure, place, year, mean
        and 5, 50 and 95 % points over the draws, and the standard error of the mean that comes
        from drawing orders.
    """
    parts = []
    for name in contributions.shares.data_vars:
        shares = contributions.shares[name]
        sums = contributions.sums[name].expand_dims(lever=[ALL_LEVERS])
        for values in (shares, sums):
            part = _summarise(values)
            errors = contributions.errors[name].rename("standard error").to_dataframe()
            errors = errors.reset_index().assign(measure=ON_AVERAGE)
            part = part.merge(errors, how="left", on=["measure", "lever", "time", PLACE])
            part.insert(0, "unit", values.attrs.get("unit", ""))
            part.insert(0, "outcome", str(name))
            parts.append(part)
    long = pd.concat(parts, ignore_index=True).rename(columns={"time": "year"})
    long.insert(0, "strategy", contributions.strategy.name)
    columns = ["strategy", "outcome", "unit", "lever", "measure", PLACE, "year"]
    return long[[*columns, "mean", *QUANTILES, "standard error"]]


def tabulate_levers(contributions: Contributions) -> pd.DataFrame:
    """Summarise each lever in discounted value added of all regions, for a reader.

    Parameters
    ----------
    contributions : Contributions
        The contributions.

    Returns
    -------
    pandas.DataFrame
        By lever, bn yuan in present value, medians over the draws: ``contribution`` with its 5
        and 95 % points where there are several draws, what the lever brings ``alone``, and what
        is ``lost if dropped``; the largest contribution first, then the rest (where it is
        not nothing) and the whole effect.
    """
    _, factor = display_unit("Myuan")
    at = {"time": contributions.end, PLACE: TOTAL}
    shares = contributions.shares[DISCOUNTED].sel(at) * factor
    sums = contributions.sums[DISCOUNTED].sel(at) * factor
    rows = {}
    for lever in contributions.levers:
        own = shares.sel(lever=lever)
        rows[lever] = {
            **_points(own.sel(measure=ON_AVERAGE)),
            ALONE: float(own.sel(measure=ALONE).median()),
            _DROPPED: float(own.sel(measure=LAST).median()),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    table = table.sort_values(ON_AVERAGE, ascending=False)
    whole = sums.sel(measure=WHOLE)
    named = {WHOLE: whole}
    if float(abs(sums.sel(measure=REST)).max()) > 1e-6 * float(abs(whole).max()):
        named = {REST: sums.sel(measure=REST), **named}
    for name, values in named.items():
        table.loc[name] = {**_points(values), ALONE: np.nan, _DROPPED: np.nan}
    table.index.name = "lever"
    return table if contributions.several else table.drop(columns=["5 %", "95 %"])


def tabulate_pairs(contributions: Contributions) -> pd.DataFrame:
    """List the interactions of each two levers, the strongest first.

    Parameters
    ----------
    contributions : Contributions
        The contributions.

    Returns
    -------
    pandas.DataFrame
        Columns: strategy, lever, other, unit, mean and 5, 50, 95 % points over the draws, Myuan;
        empty where coalitions were drawn.
    """
    columns = ["strategy", "lever", "other", "unit", "mean", *QUANTILES]
    if contributions.pairs is None:
        return pd.DataFrame(columns=columns)
    name = contributions.strategy.name
    rows = []
    for at, lever in enumerate(contributions.levers):
        for other in contributions.levers[at + 1 :]:
            values = contributions.pairs.sel(lever=lever, other=other).values
            points = np.nanquantile(values, list(QUANTILES.values()))
            rows.append((name, lever, other, "Myuan", np.nanmean(values), *points))
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("mean", key=abs, ascending=False, ignore_index=True)


def _points(values: xr.DataArray) -> dict[str, float]:
    low, middle, high = (float(one) for one in values.quantile([0.05, 0.5, 0.95], "draw"))
    return {ON_AVERAGE: middle, "5 %": low, "95 %": high}


def _summarise(values: xr.DataArray) -> pd.DataFrame:
    """Give mean and quantiles over the draws, in long form."""
    points = values.quantile(list(QUANTILES.values()), "draw")
    summary = {name: points.isel(quantile=at, drop=True) for at, name in enumerate(QUANTILES)}
    data = xr.Dataset({"mean": values.mean("draw"), **summary})
    return data.to_dataframe().reset_index()
