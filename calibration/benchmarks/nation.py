"""A rival without a region: each series grows as the same thing does in the nation."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.calibration.data.series import SERIES

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
        See `calibration.validation.histories.pair_with_run`.
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
