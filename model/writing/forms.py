"""Forms of pictures: data in, a figure out, in the words that a page gives it.

A picture is data (`pictures`): which form it has, and what it shows. The words on it (`title`,
`note`, labels of the axes) come from the page, in its language. Series differ in line or mark as
well as in colour, so that a picture can be read in grey.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from smecluster.model.presentation.formatting import colour_regions
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.writing.pictures import Bars, Fits, HeatMap, Intervals, Lines, Matrix, Wedges
from smecluster.model.writing.words import Words

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from smecluster.model.writing.pages import Drawing

_DASHES = ("-", "--", ":", "-.")
_MARKS = "oDs^v"
# Okabe and Ito's colours, which readers who cannot see red or green can distinguish.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_OTHERS = "#BBBBBB"
_FEW = 7  # years on an axis that are all named
_FITS_ACROSS = 3
_GRID, _SHADE, _RULE = "#E5E5E5", "#EEEEEE", "#444444"


def draw(drawing: Drawing, language: str) -> Figure:
    """Draw a picture.

    Parameters
    ----------
    drawing : Drawing
        The picture, and the words on it: ``title``, ``note``, ``x``, ``y``; for shades
        ``shade``; for a line with a name of its own, that name.
    language : str
        Code of the language of names on it.

    Returns
    -------
    Figure
        The figure.
    """
    form: Any = _FORMS[type(drawing.picture)]
    figure: Figure = form(drawing.picture, drawing.words, Words(language))
    return add_heading(figure, drawing.words["title"], drawing.words["note"])


def _draw_lines(picture: Lines, said: Mapping[str, str], words: Words) -> Figure:
    panels = list(picture.data["panel"].unique())
    colours = colour_regions(panels)
    unit, factor = words.unit(picture.unit)
    alone = len(panels) == 1
    figure, axes = _lay_out(len(panels), width=8.0 if alone else 3.9, height=6.2 if alone else 4.6)
    for axis, panel in zip(axes, panels, strict=True):
        own = picture.data[picture.data["panel"] == panel]
        styles = zip(cycle(_DASHES), cycle(_COLOURS), strict=False)
        lines = own.groupby("series", sort=False)
        for (dash, colour), (series, line) in zip(styles, lines, strict=False):
            colour = colour if alone else colours[panel]
            style = {"color": colour, "linewidth": 2 if dash == "-" else 1.4}
            label = said.get(str(series)) or words.label(str(series))
            axis.plot(line["x"], factor * line["y"], linestyle=dash, label=label, **style)
            if "low" in line and line["low"].notna().any():
                ends = factor * line["low"], factor * line["high"]
                axis.fill_between(line["x"], *ends, color=colour, alpha=0.2, linewidth=0)
        _mark_stretches(axis, picture, panel)
        axis.grid(axis="y", color=_GRID)
        _label(axis, words.label(panel), colours[panel], said["x"], own["x"].to_numpy(dtype=float))
    axes[0].set_ylabel(_with_unit(said["y"], unit))
    axes[0].set_ylim(min(0.0, axes[0].get_ylim()[0]), None)
    format_axis(axes[0].yaxis)
    if alone:
        figure.legend(frameon=False, fontsize=8, loc="outside lower center")
    else:
        axes[0].legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def _mark_stretches(axis: Axes, picture: Lines, panel: str) -> None:
    for row in _rows(picture.shaded, panel):
        axis.axvspan(row["first"], row["last"], color=_SHADE, zorder=0)
    for row in _rows(picture.marked, panel):
        axis.axvline(row["x"], color=_RULE, linestyle=":", linewidth=1.2)
        axis.annotate(
            row["label"],
            (row["x"], 0.985),
            xycoords=("data", "axes fraction"),
            fontsize=8,
            va="top",
            color=_RULE,
        )


def _draw_map(picture: HeatMap, said: Mapping[str, str], words: Words) -> Figure:
    panels = [str(panel) for panel in picture.values["panel"].values]
    colours = colour_regions(panels)
    figure, axes = _lay_out(len(panels), width=4.1, height=5.0)
    shade = Normalize(float(picture.values.min()), float(picture.values.max()))
    drawn: Any = None
    for axis, panel in zip(axes, panels, strict=True):
        values, heights = picture.values.sel(panel=panel), picture.heights.sel(panel=panel)
        across = np.broadcast_to(values["x"].values[:, None], values.shape)
        drawn = axis.pcolormesh(
            across, heights, values, cmap="cividis", norm=shade, shading="gouraud"
        )
        path = picture.path.sel(panel=panel)
        axis.plot(path["x"], path, color="white", linewidth=2.4)
        axis.plot(path["x"], path, color="black", linewidth=1.2)
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(FixedLocator([0.01, 0.1, 0.5, 1, 2, 5, 10, 50, 100, 500]))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_ylim(float(heights.min()), float(heights.max()))
        _name_zones(axis, picture.zones, heights.isel(x=0), words)
        _label(axis, words.label(panel), colours[panel], said["x"], values["x"].values)
    axes[0].set_ylabel(said["y"])
    figure.colorbar(drawn, ax=list(axes), label=said["shade"])
    return figure


def _name_zones(
    axis: Axes, zones: Mapping[str, tuple[float, float]], heights: xr.DataArray, words: Words
) -> None:
    """Name the stretches of a logarithmic axis at its left end, and part them."""
    least, most = float(heights.min()), float(heights.max())
    for zone, (low, high) in zones.items():
        if np.isfinite(high):
            axis.axhline(high, color="#777777", linestyle="--", linewidth=0.9)
        low, high = max(low, least), min(high, most)
        if low < high:
            box = {"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.5}
            axis.annotate(
                words.label(zone),
                (0.02, float(np.sqrt(low * high))),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8,
                bbox=box,
            )


def _draw_bars(picture: Bars, said: Mapping[str, str], words: Words) -> Figure:
    data = picture.data.iloc[::-1]
    unit, factor = words.unit(picture.unit)
    figure = Figure(figsize=(9.5, 2.2 + 0.36 * len(data)), layout="constrained")
    axis = figure.subplots()
    rows = np.arange(len(data))
    axis.barh(rows, factor * data["value"], color=_COLOURS[0], height=0.6, label=said["value"])
    if "low" in data and data["low"].notna().any():
        ends = factor * data["low"], factor * data["high"]
        axis.hlines(rows, *ends, color="black", linewidth=1.6, label=said["interval"])
    for symbol, column in zip(_MARKS, picture.marks, strict=False):
        axis.plot(
            factor * data[column],
            rows,
            symbol,
            color="white",
            markeredgecolor=_COLOURS[5],
            markeredgewidth=1.4,
            markersize=5.5,
            label=said.get(column) or words.label(column),
        )
    axis.set_yticks(rows, [words.label(str(name)) for name in data["name"]])
    axis.set_xlabel(_with_unit(said["x"], unit))
    _tidy_rows(axis)
    figure.legend(loc="outside lower center", ncols=4, frameon=False)
    return figure


def _draw_intervals(picture: Intervals, said: Mapping[str, str], words: Words) -> Figure:
    panels = list(picture.data["panel"].unique())
    series = list(picture.data["series"].unique())
    names = picture.data.groupby("panel", sort=False)["name"].nunique()
    heights = [0.5 + 0.28 * int(names[panel]) * len(series) for panel in panels]
    figure = Figure(figsize=(9.5, 1.6 + sum(heights)), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    colours = {one: _COLOURS[at % len(_COLOURS)] for at, one in enumerate(series)}
    for axis, panel in zip(axes, panels, strict=True):
        own = picture.data[picture.data["panel"] == panel]
        unit, factor = words.unit(picture.units.get(panel, ""))
        order = list(own["name"].unique())[::-1]
        for at, one in enumerate(series):
            line = own[own["series"] == one]
            shift = 0.6 * ((len(series) - 1) / 2 - at) / len(series)
            rows = np.array([order.index(name) for name in line["name"]]) + shift
            if "low" in line and line["low"].notna().any():
                axis.hlines(rows, factor * line["low"], factor * line["high"], color=colours[one])
            mark = _MARKS[at % len(_MARKS)]
            middle = factor * line["middle"]
            axis.plot(middle, rows, mark, color=colours[one], label=words.label(str(one)))
        axis.set_yticks(range(len(order)), [words.label(str(name)) for name in order])
        axis.set_ylim(-0.5, len(order) - 0.5)
        axis.set_title(_with_unit(words.label(str(panel)), unit), loc="left", fontsize=10)
        _tidy_rows(axis)
    if len(series) > 1:
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    return figure


def _draw_wedges(picture: Wedges, said: Mapping[str, str], words: Words) -> Figure:
    panels = list(picture.data["panel"].unique())
    layers = [str(layer) for layer in picture.data["layer"].unique()]
    colours = dict(zip(layers, _COLOURS, strict=False))
    unit, factor = words.unit(picture.unit)
    rows = -(-len(panels) // picture.columns)
    figure = Figure(figsize=(11.5, 2.2 + 3.1 * rows), layout="constrained")
    axes = figure.subplots(rows, min(picture.columns, len(panels)), squeeze=False, sharex=True)
    for axis, panel in zip(axes.flat, panels, strict=False):
        own = picture.data[picture.data["panel"] == panel]
        stacked = own.pivot(index="x", columns="layer", values="y")[layers] * factor
        _stack(axis, stacked, colours)
        for dash, (series, line) in zip(_DASHES, _series(picture.lines, panel), strict=False):
            style = {"color": "black", "linewidth": 1.8 if dash == "-" else 1.3}
            label = said.get(str(series)) or words.label(str(series))
            axis.plot(line["x"], factor * line["y"], linestyle=dash, label=label, **style)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.set_xlim(stacked.index.min(), stacked.index.max())
        title = said.get(str(panel)) or words.label(str(panel))
        axis.set_title(title, fontweight="bold", loc="left")
        axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axis.spines[["top", "right"]].set_visible(False)
        format_axis(axis.yaxis)
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    for axis in axes[:, 0]:
        axis.set_ylabel(_with_unit(said["y"], unit))
    handles: list[Any] = [
        Patch(color=colour, label=said.get(one) or words.label(one))
        for one, colour in colours.items()
    ]
    if len(layers) > len(colours):
        handles.append(Patch(color=_OTHERS, label=said["others"]))
    handles += axes.flat[0].get_legend_handles_labels()[0]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return figure


def _stack(axis: Axes, layers: pd.DataFrame, colours: Mapping[str, str]) -> None:
    """Stack gains upwards and losses downwards, the first layer next to zero."""
    floors = {1: np.zeros(len(layers)), -1: np.zeros(len(layers))}
    for name, values in layers.items():
        for sign, floor in floors.items():
            part = sign * np.clip(sign * values.to_numpy(dtype=float), 0, None)
            if part.any():
                colour = colours.get(str(name), _OTHERS)
                axis.fill_between(layers.index, floor, floor + part, color=colour, linewidth=0)
                floors[sign] = floor + part


def _draw_matrix(picture: Matrix, said: Mapping[str, str], words: Words) -> Figure:
    unit, factor = words.unit(picture.unit)
    values = picture.data.to_numpy(dtype=float) * factor
    rows, columns = values.shape
    figure = Figure(figsize=(3.4 + 0.55 * columns, 3.2 + 0.5 * rows), layout="constrained")
    axis = figure.subplots()
    most = float(np.nanmax(np.abs(values), initial=0.0)) or 1.0
    drawn = axis.imshow(np.ma.masked_invalid(values), cmap="PuOr_r", vmin=-most, vmax=most)
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = "white" if abs(value) > 0.6 * most else "black"
            said_value = words.number(value)
            axis.text(column, row, said_value, color=colour, ha="center", va="center", fontsize=7)
    across = [words.label(str(name)) for name in picture.data.columns]
    axis.set_xticks(range(columns), across, rotation=50, ha="right", fontsize=8)
    axis.set_yticks(
        range(rows), [words.label(str(name)) for name in picture.data.index], fontsize=8
    )
    axis.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=axis, label=_with_unit(said["shade"], unit), shrink=0.8)
    return figure


def _draw_fits(picture: Fits, said: Mapping[str, str], words: Words) -> Figure:
    panels = [str(panel) for panel in picture.data["panel"].unique()]
    columns = min(_FITS_ACROSS, len(panels))
    rows = -(-len(panels) // columns)
    figure = Figure(figsize=(max(3.9 * columns, 7.0), 1.3 + 2.7 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for axis, panel in zip(axes.flat, panels, strict=False):
        unit, factor = words.unit(picture.units.get(panel, ""))
        own = picture.data[picture.data["panel"] == panel]
        axis.plot(own["x"], factor * own["y"], color=_COLOURS[0], linewidth=1.8)
        if own["low"].notna().any():
            ends = factor * own["low"], factor * own["high"]
            axis.fill_between(own["x"], *ends, color=_COLOURS[0], alpha=0.2, linewidth=0)
        series = list(_series(picture.points, panel))
        for mark, colour, (name, part) in zip(cycle(_MARKS), cycle(_COLOURS[1:]), series):
            style = {"markersize": 3.5, "color": colour, "label": words.label(str(name))}
            axis.plot(part["x"], factor * part["y"], mark, **style)
        if len(series) > 1:
            axis.legend(frameon=False, fontsize=7)
        axis.set_title(_with_unit(words.label(panel), unit), loc="left", fontsize=9)
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axis.set_ylim(min(0.0, axis.get_ylim()[0]), None)
        axis.spines[["top", "right"]].set_visible(False)
        axis.tick_params(labelsize=8)
        format_axis(axis.yaxis)
    for axis in axes.flat[len(panels) :]:
        axis.set_axis_off()
    return figure


_FORMS: Mapping[type, Callable[..., Figure]] = {
    Lines: _draw_lines,
    HeatMap: _draw_map,
    Bars: _draw_bars,
    Intervals: _draw_intervals,
    Wedges: _draw_wedges,
    Matrix: _draw_matrix,
    Fits: _draw_fits,
}


def _with_unit(label: str, unit: str) -> str:
    return f"{label}, {unit}" if unit else label


def _tidy_rows(axis: Axes) -> None:
    axis.axvline(0, color="black", linewidth=0.8)
    axis.grid(axis="x", color=_GRID)
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    format_axis(axis.xaxis)


def _series(table: pd.DataFrame, panel: str) -> Any:
    own = table[table["panel"] == panel] if len(table) else table
    return own.groupby("series", sort=False) if len(own) else ()


def _lay_out(panels: int, width: float, height: float) -> tuple[Figure, np.ndarray]:
    figure = Figure(figsize=(width * panels + 1.0, height), layout="constrained")
    return figure, figure.subplots(1, panels, squeeze=False, sharey=True)[0]


def _label(axis: Axes, title: str, colour: str, across: str, values: np.ndarray) -> None:
    axis.set_title(title, color=colour, fontweight="bold", loc="left")
    axis.set_xlabel(across)
    places = [float(one) for one in np.unique(values)]
    few = len(places) <= _FEW
    axis.xaxis.set_major_locator(FixedLocator(places) if few else MaxNLocator(5, integer=True))
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=9)


def _rows(table: pd.DataFrame, panel: str) -> list[dict[Any, Any]]:
    return table[table["panel"] == panel].to_dict("records") if len(table) else []
