"""The picture of runs: variables over time, a panel each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.lines import Line2D

from smecluster.model.errors import InputError
from smecluster.model.presentation.formatting import (
    TOTAL_COLOUR,
    capitalise,
    colour_regions,
    display_unit,
)
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

_REGION = "Region"
_COLUMNS = 3


def draw_runs(series: Sequence[xr.DataArray], source: Mapping[str, Any]) -> Figure:
    """Draw variables over time: a line a region; of many runs the median and 90 % interval.

    Parameters
    ----------
    series : sequence of xarray.DataArray
        The variables in the model's units, along ``time`` and, as the case may be, ``run`` and
        ``Region``.
    source : mapping
        Where the numbers come from: ``model``, ``model hash``, ``engine``.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    InputError
        If there is no variable, one has another dimension, or there is one year only.
    """
    if not series:
        raise InputError("nothing to draw: name a variable by time, or by region and time")
    for one in series:
        others = [str(dim) for dim in one.dims if dim not in ("run", "time", _REGION)]
        if others:
            raise InputError(
                f"{one.name!r} has a line for each {others[0]}: choose one, "
                f"as '{one.name}[{one[others[0]].values[0]}]'"
            )
    years = series[0]["time"].values
    if len(years) < 2:
        raise InputError("a figure over time needs two years at least: run with more 'years'")
    columns = 2 if len(series) == 4 else min(_COLUMNS, len(series))
    rows = -(-len(series) // columns)
    figure = Figure(figsize=(1 + 3.6 * columns, 1.6 + 2.7 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    names = dict.fromkeys(str(name) for one in series for name in np.atleast_1d(_regions(one)))
    colours = colour_regions([*names])
    for axes, one in zip(panels, series, strict=False):
        _draw_panel(axes, one, colours)
    for axes in panels[len(series) :]:
        axes.set_visible(False)
    if colours:
        lines = [Line2D([], [], color=colour, label=name) for name, colour in colours.items()]
        figure.legend(handles=lines, loc="outside lower left", ncols=len(lines), frameon=False)
    runs = max(one.sizes.get("run", 0) for one in series)
    shown = f"Median and 90 % interval of {runs:,} runs" if runs > 1 else "One run"
    note = f"{shown} of {source['model']} ({str(source['model hash'])[:12]}), {source['engine']}."
    return add_heading(figure, f"The model, {years[0]:g}-{years[-1]:g}", note)


def _regions(series: xr.DataArray) -> list[str]:
    """List the regions of a variable, the one chosen too; none for a national variable."""
    if _REGION not in series.coords:
        return []
    return [str(name) for name in np.atleast_1d(series[_REGION].values)]


def _draw_panel(axes: Axes, series: xr.DataArray, colours: Mapping[str, str]) -> None:
    unit, factor = display_unit(str(series.attrs.get("unit", "")))
    years = series["time"].values
    lines = series if _REGION in series.dims else series.expand_dims(_REGION)
    lines = lines.transpose(_REGION, ..., "time")
    names = _regions(series) or [""]
    for name, values in zip(names, lines.values * factor, strict=True):
        colour = colours.get(name, TOTAL_COLOUR)
        if values.ndim == 1:
            axes.plot(years, values, color=colour, linewidth=1.6)
            continue
        low, middle, high = np.nanquantile(values, [0.05, 0.5, 0.95], axis=0)
        axes.fill_between(years, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(years, middle, color=colour, linewidth=1.6)
    axes.set_title(capitalise(str(series.name)), fontsize=10, loc="left")
    axes.set_ylabel(unit, fontsize=8)
    axes.tick_params(labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    format_axis(axes.yaxis)
