"""The figure of the map: who is ahead at which money, to which year, and where nobody pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Patch, Rectangle

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading
from smecluster.policies.ensemble.gains import BENEFIT
from smecluster.policies.money_map.measures import JUDGED, SURE, Cell, find_first
from smecluster.policies.wording.headlines import choose_styles
from smecluster.policies.wording.prose import format_number, lower_title

if TYPE_CHECKING:
    from smecluster.policies.money_map.result import MoneyMap

FIGURE = "map"
FIGURES = (FIGURE,)
# How much of the strategy's colour a cell has where the order is sure, and where it is open.
_FULL, _PALE = 0.52, 0.16
_NOT_PAYING = "////"
_NOTHING = "#FFFFFF"


def draw_figures(found: MoneyMap) -> dict[str, Figure]:
    """Draw every figure of a map.

    Parameters
    ----------
    found : MoneyMap
        The map.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {FIGURE: draw_map(found)}


def draw_map(found: MoneyMap) -> Figure:
    """Draw who is ahead in each cell, once for each measure."""
    columns, rows = len(found.budgets), len(found.horizons)
    figure = Figure(
        figsize=(2.0 + 1.08 * max(columns, 5), 2.7 + 2 * (0.75 + 0.62 * rows)), layout="constrained"
    )
    axes = figure.subplots(2, 1)
    colours = _choose_colours(found)
    for axis, judged in zip(axes, JUDGED, strict=True):
        for column, budget in enumerate(found.budgets):
            for row, horizon in enumerate(found.horizons):
                cell = find_first(found, judged, budget.money, horizon)
                _draw_cell(axis, found, cell, (column, row), colours, judged == BENEFIT)
        axis.set_xlim(-0.5, columns - 0.5)
        axis.set_ylim(-0.5, rows - 0.5)
        axis.set_xticks(range(columns), [f"{100 * one.share:.3g} %" for one in found.budgets])
        axis.set_yticks(
            range(rows), [say("to {year}", year=f"{year:g}") for year in found.horizons]
        )
        title = say("By {yardstick}", yardstick=say(JUDGED[judged]))
        axis.set_title(title, fontsize=10, loc="left")
        axis.tick_params(length=0, labelsize=9)
        axis.spines[:].set_visible(False)
    axes[-1].set_xlabel(say("Additional money, share of the regions' value added"), fontsize=9)
    handles = [
        Patch(
            facecolor=_mix(colours[name], _FULL),
            edgecolor="#444444",
            label=say("{name} is ahead", name=say.name(name)),
        )
        for name in found.names
    ]
    handles.append(
        Patch(
            facecolor="white",
            edgecolor="#444444",
            hatch=_NOT_PAYING,
            label=say("even the first costs the nation more than it brings"),
        )
    )
    figure.legend(handles=handles, loc="outside lower center", frameon=False, ncols=3, fontsize=8)
    unit, _ = say.unit("Myuan")
    told = {
        "unit": unit,
        "baseline": lower_title(found.baseline.title),
        "share": f"{100 * SURE:g}",
    }
    if found.several:
        note = say(
            "In each cell: the strategy ahead, its lead over the next in {unit} (median), in how "
            "many of the draws it is ahead. Pale: less than {share} %, so open. Change against "
            "{baseline} in the same draw; the programme is the same in every row.",
            **told,
        )
    else:
        del told["share"]
        note = say(
            "In each cell: the strategy ahead, its lead over the next in {unit} (median), of one "
            "set of values. Change against {baseline} in the same draw; the programme is the same "
            "in every row.",
            **told,
        )
    return add_heading(
        figure,
        say("Who is ahead, by money and by the year to which one counts"),
        say.sentences([note, say("Source: runs of the model.")]),
    )


def _draw_cell(
    axis: Axes,
    found: MoneyMap,
    cell: Cell,
    place: tuple[int, int],
    colours: dict[str, tuple[float, float, float]],
    marked: bool,
) -> None:
    column, row = place
    _, factor = say.unit("Myuan")
    bare = not cell.first or cell.level
    strength = _FULL if cell.sure or not found.several else _PALE
    colour = _NOTHING if bare else _mix(colours[cell.first], strength)
    hatched = marked and bool(cell.first) and not cell.pays
    axis.add_patch(
        Rectangle(
            (column - 0.5, row - 0.5),
            1,
            1,
            facecolor=colour,
            edgecolor="#8A8A8A" if hatched else "white",
            hatch=_NOT_PAYING if hatched else None,
            linewidth=1.2,
        )
    )
    lines = [say.name(cell.first) if cell.first else say("no result")]
    if cell.level:
        lines = [say("level")]
    elif cell.second:
        lines.append(f"+{format_number(cell.middle * factor)}")
        if found.several:
            lines.append(say("{count} of {total}", count=cell.ahead, total=cell.known))
    dark = not bare and strength == _FULL and np.dot(to_rgb(colour), (0.3, 0.59, 0.11)) < 0.5
    axis.text(
        column,
        row,
        "\n".join(lines),
        ha="center",
        va="center",
        fontsize=7.5,
        linespacing=1.15,
        color="white" if dark else "#111111",
        bbox={"facecolor": colour, "edgecolor": "none", "pad": 1.2} if hatched else None,
    )


def _choose_colours(found: MoneyMap) -> dict[str, tuple[float, float, float]]:
    styles = choose_styles(found.names, found.baseline.name)
    return {name: to_rgb(style[0]) for name, style in styles.items()}


def _mix(colour: tuple[float, float, float], strength: float) -> tuple[float, float, float]:
    """Thin a colour with white."""
    red, green, blue = (1 - strength * (1 - part) for part in colour)
    return red, green, blue
