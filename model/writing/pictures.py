"""Pictures as data: what is drawn, in which form; `forms` draws them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class Lines:
    """Lines, some with bands, in a panel for each region.

    Attributes
    ----------
    data : pandas.DataFrame
        Columns ``panel``, ``series``, ``x``, ``y`` and, where there is a band, ``low`` and
        ``high``; a row a point.
    shaded : pandas.DataFrame
        Columns ``panel``, ``first``, ``last``: stretches of the horizontal axis.
    marked : pandas.DataFrame
        Columns ``panel``, ``x``, ``label``: upright lines.
    """

    data: pd.DataFrame
    shaded: pd.DataFrame = field(default_factory=pd.DataFrame)
    marked: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class HeatMap:
    """Shades over two measures in a panel for each region, with a path across.

    Attributes
    ----------
    values : xarray.DataArray
        What the shade shows, along (panel, x, y).
    heights : xarray.DataArray
        Where the cells stand on the upright axis, which is logarithmic, along (panel, x, y).
    path : xarray.DataArray
        A line across each panel, along (panel, x).
    zones : mapping of str to (float, float)
        Stretches of the upright axis by name.
    """

    values: xr.DataArray
    heights: xr.DataArray
    path: xr.DataArray
    zones: Mapping[str, tuple[float, float]] = field(default_factory=dict)


Picture = Lines | HeatMap
