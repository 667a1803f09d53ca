"""Value added predicted from one figure, beside two rivals that any model should beat.

The model's path is taken as it is: nothing is fitted here. Whether it is blind depends on the
region: a case made by ``smecluster case new --gdp`` knows one figure of its region, a calibrated
one all of them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.validation.histories import Histories
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.support.errors import InputError

VALUE_ADDED = "value added"
#: The variable that national growth is read from; the model is handed it.
NATION = "national market index"
#: Columns of forecasts.
RIVALS = (mark("model"), mark("like the nation"), mark("no change"))


def compare_with_rivals(found: Histories, origin: int) -> pd.DataFrame:
    """Score the model and two rivals on the figures after a year.

    ``like the nation`` grows from the figure of that year with the national market, in prices of
    2010; ``no change`` stays there.

    Parameters
    ----------
    found : Histories
        Figures and paths, with `NATION` among the variables.
    origin : int
        The year whose figure the rivals start from.

    Returns
    -------
    pandas.DataFrame
        A row a series of value added: region, variable, segment, origin, figures (how many after
        it), first, last, and for each of `RIVALS` its MAPE, and ``... at last``: its value over
        the figure in the last year, Dmnl.

    Raises
    ------
    InputError
        If the year is not one of the run's, or no series of value added has a figure in it and
        another one after it.
    """
    if origin not in found.paths["time"].values:
        first, last = (float(found.paths["time"].values[at]) for at in (0, -1))
        raise InputError(f"--rivals {origin}: the run has the years {first:g} to {last:g}")
    nation = found.paths[NATION]
    table = found.table[found.table["variable"] == VALUE_ADDED]
    rows = []
    for key, series in table.groupby(SERIES, sort=False):
        start = series.loc[series["year"] == origin, "value"].to_numpy(float)
        later = series[series["year"] > origin].sort_values("year")
        if not len(start) or later.empty:
            continue
        years, actual = later["year"].to_numpy(), later["value"].to_numpy(float)
        growth = nation.sel(time=years).to_numpy() / float(nation.sel(time=origin))
        forecasts = {
            "model": later["fitted"].to_numpy(float),
            "like the nation": start[0] * growth,
            "no change": np.full(len(later), start[0]),
        }
        scores = [100 * np.mean(np.abs(forecasts[name] / actual - 1)) for name in RIVALS]
        ends = [forecasts[name][-1] / actual[-1] for name in RIVALS]
        rows.append((*key, origin, len(later), years[0], years[-1], *scores, *ends))
    if not rows:
        raise InputError(
            f"--rivals {origin}: no value added has a figure of {origin} and one after it; "
            f"{_list_years(table)}"
        )
    columns = [*SERIES, "origin", "figures", "first", "last", *RIVALS]
    return pd.DataFrame(rows, columns=[*columns, *(f"{name} at last" for name in RIVALS)])


def _list_years(table: pd.DataFrame) -> str:
    """Say from when on each region has figures."""
    first = table.groupby("region", sort=False)["year"].min()
    return ", ".join(f"{region} begins in {year}" for region, year in first.items()) or "none has"
