"""The figure of an assignment: what a yuan on each lever is worth, in whose hands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.lines import Line2D

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.policies.assignment.divisions import BOTH, CENTRE, NOBODY, REGIONS, RUNNING
from smecluster.policies.assignment.measures import WHO_RUNS, measure_benefit, rank_who
from smecluster.policies.wording.prose import lower_title
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.assignment.result import Assignment

FIGURE = "assignment"
FIGURES = (FIGURE,)
# Shape, colour and height tell them apart, so that grey paper is enough.
_STYLES = {CENTRE: ("s", "#332288"), REGIONS: ("o", "#C58A00"), BOTH: ("D", "#AA4499")}
_HEIGHTS = {CENTRE: -0.24, REGIONS: 0.0, BOTH: 0.24}


def draw_figures(assignment: Assignment) -> dict[str, Figure]:
    """Draw every figure of an assignment.

    Parameters
    ----------
    assignment : Assignment
        The assignment.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {FIGURE: draw_levers(assignment)}


def draw_levers(assignment: Assignment) -> Figure:
    """Draw the net national benefit of a yuan on each lever by who runs it."""
    worth = {
        lever: max(
            float(measure_benefit(assignment, lever).sel({WHO_RUNS: who}).median())
            for who in RUNNING
        )
        for lever in assignment.names
    }
    order = sorted(assignment.names, key=lambda lever: -np.nan_to_num(worth[lever], nan=-np.inf))
    figure = Figure(figsize=(8.6, 2.4 + 0.44 * len(order)), layout="constrained")
    axis = figure.subplots()
    for at, lever in enumerate(order):
        benefit = measure_benefit(assignment, lever)
        first = next(iter(rank_who(benefit)), "")
        for who in RUNNING:
            (low, middle, high), known = compute_quantiles(benefit.sel({WHO_RUNS: who}).values)
            if not known:
                continue
            mark, colour = _STYLES[who]
            height = at + _HEIGHTS[who]
            axis.hlines(height, low, high, color=colour, linewidth=1.6, alpha=0.6)
            filled = colour if who == first else "white"
            axis.plot(middle, height, mark, color=colour, markerfacecolor=filled, markersize=6.5)
        if first == NOBODY:
            axis.plot(0, at, "x", color="#111111", markersize=8, markeredgewidth=2)
        if at % 2:
            axis.axhspan(at - 0.5, at + 0.5, color="#F4F4F4", zorder=0)
    labels = [f"{say.name(one)} [{say.name(assignment.paper[one])}]" for one in order]
    axis.set_yticks(range(len(order)), labels, fontsize=8)
    axis.set_ylim(len(order) - 0.5, -0.5)
    axis.axvline(0, color="#111111", linewidth=0.9)
    axis.set_xlabel(say("Net national benefit, yuan a yuan"))
    format_axis(axis.xaxis)
    axis.grid(axis="x", color="#E5E5E5")
    axis.set_axisbelow(True)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(axis="y", left=False)
    handles = [
        Line2D([], [], color=colour, marker=mark, linestyle="", label=_call(who))
        for who, (mark, colour) in _STYLES.items()
    ]
    handles.append(
        Line2D([], [], color="#111111", marker="x", linestyle="", label=say("better left alone"))
    )
    figure.legend(handles=handles, loc="outside lower center", frameon=False, ncols=4, fontsize=8)
    told = {
        "share": f"{100 * assignment.budget.share:.3g}",
        "start": f"{assignment.budget.start:g}",
        "end": f"{assignment.budget.end:g}",
        "baseline": lower_title(assignment.baseline.title),
        "horizon": f"{assignment.horizon:g}",
    }
    said = [
        say(
            "All of {share} % of value added goes to one lever, {start}-{end}; change against "
            "{baseline} in the same draw, counted to {horizon}.",
            **told,
        )
    ]
    if assignment.several:
        draws = f"{len(assignment.draws):,}"
        said.append(say("Marks: medians; lines: 5-95 % of {draws} draws.", draws=draws))
    said.append(say("Filled: the best. In brackets: who runs it by the paper."))
    said.append(say("Source: runs of the model."))
    return add_heading(
        figure,
        say("What a yuan on each lever is worth to the nation, by who runs it"),
        say.sentences(said),
    )


def _call(who: str) -> str:
    return say({BOTH: "half by either", CENTRE: "by the centre"}.get(who, "by the regions"))
