"""Figures of robustness: what is given up, where it is good enough, and where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.presentation.wrapping import fill
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.robustness.measures import ALL_WORLDS, BEATEN, ENOUGH, FAILS
from smecluster.policies.robustness.regret import EXPECTED, HIGH, MOST
from smecluster.policies.robustness.text import name_need, name_outcome
from smecluster.policies.wording.headlines import Style, choose_styles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison
    from smecluster.policies.robustness.prim import Box
    from smecluster.policies.robustness.result import Robustness

_MARKS = {EXPECTED: "o", HIGH: "|", MOST: "x"}


def draw_figures(judged: Robustness) -> dict[str, Figure]:
    """Draw every figure of a judgement.

    Parameters
    ----------
    judged : Robustness
        The judgement.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    comparison = judged.compared
    drawn = {"good-enough": draw_good_enough(judged)}
    if len(comparison.names) > 1:
        drawn["regret"] = draw_regrets(judged)
    if any(discovery.boxes for one in judged.discoveries.values() for discovery in one.values()):
        drawn["where-it-fails"] = draw_limits(judged)
    return drawn


def draw_regrets(judged: Robustness) -> Figure:
    """Draw what each strategy gives up, a row for each future."""
    comparison = judged.compared
    unit, factor = say.unit(comparison.ends[judged.outcome].attrs.get("unit", ""))
    table = judged.regrets.set_index([FUTURE, STRATEGY])
    rows = list(dict.fromkeys(judged.regrets[FUTURE]))
    styles = _styles(comparison)
    names = comparison.names
    figure = Figure(figsize=(9, 2.3 + (0.28 + 0.17 * len(names)) * len(rows)), layout="constrained")
    axis = figure.subplots()
    for at, future in enumerate(rows):
        for number, name in enumerate(names):
            height = at + (number - (len(names) - 1) / 2) * 0.8 / len(names)
            colour = styles[name][0]
            values = {what: float(table.loc[(future, name), what]) * factor for what in _MARKS}
            axis.hlines(height, 0, values[MOST], color=colour, linewidth=1.2, alpha=0.6)
            for what, mark in _MARKS.items():
                size = 9 if mark == "|" else 5
                axis.plot(values[what], height, mark, color=colour, markersize=size)
        axis.axhline(at + 0.5, color="#E5E5E5" if at else "#999999", linewidth=0.8)
    axis.set_yticks(range(len(rows)), [_title(comparison, row) for row in rows])
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.set_xlim(left=-0.01 * axis.get_xlim()[1])
    axis.set_xlabel(
        say("{outcome} given up, {unit}", outcome=say.capital(judged.outcome), unit=unit)
        if not say.english
        else f"{judged.outcome} given up, {unit}"
    )
    format_axis(axis.xaxis)
    axis.grid(axis="x", color="#EEEEEE")
    axis.set_axisbelow(True)
    marks = [
        Line2D([], [], color="#444444", marker=mark, linestyle="", label=say(what))
        for what, mark in _MARKS.items()
    ]
    handles = [
        Line2D([], [], color=styles[name][0], marker="o", label=say.name(comparison.titles[name]))
        for name in names
    ]
    figure.legend(handles=[*handles, *marks], loc="outside lower center", frameon=False, ncols=3)
    return _finish(
        figure,
        judged,
        say("What each strategy gives up"),
        say(
            "Regret: {outcome} ({place}) of the best strategy of the same world less the "
            "strategy's own. {worlds} worlds, each counting alike.",
            outcome=name_outcome(judged),
            place=say.word(judged.place),
            worlds=f"{len(judged.worlds):,}",
        ),
    )


def draw_good_enough(judged: Robustness) -> Figure:
    """Draw the share of worlds in which each strategy meets its needs, by future."""
    comparison = judged.compared
    table = judged.shares.set_index([FUTURE, STRATEGY])
    rows = list(dict.fromkeys(judged.shares[FUTURE]))
    rows = rows if len(rows) > 2 else rows[:1]
    needs = [str(column) for column in table.columns]
    # One need: that it is met and that all are met is the same.
    needs = needs[:1] if len(needs) == 2 else needs
    names = comparison.names
    figure = Figure(
        figsize=(2.6 + 1.0 * len(names) * len(needs) + 0.6 * len(needs), 2.6 + 0.42 * len(rows)),
        layout="constrained",
    )
    axes = figure.subplots(1, len(needs), sharey=True, squeeze=False)[0]
    for axis, need in zip(axes, needs, strict=True):
        shares = np.array([[float(table.loc[(row, name), need]) for name in names] for row in rows])
        axis.imshow(shares, cmap="BuGn", vmin=-0.2, vmax=1.5, aspect="auto")
        for (row, column), share in np.ndenumerate(shares):
            axis.text(column, row, f"{100 * share:.0f}", ha="center", va="center")
        axis.set_xticks(range(len(names)), [fill(say.name(name), 12) for name in names], fontsize=8)
        axis.set_yticks(range(len(rows)), [_title(comparison, row) for row in rows])
        title = say("all needs") if need == ENOUGH else name_need(judged, need)
        axis.set_title(fill(title, 12 + 9 * len(names)), fontsize=9)
        axis.tick_params(length=0)
        if len(rows) > 1:
            axis.axhline(0.5, color="black", linewidth=0.8)
    return _finish(
        figure,
        judged,
        say("Where each strategy is good enough"),
        say(
            "Per cent of the worlds in which a need is met; {worlds} worlds, each counting alike.",
            worlds=f"{len(judged.worlds):,}",
        ),
        spines=False,
    )


def draw_limits(judged: Robustness) -> Figure:
    """Draw the limits of the worlds in which a strategy fails or is beaten."""
    comparison = judged.compared
    drawn = [
        (name, what, number, box)
        for name, searched in judged.discoveries.items()
        for what in (FAILS, BEATEN)
        for number, box in enumerate(searched[what].boxes if what in searched else ())
    ]
    heights = [0.9 + 0.34 * len(box.limits) for *_, box in drawn]
    figure = Figure(figsize=(9, 1.3 + sum(heights)), layout="constrained")
    axes = figure.subplots(len(drawn), 1, squeeze=False, height_ratios=heights)[:, 0]
    styles = _styles(comparison)
    for axis, (name, what, number, box) in zip(axes, drawn, strict=True):
        _limits(axis, box, judged.worlds, styles[name][0])
        title = {"strategy": say.name(comparison.titles[name])}
        if what == FAILS:
            head = say("{strategy} fails", **title)
        else:
            head = say("{strategy} is beaten by another", **title)
        if number:
            head = say("{said} (further worlds)", said=head)
        told = {
            "coverage": f"{100 * box.coverage:.0f}",
            "density": f"{100 * box.density:.0f}",
            "mass": f"{100 * box.mass:.0f}",
        }
        axis.set_title(
            say(
                "{said}: coverage {coverage} %, density {density} %, {mass} % of the worlds",
                said=head,
                **told,
            ),
            fontsize=9,
            loc="left",
        )
    axes[-1].set_xlabel(say("Range of the draws, lowest to highest"))
    return _finish(
        figure,
        judged,
        say("Where a strategy fails"),
        say(
            "Bars: the part of the draws' range in which it mostly happens, with its limits. "
            "Coverage: share of such worlds that lie inside; density: share of the worlds inside "
            "that are such. In brackets: how often the limit is found again on a random half of "
            "the draws."
        ),
    )


def _limits(axis: Axes, box: Box, worlds: pd.DataFrame, colour: str) -> None:
    labels = []
    for at, (factor, limit) in enumerate(box.limits.items()):
        labels.append(f"{fill(say.variable(factor), 40)} ({100 * box.reproduced[factor]:.0f} %)")
        axis.barh(at, 1, color="#EEEEEE", height=0.55)
        if isinstance(limit, frozenset):
            names = ", ".join(sorted(limit))
            axis.text(0.5, at, names, ha="center", va="center", fontsize=8, color=colour)
            continue
        values = worlds[factor].to_numpy(dtype=float)
        first, span = values.min(), np.ptp(values)
        low, high = (min(max((one - first) / span, 0.0), 1.0) for one in limit)
        axis.barh(at, high - low, left=low, color=colour, height=0.55)
        for end, place, side in ((limit[0], low, "right"), (limit[1], high, "left")):
            if np.isfinite(end):
                gap = -0.008 if side == "right" else 0.008
                axis.text(place + gap, at, f"{end:.3g}", ha=side, va="center", fontsize=8)
    axis.set_yticks(range(len(labels)), labels, fontsize=8)
    axis.set_ylim(len(labels) - 0.5, -0.5)
    axis.set_xlim(0, 1)
    axis.set_xticks([])


def _title(comparison: Comparison, future: str) -> str:
    if future == ALL_WORLDS:
        return say("All futures")
    return fill(say.name(comparison.titles[future]), 26)


def _styles(comparison: Comparison) -> dict[str, Style]:
    return choose_styles([comparison.baseline.name, *comparison.names], comparison.baseline.name)


def _finish(
    figure: Figure, judged: Robustness, title: str, note: str, *, spines: bool = True
) -> Figure:
    for axis in figure.axes:
        axis.spines[["top", "right"] if spines else ["top", "right", "left", "bottom"]].set_visible(
            False
        )
    money = judged.compared.describe_budget()
    said = [note, say("Money: {money}.", money=money), say("Source: runs of the model.")]
    return add_heading(figure, title, say.sentences(said))
