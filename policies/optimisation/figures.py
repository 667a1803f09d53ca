"""Figures of the best use of a budget: what it spends on, what it leads by, what it trades off."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from smecluster.model.support.formatting import Rounded, capitalise, display_unit
from smecluster.model.support.plotting import Figure, add_heading, format_axis
from smecluster.policies.headlines import Style, strategy_styles
from smecluster.policies.levers import LEVELS, read_levers
from smecluster.policies.optimisation.appraisal import CRITERIA, GAIN, UNITS
from smecluster.policies.optimisation.compute import BestUse, money_shares
from smecluster.policies.strategy import Strategy

_BEST = "#D55E00"


def figures(found: BestUse) -> dict[str, Figure]:
    """Draw every figure of the best use of a budget.

    Parameters
    ----------
    found : BestUse
        What was found.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    drawn = {"spending": spending(found), "lead": lead(found), "search": course(found)}
    if found.front:
        drawn["trade-offs"] = trade_offs(found)
    return drawn


def spending(found: BestUse) -> Figure:
    """Draw what each strategy spends on each lever, in per cent of its money."""
    strategies = [found.best, *found.written]
    names = [lever.name for lever in read_levers()]
    spent = [money_shares(strategy, found.spent[strategy.name]) for strategy in strategies]
    shares = 100 * np.array([[own.get(name, 0.0) for name in names] for own in spent])
    split = len(read_levers("local"))
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
    axis.set_yticks(range(len(names)), names)
    axis.axhline(split - 0.5, color="black", linewidth=1.2)
    axis.axvline(0.5, color="black", linewidth=1.2)
    right = axis.secondary_yaxis("right")
    right.set_yticks([(split - 1) / 2, split + (len(names) - split - 1) / 2], LEVELS, rotation=90)
    right.tick_params(length=0)
    for spines in (axis.spines, right.spines):
        spines[:].set_visible(False)
    axis.tick_params(length=0)
    return add_heading(
        figure,
        "What the money is spent on",
        f"Per cent of all programme money in present value, by lever; every column costs "
        f"{_money(found)}. Below each name: the first year of "
        "local | central money. Source: runs of the model.",
    )


def lead(found: BestUse) -> Figure:
    """Draw what each strategy reaches on unseen draws, a panel a criterion."""
    strategies = [found.best, *found.written]
    styles = _styles(found)
    columns = 2 if len(found.criteria) > 1 else 1
    rows = -(-len(found.criteria) // columns)
    size = (5.6 * columns + 0.5, 1.9 + (0.75 + 0.42 * len(strategies)) * rows)
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axis, name in zip(axes.flat, found.criteria, strict=False):
        unit, factor = display_unit(UNITS[name])
        for at, strategy in enumerate(strategies):
            values = found.unseen[name].sel(strategy=strategy.name).values * factor
            values = values[np.isfinite(values)]
            low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
            colour = styles[strategy.name][0]
            axis.hlines(at, low, high, color=colour, linewidth=3)
            axis.plot(middle, at, "o", color=colour, markersize=7)
        axis.set_yticks(range(len(strategies)), [one.title for one in strategies])
        axis.set_ylim(len(strategies) - 0.5, -0.5)
        better = "more" if CRITERIA[name] > 0 else "less"
        axis.set_title(f"{capitalise(name)} ({better} is better)", fontsize=10, loc="left")
        axis.set_xlabel(unit)
        _tidy(axis)
        format_axis(axis.xaxis)
    for axis in axes.flat[len(found.criteria) :]:
        axis.set_axis_off()
    draws = found.unseen.sizes["draw"]
    return add_heading(
        figure,
        "What each strategy reaches with the same money",
        f"Median and 5-95 % of {draws} draws that were not used to choose, against no programme; "
        f"each strategy costs {_money(found)} in every draw. Intervals overlap because draws "
        "differ for all strategies alike: see the table for the lead in the same draw.",
    )


def course(found: BestUse) -> Figure:
    """Draw how the best way so far got better, beside the strategies by hand."""
    unit, factor = display_unit(UNITS[GAIN])
    figure = Figure(figsize=(8.5, 4.6), layout="constrained")
    axis = figure.subplots()
    generations = np.arange(len(found.course))
    axis.step(generations, found.course * factor, where="post", color=_BEST, linewidth=2)
    climbed = found.search.generations + 0.5
    if len(found.course) > climbed:
        axis.axvline(climbed, color="#AAAAAA", linewidth=0.9)
        at = axis.get_xaxis_transform()
        axis.text(climbed, 0.02, " along the gradient", transform=at, fontsize=8)
    styles = _styles(found)
    for strategy in found.written:
        values = found.chosen_on[GAIN].sel(strategy=strategy.name)
        counted = _counted(found, values.values) * factor
        colour, line = styles[strategy.name]
        axis.axhline(counted, color=colour, linestyle=line, linewidth=1.4)
        axis.annotate(
            strategy.title,
            (1, counted),
            xycoords=("axes fraction", "data"),
            ha="right",
            va="bottom",
            color=colour,
            fontsize=9,
        )
    axis.set_xlabel("Generation")
    axis.set_ylabel(f"{capitalise(GAIN)}, {unit}")
    _tidy(axis)
    axis.grid(axis="y", color="#E5E5E5")
    format_axis(axis.yaxis)
    over = "mean" if found.search.quantile is None else f"{100 * found.search.quantile:g} % point"
    return add_heading(
        figure,
        "How the search went",
        f"Best way so far, {over} over the {found.chosen_on.sizes['draw']} draws used to choose; "
        f"{found.search.population} ways a generation.",
    )


def trade_offs(found: BestUse) -> Figure:
    """Draw the front: value added gained against every other criterion."""
    others = [name for name in found.criteria if name != GAIN]
    figure = Figure(figsize=(4.3 * len(others) + 0.6, 5.2), layout="constrained")
    axes = figure.subplots(1, len(others), squeeze=False, sharey=True)
    styles = _styles(found)
    unit, factor = display_unit(UNITS[GAIN])
    for axis, name in zip(axes[0], others, strict=True):
        along, scale = display_unit(UNITS[name])
        points = [_mean(found, name, one) * scale for one in found.front]
        gains = [_mean(found, GAIN, one) * factor for one in found.front]
        axis.plot(points, gains, "o", color="#9A9A9A", markersize=5)
        for strategy in (found.best, *found.written):
            colour = styles[strategy.name][0]
            at = _mean(found, name, strategy) * scale, _mean(found, GAIN, strategy) * factor
            mark = "*" if strategy is found.best else "s"
            axis.plot(*at, mark, color=colour, markersize=13 if mark == "*" else 7)
        better = "right" if CRITERIA[name] > 0 else "left"
        axis.set_xlabel(f"{capitalise(name)}, {along}\n(better to the {better})", fontsize=9)
        axis.grid(color="#EEEEEE")
        _tidy(axis)
        format_axis(axis.xaxis)
    axes[0, 0].set_ylabel(f"{capitalise(GAIN)}, {unit}")
    format_axis(axes[0, 0].yaxis)
    handles = [Line2D([], [], marker="o", ls="", color="#9A9A9A", label="front of several aims")]
    handles += [
        Line2D(
            [],
            [],
            marker="*" if one is found.best else "s",
            ls="",
            color=styles[one.name][0],
            label=one.title,
        )
        for one in (found.best, *found.written)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False)
    return add_heading(
        figure,
        "What more of one thing costs of another",
        f"Each grey point is a way to spend {_money(found)} than which no other that was found is "
        f"better by every aim; means over {found.unseen.sizes['draw']} unseen draws, against no "
        "programme.",
    )


def _headline(strategy: Strategy) -> str:
    starts = [
        "-" if programme is None or programme.start is None else f"{programme.start:g}"
        for programme in (strategy.local, strategy.central)
    ]
    return f"{strategy.name}\n{' | '.join(starts)}"


def _counted(found: BestUse, values: NDArray[np.float64]) -> float:
    quantile = found.search.quantile
    return float(values.mean() if quantile is None else np.quantile(values, quantile))


def _mean(found: BestUse, name: str, strategy: Strategy) -> float:
    return float(found.unseen[name].sel(strategy=strategy.name).mean("draw"))


def _styles(found: BestUse) -> dict[str, Style]:
    styles = strategy_styles([one.name for one in found.written], found.best.name)
    return {**styles, found.best.name: (_BEST, "-")}


def _money(found: BestUse) -> str:
    unit, factor = display_unit("Myuan")
    return f"{Rounded(found.budget * factor)} {unit} in present value since {found.start:g}"


def _tidy(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=9)
