"""What the map of timing shows: the best year of each region, the paper's kinds of intervention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.file.regions import REGION
from smecluster.model.writing.pictures import HeatMap, Lines, Picture
from smecluster.model.writing.result import Result

HOME, EVERYWHERE, MASS = "at home", "in all regions", "mass"
#: Net national benefit for a yuan; there only where the model keeps the account.
NATION = "to the nation"
# Kinds of intervention, by the number of firms at the start relative to the critical mass.
KINDS = {"cultivation": (0.0, 1.0), "combination": (1.0, 2.0), "self-development": (2.0, np.inf)}

_QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}
# Years whose gain is this close to the best one's are in the window, Dmnl.
_SLACK = 0.1
_EDGES = (1.0, 2.0)  # between the kinds of intervention
_OF_DRAWS = ["low", "high", "draws that agree", "gains most", "draws"]


def describe_timing(gains: xr.Dataset, **setting: Any) -> Result:
    """Describe what a yuan gains by starting year and size of the cluster.

    Parameters
    ----------
    gains : xarray.Dataset
        Along (draw, Region, start, size): ``at home`` and ``in all regions``, yuan of value added
        for a yuan of money; where the model keeps the account ``to the nation``, yuan of net
        national benefit; ``mass``, the number of firms at the start over the critical mass, Dmnl.
        ``size`` is what the critical mass was divided by; 1 is the model's own.
    **setting
        What the page says of the runs: ``strategy``, ``baseline`` (titles), ``share`` (yearly money
        over value added, Dmnl), ``lasting``, ``horizon`` (Year), ``drawn`` (how many constants the
        draws vary), ``runs``, ``failed``.

    Returns
    -------
    Result
        Tables ``windows`` (the best year by region), ``kinds`` and ``map``; pictures
        ``window-by-year`` and, with several years and sizes, ``window-map``.
    """
    measures = [name for name in (HOME, NATION) if name in gains]
    windows = find_windows(gains)
    kinds = {name: compare_kinds(gains, name) for name in measures}
    tables = {
        "windows": windows.rename(columns={"mass": "firms over critical mass"}),
        "kinds": pd.concat(
            [table.assign(measure=name) for name, table in kinds.items()], ignore_index=True
        ),
        "map": _tabulate(gains),
    }
    several = gains.sizes["draw"] > 1
    if not several:
        tables = {
            name: table.drop(columns=_OF_DRAWS, errors="ignore") for name, table in tables.items()
        }
    unit = dict.fromkeys(("gain", "best gain", "low", "median", "high"), "yuan for a yuan")
    for name in ("windows", "kinds"):
        tables[name].attrs["units"] = {key: unit[key] for key in unit if key in tables[name]}
    facts = {
        **setting,
        "several": several,
        "draws": gains.sizes["draw"],
        "first": int(gains["start"].min()),
        "latest": int(gains["start"].max()),
        "years": gains.sizes["start"],
        "windows": windows.to_dict("records"),
        "kinds": {name: _rank_kinds(table) for name, table in kinds.items()},
        "won": {name: _count_wins(_rank_kinds(table)) for name, table in kinds.items()},
    }
    return Result("timing", facts, tables, _picture(gains, windows), gains)


def find_windows(gains: xr.Dataset) -> pd.DataFrame:
    """Find in which years a yuan gains most in each region as it is, and what it gains last.

    Parameters
    ----------
    gains : xarray.Dataset
        See `describe_timing`.

    Returns
    -------
    pandas.DataFrame
        A row a region with results: the last year tried and the median gain at home, yuan for a
        yuan, with 5 and 95 % points; the mass in the last year; the best year and its median gain;
        first and last year of those around it whose gain is within a tenth of it; in how many of
        the ``draws`` the best year of all gains within a tenth of the draw's own best.
    """
    own = gains.sel(size=1.0)
    rows = []
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
                "low": float(latest.quantile(_QUANTILES["low"])),
                "high": float(latest.quantile(_QUANTILES["high"])),
                "mass": float(own[MASS].sel({REGION: region}).isel(start=-1).median()),
                "best start": int(best),
                "best gain": float(middle.max()),
                "window from": int(first),
                "window to": int(last),
                "draws that agree": int(agree.where(known, False).sum()),
                "draws": int(known.sum()),
            }
        )
    return pd.DataFrame(rows)


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


def compare_kinds(gains: xr.Dataset, measure: str = HOME) -> pd.DataFrame:
    """Compare the kinds of intervention at the same dates.

    In each year, region and draw the gains of clusters of each kind's size are averaged; years in
    which there are clusters of every kind count.

    Parameters
    ----------
    gains : xarray.Dataset
        See `describe_timing`.
    measure : str
        Which gain: `HOME`, `EVERYWHERE` or `NATION`.

    Returns
    -------
    pandas.DataFrame
        A row a region and kind: the 5, 50 and 95 % points of the gain over the draws, in how many
        of the ``draws`` the kind ``gains most``, and the number of years; missing where no year
        has all kinds.
    """
    gain, mass = gains[measure], gains[MASS]
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
        first = own.argmax("kind") if known else None
        for at, kind in enumerate(KINDS):
            values = own.sel(kind=kind).values
            points = np.quantile(values, list(_QUANTILES.values())) if known else [np.nan] * 3
            rows.append(
                {
                    "region": str(region),
                    "kind": kind,
                    **dict(zip(_QUANTILES, map(float, points), strict=True)),
                    "gains most": 0 if first is None else int((first == at).sum()),
                    "draws": known,
                    "years": int(whole.sel({REGION: region}).any("draw").sum()),
                }
            )
    return pd.DataFrame(rows)


def _tabulate(gains: xr.Dataset) -> pd.DataFrame:
    """Put the map into a long table: the mean and, with several draws, 5, 50 and 95 % points."""
    several = gains.sizes["draw"] > 1
    parts = []
    for name, values in gains.data_vars.items():
        columns = {"mean" if several else "value": values.mean("draw")}
        if several:
            points = values.quantile(list(_QUANTILES.values()), "draw")
            columns |= {
                key: points.isel(quantile=at, drop=True) for at, key in enumerate(_QUANTILES)
            }
        part = xr.Dataset(columns).to_dataframe().reset_index()
        part.insert(0, "unit", values.attrs.get("unit", ""))
        part.insert(0, "measure", str(name))
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _rank_kinds(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rank the kinds of each region; ``best`` is None where they cannot be compared."""
    ranked: list[dict[str, Any]] = []
    for region, own in table.groupby("region", sort=False):
        rows = own.set_index("kind").to_dict("index")
        middle = {kind: float(rows[kind]["median"]) for kind in KINDS}
        if not np.isfinite(list(middle.values())).all():
            ranked.append({"region": str(region), "best": None})
            continue
        best, worst = max(KINDS, key=middle.__getitem__), min(KINDS, key=middle.__getitem__)
        spread = middle[best] / middle[worst] - 1 if middle[worst] > 0 else None
        won, draws = int(rows[best]["gains most"]), int(rows[best]["draws"])
        said = {"best": best, "worst": worst, "spread": spread, "won": won, "draws": draws}
        ranked.append({"region": str(region), "gains": middle, **said})
    return ranked


def _count_wins(ranked: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Count in how many regions each kind is the best, and in how many draws of a region."""
    known = [one for one in ranked if one["best"]]
    best = [one["best"] for one in known]
    return {
        "regions": {kind: best.count(kind) for kind in KINDS if kind in best},
        "won": sum(one["won"] for one in known),
        "draws": sum(one["draws"] for one in known),
    }


def _picture(gains: xr.Dataset, windows: pd.DataFrame) -> dict[str, Picture]:
    own = gains.sel(size=1.0)
    lines = []
    for region in own[REGION].values:
        for series in (HOME, EVERYWHERE):
            gain = own[series].sel({REGION: region})
            line = {"panel": str(region), "series": series, "x": gain["start"].values}
            line["y"] = gain.median("draw").values
            if series == HOME and gain.sizes["draw"] > 1:
                line["low"], line["high"] = gain.quantile([0.05, 0.95], "draw").values
            lines.append(pd.DataFrame(line))
    shaded = windows.rename(
        columns={"region": "panel", "window from": "first", "window to": "last"}
    )
    marked = [
        {"panel": str(region), "x": year, "label": f"x{edge:g}"}
        for region in own[REGION].values
        for edge in _EDGES
        for year in _find_passing(own[MASS].sel({REGION: region}).median("draw"), edge)
    ]
    pictures: dict[str, Picture] = {
        "window-by-year": Lines(pd.concat(lines), shaded, pd.DataFrame(marked))
    }
    if gains.sizes["size"] > 1 and gains.sizes["start"] > 1:
        middle = gains.median("draw").rename({REGION: "panel", "start": "x", "size": "y"})
        path = middle[MASS].sel(y=1.0)
        pictures["window-map"] = HeatMap(middle[HOME], middle[MASS], path, KINDS)
    return pictures


def _find_passing(mass: xr.DataArray, edge: float) -> list[float]:
    """Find the year in which a cluster passes a size, by a straight line between the years."""
    above = mass.values >= edge
    if above.all() or not above.any():
        return []
    at = int(np.argmax(above))
    if at == 0:
        return []
    before, after = mass.values[at - 1 : at + 1]
    years = mass["start"].values
    return [float(years[at - 1] + (edge - before) / (after - before) * (years[at] - years[at - 1]))]
