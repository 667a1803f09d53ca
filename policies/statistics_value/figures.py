"""A figure of what cluster statistics are worth, by policy, future and place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import TOTAL_COLOUR, colour_regions
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.policies.ensemble.cases import FUTURE
from smecluster.policies.statistics_value.measures import (
    ANTICIPATING,
    ANTICIPATORY,
    COST,
    REACTIVE,
    WORTH,
    add_difference,
)
from smecluster.policies.wording.prose import write_small

if TYPE_CHECKING:
    from smecluster.policies.statistics_value.result import StatisticsValue

_COLOURS = {REACTIVE: "#E69F00", ANTICIPATORY: "#0072B2", ANTICIPATING: "#009E73"}
_LABELS = {
    REACTIVE: mark("policy reacts to damage"),
    ANTICIPATORY: mark("policy anticipates"),
    ANTICIPATING: mark("anticipating itself (difference)"),
}


def draw_worth(statistics: StatisticsValue) -> Figure:
    """Draw worth against cost: a panel a place, a row a future and policy.

    Parameters
    ----------
    statistics : StatisticsValue
        The worth.

    Returns
    -------
    Figure
        Medians with 5-95 % of the draws.
    """
    unit, factor = say.unit("Myuan")
    places = [str(place) for place in statistics.values[PLACE].values]
    places = [TOTAL, *(place for place in places if place != TOTAL)]
    colours = colour_regions(places)
    parts = add_difference(statistics)
    titles = [say.name(future.title) for future in statistics.futures]
    columns = min(2, len(places))
    rows = -(-len(places) // columns)
    height = 1.9 + rows * (1.1 + 0.75 * len(titles))
    figure = Figure(figsize=(11, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axis, place in zip(axes.flat, places, strict=False):
        for at, future in enumerate(statistics.futures):
            chosen = {FUTURE: future.name, PLACE: place}
            for line, (policy, values) in enumerate(parts.items()):
                own = values[WORTH].sel(chosen).values * factor
                low, middle, high = np.nanquantile(own, [0.05, 0.5, 0.95])
                height_ = at + (line - 1) * 0.22
                axis.hlines(height_, low, high, color=_COLOURS[policy], linewidth=3)
                axis.plot(middle, height_, "o", color=_COLOURS[policy], markersize=6)
            cost = float(parts[ANTICIPATORY][COST].sel(chosen).median()) * factor
            axis.plot([cost, cost], [at - 0.38, at + 0.38], color="black", linewidth=1.4)
        axis.axvline(0, color="#999999", linewidth=0.8)
        axis.set_yticks(range(len(titles)), titles)
        axis.set_ylim(len(titles) - 0.45, -0.55)
        axis.set_title(
            say("All regions") if place == TOTAL else say.name(place),
            color=TOTAL_COLOUR if place == TOTAL else colours[place],
            fontweight="bold",
            loc="left",
        )
        axis.set_xlabel(say("Discounted value added, {unit}", unit=unit))
        axis.grid(axis="x", color="#EEEEEE")
        axis.set_axisbelow(True)
        axis.spines[["top", "right"]].set_visible(False)
        format_axis(axis.xaxis)
    for axis in axes.flat[len(places) :]:
        axis.set_axis_off()
    handles = [
        Line2D([], [], color=_COLOURS[policy], marker="o", linewidth=3, label=say(label))
        for policy, label in _LABELS.items()
    ]
    handles.append(Line2D([], [], color="black", label=say("what the statistics cost")))
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    draws = statistics.values.sizes["draw"]
    budget = (
        say("Money of the strategy as written.")
        if statistics.budget is None
        else say("Budget of the strategy: {money}.", money=statistics.budget.describe())
    )
    spread = say(", median and 5-95 % of {count} draws", count=draws) if draws > 1 else ""
    return add_heading(
        figure,
        say(
            "What cluster statistics are worth: {strategy}",
            strategy=write_small(statistics.strategy.title),
        ),
        say.sentences(
            [
                say(
                    "Discounted value added since {start} that the statistics of the strategy add, "
                    "the rest of it as it is{spread}.",
                    start=f"{statistics.start:g}",
                    spread=spread,
                ),
                budget,
                say("Constant prices of 2010. Source: runs of the model."),
            ]
        ),
    )
