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

from model.outcomes import PLACE, TOTAL
from policies.display import (
    CENTRE_COLOUR,
    TOTAL_COLOUR,
    Style,
    region_colours,
    sentence,
    shown,
    strategy_styles,
)
from policies.origins import CENTRE, OTHERS

if TYPE_CHECKING:
    from policies.compare import Comparison

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
    "Local public debt",
)
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
    }


def paths(comparison: Comparison, names: Sequence[str] = PATHS) -> Figure:
    """Draw outcomes over time: a row for each outcome, a column for each place."""
    shown_years = comparison.paths.sel(time=slice(comparison.start - _BEFORE, None))
    figure, axes = _grid(comparison, names, share="none")
    for row, name in enumerate(names):
        unit, factor = shown(shown_years[name].attrs.get("unit", ""))
        for column, place in enumerate(_places(comparison)):
            axis = axes[row, column]
            _lines(axis, comparison, shown_years[name].sel({PLACE: place}) * factor)
            axis.set_ylim(bottom=0)
        axes[row, 0].set_ylabel(_wrapped(f"{sentence(name)}, {unit}"))
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
            _lines(axes[row, column], comparison, change.sel({PLACE: place}))
        axes[row, 0].set_ylabel(_wrapped(f"{sentence(name)}, % of baseline"))
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
        axis.set_title(sentence(name), fontsize=10, loc="left")
        axis.xaxis.set_major_locator(MaxNLocator(5))
        axis.grid(axis="x", color="#E5E5E5")
        axis.set_xlabel("% of baseline", fontsize=8)
        axis.tick_params(labelsize=8)
        _colour_places(axis, comparison, places)
    final = int(comparison.paths["time"].values[-1])
    return _finish(
        figure,
        comparison,
        f"Outcomes in {final}, change against the baseline",
        f"Discounted value added: sum since {comparison.start:g}. '{sentence(OTHERS)}': effect "
        "of each region's own programme, run alone, on the regions that do not run it, in "
        "percent of the total; the centre's programme has no neighbours.",
        axes,
        lines=False,
    )


def spillovers(comparison: Comparison, name: str = "Discounted value added") -> Figure:
    """Draw what each government's programme does at each place."""
    effect = comparison.origins[name]
    unit, factor = shown(effect.attrs.get("unit", "Myuan"))
    money = comparison.origin_money
    regions = [place for place in _places(comparison) if place != TOTAL]
    colours = region_colours(regions)
    count = len(comparison.funded)
    figure = Figure(figsize=(3 + 4.5 * count, 7.5), layout="constrained")
    axes = figure.subplots(2, count, sharey="row", squeeze=False)
    origins = [str(origin) for origin in effect["origin"].values]
    for column, item in enumerate(comparison.funded):
        own = effect.sel(strategy=item.strategy.name)
        spent = money.sel(strategy=item.strategy.name)
        _origin_bars(axes[0, column], own * factor, regions, origins, colours)
        per_yuan = own / spent.where(spent > 0)
        _origin_bars(axes[1, column], per_yuan, regions, origins[:-1], colours)
        axes[0, column].set_title(item.strategy.title, fontsize=11, loc="left")
    axes[0, 0].set_ylabel(_wrapped(f"{sentence(name)}, {unit}"))
    axes[1, 0].set_ylabel("Yuan of value added per yuan of that programme")
    handles = [Patch(color=colours[region], label=f"effect on {region}") for region in regions]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return _finish(
        figure,
        comparison,
        "Whose programme does what to whom",
        "Each bar is one region's gain or loss when the government below it acts alone "
        "(hatched: at home, plain: abroad); bars below zero are losses. 'Acting together': "
        "what all programmes do beyond the sum of their single effects.",
        axes,
        lines=False,
        legend=False,
    )


def who_pays(comparison: Comparison, name: str = "Discounted value added") -> Figure:
    """Draw who pays for each strategy and, beside it, who gains."""
    unit, factor = shown("Myuan")
    regions = [place for place in _places(comparison) if place != TOTAL]
    colours = region_colours(regions) | {CENTRE: CENTRE_COLOUR}
    strategies = [item.strategy for item in comparison.funded]
    figure = Figure(figsize=(12, 2.4 + 0.9 * len(strategies)), layout="constrained")
    pay, gain = figure.subplots(1, 2, sharey=True)
    for at, strategy in enumerate(strategies):
        paid = comparison.money.loc[strategy.name].to_dict()
        _stack(pay, at, {payer: paid[payer] * factor for payer in [CENTRE, *regions]}, colours)
        base = comparison.ends[name].sel(strategy=comparison.baseline.name)
        change = (comparison.ends[name].sel(strategy=strategy.name) - base) * factor
        gains = {region: float(change.sel({PLACE: region})) for region in regions}
        _stack(gain, at, gains, colours)
    pay.set_yticks(range(len(strategies)), [strategy.title for strategy in strategies])
    pay.invert_yaxis()
    for axis, title in ((pay, "Who pays"), (gain, "Who gains value added")):
        axis.set_title(f"{title}, {unit}, present value", fontsize=11, loc="left")
        axis.axvline(0, color="black", linewidth=0.8)
        axis.grid(axis="x", color="#E5E5E5")
        axis.set_axisbelow(True)
    handles = [Patch(color=colours[payer], label=payer) for payer in [CENTRE, *regions]]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return _finish(
        figure,
        comparison,
        "Who pays and who gains",
        f"Programme money and value added since {comparison.start:g}, discounted, against "
        "the baseline.",
        np.array([pay, gain]),
        lines=False,
        legend=False,
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
    colours = region_colours([place for place in places if place != TOTAL])
    for column, place in enumerate(places):
        colour = colours.get(place, TOTAL_COLOUR)
        title = "All regions" if place == TOTAL else place
        axes[0, column].set_title(title, color=colour, fontsize=12, fontweight="bold")
        for axis in axes[:, column]:
            axis.spines["left"].set_color(colour)
            axis.spines["bottom"].set_color(colour)
    return figure, axes


def _lines(axis: Axes, comparison: Comparison, values: xr.DataArray) -> None:
    for name, (colour, line) in _styles(comparison).items():
        path = values.sel(strategy=name)
        axis.plot(path["time"], path, color=colour, linestyle=line, linewidth=1.8)
    axis.axvline(comparison.start, color="#BBBBBB", linewidth=0.8)
    axis.grid(color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axis.tick_params(labelsize=8)


def _colour_places(axis: Axes, comparison: Comparison, places: Sequence[str]) -> None:
    colours = region_colours([place for place in places if place not in (TOTAL, OTHERS)])
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
    money = comparison.funded[0].money
    cost = f"Each strategy costs {money / 1e3:,.1f} bn yuan of programme money"
    note = f"{note} {cost} (present value, constant 2010 prices). Source: model runs."
    width = int(figure.get_figwidth() * 13)
    # The layout keeps room for one heading: the note's first line is left to the title.
    figure.suptitle("\n\n" + textwrap.fill(note, width), fontsize=9, x=0.01, ha="left")
    inch = 1 / figure.get_figheight()
    figure.text(0.01, 1 - 0.06 * inch, title, fontsize=13, fontweight="bold", va="top")
    return figure


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
