"""What the levers of strategies bring, described: the whole effect, each lever, synergy, pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.exports import convert_units
from smecluster.model.writing.pictures import Bars, Matrix, Picture, Wedges
from smecluster.model.writing.result import Result
from smecluster.policies.contributions.data import (
    ALONE,
    BASE,
    DISCOUNTED,
    LAST,
    MONEY,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
    Contributions,
)
from smecluster.policies.ensemble.cases import DRAW, STRATEGY

ALL_LEVERS, DROPPED = "all levers", "lost if dropped"

_QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}
_VALUES = ["mean", *_QUANTILES]
_UNIT = "Myuan"
# A lever or a pair that brings less than this share of the whole is not worth a sentence.
_SMALL = 0.02
_NAMED = 3  # levers that gain most


def describe_contributions(found: Sequence[Contributions], checked: int = 0) -> Result:
    """Describe what the levers of strategies bring.

    Parameters
    ----------
    found : sequence of Contributions
        The contributions of each strategy, with one baseline and budget.
    checked : int
        In how many draws the error of the time step was measured.

    Returns
    -------
    Result
        Tables ``levers`` (by strategy and lever, discounted value added of all regions, medians
        over the draws, the largest contribution first), ``contributions`` (by outcome, lever,
        measure, place and year) and ``pairs`` (interactions, the strongest first); for each
        strategy pictures ``levers-NAME``, ``wedges-NAME`` and ``pairs-NAME``, the last where all
        coalitions were run; the shares as data.
    """
    levers = pd.concat([_tabulate_levers(one) for one in found], ignore_index=True)
    levers.attrs["units"] = {name: _UNIT for name in levers if name not in (STRATEGY, "lever")}
    pairs = [_tabulate_pairs(one) for one in found]
    tables = {
        "levers": levers,
        "contributions": convert_units(
            pd.concat([_tabulate_all(one) for one in found], ignore_index=True),
            values=[*_VALUES, "standard error"],
        ),
        "pairs": convert_units(pd.concat(pairs, ignore_index=True), values=_VALUES),
    }
    first = found[0]
    facts = {
        "found": [_gather_facts(*one) for one in zip(found, pairs, strict=True)],
        "baseline": first.baseline.title,
        "budget": first.budget,
        "start": first.start,
        "end": first.end,
        "outcome": _choose_outcome(first),
        "several": first.several,
        "draws": first.shares.sizes[DRAW] + len(first.failed),
        "drawn": first.drawn,
        "all_varied": first.all_varied,
        "checked": checked,
    }
    pictures: dict[str, Picture] = {}
    for one in found:
        pictures |= _make_pictures(one)
    named = [one.shares.expand_dims({STRATEGY: [one.strategy.name]}) for one in found]
    data = xr.concat(named, STRATEGY, join="outer")
    return Result("contributions", facts, tables, pictures, data)


def _choose_outcome(found: Contributions) -> str:
    """Choose the outcome that is drawn year by year."""
    return next(str(name) for name in found.shares.data_vars if name != DISCOUNTED)


def _gather_facts(found: Contributions, pairs: pd.DataFrame) -> dict[str, Any]:
    sums = found.at_the_end(found.sums)
    whole, rest, synergy = (sums.sel(measure=name) for name in (WHOLE, REST, SYNERGY))
    shares = found.at_the_end(found.shares).sel(measure=ON_AVERAGE)
    middle = shares.median(DRAW).values
    order = np.argsort(-middle)
    gains = [found.levers[at] for at in order if middle[at] > 0][:_NAMED]
    limit = -_SMALL * abs(middle).sum()
    losses = [found.levers[at] for at in order[::-1] if middle[at] < limit]
    together = float(synergy.mean(DRAW) / abs((whole - rest).mean(DRAW)))
    small = abs(float(rest.median())) <= _SMALL * abs(float(whole.median()))
    return {
        "name": found.strategy.name,
        "title": found.strategy.title,
        "whole": _take_points(whole),
        "relative": 100 * float((whole / sums.sel(measure=BASE)).median(DRAW)),
        "rest": None if small else _take_points(rest),
        "gains": {name: _take_points(shares.sel(lever=name)) for name in gains},
        "losses": {name: _take_points(shares.sel(lever=name)) for name in losses},
        "synergy": None if abs(together) < _SMALL / 2 else _take_points(synergy),
        "together": 100 * together,
        "pairs": _find_strongest(pairs, abs(float(whole.mean(DRAW)))),
        "money": _take_points(found.sums[MONEY]),
        "levers": len(found.levers),
        "coalitions": found.coalitions,
        "exact": found.exact,
        "runs": found.runs,
        "error": float(found.at_the_end(found.errors).max()),
        "step_error": found.step_error,
        "spans": found.spans,
        "failed": [str(label) for label in found.failed],
    }


def _take_points(values: xr.DataArray) -> dict[str, float]:
    """Give the median and, with several draws, 5 and 95 % points."""
    points = values.quantile(list(_QUANTILES.values()), DRAW)
    named = dict(zip(_QUANTILES, map(float, points), strict=True))
    return named if values.sizes[DRAW] > 1 else {"median": named["median"]}


def _find_strongest(pairs: pd.DataFrame, whole: float) -> dict[str, dict[str, Any]]:
    """Find the two levers that reinforce, and that replace, each other most."""
    strongest = {}
    for sign, how in ((1, "reinforce"), (-1, "replace")):
        rows = pairs[sign * pairs["mean"] > _SMALL * whole]
        if len(rows):
            strongest[how] = {name: rows[name].iloc[0] for name in ("lever", "other", "mean")}
    return strongest


def _tabulate_levers(found: Contributions) -> pd.DataFrame:
    shares, sums = found.at_the_end(found.shares), found.at_the_end(found.sums)
    rows = [
        {"lever": lever}
        | _name_points(shares.sel(lever=lever, measure=ON_AVERAGE))
        | {
            heading: float(shares.sel(lever=lever, measure=measure).median())
            for heading, measure in ((ALONE, ALONE), (DROPPED, LAST))
        }
        for lever in found.levers
    ]
    rows.sort(key=lambda row: -row[ON_AVERAGE])
    for name in [*[REST] * found.has_rest, WHOLE]:
        rows.append({"lever": name, **_name_points(sums.sel(measure=name))})
    table = pd.DataFrame(rows)
    table.insert(0, STRATEGY, found.strategy.name)
    return table


def _name_points(values: xr.DataArray) -> dict[str, Any]:
    points = _take_points(values)
    named = {ON_AVERAGE: "median", "5 %": "low", "95 %": "high"}
    return {heading: points[key] for heading, key in named.items() if key in points}


def _tabulate_all(found: Contributions) -> pd.DataFrame:
    """Put everything into a long table: mean, points over the draws, and standard error."""
    parts = []
    for name in found.shares.data_vars:
        shares = found.shares[name]
        errors = found.errors[name].rename("standard error").to_dataframe()
        errors = errors.reset_index().assign(measure=ON_AVERAGE)
        for values in (shares, found.sums[name].expand_dims(lever=[ALL_LEVERS])):
            points = values.quantile(list(_QUANTILES.values()), DRAW)
            summary = {
                key: points.isel(quantile=at, drop=True) for at, key in enumerate(_QUANTILES)
            }
            part = xr.Dataset({"mean": values.mean(DRAW), **summary}).to_dataframe().reset_index()
            part = part.merge(errors, how="left", on=["measure", "lever", "time", PLACE])
            parts.append(part.assign(outcome=str(name), unit=values.attrs.get("unit", "")))
    long = pd.concat(parts, ignore_index=True).rename(columns={"time": "year"})
    long[STRATEGY] = found.strategy.name
    columns = [STRATEGY, "outcome", "unit", "lever", "measure", PLACE, "year"]
    return long[[*columns, *_VALUES, "standard error"]]


def _tabulate_pairs(found: Contributions) -> pd.DataFrame:
    rows = []
    for at, lever in enumerate(found.levers):
        if found.pairs is None:
            break
        for other in found.levers[at + 1 :]:
            values = found.pairs.sel(lever=lever, other=other).values
            points = np.nanquantile(values, list(_QUANTILES.values()))
            rows.append((found.strategy.name, lever, other, _UNIT, np.nanmean(values), *points))
    table = pd.DataFrame(rows, columns=[STRATEGY, "lever", "other", "unit", *_VALUES])
    return table.sort_values("mean", key=abs, ascending=False, ignore_index=True)


def _make_pictures(found: Contributions) -> dict[str, Picture]:
    name = found.strategy.name
    pictures: dict[str, Picture] = {
        f"levers-{name}": _draw_levers(found),
        f"wedges-{name}": _draw_wedges(found, _choose_outcome(found)),
    }
    if found.pairs is not None and len(found.levers) > 1:
        mean = pd.DataFrame(found.pairs.mean(DRAW).values, found.levers, found.levers)
        lower = mean.where(np.tril(np.ones(mean.shape, dtype=bool), -1))
        pictures[f"pairs-{name}"] = Matrix(lower.iloc[1:, :-1], unit=_UNIT)
    return pictures


def _draw_levers(found: Contributions) -> Bars:
    ends = found.at_the_end(found.shares)
    shares, mean = ends.sel(measure=ON_AVERAGE), ends.mean(DRAW)
    data = {"name": list(found.levers), "value": mean.sel(measure=ON_AVERAGE).values}
    if found.several:
        data["low"], data["high"] = shares.quantile([0.05, 0.95], DRAW).values
    marks = {"alone": ALONE, "dropped": LAST}
    data |= {mark: mean.sel(measure=measure).values for mark, measure in marks.items()}
    table = pd.DataFrame(data).sort_values("value", ascending=False)
    return Bars(table, tuple(marks), _UNIT)


def _draw_wedges(found: Contributions, outcome: str) -> Wedges:
    """Stack the levers by year, those that matter most at the end first, with their sums."""
    sizes = abs(found.at_the_end(found.shares).sel(measure=ON_AVERAGE).mean(DRAW))
    order = [found.levers[at] for at in np.argsort(-sizes.values)]
    layers = found.shares[outcome].sel(measure=ON_AVERAGE, drop=True).mean(DRAW).sel(lever=order)
    sums = found.sums[outcome]
    if found.has_rest:
        rest = sums.sel(measure=REST, drop=True).mean(DRAW).expand_dims(lever=[REST])
        layers = xr.concat([rest, layers], "lever")
    whole = sums.sel(measure=WHOLE, drop=True)
    lines = {
        "whole": whole.mean(DRAW),
        "added": (whole - sums.sel(measure=SYNERGY, drop=True)).mean(DRAW),
    }
    if found.several:
        low, high = (whole.quantile(point, DRAW).drop_vars("quantile") for point in (0.05, 0.95))
        lines["band"] = xr.concat([low, low.isel(time=[-1]) * np.nan, high], "time")
    unit = str(found.shares[outcome].attrs.get("unit", ""))
    places = [TOTAL, *(str(one) for one in whole[PLACE].values if one != TOTAL)]
    drawn = [_lay_out(values, places).assign(series=series) for series, values in lines.items()]
    data = _lay_out(layers, places).rename(columns={"lever": "layer"})
    return Wedges(data, pd.concat(drawn, ignore_index=True), unit)


def _lay_out(values: xr.DataArray, places: Sequence[str]) -> pd.DataFrame:
    """Give a row a point, the panels in the order of the places."""
    kept = values.reset_coords(drop=True).sel({PLACE: places})
    dims = [PLACE, *(dim for dim in kept.dims if dim not in (PLACE, "time")), "time"]
    table = kept.transpose(*dims).rename("y").to_dataframe().reset_index()
    return table.rename(columns={PLACE: "panel", "time": "x"})
