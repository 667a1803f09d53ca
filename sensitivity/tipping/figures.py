"""Figure of what turns two strategies: which constants, in which comparison, and how near it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Rectangle

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading
from smecluster.model.presentation.wrapping import wrap
from smecluster.sensitivity.tipping.measures import FIGURES, WORDS, Case

if TYPE_CHECKING:
    from smecluster.sensitivity.tipping.result import Tipping

# Rows shown; a reader gets the others from the table.
_MOST = 25
_NEAR, _FAR = "#B2182B", "#FDDBC7"
_LINE = 16  # letters


def draw_figures(tipping: Tipping) -> dict[str, Figure]:
    """Draw every figure of what turns two strategies.

    Parameters
    ----------
    tipping : Tipping
        What turns the order.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {FIGURES[0]: draw_turning(tipping)}


def draw_turning(tipping: Tipping) -> Figure:
    """Draw a row for each constant that turns something, a column for each comparison."""
    cases = tipping.base.to_dict("records")
    counts = (
        tipping.constants.groupby("constant").size().sort_values(ascending=False, kind="stable")
    )
    names = list(map(str, counts.index[:_MOST]))
    size = 3.4 + 1.05 * len(cases), 2.3 + 0.36 * max(len(names), 1)
    figure = Figure(figsize=size, layout="constrained")
    axis = figure.subplots()
    colours = LinearSegmentedColormap.from_list("near", [_NEAR, _FAR])
    for column, case in enumerate(cases):
        here = tipping.select(Case(case["budget"], case["horizon"], case["measure"]))
        for row in here.to_dict("records"):
            if row["constant"] not in names:
                continue
            at = names.index(row["constant"])
            end = row["low"] if row["toward"] == "below" else row["high"]
            way = (row["tips at"] - row["value"]) / (end - row["value"])
            way = float(way) if np.isfinite(way) else 1.0
            axis.add_patch(_make_cell(column, at, colours(way)))
            side = say("below") if row["toward"] == "below" else say("above")
            ink = "white" if way < 0.5 else "black"
            axis.text(
                column,
                at,
                f"{side}\n{row['tips at']:.2g}",
                ha="center",
                va="center",
                fontsize=7,
                color=ink,
                linespacing=1.1,
            )
    axis.set_xlim(-0.5, len(cases) - 0.5)
    axis.set_ylim(max(len(names), 1) - 0.5, -0.5)
    axis.set_xticks(range(len(cases)), [_head(case) for case in cases], fontsize=8)
    axis.xaxis.tick_top()
    axis.set_yticks(range(len(names)), [say.variable(name) for name in names], fontsize=8)
    axis.set_xticks(np.arange(len(cases) + 1) - 0.5, minor=True)
    axis.set_yticks(np.arange(len(names) + 1) - 0.5, minor=True)
    axis.grid(which="minor", color="#DDDDDD")
    axis.tick_params(which="both", length=0)
    axis.spines[:].set_visible(False)
    if not names:
        axis.text(0.5, 0.5, say("No constant alone"), transform=axis.transAxes, ha="center")
    first, second = (say.name(name) for name in tipping.strategies)
    left = len(counts) - len(names)
    note = [
        say(
            "Head of a column: money, last year that counts, yardstick, who is ahead and by how "
            "many yuan a yuan. Cell: the value of the constant below or above which the other is "
            "ahead; the darker, the nearer to the constant's own value within what is believed of "
            "it."
        )
    ]
    if left:
        note.append(say("{count} more constants turn something; the table has them.", count=left))
    title = say("What would turn {first} against {second}", first=first, second=second)
    return add_heading(figure, title, say.sentences(note))


def _make_cell(column: int, row: int, colour: tuple[float, float, float, float]) -> Rectangle:
    return Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor="white")


def _head(case: Mapping[Any, Any]) -> str:
    lines = wrap(say(WORDS[case["measure"]]), _LINE)
    lead = abs(case["difference"])
    head = say("{budget} to {horizon}", budget=case["budget"], horizon=case["horizon"])
    return "\n".join([head, *lines, f"{say.name(case['ahead'])} +{lead:.2f}"])
