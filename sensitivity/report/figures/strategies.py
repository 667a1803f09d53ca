"""The ranking of strategies: whether it holds, and what turns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure
from smecluster.sensitivity.analysis.speaking import name_order, speak_name
from smecluster.sensitivity.report.figures.style import (
    HIGH,
    INK,
    LOW,
    STRATEGIES,
    clear_frame,
    finish_figure,
    set_title,
    wrap_name,
)

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.analysis.ranking import Ranking
    from smecluster.sensitivity.store.results import Results

_CAUSES = 6
_TURNING = 4
# How light red, green and blue are; letters on what is darker than this are white.
_LIGHTNESS, _DARK = (0.299, 0.587, 0.114), 0.45


def draw_strategies(results: Results, analysis: Analysis) -> Figure:
    """Draw how often each strategy is the best, and where the ranking changes.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis, with rankings.

    Returns
    -------
    matplotlib.figure.Figure
        Above: shares of draws in which each strategy is the best, an output a bar. Below: for
        the outputs whose ranking changes most, the share of draws that contradict it where a
        factor is low and where it is high.
    """
    rankings = analysis.rankings
    turning = [one for one in rankings if len(one.causes)]
    turning = sorted(turning, key=lambda one: -one.share[0])[:_TURNING]
    down = -(-len(turning) // 2)
    top = 0.9 + 0.34 * len(rankings)
    heights = [top, *[0.9 + 0.34 * _CAUSES] * down]
    figure = Figure(figsize=(12.6, sum(heights) + 1.7), layout="constrained")
    grid = figure.add_gridspec(1 + down, 2, height_ratios=heights)
    _draw_best(figure.add_subplot(grid[0, :]), rankings)
    for at, ranking in enumerate(turning):
        alone = at == len(turning) - 1 and not at % 2
        place = grid[1 + at // 2, :] if alone else grid[1 + at // 2, at % 2]
        _draw_causes(figure.add_subplot(place), ranking, 100 if alone else 46)
    handles = [
        Patch(color=LOW, label=say("where the factor is low (lowest fifth)")),
        Patch(color=HIGH, label=say("where it is high (highest fifth)")),
    ]
    if turning:
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return finish_figure(
        figure,
        results,
        analysis,
        say("Does the ranking of strategies hold?"),
        say(
            "Bars: share of draws in which a strategy is best. Below, where the order changes: "
            "share of draws that contradict the order of the means, at both ends of the factors "
            "that change it most; line: over all draws."
        ),
    )


def _draw_best(axis: Axes, rankings: tuple[Ranking, ...]) -> None:
    names = list(dict.fromkeys(name for one in rankings for name in one.strategies))
    colours = dict(zip(sorted(names), STRATEGIES * len(names), strict=False))
    where = np.arange(len(rankings))
    left = np.zeros(len(rankings))
    for name in names:
        share = np.array(
            [dict(zip(one.strategies, one.best, strict=True)).get(name, 0.0) for one in rankings]
        )
        axis.barh(where, share, 0.7, left=left, color=colours[name], label=say.name(name))
        for row, (begin, size) in enumerate(zip(left, share, strict=True)):
            if size > 0.06:
                text = f"{say.name(name)} {100 * size:.0f} %"
                ink = "white" if np.dot(to_rgb(colours[name]), _LIGHTNESS) < _DARK else "black"
                axis.text(
                    begin + size / 2, row, text, ha="center", va="center", fontsize=7.5, color=ink
                )
        left += share
    labels = [
        say.commas([speak_name(one.output), *([say.name(one.future)] if one.future else [])])
        for one in rankings
    ]
    axis.set_yticks(where, [wrap_name(label, 48) for label in labels])
    axis.invert_yaxis()
    axis.set_xlim(0, max(1.0, left.max()))
    clear_frame(axis, "x")
    axis.set_xlabel(say("share of draws"), fontsize=8)
    set_title(axis, say("How often each strategy is best"))


def _draw_causes(axis: Axes, ranking: Ranking, width: int) -> None:
    causes = ranking.causes.head(_CAUSES)
    where = np.arange(len(causes))
    low, high = causes["where low"].to_numpy(), causes["where high"].to_numpy()
    axis.hlines(where, np.minimum(low, high), np.maximum(low, high), color="#AAAAAA", linewidth=2)
    axis.plot(low, where, "o", color=LOW, markersize=8)
    axis.plot(high, where, "D", color=HIGH, markersize=7)
    axis.axvline(ranking.share[0], color=INK, linewidth=1)
    axis.set_yticks(where, [wrap_name(str(name), 34) for name in causes["factor"]])
    axis.invert_yaxis()
    axis.set_ylim(len(causes) - 0.4, -0.6)
    axis.set_xlim(-0.02, 1.02)
    clear_frame(axis, "x")
    axis.set_xlabel(say("share of draws with another order"), fontsize=8)
    title = say(
        "{output}: {order} on average",
        output=speak_name(ranking.output),
        order=name_order(ranking.strategies),
    )
    set_title(axis, title, width)
