"""Pages of small panels, readable on paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading
from smecluster.model.presentation.wrapping import fill

Item = TypeVar("Item")

#: Inches, little more than the text of an A4 page: fonts keep their size.
WIDTH = 8.0
FIGURE_COLOUR = "#222222"
FAINT = "#8A8A8A"
# A quantity that spans a larger factor gets a logarithmic axis.
_WIDE = 8.0


class Drawn(NamedTuple):
    """A figure of the report.

    Attributes
    ----------
    name : str
        Its file's name, without the suffix.
    caption : str
        What it shows.
    figure : matplotlib.figure.Figure
        The figure.
    """

    name: str
    caption: str
    figure: Figure


def draw_pages(
    items: Sequence[Item],
    draw: Callable[[Axes, Item], None],
    *,
    name: str,
    title: str,
    note: str,
    columns: int,
    rows: int,
    height: float,
    legend: Sequence[Line2D | Patch],
) -> Iterator[Drawn]:
    """Draw a panel for each item, on as many pages as it takes.

    Parameters
    ----------
    items : sequence
        What is drawn, a panel each.
    draw : callable
        Draws an item into a panel.
    name : str
        Of the pages' files, which are numbered.
    title, note : str
        The heading of each page (see `model.support.plotting.add_heading`); pages are
        counted in the title.
    columns, rows : int
        Panels side by side, and rows of them on a page, at most.
    height : float
        Height of a panel, inches.
    legend : sequence of artist
        What the marks mean; drawn below each page.

    Yields
    ------
    Drawn
    """
    if not items:
        return
    # A few items share the width of the page.
    columns = min(columns, len(items))
    count = math.ceil(len(items) / (columns * rows))
    # Full pages of nearly the same length instead of a last page with one panel.
    length = math.ceil(len(items) / count / columns) * columns
    for number in range(count):
        part = items[number * length : (number + 1) * length]
        used = math.ceil(len(part) / columns)
        figure = Figure(figsize=(WIDTH, 1.7 + height * used), layout="constrained")
        axes = figure.subplots(used, columns, squeeze=False).ravel()
        for axis, item in zip(axes, part, strict=False):
            draw(axis, item)
            strip_frame(axis)
        for axis in axes[len(part) :]:
            axis.set_axis_off()
        figure.legend(
            handles=list(legend),
            loc="outside lower center",
            ncols=min(4, len(legend)),
            frameon=False,
            fontsize=7.5,
        )
        heading = number_page(title, number, count)
        page = add_heading(figure, heading, note)
        yield Drawn(f"{name}-{number + 1}", say("{title}.", title=heading), page)


def number_page(title: str, number: int, count: int) -> str:
    """Add to a title which page of how many it stands on; pages are counted from 0."""
    if count == 1:
        return title
    told = {"title": title, "number": number + 1, "count": count}
    return say("{title} ({number} of {count})", **told)


def strip_frame(axis: Axes) -> None:
    """Remove what a small panel has no room for."""
    axis.grid(color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=6.5)


def write_title(axis: Axes, text: str, columns: int) -> None:
    """Write the title of a panel that shares the page's width with others."""
    # A line may break before the name of a region.
    spaced = text.replace("[", " [")
    axis.set_title(fill(spaced, 118 // columns), fontsize=7.5, loc="left")


def scale_axis(axis: Axis, values: pd.Series[float], set_scale: Callable[[str], object]) -> None:
    """Scale an axis, logarithmically if the values span a large factor, with few ticks.

    Parameters
    ----------
    axis : matplotlib.axis.Axis
        The axis.
    values : pandas.Series
        What is shown along it.
    set_scale : callable
        The panel's ``set_xscale`` or ``set_yscale``.
    """
    there = values[np.isfinite(values)]
    if len(there) and there.min() > 0 and there.max() / there.min() > _WIDE:
        set_logarithmic(axis, float(there.max() / there.min()), set_scale)
    else:
        axis.set_major_locator(MaxNLocator(4))
        axis.set_major_formatter(FuncFormatter(lambda value, _: format_short(value)))


def set_logarithmic(axis: Axis, ratio: float, set_scale: Callable[[str], object]) -> None:
    """Make an axis logarithmic, with about four labelled ticks over a ratio of values."""
    set_scale("log")
    steps = (1.0, 2.0, 5.0) if ratio < 10 else (1.0, 3.0) if ratio < 500 else (1.0,)
    axis.set_major_locator(LogLocator(subs=steps, numticks=5))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: format_short(value)))


def format_short(value: float) -> str:
    """Format a number briefly, with three digits, for ticks and margins."""
    if not math.isfinite(value):
        return "-"
    if abs(value) >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.3g}"


def name_panel(region: str, variable: str, segment: str, unit: str = "") -> str:
    """Name a panel: the region, its series, and the unit of the screen if there is one."""
    told = {"region": say.name(region), "what": say.word(variable)}
    if segment:
        told["what"] = say("{what} ({part})", what=told["what"], part=say.word(segment))
    if not unit:
        return say("{region}: {what}", **told)
    return say("{region}: {what}, {unit}", unit=say.own_unit(say.word(unit)), **told)
