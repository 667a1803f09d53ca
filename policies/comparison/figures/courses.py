"""Figures of when strategies act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import (
    TOTAL_COLOUR,
    colour_regions,
)
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, format_axis
from smecluster.policies.comparison.figures.rows import (
    assign_styles,
    begin_rows,
    colour_places,
    describe_baseline,
    draw_intervals,
    finish_figure,
    label_places,
    list_places,
    name_place,
    select_base_future,
)
from smecluster.policies.ensemble.cases import DRAW, STRATEGY
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison


def draw_paths(comparison: Comparison) -> Figure:
    """Draw the change of value added over time, with the interval as a band."""
    places = [str(place) for place in comparison.paths[PLACE].values]
    paths = select_base_future(comparison, comparison.paths)
    base = paths.sel({STRATEGY: comparison.baseline.name}, drop=True)
    figure = Figure(figsize=(2.6 * len(places) + 0.8, 4.2), layout="constrained")
    axes = figure.subplots(1, len(places), sharey=True, squeeze=False)[0]
    colours = colour_regions([place for place in places if place != TOTAL])
    for axis, place in zip(axes, places, strict=True):
        for name in comparison.names:
            colour, line = assign_styles(comparison)[name]
            change = (100 * (paths.sel({STRATEGY: name}) / base - 1)).sel({PLACE: place})
            (low, median, high), _ = compute_quantiles(change.transpose("time", DRAW).values)
            if comparison.several:
                axis.fill_between(change["time"], low, high, color=colour, alpha=0.22, linewidth=0)
            axis.plot(change["time"], median, color=colour, linestyle=line, linewidth=1.8)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.set_title(name_place(place), fontsize=11, color=colours.get(place, TOTAL_COLOUR))
        axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        axis.set_xlabel(say("Year"), fontsize=8)
        axis.tick_params(labelsize=8)
        format_axis(axis.yaxis)
    axes[0].set_ylabel(say("Value added, % of the baseline"))
    return finish_figure(
        figure,
        comparison,
        say("When each strategy acts"),
        say("Change of value added against {baseline}.", baseline=describe_baseline(comparison)),
        legend="lines",
    )


def draw_timing(comparison: Comparison) -> Figure:
    """Draw when the effect on value added passes half of its final value."""
    places = list_places(comparison)
    half = select_base_future(comparison, comparison.half).transpose(PLACE, STRATEGY, DRAW)
    figure, axis = begin_rows(comparison, len(places))
    draw_intervals(axis, comparison, comparison.names, label_places(places), list(half))
    colour_places(axis, places)
    axis.set_xlim(left=0)
    axis.set_xlabel(say("Years after {year}", year=f"{comparison.start:g}"))
    return finish_figure(
        figure,
        comparison,
        say("How long until half of the effect is reached"),
        say(
            "Years until the effect on value added passes half of what it is in {year}.",
            year=f"{comparison.end:g}",
        ),
    )
