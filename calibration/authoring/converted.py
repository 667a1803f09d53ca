"""A case's figures after conversion, for the eye: first, middle and last, beside the nation's.

A wrong unit or price base shows here, where it would otherwise pass into a fit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from smecluster.calibration.data.constants import Constant
from smecluster.calibration.data.units import find_model_unit
from smecluster.model import Model
from smecluster.model.engine.read.blocks import read_points
from smecluster.model.engine.read.source import parse
from smecluster.model.presentation.language.spoken import say

#: Columns of the table of converted figures.
COLUMNS = ("measures", "segment", "unit", "year", "value", "nation")
#: From one figure of a series to the next, more than this in up to `_SPAN` years (and as much again
#: in as many more) is a slip of the pen more often than not.
JUMP = 10.0
_SPAN = 3
_MARKET, _WAGE = "national market table", "national wage table"
_WAGES = "annual wage"
_EMPLOYMENT, _FORCE = "Employment", "Labour force"


def tabulate_converted(measured: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Tabulate the first, middle and last figure of each series, converted to the model's unit.

    Parameters
    ----------
    measured : pandas.DataFrame
        As `Case.measurements` gives it.
    model : Model
        The model, whose national tables give the nation's course.

    Returns
    -------
    pandas.DataFrame
        A row a figure: measures (the variable), segment, unit, year, value (in that unit, money in
        prices of 2010), and nation: the national wage, or for other money the value if it had grown
        like the nation since the first year; missing where neither applies.
    """
    rows = []
    for (variable, segment), table in measured.groupby(["variable", "segment"], sort=False):
        table = table.sort_values("year")
        chosen = [*dict.fromkeys((0, (len(table) - 1) // 2, len(table) - 1))]
        first = table.iloc[0]
        for row in table.iloc[chosen].to_dict("records"):
            beside = _find_nation(model, str(variable), row, first)
            rows.append((variable, segment, row["unit"], row["year"], row["value"], beside))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def find_oddities(measured: pd.DataFrame, constants: Sequence[Constant]) -> Iterator[str]:
    """Find figures that are possible, but most likely a wrong unit, price base or decimal point.

    Parameters
    ----------
    measured : pandas.DataFrame
        As `Case.measurements` gives it.
    constants : sequence of Constant
        The region's values of the model.

    Yields
    ------
    str
        What is odd, with the years and the converted values.
    """
    for (variable, segment), table in measured.groupby(["variable", "segment"], sort=False):
        name = f"{say.word(str(variable))!r}"
        if segment:
            name = say("{what}, {part}", what=name, part=say.word(str(segment)))
        table = table.sort_values("year")
        values, years = table["value"].to_numpy(dtype=float), table["year"].tolist()
        unit = str(table["unit"].iloc[0])
        for at in range(len(values) - 1):
            ratio = values[at + 1] / values[at] if values[at] else np.inf
            most = JUMP ** max(1.0, (years[at + 1] - years[at]) / _SPAN)
            if not 1 / most < ratio < most:
                yield say(
                    "{name} jumps {times}-fold, from {before} in {first} to {after} {unit} in "
                    "{second}: check units and decimal points",
                    name=name,
                    times=f"{max(ratio, 1 / ratio if ratio else np.inf):.3g}",
                    before=f"{values[at]:,.4g}",
                    first=years[at],
                    after=f"{values[at + 1]:,.4g}",
                    unit=say.own_unit(unit),
                    second=years[at + 1],
                )
        above = values > 1
        if find_model_unit(unit).quantity == "share" and above.any():
            at = int(np.argmax(above))
            yield say(
                "{name} is a share, and {value} in {year}: percent or per thousand?",
                name=name,
                value=f"{values[at]:.4g}",
                year=years[at],
            )
    yield from _find_idle_workers(measured, constants)


def _find_idle_workers(measured: pd.DataFrame, constants: Sequence[Constant]) -> Iterator[str]:
    """Find more people at work than there are."""
    known = {value.variable: value.value for value in constants if not value.element}
    by_year: Mapping[str, Mapping[int, float]] = {
        str(name): dict(table[["year", "value"]].to_numpy())
        for name, table in measured[measured["compare"] == "level"].groupby("variable")
    }
    jobs, people = by_year.get(_EMPLOYMENT, {}), by_year.get(_FORCE, {})
    for year in sorted({*jobs} & {*people}):
        if jobs[year] > people[year]:
            yield say(
                "{name} of {year} is {jobs} person, above the labour force of {people}",
                name=f"{say.word(_EMPLOYMENT)!r}",
                year=f"{year:.0f}",
                jobs=f"{jobs[year]:,.0f}",
                people=f"{people[year]:,.0f}",
            )
            break
    initial = [known.get(f"initial {name}") for name in ("employment", "labour force")]
    if None not in initial and initial[0] > initial[1]:  # type: ignore[operator]
        yield say(
            "'initial employment' is {jobs} person, above the 'initial labour force' of {people}",
            jobs=f"{initial[0]:,.0f}",
            people=f"{initial[1]:,.0f}",
        )


def _find_nation(
    model: Model, variable: str, row: Mapping[Any, Any], first: pd.Series
) -> float | None:
    """Find what stands beside a figure: the national wage, or growth like the nation."""
    unit, year = str(row["unit"]), float(row["year"])
    if variable == _WAGES:
        return _read(model, _WAGE, [year])[0]
    if find_model_unit(unit).quantity != "yuan" or "/" in unit.partition("/Year")[2]:
        return None
    then, now = _read(model, _MARKET, [float(first["year"]), year])
    return float(first["value"]) * now / then


def _read(model: Model, name: str, years: Iterable[float]) -> list[float]:
    """Read a national table of the model at some years; it is linear between its points."""
    blocks = [block for block in parse(model.text).blocks if block.name == name]
    if not blocks:
        return [np.nan for _ in years]
    points = np.asarray(read_points(blocks[0]), dtype=float)
    return [float(np.interp(year, points[:, 0], points[:, 1])) for year in years]
