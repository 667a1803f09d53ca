"""Forms of pictures: data in, a figure out, in the words that a page gives it.

A picture is data (`pictures`): which form it has, and what it shows. The words on it (`title`,
`note`, labels of the axes) come from the page, in its language. Series differ in line or mark as
well as in colour, so that a picture can be read in grey.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.colors import Normalize
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from smecluster.model.presentation.formatting import colour_regions
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.writing.pictures import HeatMap, Lines
from smecluster.model.writing.words import Words

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from smecluster.model.writing.pages import Drawing

_DASHES = ("-", "--", ":", "-.")
_FEW = 7  # years on an axis that are all named
_GRID, _SHADE, _RULE = "#E5E5E5", "#EEEEEE", "#444444"
Namer = Callable[[str], str]


def draw(drawing: Drawing, language: str) -> Figure:
    """Draw a picture.

    Parameters
    ----------
    drawing : Drawing
        The picture, and the words on it: ``title``, ``note``, ``x``, ``y`` and, for shades,
        ``shade``.
    language : str
        Code of the language of names on it.

    Returns
    -------
    Figure
        The figure.
    """
    picture, words = drawing.picture, drawing.words
    form: Any = {Lines: _draw_lines, HeatMap: _draw_map}[type(picture)]
    figure: Figure = form(picture, words, Words(language).label)
    return add_heading(figure, words["title"], words["note"])


def _draw_lines(picture: Lines, words: Mapping[str, str], name: Namer) -> Figure:
    panels = list(picture.data["panel"].unique())
    colours = colour_regions(panels)
    figure, axes = _lay_out(len(panels), width=3.9, height=4.6)
    for axis, panel in zip(axes, panels, strict=True):
        own = picture.data[picture.data["panel"] == panel]
        for dash, (series, line) in zip(_DASHES, own.groupby("series", sort=False), strict=False):
            style = {"color": colours[panel], "linewidth": 2 if dash == "-" else 1.4}
            axis.plot(line["x"], line["y"], linestyle=dash, label=name(str(series)), **style)
            if "low" in line and line["low"].notna().any():
                ends = line["low"], line["high"]
                axis.fill_between(line["x"], *ends, color=colours[panel], alpha=0.2, linewidth=0)
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
        axis.grid(axis="y", color=_GRID)
        _label(axis, name(panel), colours[panel], words["x"], own["x"].to_numpy(dtype=float))
    axes[0].set_ylabel(words["y"])
    axes[0].set_ylim(min(0.0, axes[0].get_ylim()[0]), None)
    format_axis(axes[0].yaxis)
    axes[0].legend(frameon=False, fontsize=8, loc="lower left")
    return figure


def _draw_map(picture: HeatMap, words: Mapping[str, str], name: Namer) -> Figure:
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
        _name_zones(axis, picture.zones, heights.isel(x=0), name)
        _label(axis, name(panel), colours[panel], words["x"], values["x"].values)
    axes[0].set_ylabel(words["y"])
    figure.colorbar(drawn, ax=list(axes), label=words["shade"])
    return figure


def _name_zones(
    axis: Axes, zones: Mapping[str, tuple[float, float]], heights: xr.DataArray, name: Namer
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
                name(zone),
                (0.02, float(np.sqrt(low * high))),
                xycoords=("axes fraction", "data"),
                va="center",
                fontsize=8,
                bbox=box,
            )


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
