"""Tables of a comparison under uncertainty: medians, 90 % intervals, and who beats whom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.outcomes import DISPERSION, PLACE, TOTAL, find_outcome
from smecluster.policies.comparison.result import GAINED, HALF, PER_YUAN, Comparison
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.payers import PAYER
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.robustness.regret import BEST, EXPECTED, HIGH, MOST

LOW, MEDIAN, HIGHEST = "low", "median", "high"
# 5, 50 and 95 %: the median and the interval that holds 90 % of the draws.
QUANTILES = {LOW: 0.05, MEDIAN: 0.5, HIGHEST: 0.95}
PROBABILITY = "probability"
MEASURES = ("value", "change", "change in percent")
_WHERE = (STRATEGY, PAYER, FUTURE, PLACE, "time")


def tables(found: Comparison) -> dict[str, pd.DataFrame]:
    """Make every table of a comparison.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    dict
        Table by file name without suffix.
    """
    made = {
        "outcomes": outcomes(found),
        "probabilities": probabilities(found),
        "money": money(found),
        "paths": paths(found),
        "spillovers": spillovers(found),
        "timing": timing(found),
    }
    if len(found.futures) > 1:
        made["recovery"] = recoveries(found)
    if len(found.failures):
        made["failures"] = found.failures
    return made


def outcomes(found: Comparison) -> pd.DataFrame:
    """Sum outcomes up over the draws.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, unit, future, place, strategy, measure (value; change against the
        baseline of the same world; the same in percent of it), low, median, high (5, 50, 95 % of
        the draws) and draws (those with a result).
    """
    base = found.ends.sel({STRATEGY: found.baseline.name}, drop=True)
    percent = 100 * found.changes / abs(base).where(base != 0)
    parts = []
    for measure, data in zip(MEASURES, (found.ends, found.changes, percent), strict=True):
        for name, values in data.items():
            unit = "%" if measure == MEASURES[2] else found.ends[name].attrs.get("unit", "")
            part = summed_up(values, str(name), unit)
            part["measure"] = measure
            parts.append(part)
    joined = pd.concat(parts, ignore_index=True)
    joined[PLACE] = joined[PLACE].fillna(TOTAL)
    columns = ["outcome", "unit", FUTURE, PLACE, STRATEGY, "measure", *QUANTILES, "draws"]
    return joined[columns]


def probabilities(found: Comparison) -> pd.DataFrame:
    """Count the draws in which one strategy is better than another.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, future, place, strategy, other, probability (share of the draws in
        which the first is better, ties counted half), draws. Outcomes that are neither better
        nor worse are left out.
    """
    names = [found.baseline.name, *found.names]
    judged = {str(name): (values, _more(str(name))) for name, values in found.ends.items()}
    rows = []
    for name, (values, more) in judged.items():
        if more is not None:
            rows += _beaten(values if more else -values, name, names)
    rows += _beaten(found.per_yuan, PER_YUAN, found.names)
    columns = ["outcome", FUTURE, PLACE, STRATEGY, "other", PROBABILITY, "draws"]
    return pd.DataFrame(rows, columns=columns)


def money(found: Comparison) -> pd.DataFrame:
    """Say what strategies cost, who pays, and what a yuan brings.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome (``additional programme money``, ``factor`` on the money as written,
        ``gained``, ``gained per yuan``, ``paid by ...``), unit, future, strategy, low, median,
        high, draws.
    """
    parts = [
        summed_up(found.money.sel({STRATEGY: found.names}), "additional programme money", "Myuan"),
        summed_up(found.factor.sel({STRATEGY: found.names}), "factor", "Dmnl"),
        summed_up(found.gained.sel({PLACE: TOTAL}, drop=True), GAINED, "Myuan"),
        summed_up(found.per_yuan, PER_YUAN, "Dmnl"),
    ]
    for payer in found.paid[PAYER].values:
        paid = found.paid.sel({PAYER: payer, STRATEGY: found.names}).drop_vars(PAYER)
        parts.append(summed_up(paid, f"paid by {payer}", "Myuan"))
    return pd.concat(parts, ignore_index=True)


def paths(found: Comparison) -> pd.DataFrame:
    """Sum value added up over the draws, year by year; see `outcomes`."""
    values = found.paths
    base = values.sel({STRATEGY: found.baseline.name}, drop=True)
    change = 100 * (values.sel({STRATEGY: found.names}) / base - 1)
    level = summed_up(values, "value added", "Myuan/Year")
    relative = summed_up(change, "value added, change", "%")
    joined = pd.concat([level, relative], ignore_index=True)
    return joined.rename(columns={"time": "year"})


def spillovers(found: Comparison) -> pd.DataFrame:
    """Sum up what regions' own programmes do to the other regions, in the base future."""
    parts = [
        summed_up(values, str(name), found.ends[name].attrs.get("unit", ""))
        for name, values in found.others.items()
    ]
    return pd.concat(parts, ignore_index=True)


def timing(found: Comparison) -> pd.DataFrame:
    """Sum up when the effect on value added passes half of its final value."""
    return summed_up(found.half, HALF, "Year")


def recoveries(found: Comparison) -> pd.DataFrame:
    """Sum up what each future costs, how long it takes to recover, and how often that happens.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        As `outcomes`, for ``loss`` (of value added, in % of a year's), ``years to recover``
        (where it recovers) and ``recovered`` (share of the draws in which it does by the end of
        the run, in the column median).
    """
    data = found.recovered
    share = data[YEARS].notnull().where(data[LOSS].notnull()).mean(DRAW)
    recovered = share.rename(MEDIAN).to_dataframe().reset_index()
    recovered.insert(0, "unit", "Dmnl")
    recovered.insert(0, "outcome", "recovered")
    parts = [
        summed_up(data[LOSS], LOSS, data[LOSS].attrs["unit"]),
        summed_up(data[YEARS], YEARS, "Year"),
        recovered,
    ]
    return pd.concat(parts, ignore_index=True)


def summed_up(values: xr.DataArray, name: str, unit: str) -> pd.DataFrame:
    """Give 5, 50 and 95 % points over the draws, in long form.

    Parameters
    ----------
    values : xarray.DataArray
        Along ``draw`` and other dimensions; missing where there is no result.
    name, unit : str
        What they are.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, unit, the other dimensions, low, median, high, draws.
    """
    ordered = values.transpose(..., DRAW)
    points, counted = quantiles(ordered.values)
    template = ordered.isel({DRAW: 0}, drop=True)
    columns = dict(zip(QUANTILES, points, strict=True)) | {"draws": counted}
    data = xr.Dataset({key: (template.dims, column) for key, column in columns.items()})
    data = data.assign_coords({dim: template[dim] for dim in template.dims})
    made = data.to_dataframe().reset_index()
    where = [dim for dim in _WHERE if dim in made]
    made.insert(0, "unit", unit)
    made.insert(0, "outcome", name)
    return made[["outcome", "unit", *where, *QUANTILES, "draws"]]


def quantiles(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
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


def regrets(table: pd.DataFrame, outcome: str, unit: str) -> pd.DataFrame:
    """Put a regret table of `policies.robustness.regret` into the form of a file."""
    made = table.reset_index()
    made.insert(1, "unit", unit)
    made.insert(1, "outcome", outcome)
    return made[[STRATEGY, "outcome", "unit", EXPECTED, HIGH, MOST, BEST]]


def _more(name: str) -> bool | None:
    """Say whether more of an outcome is better, None where it is neither."""
    if name == DISPERSION:
        return False
    better = find_outcome(name).better
    return None if better == "neither" else better == "more"


def _beaten(values: xr.DataArray, name: str, names: Sequence[str]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for one, other in combinations(names, 2):
        lead = values.sel({STRATEGY: one}) - values.sel({STRATEGY: other})
        known = lead.notnull().sum(DRAW)
        wins = (lead > 0).sum(DRAW) + 0.5 * (lead == 0).sum(DRAW)
        share = wins / known.where(known > 0)
        for future in values[FUTURE].values:
            for place in values[PLACE].values if PLACE in values.dims else [TOTAL]:
                at = {FUTURE: future} | ({PLACE: place} if PLACE in values.dims else {})
                probability, count = float(share.sel(at)), int(known.sel(at))
                rows.append((name, future, place, one, other, probability, count))
                rows.append((name, future, place, other, one, 1 - probability, count))
    return rows


def list_outcomes(data: xr.Dataset) -> pd.DataFrame:
    """Put the outcomes of a run into long form.

    Parameters
    ----------
    data : xarray.Dataset
        From `model.outcomes.collect_outcomes`.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, unit, place, time, value.
    """
    parts = []
    for name, values in data.data_vars.items():
        part = values.rename("value").to_dataframe().reset_index()
        part = part[[*map(str, values.dims), "value"]]
        if PLACE not in values.dims:
            part[PLACE] = TOTAL
        part.insert(0, "unit", values.attrs.get("unit", ""))
        part.insert(0, "outcome", str(name))
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    return table[["outcome", "unit", PLACE, "time", "value"]]
