"""Figures of the best use of a budget: what it spends on, what it leads by, what it trades off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.policies.menu import LEVELS
from smecluster.policies.optimisation.evaluation import (
    BALANCE,
    BENEFIT,
    CRITERIA,
    DISPERSION,
    GAIN,
    LOSS,
)
from smecluster.policies.optimisation.measures import share_money, speak_unit
from smecluster.policies.strategy import Strategy
from smecluster.policies.wording.headlines import Style, choose_styles

if TYPE_CHECKING:
    from smecluster.policies.optimisation.result import BestUse

_BEST = "#D55E00"
_BETTER = {
    BENEFIT: mark("More net national benefit"),
    GAIN: mark("More value added gained"),
    DISPERSION: mark("Less dispersion among regions"),
    BALANCE: mark("Better public balance"),
    LOSS: mark("Smaller loss in a shock"),
}


def draw_figures(best_use: BestUse) -> dict[str, Figure]:
    """Draw every figure of the best use of a budget.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    drawn = {
        "spending": draw_spending(best_use),
        "lead": draw_lead(best_use),
        "search": draw_course(best_use),
    }
    if best_use.front:
        drawn["trade-offs"] = draw_trade_offs(best_use)
    return drawn


def draw_spending(best_use: BestUse) -> Figure:
    """Draw what each strategy spends on each lever, in per cent of its money."""
    strategies = [best_use.best, *best_use.by_hand]
    menu = best_use.menu
    rows = [(level, lever) for level in LEVELS for lever in menu.levers]
    spent = [share_money(strategy, best_use.spent[strategy.name]) for strategy in strategies]
    shares = 100 * np.array([[own.get(row, 0.0) for row in rows] for own in spent])
    split = len(menu.levers)
    figure = Figure(figsize=(4.2 + 1.7 * len(strategies), 9), layout="constrained")
    axis = figure.subplots()
    painted = np.ma.masked_equal(shares.T, 0)
    axis.imshow(painted, cmap="YlGnBu", vmin=0, vmax=max(40.0, float(shares.max())), aspect="auto")
    for column, own in enumerate(shares):
        for row, share in enumerate(own):
            if share > 0:
                colour = "white" if share > 25 else "black"
                axis.text(column, row, f"{share:.1f}", ha="center", va="center", color=colour)
    axis.set_xticks(range(len(strategies)), [_headline(one) for one in strategies], fontsize=9)
    axis.xaxis.tick_top()
    axis.set_yticks(range(len(rows)), [say.name(lever) for _, lever in rows])
    axis.axhline(split - 0.5, color="black", linewidth=1.2)
    axis.axvline(0.5, color="black", linewidth=1.2)
    right = axis.secondary_yaxis("right")
    middles = [(split - 1) / 2, split + (len(rows) - split - 1) / 2]
    right.set_yticks(middles, [say.name(level) for level in LEVELS], rotation=90)
    right.tick_params(length=0)
    for spines in (axis.spines, right.spines):
        spines[:].set_visible(False)
    axis.tick_params(length=0)
    return add_heading(
        figure,
        say("What the money is spent on"),
        say(
            "Per cent of the additional money in present value, by lever; every column spends "
            "{money}. Below each name: first year of local | central money. Source: runs of the "
            "model.",
            money=_money(best_use),
        ),
    )


def draw_lead(best_use: BestUse) -> Figure:
    """Draw the lead of the best use over each strategy by hand in the same unseen draw."""
    styles = _styles(best_use)
    strategies = best_use.by_hand
    columns = 2 if len(best_use.criteria) > 1 else 1
    rows = -(-len(best_use.criteria) // columns)
    size = (5.6 * columns + 0.5, 1.9 + (0.95 + 0.42 * len(strategies)) * rows)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axis, name in zip(axes.flat, best_use.criteria, strict=False):
        unit, factor = speak_unit(name)
        best = best_use.unseen[name].sel(strategy=best_use.best.name)
        for at, strategy in enumerate(strategies):
            other = best_use.unseen[name].sel(strategy=strategy.name)
            lead = CRITERIA[name] * (best - other).values * factor
            lead = lead[np.isfinite(lead)]
            colour = styles[strategy.name][0]
            if len(lead):
                low, middle, high = np.quantile(lead, [0.05, 0.5, 0.95])
                axis.hlines(at, low, high, color=colour, linewidth=3)
                axis.plot(middle, at, "o", color=colour, markersize=7)
        axis.axvline(0, color="black", linewidth=0.8)
        axis.set_yticks(range(len(strategies)), [say.name(one.title) for one in strategies])
        axis.set_ylim(len(strategies) - 0.5, -0.5)
        axis.set_title(say(_BETTER[name]), fontsize=10, loc="left")
        axis.set_xlabel(say("Lead of the best use, {unit}", unit=unit))
        axis.grid(axis="x", color="#EEEEEE")
        _tidy(axis)
        format_axis(axis.xaxis)
    for axis in axes.flat[len(best_use.criteria) :]:
        axis.set_axis_off()
    draws = best_use.unseen.sizes["draw"]
    return add_heading(
        figure,
        say("How far the best use leads over strategies by hand"),
        say(
            "Difference in the same draw, median and 90 % interval of {draws} draws that were not "
            "used to choose: to the right of zero the best use is better. Every strategy spends "
            "{money}.",
            draws=draws,
            money=_money(best_use),
        ),
    )


def draw_course(best_use: BestUse) -> Figure:
    """Draw how the best way so far got better, beside the strategies by hand."""
    factor = speak_unit(best_use.aim)[1]
    figure = Figure(figsize=(8.5, 4.6), layout="constrained")
    axis = figure.subplots()
    generations = np.arange(len(best_use.course))
    axis.step(generations, best_use.course * factor, where="post", color=_BEST, linewidth=2)
    climbed = best_use.search.generations + 0.5
    if len(best_use.course) > climbed:
        axis.axvline(climbed, color="#AAAAAA", linewidth=0.9)
        at = axis.get_xaxis_transform()
        axis.text(climbed, 0.02, say(" along the gradient"), transform=at, fontsize=8)
    styles = _styles(best_use)
    for strategy in best_use.by_hand:
        values = best_use.chosen_on[best_use.aim].sel(strategy=strategy.name)
        value = _summarise(best_use, values.values) * factor
        colour, line = styles[strategy.name]
        axis.axhline(value, color=colour, linestyle=line, linewidth=1.4)
        axis.annotate(
            say.name(strategy.title),
            (1, value),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="bottom",
            color=colour,
            fontsize=9,
        )
    axis.set_xlabel(say("Generation"))
    axis.set_ylabel(_name_axis(best_use.aim))
    _tidy(axis)
    axis.grid(axis="y", color="#E5E5E5")
    format_axis(axis.yaxis)
    quantile = best_use.search.quantile
    over = say("mean") if quantile is None else say("{share} % point", share=f"{100 * quantile:g}")
    return add_heading(
        figure,
        say("How the search went"),
        say(
            "Best way so far, {over} over the {draws} draws used to choose; {ways} ways a "
            "generation.",
            over=over,
            draws=best_use.chosen_on.sizes["draw"],
            ways=best_use.search.population,
        ),
    )


def draw_trade_offs(best_use: BestUse) -> Figure:
    """Draw the front: the aim against every other criterion."""
    others = [name for name in best_use.criteria if name != best_use.aim]
    figure = Figure(figsize=(4.3 * len(others) + 0.6, 5.2), layout="constrained")
    axes = figure.subplots(1, len(others), squeeze=False, sharey=True)
    styles = _styles(best_use)
    factor = speak_unit(best_use.aim)[1]
    for axis, name in zip(axes[0], others, strict=True):
        scale = speak_unit(name)[1]
        points = [_mean(best_use, name, one) * scale for one in best_use.front]
        gains = [_mean(best_use, best_use.aim, one) * factor for one in best_use.front]
        axis.plot(points, gains, "o", color="#9A9A9A", markersize=5)
        for strategy in (best_use.best, *best_use.by_hand):
            colour = styles[strategy.name][0]
            at = (
                _mean(best_use, name, strategy) * scale,
                _mean(best_use, best_use.aim, strategy) * factor,
            )
            best = strategy is best_use.best
            axis.plot(*at, "*" if best else "s", color=colour, markersize=13 if best else 7)
        better = say("(better to the right)") if CRITERIA[name] > 0 else say("(better to the left)")
        axis.set_xlabel(f"{_name_axis(name)}\n{better}", fontsize=9)
        axis.grid(color="#EEEEEE")
        _tidy(axis)
        format_axis(axis.xaxis)
    axes[0, 0].set_ylabel(_name_axis(best_use.aim))
    format_axis(axes[0, 0].yaxis)
    front = say("front of several aims")
    handles = [Line2D([], [], marker="o", ls="", color="#9A9A9A", label=front)]
    handles += [
        Line2D(
            [],
            [],
            marker="*" if one is best_use.best else "s",
            ls="",
            color=styles[one.name][0],
            label=say.name(one.title),
        )
        for one in (best_use.best, *best_use.by_hand)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return add_heading(
        figure,
        say("What more of one thing costs of another"),
        say(
            "Each grey point is a way to spend {money} that no other way found beats by every aim; "
            "means over the {draws} draws used to choose, against '{baseline}'.",
            money=_money(best_use),
            draws=best_use.chosen_on.sizes["draw"],
            baseline=say.name(best_use.baseline.title),
        ),
    )


def _name_axis(criterion: str) -> str:
    what, unit = capitalise(say(criterion)), speak_unit(criterion)[0]
    return say("{what}, {unit}", what=what, unit=unit)


def _headline(strategy: Strategy) -> str:
    starts = [
        "-" if programme is None or programme.start is None else f"{programme.start:g}"
        for programme in (strategy.local, strategy.central)
    ]
    return f"{say.name(strategy.name)}\n{' | '.join(starts)}"


def _summarise(best_use: BestUse, values: NDArray[np.float64]) -> float:
    quantile = best_use.search.quantile
    return float(values.mean() if quantile is None else np.quantile(values, quantile))


def _mean(best_use: BestUse, name: str, strategy: Strategy) -> float:
    return float(best_use.chosen_on[name].sel(strategy=strategy.name).mean("draw"))


def _styles(best_use: BestUse) -> dict[str, Style]:
    styles = choose_styles([one.name for one in best_use.by_hand], best_use.best.name)
    return {**styles, best_use.best.name: (_BEST, "-")}


def _money(best_use: BestUse) -> str:
    return best_use.budget.describe()


def _tidy(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=9)
