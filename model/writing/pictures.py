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
    """Lines, some with bands, in a panel for each region; in one panel each has its colour.

    Attributes
    ----------
    data : pandas.DataFrame
        Columns ``panel``, ``series``, ``x``, ``y`` and, where there is a band, ``low`` and
        ``high``; a row a point.
    shaded : pandas.DataFrame
        Columns ``panel``, ``first``, ``last``: stretches of the horizontal axis.
    marked : pandas.DataFrame
        Columns ``panel``, ``x``, ``label``: upright lines.
    unit : str
        The model's unit of the upright axis, which is converted for the reader.
    """

    data: pd.DataFrame
    shaded: pd.DataFrame = field(default_factory=pd.DataFrame)
    marked: pd.DataFrame = field(default_factory=pd.DataFrame)
    unit: str = ""


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


@dataclass(frozen=True)
class Bars:
    """A bar for each name, the first at the top, with its interval and further marks.

    Attributes
    ----------
    data : pandas.DataFrame
        Columns ``name`` and ``value``; where they are known ``low`` and ``high``; and one for each
        further mark.
    marks : tuple of str
        Columns that are drawn as marks.
    unit : str
        The model's unit, which is converted for the reader.
    """

    data: pd.DataFrame
    marks: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Intervals:
    """A dot with its interval for each name and series, in a panel for each group.

    Attributes
    ----------
    data : pandas.DataFrame
        Columns ``panel``, ``name``, ``series``, ``middle`` and, where they are known, ``low`` and
        ``high``. Each panel has its own scale.
    units : mapping of str to str
        The model's unit of each panel, which is converted for the reader.
    """

    data: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Wedges:
    """Layers that add up, gains upwards and losses downwards, in a panel for each place.

    Attributes
    ----------
    data : pandas.DataFrame
        Columns ``panel``, ``layer``, ``x``, ``y``. The layers that matter most come first; more
        than seven are drawn as one. A panel of two names is called ``Wenzhou / Local``.
    lines : pandas.DataFrame
        Columns ``panel``, ``series``, ``x``, ``y``: lines over the layers, such as their sum.
    unit : str
        The model's unit, which is converted for the reader.
    columns : int
        How many panels stand side by side.
    """

    data: pd.DataFrame
    lines: pd.DataFrame = field(default_factory=pd.DataFrame)
    unit: str = ""
    columns: int = 2


@dataclass(frozen=True)
class Matrix:
    """A number in a shaded cell for each pair of names; an empty cell where there is none.

    Attributes
    ----------
    data : pandas.DataFrame
        Numbers, names of rows in the index and of columns in the columns. Shades are even about
        zero.
    unit : str
        The model's unit, which is converted for the reader.
    """

    data: pd.DataFrame
    unit: str = ""


@dataclass(frozen=True)
class Fits:
    """A line with its band and published points, in a panel for each variable, each with its scale.

    Attributes
    ----------
    data : pandas.DataFrame
        Columns ``panel``, ``x``, ``y``, ``low`` and ``high``.
    points : pandas.DataFrame
        Columns ``panel``, ``series``, ``x``, ``y``.
    units : mapping of str to str
        The model's unit of each panel, which is converted for the reader.
    """

    data: pd.DataFrame
    points: pd.DataFrame
    units: Mapping[str, str] = field(default_factory=dict)


Picture = Lines | HeatMap | Bars | Intervals | Wedges | Matrix | Fits
