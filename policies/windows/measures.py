"""Names, measures and tables of the best start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.file.regions import REGION
from smecluster.model.presentation.language.catalogue import mark

if TYPE_CHECKING:
    from smecluster.policies.windows.result import Windows

#: First year in which a programme may start, and why (docs/limitations.md).
FIRST_START = 2000
WHY_FIRST_START = mark(
    "before 2000 value added of the Pearl River Delta is not known, private enterprise was not yet "
    "free everywhere and 1978-89 is almost without figures (docs/limitations.md)"
)
HOME, EVERYWHERE, MASS = mark("at home"), mark("in all regions"), "mass"
#: Net national benefit for a yuan; there only where the model keeps the account.
NATION = mark("to the nation")
#: Names of the figures.
BY_YEAR, MAP = "window-by-year", "window-map"
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}
# Kinds of intervention, by the number of firms at the start relative to the critical mass.
KINDS = {"cultivation": (0.0, 1.0), "combination": (1.0, 2.0), "self-development": (2.0, np.inf)}
# Years whose gain is this close to the best one's are in the window, Dmnl.
_SLACK = 0.1


def tabulate_gains(windows: Windows) -> pd.DataFrame:
    """Put the map into a long table.

    Parameters
    ----------
    windows : Windows
        The map.

    Returns
    -------
    pandas.DataFrame
        Columns: measure, unit, region, start, size, and the mean and 5, 50, 95 % points over the
        draws; without the points where there is one set of values.
    """
    parts = []
    for name, values in windows.gains.data_vars.items():
        columns = {"mean": values.mean("draw")}
        if windows.several:
            points = values.quantile(list(QUANTILES.values()), "draw")
            columns |= {
                key: points.isel(quantile=at, drop=True) for at, key in enumerate(QUANTILES)
            }
        part = xr.Dataset(columns).to_dataframe().reset_index()
        part.insert(0, "unit", values.attrs.get("unit", ""))
        part.insert(0, "measure", str(name))
        parts.append(part)
    table = pd.concat(parts, ignore_index=True)
    return table if windows.several else table.rename(columns={"mean": "value"})


def find_windows(windows: Windows) -> pd.DataFrame:
    """Find in which years a yuan gains most in each region as it is, and what it gains last.

    Parameters
    ----------
    windows : Windows
        The map.

    Returns
    -------
    pandas.DataFrame
        A row a region: the last year tried and the median gain at home, yuan for a yuan, with 5
        and 95 % points where there are several draws; the best year and its median gain; first
        and last year of those around it whose gain is within a tenth of it; the mass in the last
        year; and, with several draws, ``draws that agree``: how many have the best year of all
        draws together within a tenth of their own best, and ``draws``: how many have a result. A
        region in which no run has a result is left out.
    """
    rows = []
    own = windows.gains.sel(size=1.0)
    for region in own[REGION].values:
        gain = own[HOME].sel({REGION: region})
        middle = gain.median("draw")
        if not middle.notnull().any():
            continue
        best = middle["start"].values[int(np.nanargmax(middle.values))]
        first, last = find_window(middle)
        # A tenth of a loss is allowed for as one of a gain.
        agree = gain.sel(start=best) >= gain.max("start") - _SLACK * abs(gain.max("start"))
        known = gain.sel(start=best).notnull()
        latest = gain.isel(start=-1)
        rows.append(
            {
                "region": str(region),
                "last start": int(latest["start"]),
                "gain": float(latest.median()),
                "low": float(latest.quantile(QUANTILES["low"])),
                "high": float(latest.quantile(QUANTILES["high"])),
                "mass": float(own[MASS].sel({REGION: region}).isel(start=-1).median()),
                "best start": int(best),
                "best gain": float(middle.max()),
                "window from": int(first),
                "window to": int(last),
                "draws that agree": int(agree.where(known, False).sum()),
                "draws": int(known.sum()),
            }
        )
    columns = ["region", "last start", "gain", "low", "high", "mass", "best start", "best gain"]
    columns += ["window from", "window to", "draws that agree", "draws"]
    table = pd.DataFrame(rows, columns=columns)
    return table if windows.several else table.drop(columns=["low", "high", *columns[-2:]])


def find_window(gain: xr.DataArray) -> tuple[float, float]:
    """Find the years around the best one whose gain is within a tenth of the best.

    Parameters
    ----------
    gain : xarray.DataArray
        Gain along ``start``; missing where there is none.

    Returns
    -------
    tuple of float
        First and last year of the window.
    """
    values = gain.values
    best = int(np.nanargmax(values))
    near = values >= values[best] - _SLACK * abs(values[best])
    first = last = best
    while first > 0 and near[first - 1]:
        first -= 1
    while last + 1 < len(near) and near[last + 1]:
        last += 1
    years = gain["start"].values
    return float(years[first]), float(years[last])


def compare_kinds(windows: Windows, measure: str = HOME) -> pd.DataFrame:
    """Compare the kinds of intervention at the same dates.

    In each year, region and draw the gains of clusters of each kind's size are averaged; years in
    which there are clusters of every kind count.

    Parameters
    ----------
    windows : Windows
        The map.
    measure : str
        Which gain: `HOME`, `EVERYWHERE` or `NATION`.

    Returns
    -------
    pandas.DataFrame
        A row a region and kind: median gain over the draws, the number of years, and with several
        draws the 5 and 95 % points and in how many of the ``draws`` the kind ``gains most``;
        missing where no year has all kinds.
    """
    gain, mass = windows.gains[measure], windows.gains[MASS]
    groups = [
        gain.where((mass >= low) & (mass < high)).mean("size") for low, high in KINDS.values()
    ]
    kinds = xr.concat(groups, "kind").assign_coords(kind=list(KINDS))
    whole = kinds.notnull().all("kind")
    kinds = kinds.where(whole).mean("start")
    rows = []
    for region in kinds[REGION].values:
        own = kinds.sel({REGION: region}).dropna("draw")
        known = own.sizes["draw"]
        years = int(whole.sel({REGION: region}).any("draw").sum())
        first = own.argmax("kind") if known else None
        for at, kind in enumerate(KINDS):
            values = own.sel(kind=kind).values
            points = np.quantile(values, list(QUANTILES.values())) if known else [np.nan] * 3
            rows.append(
                {
                    "region": str(region),
                    "kind": kind,
                    **dict(zip(QUANTILES, map(float, points), strict=True)),
                    "gains most": 0 if first is None else int((first == at).sum()),
                    "draws": known,
                    "years": years,
                }
            )
    table = pd.DataFrame(rows)
    return table if windows.several else table[["region", "kind", "median", "years"]]
