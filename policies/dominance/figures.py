"""A figure of dominance: the share of each named loop by year, region and strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from smecluster.model.file.regions import REGION
from smecluster.model.presentation.formatting import colour_regions
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading

if TYPE_CHECKING:
    from smecluster.policies.dominance.result import Dominance

_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_REST = "#BBBBBB"


def draw_dominance(dominance: Dominance, since: float) -> Figure:
    """Draw the shares: reinforcing loops upwards, balancing ones downwards.

    Parameters
    ----------
    dominance : Dominance
        The shares.
    since : float
        First year that is drawn.

    Returns
    -------
    Figure
        A row a region, a column a strategy.
    """
    strategies = dominance.strategies
    late = dominance.shares.sel(time=slice(since, None))
    regions = [str(region) for region in late[REGION].values]
    sizes = abs(late).mean(["strategy", REGION, "time"])
    order = [str(loop) for loop in late["loop"].values[np.argsort(-sizes.values)]]
    colours = dict(zip(order, _COLOURS, strict=False))
    size = (3.4 * len(strategies) + 1.2, 1.9 + 2.3 * len(regions))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(len(regions), len(strategies), sharex=True, sharey=True, squeeze=False)
    years = late["time"].values
    for row, region in enumerate(regions):
        for column, strategy in enumerate(strategies):
            axis = axes[row, column]
            own = late.sel({"strategy": strategy.name, REGION: region}).fillna(0.0)
            floors = {1: np.zeros(len(years)), -1: np.zeros(len(years))}
            for loop in order:
                for sign in (1, -1):
                    part = 100 * np.clip(sign * own.sel(loop=loop).values, 0, None)
                    if part.any():
                        axis.bar(
                            years,
                            sign * part,
                            bottom=floors[sign],
                            width=1.0,
                            color=colours.get(loop, _REST),
                        )
                        floors[sign] = floors[sign] + sign * part
            axis.axhline(0, color="black", linewidth=0.8)
            axis.set_ylim(-100, 100)
            axis.spines[["top", "right"]].set_visible(False)
            axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
            axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{abs(value):.0f}"))
        axes[row, 0].set_ylabel(
            say.name(region) + "\n" + say("balancing | reinforcing, %"),
            color=colour_regions(regions)[region],
            fontsize=9,
        )
    for column, strategy in enumerate(strategies):
        axes[0, column].set_title(say.name(strategy.title), fontsize=11, loc="left")
    budget = (
        say("Money as written.")
        if dominance.budget is None
        else say("Budget of each programme: {money}.", money=dominance.budget.describe())
    )
    handles = [Patch(color=colour, label=say.word(loop)) for loop, colour in colours.items()]
    handles.append(Patch(color=_REST, label=say("other named loops")))
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return add_heading(
        figure,
        say("Which named loops dominate when"),
        say.sentences(
            [
                say(
                    "Share of each named loop in the absolute scores of all named loops of the "
                    "region, mean of the year (Loops That Matter). Loops that the overview does "
                    "not name are left out."
                ),
                budget,
                say("Source: runs of the model in pysimlin."),
            ]
        ),
    )
