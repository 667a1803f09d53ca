"""Figures of a comparison: each says against what, for which money, and in which unit."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import (
    CENTRE_COLOUR,
    TOTAL_COLOUR,
    capitalise,
    colour_regions,
    display_unit,
)
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.support.errors import UnknownNameError
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.wording.headlines import HEADLINES, Style, choose_markers, choose_styles
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

GAIN, DEBT, PER_YUAN = "Discounted value added", "Local public debt", "gained per yuan"
CENTRE, TOGETHER, LOSS = "centre", "acting together", "loss"
#: Shown in percent of the baseline, by region and in total.
CHANGES = (
    "value added",
    "Employment",
    "annual wage",
    "Upgraded SMEs",
    "innovation capacity",
    "average quality",
)
# With more pairs than this only those with the best strategy are drawn.
_MOST_PAIRS = 6


def draw_figures(comparison: Comparison) -> dict[str, Figure]:
    """Draw every figure of a comparison, the most important first.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {name: draw(comparison) for name, draw in _choose(comparison).items()}


def draw_figure(comparison: Comparison, name: str) -> Figure:
    """Draw one figure of a comparison; see `draw_figures`.

    Raises
    ------
    InputError
        If the comparison has none of that name.
    """
    offered = _choose(comparison)
    if name not in offered:
        raise UnknownNameError("figure", name, offered)
    return offered[name](comparison)


def _choose(comparison: Comparison) -> dict[str, Callable[[Comparison], Figure]]:
    """Choose the figures that a comparison has."""
    offered: dict[str, Callable[[Comparison], Figure]] = {"overview": draw_overview}
    if len(comparison.names) > 1 and comparison.several:
        offered |= {"differences": draw_differences, "probabilities": draw_probabilities}
    offered["changes"] = draw_changes
    if any(comparison.has_money(name) for name in comparison.names):
        offered |= {
            "gained-per-yuan": draw_per_yuan,
            "who-pays": draw_payers,
            "spillovers": draw_spillovers,
        }
    offered |= {"paths": draw_paths, "timing": draw_timing}
    if len(comparison.futures) > 1:
        offered["futures"] = draw_futures
    return offered


def draw_overview(comparison: Comparison) -> Figure:
    """Draw what is gained and what local governments owe for it, by region and in total."""
    places = _places(comparison)
    figure = Figure(figsize=(9.6, 2.3 + _height(comparison, len(places))), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    titles = (
        (
            GAIN,
            f"Value added gained, {comparison.start:g} to {comparison.end:g}",
            "in present value",
        ),
        (DEBT, f"Change of local public debt in {comparison.end:g}", ""),
    )
    for axis, (name, title, more) in zip(axes, titles, strict=True):
        axis.set_title(title, fontsize=10, loc="left")
        if name not in comparison.ends:
            axis.set_axis_off()
            continue
        unit, factor = display_unit(comparison.ends[name].attrs.get("unit", ""))
        change = (
            _base(comparison, comparison.changes[name]).transpose(PLACE, STRATEGY, DRAW) * factor
        )
        _intervals(axis, comparison, comparison.names, _label_places(places), list(change))
        axis.set_xlabel(f"{unit} {more}".strip(), fontsize=9)
        _colour_places(axis, places)
    return _finish(
        figure,
        comparison,
        "What each strategy gains, and what local governments owe for it",
        f"Change against {_baseline(comparison)}.",
    )


def draw_differences(comparison: Comparison) -> Figure:
    """Draw what one strategy gains more than another in the same draw, by region and in total."""
    places = _places(comparison)
    pairs, left_out = _pairs(comparison)
    unit, factor = display_unit("Myuan")
    gained = _base(comparison, comparison.gained)
    columns = min(3, len(pairs))
    rows = -(-len(pairs) // columns)
    figure = Figure(
        figsize=(2.2 + 3.2 * columns, 1.9 + rows * (0.8 + 0.27 * len(places))), layout="constrained"
    )
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    styles = _styles(comparison)
    for axis, (one, other) in zip(axes.flat, pairs, strict=False):
        lead = (gained.sel({STRATEGY: one}) - gained.sel({STRATEGY: other})) * factor
        for at, place in enumerate(places):
            (low, median, high), counted = compute_quantiles(lead.sel({PLACE: place}).values)
            if counted:
                colour = styles[one if median > 0 else other][0]
                axis.hlines(at, low, high, color=colour, linewidth=3, alpha=0.55)
                axis.plot(median, at, "o", color=colour, markersize=6)
        _dress_rows(axis, _label_places(places))
        _colour_places(axis, places)
        axis.set_title(f"{one} less {other}", fontsize=10, loc="left")
        axis.set_xlabel(f"{unit} in present value", fontsize=8)
    for axis in axes.flat[len(pairs) :]:
        axis.set_axis_off()
    return _finish(
        figure,
        comparison,
        "Which gains more in the same draw",
        "Value added gained by the first strategy less that of the second, draw by draw. Right of "
        f"zero the first gains more, left of it the second; the colour is that of the one ahead."
        f"{left_out}",
        legend=None,
    )


def draw_changes(comparison: Comparison, names: Sequence[str] = CHANGES) -> Figure:
    """Draw the change of outcomes at the end, by region and in total, in the base future."""
    names = [name for name in names if name in comparison.ends]
    base = comparison.ends.sel(
        {STRATEGY: comparison.baseline.name, FUTURE: comparison.futures[0].name}, drop=True
    )
    places = _places(comparison)
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    height = 1.2 + rows * (0.8 + 0.11 * len(places) * max(3, len(comparison.names)))
    figure = Figure(figsize=(3.6 * columns, height), layout="constrained")
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axis, name in zip(axes.flat, names, strict=False):
        change = 100 * _base(comparison, comparison.changes[name]) / abs(base[name])
        change = change.transpose(PLACE, STRATEGY, DRAW)
        _intervals(axis, comparison, comparison.names, _label_places(places), list(change))
        axis.set_title(capitalise(name), fontsize=10, loc="left")
        axis.set_xlabel("% of the baseline", fontsize=8)
        _colour_places(axis, places)
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    return _finish(
        figure,
        comparison,
        f"What else each strategy changes by {comparison.end:g}",
        f"Change against {_baseline(comparison)}. Scales differ among panels.",
    )


def draw_per_yuan(comparison: Comparison) -> Figure:
    """Draw value added gained for a yuan of additional money, a row for each future."""
    names = [name for name in comparison.names if comparison.has_money(name)]
    figure, axis = _rows(comparison, len(comparison.futures))
    values = [
        comparison.per_yuan.sel({FUTURE: future.name}, drop=True).transpose(STRATEGY, DRAW)
        for future in comparison.futures
    ]
    titles = [future.title for future in comparison.futures]
    _intervals(axis, comparison, names, titles, values)
    axis.axvline(1, color="black", linewidth=0.8, linestyle=":")
    axis.set_xlabel("Yuan of value added gained for each yuan spent beyond the baseline")
    return _finish(
        figure,
        comparison,
        "What a yuan of additional money brings",
        f"Discounted value added of all regions, {comparison.start:g} to {comparison.end:g}, "
        f"beyond {_baseline(comparison, future=False)}, over the money spent beyond it. Dotted "
        "line: as much gained as spent.",
        names=names,
    )


def draw_paths(comparison: Comparison) -> Figure:
    """Draw the change of value added over time, with the interval as a band."""
    places = [str(place) for place in comparison.paths[PLACE].values]
    paths = _base(comparison, comparison.paths)
    base = paths.sel({STRATEGY: comparison.baseline.name}, drop=True)
    figure = Figure(figsize=(2.6 * len(places) + 0.8, 4.2), layout="constrained")
    axes = figure.subplots(1, len(places), sharey=True, squeeze=False)[0]
    colours = colour_regions([place for place in places if place != TOTAL])
    for axis, place in zip(axes, places, strict=True):
        for name in comparison.names:
            colour, line = _styles(comparison)[name]
            change = (100 * (paths.sel({STRATEGY: name}) / base - 1)).sel({PLACE: place})
            (low, median, high), _ = compute_quantiles(change.transpose("time", DRAW).values)
            if comparison.several:
                axis.fill_between(change["time"], low, high, color=colour, alpha=0.22, linewidth=0)
            axis.plot(change["time"], median, color=colour, linestyle=line, linewidth=1.8)
        axis.axhline(0, color="black", linewidth=0.8)
        title = "All regions" if place == TOTAL else place
        axis.set_title(title, fontsize=11, color=colours.get(place, TOTAL_COLOUR))
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axis.set_xlabel("Year", fontsize=8)
        axis.tick_params(labelsize=8)
        format_axis(axis.yaxis)
    axes[0].set_ylabel("Value added, % of the baseline")
    return _finish(
        figure,
        comparison,
        "When each strategy acts",
        f"Change of value added against {_baseline(comparison)}.",
        legend="lines",
    )


def draw_payers(comparison: Comparison) -> Figure:
    """Draw the additional money by the budget that pays it."""
    payers = [str(payer) for payer in comparison.paid["payer"].values]
    names = [name for name in comparison.names if comparison.has_money(name)]
    colours = {CENTRE: CENTRE_COLOUR} | colour_regions([one for one in payers if one != CENTRE])
    unit, factor = display_unit("Myuan")
    paid = _base(comparison, comparison.paid).median(DRAW) * factor
    figure, axis = _rows(comparison, len(names), per_row=0.5)
    for at, name in enumerate(names):
        ends = {True: 0.0, False: 0.0}  # what is saved stands left of zero
        for payer in payers:
            size = float(paid.sel({STRATEGY: name, "payer": payer}))
            axis.barh(at, size, left=ends[size >= 0], color=colours[payer], height=0.6)
            ends[size >= 0] += size
    axis.set_yticks(range(len(names)), [_wrap(comparison.titles[one]) for one in names])
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.axvline(0, color="black", linewidth=0.8)
    median = ", median of the draws" if comparison.several else ""
    axis.set_xlabel(f"{unit} in present value{median}")
    format_axis(axis.xaxis)
    handles = [Patch(color=colours[payer], label=payer) for payer in payers]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return _finish(
        figure,
        comparison,
        "Who pays",
        f"Money beyond policy as now, {comparison.start:g} to {comparison.end:g}. Policy as now is "
        "a share of value added too: where value added grows, its payers spend a little more.",
        legend=None,
        intervals=False,
    )


def draw_spillovers(comparison: Comparison) -> Figure:
    """Draw what each government's programme, run alone, gains in each region."""
    names = [name for name in comparison.names if comparison.has_money(name)]
    regions = [place for place in _places(comparison) if place != TOTAL]
    colours = colour_regions(regions)
    money = comparison.origin_money.where(comparison.origin_money > 0)
    ratio = (comparison.origins[GAIN] / money).median(DRAW)
    figure = Figure(figsize=(2.2 + 3.1 * len(names), 4.6), layout="constrained")
    axes = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    width = 0.8 / len(regions)
    for axis, name in zip(axes, names, strict=True):
        here = ratio.sel({STRATEGY: name})
        origins = [
            str(one) for one in here["origin"].values if bool(here.sel(origin=one).notnull().any())
        ]
        for at, region in enumerate(regions):
            values = here.sel({PLACE: region, "origin": origins}).values
            where = np.arange(len(origins)) + (at - (len(regions) - 1) / 2) * width
            bars = axis.bar(where, values, width * 0.92, color=colours[region])
            for bar, origin in zip(bars, origins, strict=True):
                if origin == region:
                    bar.set_hatch("////")
                    bar.set_edgecolor("white")
        labels = [textwrap.fill(f"the {one}" if one == CENTRE else one, 12) for one in origins]
        axis.set_xticks(range(len(origins)), labels)
        axis.set_xlabel("Government that runs its programme alone", fontsize=8)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.grid(axis="y", color="#E5E5E5")
        axis.set_axisbelow(True)
        axis.tick_params(labelsize=8)
        axis.set_title(_wrap(comparison.titles[name]), fontsize=10, loc="left")
        format_axis(axis.yaxis)
    axes[0].set_ylabel("Yuan of value added gained\nfor each yuan spent")
    handles = [Patch(color=colours[region], label=f"in {region}") for region in regions]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return _finish(
        figure,
        comparison,
        "Whose programme does what to whom",
        "Each bar is what one region gains or loses when the government below it runs its "
        "programme and no other does (hatched: in its own region). Bars below zero are losses.",
        legend=None,
        intervals=False,
        median=comparison.several,
    )


def draw_timing(comparison: Comparison) -> Figure:
    """Draw when the effect on value added passes half of its final value."""
    places = _places(comparison)
    half = _base(comparison, comparison.half).transpose(PLACE, STRATEGY, DRAW)
    figure, axis = _rows(comparison, len(places))
    _intervals(axis, comparison, comparison.names, _label_places(places), list(half))
    _colour_places(axis, places)
    axis.set_xlim(left=0)
    axis.set_xlabel(f"Years after {comparison.start:g}")
    return _finish(
        figure,
        comparison,
        "How long until half of the effect is reached",
        f"Years until the effect on value added passes half of what it is in {comparison.end:g}.",
    )


def draw_probabilities(comparison: Comparison) -> Figure:
    """Draw how often one strategy is better than another, by outcome, in the base future."""
    names = [name for name in (PER_YUAN, *HEADLINES) if name in comparison.ends or name == PER_YUAN]
    pairs, left_out = _pairs(comparison)
    styles = _styles(comparison)
    shares = np.array(
        [[comparison.share_better(name, *pair) for pair in pairs] for name in names]
    ).reshape(len(names), len(pairs))
    kept = np.isfinite(shares).any(1)
    names = [name for name, keep in zip(names, kept, strict=True) if keep]
    shares = shares[kept]
    figure = Figure(figsize=(4.4 + 1.7 * len(pairs), 1.9 + 0.34 * len(names)), layout="constrained")
    axis = figure.subplots()
    for (row, column), share in np.ndenumerate(shares):
        if not np.isfinite(share):
            continue
        ahead = pairs[column][0] if share >= 0.5 else pairs[column][1]
        size = max(share, 1 - share)
        tint = styles[ahead][0] if size > 0.5 else "#BBBBBB"
        alpha = 0.1 + 0.9 * (size - 0.5)
        axis.add_patch(_cell(column, row, tint, alpha))
        words = f"{ahead} {100 * size:.0f}" if size > 0.5 else "even 50"
        axis.text(column, row, words, ha="center", va="center", fontsize=9)
    axis.set_xlim(-0.5, len(pairs) - 0.5)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_xticks(range(len(pairs)), [f"{one}\nor {other}" for one, other in pairs], fontsize=9)
    axis.xaxis.tick_top()
    axis.set_yticks(range(len(names)), [capitalise(name) for name in names])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return _finish(
        figure,
        comparison,
        "Which is better, and how sure",
        "The strategy that is better in more of the draws, and in how many per cent of them: all "
        "regions together. 50 is open. Better is more; of dispersion and debt, less."
        f"{left_out}",
        legend=None,
        intervals=False,
    )


def draw_futures(comparison: Comparison) -> Figure:
    """Draw what each future costs under each strategy more than under the baseline."""
    others = list(comparison.futures[1:])
    names = comparison.names
    columns = min(3, len(others))
    rows = -(-len(others) // columns)
    figure = Figure(
        figsize=(2.2 + 3.0 * columns, 1.9 + (1.0 + 0.3 * len(names)) * rows), layout="constrained"
    )
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    loss = comparison.recovered[LOSS].sel({PLACE: TOTAL}, drop=True)
    labels = [comparison.titles[name] for name in names]
    styles = _styles(comparison)
    for axis, future in zip(axes.flat, others, strict=False):
        here = loss.sel({FUTURE: future.name}, drop=True)
        base = here.sel({STRATEGY: comparison.baseline.name}, drop=True)
        for at, name in enumerate(names):
            more = (here.sel({STRATEGY: name}) - base).values
            (low, median, high), counted = compute_quantiles(more)
            if counted:
                axis.hlines(at, low, high, color=styles[name][0], linewidth=3, alpha=0.55)
                axis.plot(median, at, "o", color=styles[name][0], markersize=6)
        _dress_rows(axis, labels)
        title = f"{future.title} ({comparison.baseline.name} loses {float(base.median()):.3g})"
        axis.set_title(textwrap.fill(title, 36), fontsize=9, loc="left")
        axis.set_xlabel("% of a year's value added", fontsize=8)
    for axis in axes.flat[len(others) :]:
        axis.set_axis_off()
    first = min(one.year for one in others)
    return _finish(
        figure,
        comparison,
        f"How much more each future costs than under {comparison.baseline.title.lower()}",
        "Value added lost in all regions, each strategy against its own base future in the same "
        f"draw, added up from {first:g} to {comparison.end:g}, less the same of the baseline (in "
        "brackets). Right of zero the strategy loses more. Scales differ among panels.",
        legend=None,
    )


# Parts of figures


def _cell(column: int, row: int, colour: str, alpha: float) -> Rectangle:
    return Rectangle(
        (column - 0.48, row - 0.46), 0.96, 0.92, color=colour, alpha=alpha, linewidth=0
    )


def _base(comparison: Comparison, values: xr.DataArray) -> xr.DataArray:
    return values.sel({FUTURE: comparison.futures[0].name}, drop=True)


def _places(comparison: Comparison) -> list[str]:
    return [str(place) for place in comparison.ends[PLACE].values]


def _label_places(places: Sequence[str]) -> list[str]:
    return ["All regions" if place == TOTAL else place for place in places]


def _colour_places(axis: Axes, places: Sequence[str]) -> None:
    colours = colour_regions([place for place in places if place != TOTAL])
    for label in axis.get_yticklabels():
        label.set_color(colours.get(label.get_text(), TOTAL_COLOUR))


def _baseline(comparison: Comparison, *, future: bool = True) -> str:
    """Name what is compared with, where."""
    draw = " in the same draw" if comparison.several else ""
    base = ", base future" if future and len(comparison.futures) > 1 else ""
    world = draw if future or not comparison.several else " in the same draw and future"
    return f"{comparison.baseline.title.lower()}{world}{base}"


def _pairs(comparison: Comparison) -> tuple[list[tuple[str, str]], str]:
    """Choose the pairs to draw, the one that gains more first; among many, those with the best."""
    gained = _base(comparison, comparison.gained).sel({PLACE: TOTAL}).median(DRAW).fillna(-np.inf)
    ranked = sorted(comparison.names, key=lambda name: -float(gained.sel({STRATEGY: name})))
    pairs = list(combinations(ranked, 2))
    if len(pairs) <= _MOST_PAIRS:
        return pairs, ""
    best, *others = ranked
    words = f" Only pairs with {best}, which gains most; the table has all."
    return [(best, other) for other in others], words


def _height(comparison: Comparison, rows: int) -> float:
    return (0.28 + 0.17 * len(comparison.names)) * rows


def _rows(comparison: Comparison, rows: int, per_row: float | None = None) -> tuple[Figure, Axes]:
    """Begin a figure with one panel of rows."""
    height = _height(comparison, rows) if per_row is None else per_row * rows
    figure = Figure(figsize=(8.4, 2.2 + height), layout="constrained")
    return figure, figure.subplots()


def _intervals(
    axis: Axes,
    comparison: Comparison,
    names: Sequence[str],
    labels: Sequence[str],
    rows: Sequence[xr.DataArray],
) -> None:
    """Draw median and interval of each strategy, a row for each label."""
    styles, marks = _styles(comparison), choose_markers(comparison.names)
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
    _dress_rows(axis, labels)


def _dress_rows(axis: Axes, labels: Sequence[str]) -> None:
    """Label rows, and draw the zero line and a light grid."""
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set_yticks(range(len(labels)), [_wrap(label) for label in labels])
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.grid(axis="x", color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=8)
    format_axis(axis.xaxis)


def _styles(comparison: Comparison) -> Mapping[str, Style]:
    return choose_styles([comparison.baseline.name, *comparison.names], comparison.baseline.name)


def _wrap(text: str) -> str:
    return textwrap.fill(text, 26)


def _finish(
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
        styles = _styles(comparison)
        handles = [
            Line2D(
                [],
                [],
                color=styles[name][0],
                linestyle=styles[name][1],
                label=comparison.titles[name],
            )
            if legend == "lines"
            else Line2D(
                [], [], color=styles[name][0], marker=marks[name], label=comparison.titles[name]
            )
            for name in (comparison.names if names is None else names)
        ]
        figure.legend(handles=handles, loc="outside lower center", frameon=False, ncols=3)
    if comparison.several and intervals:
        mark = "Dot" if set(marks.values()) == {"o"} else "Mark"
        how = "Line: median; band" if legend == "lines" else f"{mark}: median; bar"
        note += f" {how}: 90 % of {len(comparison.draws):,} draws."
    elif median:
        note += f" Median of {len(comparison.draws):,} draws."
    elif intervals and not comparison.several:
        note += " One set of values: no interval."
    note += f" Money: {comparison.describe_budget()}. Source: runs of the model."
    return add_heading(figure, title, note)
