"""Figures of a comparison, made to be read without the code."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
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
from smecluster.model.support.plotting import add_heading, format_axis
from smecluster.policies.ensemble.recovery import GAP, NEAR
from smecluster.policies.ensemble.spillovers import CENTRE, OTHERS
from smecluster.policies.futures import shocks
from smecluster.policies.headlines import Style, strategy_styles

if TYPE_CHECKING:
    from smecluster.policies.comparison.single import Comparison

PATHS = ("value added", "Employment", "Upgraded SMEs", "average quality")
CHANGES = (
    "Discounted value added",
    "value added",
    "Employment",
    "annual wage",
    "Upgraded SMEs",
    "External firms",
    "innovation capacity",
    "average quality",
    "transaction cost share",
)
ELSEWHERE = ("Discounted value added", "External firms", "Talent")
_BEFORE = 12  # years shown ahead of the start, so that the eye has the history to go by


def figures(comparison: Comparison) -> dict[str, Figure]:
    """Draw every figure of a comparison.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {
        "paths": paths(comparison),
        "differences": differences(comparison),
        "outcomes": outcomes(comparison),
        "spillovers": spillovers(comparison),
        "who-pays": who_pays(comparison),
        "recovery": after_shocks(comparison),
    }


def paths(comparison: Comparison, names: Sequence[str] = PATHS) -> Figure:
    """Draw outcomes over time: a row for each outcome, a column for each place."""
    shown_years = comparison.paths.sel(time=slice(comparison.start - _BEFORE, None))
    figure, axes = _grid(comparison, names, share="none")
    for row, name in enumerate(names):
        unit, factor = display_unit(shown_years[name].attrs.get("unit", ""))
        for column, place in enumerate(_places(comparison)):
            axis = axes[row, column]
            path = shown_years[name].sel({PLACE: place}) * factor
            _lines(axis, comparison, path, comparison.start)
            axis.set_ylim(0, 1.08 * axis.get_ylim()[1])
        axes[row, 0].set_ylabel(_wrapped(f"{capitalise(name)}, {unit}"))
    return _finish(
        figure,
        comparison,
        "What becomes of each region under each strategy",
        "Strategies share a panel and so a scale; the scale differs among places. "
        "The vertical line marks the first year in which strategies differ.",
        axes,
    )


def differences(comparison: Comparison, names: Sequence[str] = PATHS) -> Figure:
    """Draw the change against the baseline over time, on one scale for all places."""
    since = comparison.paths.sel(time=slice(comparison.start - 1, None))
    base = since.sel(strategy=comparison.baseline.name)
    figure, axes = _grid(comparison, names, share="row")
    for row, name in enumerate(names):
        change = 100 * (since[name] / base[name] - 1)
        for column, place in enumerate(_places(comparison)):
            path = change.sel({PLACE: place})
            _lines(axes[row, column], comparison, path, comparison.start)
        axes[row, 0].set_ylabel(_wrapped(f"{capitalise(name)}, % of baseline"))
    return _finish(
        figure,
        comparison,
        "What each strategy changes, year by year",
        "Change against the baseline in percent; one scale in each row.",
        axes,
    )


def outcomes(comparison: Comparison, names: Sequence[str] = CHANGES) -> Figure:
    """Draw the change of outcomes at the end, by region, in total and on the neighbours."""
    table = comparison.table.set_index(["outcome", "strategy", "place"])["change in percent"]
    places = [*_places(comparison), OTHERS]
    styles = _styles(comparison)
    rows = -(-len(names) // 3)
    figure = Figure(figsize=(12, 1.2 + 2.3 * rows), layout="constrained")
    axes = np.atleast_2d(figure.subplots(rows, 3, sharey=True))
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    for axis, name in zip(axes.flat, names, strict=False):
        for at, item in enumerate(comparison.funded):
            offset = (at - (len(comparison.funded) - 1) / 2) * 0.8 / len(comparison.funded)
            values = [table.get((name, item.strategy.name, place), np.nan) for place in places]
            heights = np.arange(len(places)) + offset
            colour = styles[item.strategy.name][0]
            axis.hlines(heights, 0, values, color=colour, linewidth=2)
            axis.plot(values, heights, "o", color=colour, markersize=5)
        axis.axvline(0, color="black", linewidth=0.8)
        axis.axhline(len(places) - 1.5, color="#BBBBBB", linewidth=0.8, linestyle=":")
        axis.set_yticks(range(len(places)), places)
        axis.set_ylim(len(places) - 0.4, -0.6)
        axis.set_title(capitalise(name), fontsize=10, loc="left")
        format_axis(axis.xaxis)
        axis.grid(axis="x", color="#E5E5E5")
        axis.set_xlabel("% of baseline", fontsize=8)
        axis.tick_params(labelsize=8)
        _colour_places(axis, comparison, places)
    final = int(comparison.paths["time"].values[-1])
    return _finish(
        figure,
        comparison,
        f"Outcomes in {final}, change against the baseline",
        f"Discounted value added: sum since {comparison.start:g}. '{capitalise(OTHERS)}': effect "
        "of each region's own programme, run alone, on the regions that do not run it, in "
        "percent of the total; the centre's programme has no neighbours.",
        axes,
        lines=False,
    )


def spillovers(comparison: Comparison, names: Sequence[str] = ELSEWHERE) -> Figure:
    """Draw what each government's programme does at home and, enlarged, to the others."""
    regions = _places(comparison)[:-1]
    colours = colour_regions(regions)
    count = len(comparison.funded)
    figure = Figure(figsize=(3 + 3.8 * count, 3 + 2.2 * (1 + len(names))), layout="constrained")
    axes = figure.subplots(1 + len(names), count, sharey="row", squeeze=False)
    for column, item in enumerate(comparison.funded):
        effects = comparison.origins.sel(strategy=item.strategy.name)
        spent = comparison.origin_money.sel(strategy=item.strategy.name)
        per_yuan = effects["Discounted value added"] / spent.where(spent > 0)
        _origin_bars(axes[0, column], per_yuan, regions, [*regions, CENTRE], colours)
        axes[0, column].set_title(item.strategy.title, fontsize=11, loc="left")
        for row, name in enumerate(names, start=1):
            factor = display_unit(effects[name].attrs.get("unit", ""))[1]
            elsewhere = effects[name].where(effects[PLACE] != effects["origin"]) * factor
            if bool(elsewhere.sel({"origin": regions, PLACE: regions}).notnull().any()):
                _origin_bars(axes[row, column], elsewhere, regions, regions, colours)
            else:
                _nothing(axes[row, column], "no neighbours: no region acts on its own")
    axes[0, 0].set_ylabel(_wrapped("At home and elsewhere: value added per yuan spent, yuan"))
    for row, name in enumerate(names, start=1):
        unit = display_unit(comparison.origins[name].attrs.get("unit", ""))[0]
        axes[row, 0].set_ylabel(_wrapped(f"Elsewhere: {name}, {unit}"))
    handles = [Patch(color=colours[region], label=f"effect on {region}") for region in regions]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return _finish(
        figure,
        comparison,
        "Whose programme does what to whom",
        "Each bar is the gain or loss of one region when the government named below it acts "
        "alone (hatched: at home). The lower rows leave the home region out and enlarge what "
        "is left: bars below zero are losses of the neighbours. The centre acts on all regions "
        "and has no neighbours.",
        axes,
        legend=False,
    )


def who_pays(comparison: Comparison) -> Figure:
    """Draw who pays for each strategy and, beside it, who gains and who goes into debt."""
    unit, factor = display_unit("Myuan")
    regions = [place for place in _places(comparison) if place != TOTAL]
    colours = colour_regions(regions) | {CENTRE: CENTRE_COLOUR}
    strategies = [item.strategy for item in comparison.funded]
    final = int(comparison.paths["time"].values[-1])
    figure = Figure(figsize=(13, 2.6 + 0.8 * len(strategies)), layout="constrained")
    axes = figure.subplots(1, 3, sharey=True)
    titles = (
        "Who pays: programme money",
        "Who gains: value added",
        f"Who owes: local public debt, {final}",
    )
    for at, strategy in enumerate(strategies):
        paid = comparison.money.loc[strategy.name].to_dict()
        parts = [
            {payer: paid[payer] * factor for payer in [CENTRE, *regions]},
            _gains(comparison, strategy.name, "Discounted value added", factor),
            _gains(comparison, strategy.name, "Local public debt", factor),
        ]
        for axis, part in zip(axes, parts, strict=True):
            _stack(axis, at, part, colours)
    axes[0].set_yticks(range(len(strategies)), [_wrapped(item.title) for item in strategies])
    axes[0].invert_yaxis()
    for axis, title in zip(axes, titles, strict=True):
        axis.set_title(title, fontsize=11, loc="left")
        axis.set_xlabel(unit)
        axis.axvline(0, color="black", linewidth=0.8)
        axis.grid(axis="x", color="#E5E5E5")
        axis.set_axisbelow(True)
        axis.set_xlim(right=1.05 * axis.get_xlim()[1])
        format_axis(axis.xaxis)
    handles = [Patch(color=colours[payer], label=payer) for payer in [CENTRE, *regions]]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return _finish(
        figure,
        comparison,
        "Who pays, who gains, who owes",
        f"Programme money and value added: discounted sums since {comparison.start:g}. Value "
        "added and debt are changes against the baseline. Strategies share each scale.",
        axes,
        legend=False,
    )


def _gains(comparison: Comparison, strategy: str, name: str, factor: float) -> dict[str, float]:
    ends = comparison.ends[name] * factor
    change = ends.sel(strategy=strategy) - ends.sel(strategy=comparison.baseline.name)
    return {place: float(change.sel({PLACE: place})) for place in _places(comparison)[:-1]}


def after_shocks(comparison: Comparison) -> Figure:
    """Draw how far each shock throws value added off its undisturbed path, and how long."""
    first = min(shock.year for shock in shocks()) - 1
    gap = comparison.recovery[GAP].sel({PLACE: TOTAL, "time": slice(first, None)})
    figure = Figure(figsize=(4.2 * len(shocks()), 4.2), layout="constrained")
    axes = figure.subplots(1, len(shocks()), squeeze=False)
    for axis, shock in zip(axes[0], shocks(), strict=True):
        _lines(axis, comparison, gap.sel(shock=shock.name), shock.year)
        axis.axhspan(-100 * NEAR, 100 * NEAR, color="#EEEEEE", zorder=0)
        axis.set_title(shock.title, fontsize=10, loc="left")
    axes[0, 0].set_ylabel(_wrapped("Value added of all regions, % off the undisturbed path"))
    return _finish(
        figure,
        comparison,
        "What a shock does under each strategy",
        "Each line is a strategy's run with the shock against its own run without it; the "
        "scale differs among shocks. Grey band: within 1 %, counted as recovered.",
        axes,
    )


def _places(comparison: Comparison) -> list[str]:
    return [str(place) for place in comparison.paths[PLACE].values]


def _styles(comparison: Comparison) -> dict[str, Style]:
    names = [str(name) for name in comparison.paths["strategy"].values]
    return strategy_styles(names, comparison.baseline.name)


def _grid(
    comparison: Comparison, names: Sequence[str], share: Literal["none", "row"]
) -> tuple[Figure, np.ndarray]:
    places = _places(comparison)
    figure = Figure(figsize=(2.9 * len(places) + 1, 2.0 * len(names) + 1.4), layout="constrained")
    axes = figure.subplots(len(names), len(places), sharex=True, sharey=share, squeeze=False)
    colours = colour_regions([place for place in places if place != TOTAL])
    for column, place in enumerate(places):
        colour = colours.get(place, TOTAL_COLOUR)
        title = "All regions" if place == TOTAL else place
        axes[0, column].set_title(title, color=colour, fontsize=12, fontweight="bold")
        for axis in axes[:, column]:
            axis.spines["left"].set_color(colour)
            axis.spines["bottom"].set_color(colour)
    return figure, axes


def _lines(axis: Axes, comparison: Comparison, values: xr.DataArray, mark: float) -> None:
    for name, (colour, line) in _styles(comparison).items():
        path = values.sel(strategy=name)
        axis.plot(path["time"], path, color=colour, linestyle=line, linewidth=1.8)
    axis.axvline(mark, color="#BBBBBB", linewidth=0.8)
    axis.grid(color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    format_axis(axis.yaxis)
    axis.tick_params(labelsize=8)


def _colour_places(axis: Axes, comparison: Comparison, places: Sequence[str]) -> None:
    colours = colour_regions([place for place in places if place not in (TOTAL, OTHERS)])
    for label in axis.get_yticklabels():
        label.set_color(colours.get(label.get_text(), TOTAL_COLOUR))


def _origin_bars(
    axis: Axes,
    effect: xr.DataArray,
    regions: Sequence[str],
    origins: Sequence[str],
    colours: dict[str, str],
) -> None:
    width = 0.8 / len(regions)
    for at, region in enumerate(regions):
        values = effect.sel({PLACE: region, "origin": list(origins)}).values
        where = np.arange(len(origins)) + (at - (len(regions) - 1) / 2) * width
        bars = axis.bar(where, np.nan_to_num(values), width * 0.92, color=colours[region])
        for bar, origin in zip(bars, origins, strict=True):
            if origin == region:
                bar.set_hatch("////")
                bar.set_edgecolor("white")
    for at, origin in enumerate(origins):
        if bool(effect.sel(origin=origin).isnull().all()):
            axis.text(at, 0, "no\nprogramme", ha="center", va="bottom", fontsize=7, color="#777777")
    axis.set_xticks(range(len(origins)), [textwrap.fill(origin, 12) for origin in origins])
    axis.axhline(0, color="black", linewidth=0.8)
    axis.grid(axis="y", color="#E5E5E5")
    axis.set_axisbelow(True)
    format_axis(axis.yaxis)
    axis.tick_params(labelsize=8)


def _nothing(axis: Axes, why: str) -> None:
    """Say why a panel is empty."""
    axis.text(0.5, 0.5, why, transform=axis.transAxes, ha="center", va="center", color="#777777")
    axis.set_xticks([])
    axis.tick_params(labelsize=8)


def _stack(axis: Axes, at: int, parts: dict[str, float], colours: dict[str, str]) -> None:
    """Stack gains to the right of zero and losses to the left of it."""
    ends = {True: 0.0, False: 0.0}
    for name, size in parts.items():
        axis.barh(at, size, left=ends[size >= 0], color=colours[name], height=0.6)
        ends[size >= 0] += size


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 24)


def _finish(
    figure: Figure,
    comparison: Comparison,
    title: str,
    note: str,
    axes: np.ndarray,
    *,
    lines: bool = True,
    legend: bool = True,
) -> Figure:
    """Add title, legend, and the line that says what the figure rests on."""
    for axis in axes.flat:
        axis.spines[["top", "right"]].set_visible(False)
    if legend:
        figure.legend(
            handles=_legend(comparison, lines), loc="outside lower center", frameon=False, ncols=4
        )
    costs = ", ".join(
        f"{item.strategy.name} {Rounded(item.money / 1e3)}" for item in comparison.funded
    )
    note = (
        f"{note} Programme money in present value, bn yuan: {costs}. Constant prices of 2010. "
        "Source: runs of the model."
    )
    return add_heading(figure, title, note)


def _legend(comparison: Comparison, lines: bool) -> list[Line2D]:
    titles = {comparison.baseline.name: comparison.baseline.title}
    titles |= {item.strategy.name: item.strategy.title for item in comparison.funded}
    handles = []
    for name, (colour, line) in _styles(comparison).items():
        if lines:
            handles.append(Line2D([], [], color=colour, linestyle=line, label=titles[name]))
        elif name != comparison.baseline.name:
            handles.append(Line2D([], [], color=colour, marker="o", label=titles[name]))
    return handles
