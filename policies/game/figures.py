"""Figures of the game: what arrangements are worth to whom, and what money goes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.formatting import (
    CENTRE_COLOUR,
    TOTAL_COLOUR,
    capitalise,
    colour_regions,
)
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.policies.game.arrangements import speak_name
from smecluster.policies.game.measures import benefit, mean_action
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.game.result import GameResult

#: Names of the figures.
WORTH, MIXES = "worth", "spending"
# Levers on which nobody spends as much as this are left out of the figure, Dmnl.
_SHOWN = 0.02


def draw_figures(result: GameResult) -> dict[str, Figure]:
    """Draw every figure of the game.

    Parameters
    ----------
    result : GameResult
        The game.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {WORTH: draw_worth(result), MIXES: draw_mixes(result)}


def draw_worth(result: GameResult) -> Figure:
    """Draw the net national benefit of each arrangement, and who gets it."""
    shown = [one for one in result.arrangements if not one.is_bound]
    regions = result.menu.regions
    colours = colour_regions(regions)
    unit, factor = say.unit("Myuan")
    figure = Figure(figsize=(8.4, 1.6 + 0.75 * len(shown)), layout="constrained")
    axis = figure.subplots()
    places = np.arange(len(shown))[::-1]
    for place, one in zip(places, shown, strict=True):
        account, idle = result.accounts[one.name], result.idle
        residents = (account.residents - idle.residents)[0].mean(axis=0)
        elsewhere = float((account.elsewhere - idle.elsewhere).mean())
        ends = {True: 0.0, False: 0.0}
        who = [(say.name(region), colours[region]) for region in regions]
        who += [(say("rest of China"), CENTRE_COLOUR)]
        for (name, colour), value in zip(who, [*residents, elsewhere], strict=True):
            value *= factor
            axis.barh(
                place, value, 0.5, ends[value >= 0], color=colour, label=name if not place else None
            )
            ends[value >= 0] += value
        values = benefit(result, one.name) * factor
        (low, _, high), known = compute_quantiles(values)
        mean = float(np.nanmean(values))
        if known > 1:
            axis.plot([low, high], [place, place], color=TOTAL_COLOUR, linewidth=1.5)
        axis.plot(
            mean,
            place,
            "D",
            color="white",
            markeredgecolor=TOTAL_COLOUR,
            markersize=8,
            label=say("the nation: mean, 90 % interval") if not place else None,
        )
    axis.axvline(0, color=TOTAL_COLOUR, linewidth=0.8)
    axis.set_yticks(places, [capitalise(speak_name(one.name)) for one in shown])
    axis.set_xlabel(say("Benefit against policy as now, {unit} in present value", unit=unit))
    format_axis(axis.xaxis)
    axis.grid(axis="x", color="#E5E5E5")
    axis.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.tick_params(axis="y", length=0)
    figure.legend(frameon=False, fontsize=8, loc="outside lower center", ncols=3)
    return add_heading(
        figure,
        say("What governments choose, and who gets what"),
        say.sentences(
            [
                _describe_money(result),
                say(
                    "{start}-{end}, mean over {draws} draws. Bars are parts of the net national "
                    "benefit (diamond); they sum to it. Source: runs of the model.",
                    start=f"{result.setup.start:g}",
                    end=f"{result.setup.horizon:g}",
                    draws=f"{len(result.draws):,}",
                ),
            ]
        ),
    )


def draw_mixes(result: GameResult) -> Figure:
    """Draw what each region spends on in each arrangement."""
    shown = [one for one in result.arrangements if not one.is_bound]
    regions = result.menu.regions
    shares = np.zeros((len(shown), len(regions), len(result.menu.levers)))
    for row, one in enumerate(shown):
        for at in range(len(regions)):
            amounts = mean_action(result, one, at)
            shares[row, at] = amounts / amounts.sum() if amounts.sum() > 0 else amounts
    kept = np.flatnonzero(shares.max(axis=(0, 1)) >= _SHOWN)
    kept = kept[np.argsort(-shares[..., kept].mean(axis=(0, 1)), kind="stable")]
    levers = [say.capital(result.menu.levers[at]) for at in kept]
    figure = Figure(
        figsize=(2.6 + 2.6 * len(shown), 1.5 + 0.42 * len(levers)), layout="constrained"
    )
    axes = figure.subplots(1, len(shown), squeeze=False, sharey=True)[0]
    colours = colour_regions(regions)
    height = 0.8 / len(regions)
    places = np.arange(len(levers))
    for axis, one, own in zip(axes, shown, shares, strict=True):
        for at, region in enumerate(regions):
            axis.barh(
                places + (at - (len(regions) - 1) / 2) * height,
                100 * own[at, kept],
                height,
                color=colours[region],
                label=say.name(region) if axis is axes[0] else None,
            )
        name = capitalise(speak_name(one.name))
        axis.set_title(name, fontsize=10, fontweight="bold", loc="left")
        axis.set_xlim(0, 100 * max(0.1, float(shares.max())) * 1.05)
        axis.grid(axis="x", color="#E5E5E5")
        axis.set_axisbelow(True)
        for side in ("top", "right"):
            axis.spines[side].set_visible(False)
    axes[0].set_yticks(places, levers)
    axes[0].invert_yaxis()
    axes[len(axes) // 2].set_xlabel(say("Per cent of the region's money"))
    figure.legend(frameon=False, fontsize=8, loc="outside lower center", ncols=len(regions))
    return add_heading(
        figure,
        say("What each region spends its money on"),
        say.sentences(
            [
                _describe_money(result),
                say(
                    "Mean over what each region sees. Levers with less than {share} % everywhere "
                    "are left out. Source: runs of the model.",
                    share=f"{100 * _SHOWN:g}",
                ),
            ]
        ),
    )


def _describe_money(result: GameResult) -> str:
    setup = result.setup
    if setup.free:
        return say("Money is free within each region's debt limit.")
    return say(
        "Each region spends {share} % of its value added a year.", share=f"{100 * setup.share:g}"
    )
