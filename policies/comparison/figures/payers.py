"""Figures of who pays, and at whose expense."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Patch

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import (
    CENTRE_COLOUR,
    colour_regions,
)
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, format_axis
from smecluster.model.presentation.wrapping import fill
from smecluster.policies.comparison.figures.gains import GAIN
from smecluster.policies.comparison.figures.rows import (
    begin_rows,
    finish_figure,
    list_places,
    select_base_future,
    wrap_label,
)
from smecluster.policies.ensemble.cases import DRAW, STRATEGY

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

CENTRE, TOGETHER, LOSS = "centre", "acting together", "loss"


def draw_payers(comparison: Comparison) -> Figure:
    """Draw the additional money by the budget that pays it."""
    payers = [str(payer) for payer in comparison.paid["payer"].values]
    names = [name for name in comparison.names if comparison.has_money(name)]
    colours = {CENTRE: CENTRE_COLOUR} | colour_regions([one for one in payers if one != CENTRE])
    unit, factor = say.unit("Myuan")
    paid = select_base_future(comparison, comparison.paid).median(DRAW) * factor
    figure, axis = begin_rows(comparison, len(names), per_row=0.5)
    for at, name in enumerate(names):
        ends = {True: 0.0, False: 0.0}  # what is saved stands left of zero
        for payer in payers:
            size = float(paid.sel({STRATEGY: name, "payer": payer}))
            axis.barh(at, size, left=ends[size >= 0], color=colours[payer], height=0.6)
            ends[size >= 0] += size
    axis.set_yticks(
        range(len(names)), [wrap_label(say.name(comparison.titles[one])) for one in names]
    )
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.axvline(0, color="black", linewidth=0.8)
    label = say("{unit} in present value", unit=unit)
    if comparison.several:
        label = say("{unit} in present value, median of the draws", unit=unit)
    axis.set_xlabel(label)
    format_axis(axis.xaxis)
    handles = [Patch(color=colours[payer], label=say.name(payer)) for payer in payers]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return finish_figure(
        figure,
        comparison,
        say("Who pays"),
        say(
            "Money beyond policy as now, {start} to {end}. Policy as now is a share of value added "
            "too: where value added grows, its payers spend a little more.",
            start=f"{comparison.start:g}",
            end=f"{comparison.end:g}",
        ),
        legend=None,
        intervals=False,
    )


def draw_spillovers(comparison: Comparison) -> Figure:
    """Draw what each government's programme, run alone, gains in each region."""
    names = [name for name in comparison.names if comparison.has_money(name)]
    regions = [place for place in list_places(comparison) if place != TOTAL]
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
        labels = [
            fill(say("the centre") if one == CENTRE else say.name(one), 12) for one in origins
        ]
        axis.set_xticks(range(len(origins)), labels)
        axis.set_xlabel(say("Government that runs its programme alone"), fontsize=8)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.grid(axis="y", color="#E5E5E5")
        axis.set_axisbelow(True)
        axis.tick_params(labelsize=8)
        axis.set_title(wrap_label(say.name(comparison.titles[name])), fontsize=10, loc="left")
        format_axis(axis.yaxis)
    axes[0].set_ylabel(say("Yuan of value added gained\nfor each yuan spent"))
    handles = [
        Patch(color=colours[region], label=say("in {region}", region=say.name(region)))
        for region in regions
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    return finish_figure(
        figure,
        comparison,
        say("Whose programme does what to whom"),
        say(
            "Each bar is what one region gains or loses when the government below it runs its "
            "programme and no other does (hatched: in its own region). Bars below zero are losses."
        ),
        legend=None,
        intervals=False,
        median=comparison.several,
    )
