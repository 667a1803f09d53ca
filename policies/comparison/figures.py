"""Figures of a comparison under uncertainty: medians and 90 % intervals."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.support.formatting import (
    CENTRE_COLOUR,
    TOTAL_COLOUR,
    Rounded,
    capitalise,
    colour_regions,
    display_unit,
)
from smecluster.model.support.plotting import Figure, add_heading, format_axis
from smecluster.policies.comparison.result import PER_YUAN, Comparison
from smecluster.policies.comparison.tables import PROBABILITY, probabilities, quantiles
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.payers import CENTRE, PAYER
from smecluster.policies.ensemble.recovery import LOSS
from smecluster.policies.futures import BASE
from smecluster.policies.headlines import HEADLINES, Style, strategy_markers, strategy_styles

# Shown of a comparison; local debt, its largest side effect, is among them.
CHANGES = (
    "Discounted value added",
    "value added",
    "Local public debt",
    "Employment",
    "annual wage",
    "Upgraded SMEs",
    "innovation capacity",
    "average quality",
    "transaction cost share",
)
# With more pairs than this only those with the best strategy are drawn.
_MOST_PAIRS = 6


def figures(found: Comparison) -> dict[str, Figure]:
    """Draw every figure of a comparison.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    drawn = {
        "gained-per-yuan": per_yuan(found),
        "changes": changes(found),
        "paths": paths(found),
        "who-pays": who_pays(found),
        "timing": timing(found),
    }
    if len(found.names) > 1 and len(found.draws) > 1:
        drawn["probabilities"] = beaten(found)
    if len(found.futures) > 1:
        drawn["futures"] = losses(found)
    return drawn


def per_yuan(found: Comparison) -> Figure:
    """Draw value added gained for a yuan of programme money, a row for each future."""
    rows = {future.name: future.title for future in found.futures}
    figure, axis = _rows(found, len(rows))
    values = {
        name: found.per_yuan.sel({FUTURE: name}, drop=True).transpose(STRATEGY, DRAW)
        for name in rows
    }
    _intervals(axis, found, found.names, list(rows.values()), list(values.values()))
    axis.axvline(1, color="black", linewidth=0.8, linestyle=":")
    axis.set_xlabel("Yuan of value added gained for a yuan spent")
    return _finish(
        figure,
        found,
        "What a yuan of programme money brings",
        f"Discounted value added of all regions from {found.start:g} on beyond the baseline of the "
        "same world, over programme money. Dotted line: as much gained as spent.",
    )


def changes(found: Comparison, names: Sequence[str] = CHANGES) -> Figure:
    """Draw the change of outcomes at the end, by region and in total, in the base future."""
    names = [name for name in names if name in found.ends]
    base = found.ends.sel({STRATEGY: found.baseline.name, FUTURE: BASE}, drop=True)
    places = [str(place) for place in found.ends[PLACE].values]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    height = 0.8 + rows * (0.9 + 0.12 * len(places) * max(3, len(found.names)))
    figure = Figure(figsize=(4 * columns, height), layout="constrained")
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axis, name in zip(axes.flat, names, strict=False):
        change = 100 * found.changes[name].sel({FUTURE: BASE}, drop=True) / abs(base[name])
        change = change.transpose(PLACE, STRATEGY, DRAW)
        _intervals(axis, found, found.names, places, list(change))
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_title(capitalise(name), fontsize=10, loc="left")
        axis.set_xlabel("% of the baseline", fontsize=8)
        colours = colour_regions([place for place in places if place != TOTAL])
        for label in axis.get_yticklabels():
            label.set_color(colours.get(label.get_text(), TOTAL_COLOUR))
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    last = f"{found.paths['time'].values[-1]:g}"
    return _finish(
        figure,
        found,
        f"What each strategy changes by {last}",
        f"Change against {found.baseline.title.lower()} in the same draw, base future; the "
        f"discounted sum counts from {found.start:g} on. Scales differ among panels.",
    )


def paths(found: Comparison) -> Figure:
    """Draw the change of value added over time, with the interval as a band."""
    places = [str(place) for place in found.paths[PLACE].values]
    base = found.paths.sel({STRATEGY: found.baseline.name, FUTURE: BASE}, drop=True)
    figure = Figure(figsize=(2.9 * len(places) + 1, 4.4), layout="constrained")
    axes = figure.subplots(1, len(places), sharey=True, squeeze=False)[0]
    colours = colour_regions([place for place in places if place != TOTAL])
    for axis, place in zip(axes, places, strict=True):
        for name, (colour, line) in _styles(found).items():
            path = found.paths.sel({STRATEGY: name, FUTURE: BASE}, drop=True)
            change = (100 * (path / base - 1)).sel({PLACE: place}).transpose("time", DRAW)
            (low, median, high), _ = quantiles(change.values)
            axis.fill_between(change["time"], low, high, color=colour, alpha=0.22, linewidth=0)
            axis.plot(change["time"], median, color=colour, linestyle=line, linewidth=1.8)
        axis.axhline(0, color="black", linewidth=0.8)
        title = "All regions" if place == TOTAL else place
        axis.set_title(title, fontsize=11, color=colours.get(place, TOTAL_COLOUR))
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        format_axis(axis.yaxis)
    axes[0].set_ylabel("Value added, % of the baseline")
    return _finish(
        figure,
        found,
        "When each strategy acts",
        "Change of value added against the baseline of the same draw, base future.",
        legend="lines",
    )


def who_pays(found: Comparison) -> Figure:
    """Draw the programme money by the budget that pays it."""
    payers = [str(payer) for payer in found.paid[PAYER].values]
    colours = {CENTRE: CENTRE_COLOUR} | colour_regions([one for one in payers if one != CENTRE])
    unit, factor = display_unit("Myuan")
    paid = found.paid.sel({FUTURE: BASE}, drop=True).median(DRAW) * factor
    figure, axis = _rows(found, len(found.names), per_row=0.5)
    for at, name in enumerate(found.names):
        left = 0.0
        for payer in payers:
            size = float(paid.sel({STRATEGY: name, PAYER: payer}))
            axis.barh(at, size, left=left, color=colours[payer], height=0.6)
            left += size
    axis.set_yticks(range(len(found.names)), [_wrapped(found.titles[one]) for one in found.names])
    axis.set_ylim(len(found.names) - 0.5, -0.5)
    axis.set_xlabel(f"{unit} in present value, median of the draws")
    format_axis(axis.xaxis)
    handles = [Patch(color=colours[payer], label=payer) for payer in payers]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return _finish(
        figure,
        found,
        "Who pays",
        f"Programme money from {found.start:g} on, base future. Matching and levies are counted "
        "where they are paid.",
        legend=None,
        intervals=False,
    )


def timing(found: Comparison) -> Figure:
    """Draw when the effect on value added passes half of its final value."""
    places = [str(place) for place in found.ends[PLACE].values]
    half = found.half.sel({FUTURE: BASE}, drop=True).transpose(PLACE, STRATEGY, DRAW)
    figure, axis = _rows(found, len(places))
    _intervals(axis, found, found.names, places, list(half))
    axis.set_xlim(left=0)
    axis.set_xlabel(f"Years from {found.start:g} on")
    return _finish(
        figure,
        found,
        "How long until half of the effect is there",
        "Years until the effect on value added passes half of what it is at the end, base future.",
    )


def beaten(found: Comparison) -> Figure:
    """Draw how often one strategy is better than another, by outcome, in the base future."""
    table = probabilities(found)
    table = table[(table[FUTURE] == BASE) & (table[PLACE] == TOTAL)]
    judged = table.set_index(["outcome", STRATEGY, "other"])[PROBABILITY]
    known = set(table["outcome"])
    names = [name for name in (PER_YUAN, *HEADLINES) if name in known]
    pairs = list(combinations(found.names, 2))
    left_out = ""
    if len(pairs) > _MOST_PAIRS:
        # Nobody reads a matrix of all: the question is whether the first is really the first.
        gained = found.gained.sel({FUTURE: BASE, PLACE: TOTAL}).median(DRAW)
        best = str(found.names[int(np.nanargmax(gained.sel({STRATEGY: found.names}).values))])
        pairs = [(best, other) for other in found.names if other != best]
        left_out = f" Only pairs with {best}, which gains most; the table holds all."
    shares = np.array([[judged.get((name, *pair), np.nan) for pair in pairs] for name in names])
    figure = Figure(figsize=(4.2 + 1.6 * len(pairs), 1.9 + 0.36 * len(names)), layout="constrained")
    axis = figure.subplots()
    axis.imshow(shares, cmap="PuOr_r", vmin=-0.45, vmax=1.45, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        if np.isfinite(share):
            axis.text(column, row, f"{100 * share:.0f}", ha="center", va="center")
    titles = [f"{one}\nbetter than\n{other}" for one, other in pairs]
    axis.set_xticks(range(len(pairs)), titles, fontsize=9)
    axis.xaxis.tick_top()
    axis.set_yticks(range(len(names)), [capitalise(name) for name in names])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return _finish(
        figure,
        found,
        "Which is better, and how sure",
        "Per cent of the draws in which the first is better than the second in all regions "
        "together, base future; 50 is open. Better is more, or less of dispersion and debt."
        f"{left_out}",
        legend=None,
        intervals=False,
    )


def losses(found: Comparison) -> Figure:
    """Draw what each future costs under each strategy."""
    others = [future for future in found.futures if future.name != BASE]
    names = [found.baseline.name, *found.names]
    columns = min(3, len(others))
    rows = -(-len(others) // columns)
    figure = Figure(
        figsize=(2 + 3.3 * columns, 1.9 + (0.8 + 0.3 * len(names)) * rows), layout="constrained"
    )
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    loss = found.recovered[LOSS].sel({PLACE: TOTAL}, drop=True)
    labels = [found.titles[name] for name in names]
    for axis, future in zip(axes.flat, others, strict=False):
        values = loss.sel({FUTURE: future.name}, drop=True).transpose(STRATEGY, DRAW)
        _one_each(axis, found, names, labels, values)
        axis.set_title(textwrap.fill(future.title, 34), fontsize=10, loc="left")
    for axis in axes.flat[len(others) :]:
        axis.set_axis_off()
    return _finish(
        figure,
        found,
        "What each future costs",
        "Value added lost in all regions, % of one year's: against the same strategy's base future "
        f"in the same draw, added up from {min(one.year for one in others):g} to "
        f"{found.paths['time'].values[-1]:g}. Scales differ among panels.",
        legend=None,
    )


def _rows(found: Comparison, rows: int, per_row: float | None = None) -> tuple[Figure, Axes]:
    """Begin a figure with one panel of rows."""
    each = per_row or 0.28 + 0.17 * len(found.names)
    figure = Figure(figsize=(9, 2.2 + each * rows), layout="constrained")
    return figure, figure.subplots()


def _intervals(
    axis: Axes,
    found: Comparison,
    names: Sequence[str],
    labels: Sequence[str],
    rows: Sequence[xr.DataArray],
) -> None:
    """Draw median and interval of each strategy, a row for each label."""
    styles, marks = _styles(found), strategy_markers(found.names)
    for at, values in enumerate(rows):
        for number, name in enumerate(names):
            (low, median, high), counted = quantiles(values.sel({STRATEGY: name}).values)
            if not counted:
                continue
            height = at + (number - (len(names) - 1) / 2) * 0.8 / len(names)
            colour = styles[name][0]
            axis.hlines(height, low, high, color=colour, linewidth=2.5, alpha=0.55)
            axis.plot(median, height, marks[name], color=colour, markersize=5)
        if at:
            axis.axhline(at - 0.5, color="#E5E5E5", linewidth=0.8)
    axis.set_yticks(range(len(labels)), [_wrapped(label) for label in labels])
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.grid(axis="x", color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=8)
    format_axis(axis.xaxis)


def _one_each(
    axis: Axes,
    found: Comparison,
    names: Sequence[str],
    labels: Sequence[str],
    values: xr.DataArray,
) -> None:
    """Draw median and interval of each strategy on a row of its own."""
    rows = [values.sel({STRATEGY: [name]}) for name in names]
    styles = _styles(found)
    for at, (name, row) in enumerate(zip(names, rows, strict=True)):
        (low, median, high), counted = quantiles(row.values[0])
        if counted:
            axis.hlines(at, low, high, color=styles[name][0], linewidth=3, alpha=0.55)
            axis.plot(median, at, "o", color=styles[name][0], markersize=6)
    axis.set_yticks(range(len(labels)), [_wrapped(label) for label in labels])
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.grid(axis="x", color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=8)
    format_axis(axis.xaxis)


def _styles(found: Comparison) -> Mapping[str, Style]:
    return strategy_styles([found.baseline.name, *found.names], found.baseline.name)


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 26)


def _finish(
    figure: Figure,
    found: Comparison,
    title: str,
    note: str,
    *,
    legend: Literal["dots", "lines"] | None = "dots",
    intervals: bool = True,
) -> Figure:
    """Add title, legend, and the line that says what the figure rests on."""
    for axis in figure.axes:
        axis.spines[["top", "right"]].set_visible(False)
    marks = strategy_markers(found.names)
    if legend is not None:
        handles = [
            Line2D([], [], color=colour, linestyle=line, label=found.titles[name])
            if legend == "lines"
            else Line2D([], [], color=colour, marker=marks[name], label=found.titles[name])
            for name, (colour, line) in _styles(found).items()
            if name != found.baseline.name
        ]
        figure.legend(handles=handles, loc="outside lower center", frameon=False, ncols=3)
    draws = len(found.draws)
    mark = "Dot" if set(marks.values()) == {"o"} else "Mark"
    shown_by = "Line: median; band" if legend == "lines" else f"{mark}: median; bar"
    interval = f"{shown_by}: 90 % of {draws:,} draws. " if intervals and draws > 1 else ""
    unit, factor = display_unit("Myuan")
    money = found.money.sel({STRATEGY: found.names, FUTURE: BASE}).median(DRAW).values * factor
    spent = money[money > 0]
    cost = ""
    if len(spent) and np.ptp(spent) <= 1e-3 * spent.max():
        cost = f"Each costs {Rounded(spent[0])} {unit} in present value. "
    return add_heading(figure, title, f"{note} {interval}{cost}Source: runs of the model.")
