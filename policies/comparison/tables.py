"""Tables of a comparison: medians, 90 % intervals over the draws, and who beats whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL, shows_only_changes
from smecluster.policies.comparison.measures import GAINED, HALF, PER_YUAN, prefers_more
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.payers import PAYER
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.ensemble.spillovers import ORIGIN, OTHERS
from smecluster.policies.wording.quantiles import MEDIAN, QUANTILES, compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

PROBABILITY = "probability"
MEASURES = ("value", "change", "change in percent")
_WHERE = (STRATEGY, PAYER, FUTURE, ORIGIN, PLACE, "time")
ALL = "all regions"


def make_tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Make every table of a comparison.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict
        Table by file name without suffix.
    """
    left_out = {
        RECOVERY: len(comparison.futures) < 2,
        FAILURES: not len(comparison.failures),
    }
    return {name: make(comparison) for name, make in TABLES.items() if not left_out.get(name)}


def table_outcomes(comparison: Comparison) -> pd.DataFrame:
    """Summarise outcomes over the draws.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, unit, future, place, strategy, measure (value; change against the
        baseline of the same world; the same in percent of it), low, median, high (5, 50, 95 % of
        the draws) and draws (those with a result). An outcome that is known up to a constant has
        changes alone.
    """
    base = comparison.ends.sel({STRATEGY: comparison.baseline.name}, drop=True)
    percent = 100 * comparison.changes / abs(base).where(base != 0)
    parts = []
    for measure, data in zip(MEASURES, (comparison.ends, comparison.changes, percent), strict=True):
        for name, values in data.items():
            if measure != MEASURES[1] and shows_only_changes(str(name)):
                continue
            unit = "%" if measure == MEASURES[2] else comparison.ends[name].attrs.get("unit", "")
            part = summarise(values, str(name), unit)
            part["measure"] = measure
            parts.append(part)
    joined = pd.concat(parts, ignore_index=True)
    joined[PLACE] = joined[PLACE].fillna(TOTAL)
    columns = ["outcome", "unit", FUTURE, PLACE, STRATEGY, "measure", *QUANTILES, "draws"]
    return joined[columns]


def table_probabilities(comparison: Comparison) -> pd.DataFrame:
    """Count the draws in which one strategy is better than another.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, future, place, strategy, other, probability (share of the draws in
        which the first is better, ties counted half), draws. Outcomes that are neither better
        nor worse are left out.
    """
    names = [comparison.baseline.name, *comparison.names]
    judged = {
        str(name): (values, prefers_more(str(name))) for name, values in comparison.ends.items()
    }
    rows = []
    for name, (values, more) in judged.items():
        if more is not None:
            rows += _beaten(values if more else -values, name, names)
    rows += _beaten(comparison.per_yuan, PER_YUAN, comparison.names)
    columns = ["outcome", FUTURE, PLACE, STRATEGY, "other", PROBABILITY, "draws"]
    return pd.DataFrame(rows, columns=columns)


def table_money(comparison: Comparison) -> pd.DataFrame:
    """Say what strategies spend beyond policy as now, who pays, and what a yuan of it gains.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome (``additional programme money``, ``factor`` on the money as written,
        ``gained``, ``gained per yuan``, ``paid by ...``), unit, future, strategy, low, median,
        high, draws.
    """
    parts = [
        summarise(
            comparison.money.sel({STRATEGY: comparison.names}),
            "additional programme money",
            "Myuan",
        ),
        summarise(comparison.factor.sel({STRATEGY: comparison.names}), "factor", "Dmnl"),
        summarise(comparison.gained.sel({PLACE: TOTAL}, drop=True), GAINED, "Myuan"),
        summarise(comparison.per_yuan, PER_YUAN, "Dmnl"),
    ]
    for payer in comparison.paid[PAYER].values:
        paid = comparison.paid.sel({PAYER: payer, STRATEGY: comparison.names}).drop_vars(PAYER)
        parts.append(summarise(paid, f"paid by {payer}", "Myuan"))
    return pd.concat(parts, ignore_index=True)


def table_paths(comparison: Comparison) -> pd.DataFrame:
    """Summarise value added over the draws, year by year; see `table_outcomes`."""
    values = comparison.paths
    base = values.sel({STRATEGY: comparison.baseline.name}, drop=True)
    change = 100 * (values.sel({STRATEGY: comparison.names}) / base - 1)
    level = summarise(values, "value added", "Myuan/Year")
    relative = summarise(change, "value added, change", "%")
    joined = pd.concat([level, relative], ignore_index=True)
    return joined.rename(columns={"time": "year"})


def table_spillovers(comparison: Comparison) -> pd.DataFrame:
    """Summarise what each government's programme does where, in the base future.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        Columns: outcome, unit, strategy, origin (a region or the ``centre``, its programme run
        alone; ``acting together``, what the strategy does beyond the sum of these; ``all
        regions``, whose effect on one another is in the place ``on the other regions``), place,
        low, median, high, draws. Missing where a government has no programme.
    """
    parts = []
    others = comparison.others
    for name, alone in comparison.origins.items():
        unit = comparison.ends[name].attrs.get("unit", "")
        parts.append(summarise(alone, str(name), unit))
        effect = _at(_at(others[name], ORIGIN, ALL), PLACE, OTHERS)
        parts.append(summarise(effect, str(name), unit))
    table = pd.concat(parts, ignore_index=True)
    return table[table["draws"] > 0].reset_index(drop=True)


def _at(values: xr.DataArray, dimension: str, label: str) -> xr.DataArray:
    """Give values a dimension of one label."""
    return values.expand_dims({dimension: np.array([label], dtype=object)})


def table_timing(comparison: Comparison) -> pd.DataFrame:
    """Summarise when the effect on value added passes half of its final value."""
    return summarise(comparison.half, HALF, "Year")


def table_recoveries(comparison: Comparison) -> pd.DataFrame:
    """Summarise what each future costs, how long recovery takes, and how often it happens.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    pandas.DataFrame
        As `table_outcomes`, for ``loss`` (of value added, in % of a year's), ``years to recover``
        (where it recovers) and ``recovered`` (share of the draws in which it does by the end of
        the run, in the column median).
    """
    data = comparison.recovered
    share = data[YEARS].notnull().where(data[LOSS].notnull()).mean(DRAW)
    recovered = share.rename(MEDIAN).to_dataframe().reset_index()
    recovered.insert(0, "unit", "Dmnl")
    recovered.insert(0, "outcome", "recovered")
    parts = [
        summarise(data[LOSS], LOSS, data[LOSS].attrs["unit"]),
        summarise(data[YEARS], YEARS, "Year"),
        recovered,
    ]
    return pd.concat(parts, ignore_index=True)


def summarise(values: xr.DataArray, name: str, unit: str) -> pd.DataFrame:
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
    points, counted = compute_quantiles(ordered.values)
    dims = [str(dim) for dim in ordered.dims[:-1]]
    labels = np.meshgrid(*(np.arange(ordered.sizes[dim]) for dim in dims), indexing="ij")
    columns: dict[str, object] = {"outcome": name, "unit": unit}
    where = {dim: ordered[dim].values[at.ravel()] for dim, at in zip(dims, labels, strict=True)}
    columns |= {dim: where[dim] for dim in _WHERE if dim in where}
    columns |= {key: column.ravel() for key, column in zip(QUANTILES, points, strict=True)}
    columns["draws"] = np.asarray(counted).ravel()
    return pd.DataFrame(columns, index=range(np.asarray(counted).size))


def _beaten(values: xr.DataArray, name: str, names: Sequence[str]) -> list[tuple[object, ...]]:
    if PLACE not in values.dims:
        values = values.expand_dims({PLACE: np.array([TOTAL], dtype=object)})
    ordered = values.sel({STRATEGY: names}).transpose(STRATEGY, FUTURE, PLACE, DRAW)
    futures, places = ordered[FUTURE].values, ordered[PLACE].values
    # Arrays in place of labels: there are hundreds of small comparisons.
    reached = ordered.values
    rows: list[tuple[object, ...]] = []
    for one, other in combinations(range(len(names)), 2):
        lead = reached[one] - reached[other]
        known = np.isfinite(lead).sum(-1)
        wins = (lead > 0).sum(-1) + 0.5 * (lead == 0).sum(-1)
        shares = np.divide(wins, known, out=np.full(wins.shape, np.nan), where=known > 0)
        for (at, where), share in np.ndenumerate(shares):
            world, count = (name, futures[at], places[where]), int(known[at, where])
            rows.append((*world, names[one], names[other], float(share), count))
            rows.append((*world, names[other], names[one], 1 - float(share), count))
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


RECOVERY, FAILURES = "recovery", "failures"

#: What makes each table, by its file name without suffix.
TABLES: dict[str, Callable[[Comparison], pd.DataFrame]] = {
    "outcomes": table_outcomes,
    "probabilities": table_probabilities,
    "money": table_money,
    "paths": table_paths,
    "spillovers": table_spillovers,
    "timing": table_timing,
    RECOVERY: table_recoveries,
    FAILURES: lambda comparison: comparison.failures,
}
