"""Dated tables as seen from an origin: the points up to it, and how they go on.

What comes after the origin changes nothing, not even between two points: the last known one is
where the extrapolation begins.

A rival without a region: each series grows as the same thing does in the nation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.forecasts.protocol import Drivers
from smecluster.model import Model
from smecluster.model.errors import InputError, UnknownNameError

Floats = NDArray[np.float64]
Points = tuple[tuple[float, float], ...]

# A table whose argument is a year begins after this.
_DATES = 1000.0


@dataclass(frozen=True)
class Outlook:
    """The dated tables as seen from an origin.

    Attributes
    ----------
    origin : int
        The last year that is known.
    tables : mapping of str to points
        What a run sets, ``"name"`` or ``"name[elements]"``: every dated table, extrapolated.
    growing : tuple of str
        Those that go with national output.
    sd : float
        Standard deviation of a year's growth of national output, 1/Year.
    window : int
        Years from which its growth was measured.
    """

    origin: int
    tables: Mapping[str, Points]
    growing: tuple[str, ...]
    sd: float
    window: int

    def measure_variance(self, horizons: Floats) -> Floats:
        """Measure the variance of log national output, shape as the horizons in years, Dmnl.

        A random walk with a drift that is known from `window` years.
        """
        ahead = np.maximum(np.asarray(horizons, dtype=float), 0.0)
        return np.asarray(self.sd**2 * (ahead + ahead**2 / self.window))

    def draw(self, last: int, rng: np.random.Generator) -> dict[str, Points]:
        """Draw how the tables may go on to a year: another path of national output.

        Parameters
        ----------
        last : int
            Last year that is needed.
        rng : numpy.random.Generator
            For the path.

        Returns
        -------
        dict of str to points
            As `tables`; those that grow depart from theirs by the same factor.
        """
        years = np.arange(self.origin, last + 1, dtype=float)
        drift = rng.standard_normal() / np.sqrt(self.window)
        steps = rng.standard_normal(len(years) - 1)
        away = self.sd * np.concatenate([[0.0], np.cumsum(steps + drift)])
        return {
            name: _bend(points, years, away) if name in self.growing else points
            for name, points in self.tables.items()
        }


def look_ahead(model: Model, origin: int, last: int, drivers: Drivers) -> Outlook:
    """Extrapolate every dated table from an origin.

    Parameters
    ----------
    model : Model
        Whose tables these are.
    origin : int
        Points after this year are not used.
    last : int
        Last year that is needed.
    drivers : Drivers
        Which tables grow, and how their growth is measured.

    Returns
    -------
    Outlook

    Raises
    ------
    InputError
        If a table that should grow does not exist, or one has no point up to the origin.
    """
    known = {_spell(table.name, table.cell): table for table in model.program.tables}
    for name in (*drivers.grow, drivers.nation):
        if name not in known:
            raise InputError(f"protocol: {UnknownNameError('table', name, known)}")
    tables = {}
    for name, table in known.items():
        if table.x[0] < _DATES:
            continue
        years, values = _keep(name, table.x, table.y, origin)
        if name in drivers.grow:
            growth = _measure_growth(years, values, drivers.window)
            ahead = np.arange(np.floor(years[-1]) + 1, last + 2)
            going = values[-1] * np.exp(growth * (ahead - years[-1]))
            years, values = np.append(years, ahead), np.append(values, going)
        else:
            years, values = np.append(years, last + 1.0), np.append(values, values[-1])
        tables[name] = tuple(zip(years.tolist(), values.tolist(), strict=True))
    nation = known[drivers.nation]
    years, values = _keep(drivers.nation, nation.x, nation.y, origin)
    span = np.arange(years[-1] - drivers.window, years[-1] + 1)
    yearly = np.diff(np.log(np.interp(span, years, values)))
    return Outlook(origin, tables, drivers.grow, float(np.std(yearly, ddof=1)), drivers.window)


def count_power(model: Model, up: Sequence[str], down: Sequence[str], drivers: Drivers) -> int:
    """Count how many times national output enters a ratio of national variables.

    Parameters
    ----------
    model : Model
        Whose variables these are.
    up, down : sequence of str
        What is multiplied and what is divided by, each read from one table.
    drivers : Drivers
        Which tables go with national output.

    Returns
    -------
    int
        Power with which a departure of national output enters the ratio.
    """

    def count(names: Sequence[str]) -> int:
        return sum(bool({*drivers.grow} & {*model.variables[name].causes}) for name in names)

    return count(up) - count(down)


def _keep(
    name: str, years: Sequence[float], values: Sequence[float], origin: int
) -> tuple[Floats, Floats]:
    x, y = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    if x[0] > origin:
        raise InputError(f"table {name!r} has no point up to {origin}")
    return x[x <= origin], y[x <= origin]


def _measure_growth(years: Floats, values: Floats, window: int) -> float:
    """Measure the mean growth of the logarithm over the last years, 1/Year."""
    begin = max(years[-1] - window, years[0])
    if begin == years[-1]:
        return 0.0
    logs = np.log(values)
    return float((logs[-1] - np.interp(begin, years, logs)) / (years[-1] - begin))


def _bend(points: Points, years: Floats, away: Floats) -> Points:
    x, y = np.array(points).T
    bent = np.exp(np.interp(x, years, away))
    return tuple(zip(x.tolist(), (y * bent).tolist(), strict=True))


def _spell(name: str, cell: Sequence[str]) -> str:
    return f"{name}[{', '.join(cell)}]" if cell else name


# A rival without a region: each series grows as the same thing does in the nation.

_OUTPUT = "national market index"
#: What is multiplied and, after the bar, divided by, for each measured variable; a share stays.
DRIVERS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "value added": ((_OUTPUT,), ()),
    "gross income": ((_OUTPUT,), ()),
    "annual wage": (("national wage",), ()),
    "SME loans": ((_OUTPUT, "financial depth"), ()),
    "tax revenue": ((_OUTPUT, "tax collection", "VAT local share"), ()),
    "Employment": ((_OUTPUT,), ("national wage",)),
    "Labour force": ((_OUTPUT,), ("national wage",)),
    "Talent": (("posts elsewhere",), ()),
    "total firms": ((_OUTPUT,), ()),
    "External firms": (("national external capital",), ()),
    "external investment": (("national external capital",), ()),
    "Occupied land": ((_OUTPUT,), ()),
    "research spending": ((_OUTPUT, "research climate"), ()),
    "knowledge gains": ((_OUTPUT, "research climate"), ()),
    "value added rate": ((), ()),
}


def list_drivers() -> list[str]:
    """Name the national variables that the rival needs."""
    return list(dict.fromkeys(name for up, down in DRIVERS.values() for name in (*up, *down)))


def follow_nation(figures: pd.DataFrame, run: xr.Dataset) -> NDArray[np.float64]:
    """Let every series grow like the nation.

    Parameters
    ----------
    figures : pandas.DataFrame
        See `calibration.data.histories.pair_with_run`.
    run : xarray.Dataset
        The variables of `list_drivers` along ``time``; all are handed to the model, too.

    Returns
    -------
    array of float, shape (figures,)
        In the figures' unit. The level of each series is fitted: the mean error of the logarithms
        is nothing. A variable without a national counterpart grows with national output.
    """
    found = np.empty(len(figures))
    for key, series in figures.groupby(list(SERIES), sort=False, dropna=False):
        up, down = DRIVERS.get(str(key[1]), DRIVERS["value added"])
        years = series["year"].to_numpy()
        path = np.ones(len(years))
        for name in up:
            path = path * run[name].sel(time=years).to_numpy()
        for name in down:
            path = path / run[name].sel(time=years).to_numpy()
        actual = series["value"].to_numpy(float)
        found[figures.index.get_indexer(series.index)] = path * np.exp(np.log(actual / path).mean())
    return found
