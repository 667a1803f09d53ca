"""How the figures of a comparison are laid out: rows of places, intervals, headings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import (
    TOTAL_COLOUR,
    colour_regions,
)
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.presentation.wrapping import fill
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.wording.headlines import Style, choose_markers, choose_styles
from smecluster.policies.wording.prose import call_strategy, lower_title
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

# With more pairs than this only those with the best strategy are drawn.
_MOST_PAIRS = 6


def select_base_future(comparison: Comparison, values: xr.DataArray) -> xr.DataArray:
    """Take the values of the first future, the base."""
    return values.sel({FUTURE: comparison.futures[0].name}, drop=True)


def list_places(comparison: Comparison) -> list[str]:
    """List the regions and the total, in the order of the rows."""
    return [str(place) for place in comparison.ends[PLACE].values]


def label_places(places: Sequence[str]) -> list[str]:
    """Write the places as rows are labelled."""
    return [name_place(place) for place in places]


def name_place(place: str) -> str:
    """Write a region, or all of them, as a heading does."""
    return say("All regions") if place == TOTAL else say.name(place)


def colour_places(axis: Axes, places: Sequence[str]) -> None:
    """Give the labels of rows their regions' colours."""
    colours = colour_regions([place for place in places if place != TOTAL])
    # A panel that shares its rows with its neighbour has no labels of its own.
    for place, label in zip(places, axis.get_yticklabels(), strict=False):
        label.set_color(colours.get(place, TOTAL_COLOUR))


def describe_baseline(comparison: Comparison, *, future: bool = True) -> str:
    """Name what is compared with, where."""
    title = comparison.baseline.title
    told = {"baseline": title.lower() if say.english else lower_title(title)}
    said = told["baseline"]
    if comparison.several and future:
        said = say("{baseline} in the same draw", **told)
    elif comparison.several:
        said = say("{baseline} in the same draw and future", **told)
    if future and len(comparison.futures) > 1:
        said = say("{baseline}, base future", baseline=said)
    return said


def choose_pairs(comparison: Comparison) -> tuple[list[tuple[str, str]], str]:
    """Choose the pairs to draw, the one that gains more first; among many, those with the best."""
    gained = (
        select_base_future(comparison, comparison.gained)
        .sel({PLACE: TOTAL})
        .median(DRAW)
        .fillna(-np.inf)
    )
    ranked = sorted(comparison.names, key=lambda name: -float(gained.sel({STRATEGY: name})))
    pairs = list(combinations(ranked, 2))
    if len(pairs) <= _MOST_PAIRS:
        return pairs, ""
    best, *others = ranked
    words = say(
        "Only pairs with {best}, which gains most; the table has all.",
        best=call_strategy(best, comparison.titles),
    )
    return [(best, other) for other in others], words


def measure_height(comparison: Comparison, rows: int) -> float:
    """Measure the height that rows of all strategies need, inches."""
    return (0.28 + 0.17 * len(comparison.names)) * rows


def begin_rows(
    comparison: Comparison, rows: int, per_row: float | None = None
) -> tuple[Figure, Axes]:
    """Begin a figure with one panel of rows."""
    height = measure_height(comparison, rows) if per_row is None else per_row * rows
    figure = Figure(figsize=(8.4, 2.2 + height), layout="constrained")
    return figure, figure.subplots()


def draw_intervals(
    axis: Axes,
    comparison: Comparison,
    names: Sequence[str],
    labels: Sequence[str],
    rows: Sequence[xr.DataArray],
) -> None:
    """Draw median and interval of each strategy, a row for each label."""
    styles, marks = assign_styles(comparison), choose_markers(comparison.names)
    for number, name in enumerate(names):
        heights = np.arange(len(rows)) + (number - (len(names) - 1) / 2) * 0.8 / len(names)
        values = np.array([row.sel({STRATEGY: name}).values for row in rows])
        (low, median, high), _ = compute_quantiles(values)
        colour = styles[name][0]
        if comparison.several:
            axis.hlines(heights, low, high, color=colour, linewidth=2.5, alpha=0.55)
        else:
            axis.hlines(heights, 0, median, color=colour, linewidth=1.5, alpha=0.55)
        axis.plot(median, heights, marks[name], color=colour, markersize=5, linestyle="")
    for at in range(1, len(rows)):
        axis.axhline(at - 0.5, color="#E5E5E5", linewidth=0.8)
    dress_rows(axis, labels)


def dress_rows(axis: Axes, labels: Sequence[str]) -> None:
    """Label rows, and draw the zero line and a light grid."""
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_yticks(range(len(labels)), [wrap_label(label) for label in labels])
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.grid(axis="x", color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=8)
    format_axis(axis.xaxis)


def assign_styles(comparison: Comparison) -> Mapping[str, Style]:
    """Give each strategy its colour and line, the baseline its own."""
    return choose_styles([comparison.baseline.name, *comparison.names], comparison.baseline.name)


def wrap_label(text: str) -> str:
    """Wrap a label that is too long for one line."""
    return fill(text, 26)


def finish_figure(
    figure: Figure,
    comparison: Comparison,
    title: str,
    note: str,
    *,
    legend: Literal["dots", "lines"] | None = "dots",
    names: Sequence[str] | None = None,
    intervals: bool = True,
    median: bool = False,
) -> Figure:
    """Add title, legend, and the line that says what the figure rests on."""
    for axis in figure.axes:
        axis.spines[["top", "right"]].set_visible(False)
    marks = choose_markers(comparison.names)
    if legend is not None:
        styles = assign_styles(comparison)
        handles = [
            Line2D(
                [],
                [],
                color=styles[name][0],
                linestyle=styles[name][1],
                label=say.name(comparison.titles[name]),
            )
            if legend == "lines"
            else Line2D(
                [],
                [],
                color=styles[name][0],
                marker=marks[name],
                label=say.name(comparison.titles[name]),
            )
            for name in (comparison.names if names is None else names)
        ]
        figure.legend(handles=handles, loc="outside lower center", frameon=False, ncols=3)
    said, draws = [note], f"{len(comparison.draws):,}"
    if comparison.several and intervals:
        if legend == "lines":
            said.append(say("Line: median; band: 90 % of {draws} draws.", draws=draws))
        elif set(marks.values()) == {"o"}:
            said.append(say("Dot: median; bar: 90 % of {draws} draws.", draws=draws))
        else:
            said.append(say("Mark: median; bar: 90 % of {draws} draws.", draws=draws))
    elif median:
        said.append(say("Median of {draws} draws.", draws=draws))
    elif intervals and not comparison.several:
        said.append(say("One set of values: no interval."))
    said.append(say("Money: {money}.", money=comparison.describe_budget()))
    said.append(say("Source: runs of the model."))
    return add_heading(figure, title, say.sentences(said))
