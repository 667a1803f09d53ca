"""Figures of a decision: what the difference hangs on, where it turns, what knowing is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm
from matplotlib.lines import Line2D
from scipy.special import ndtri

from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading
from smecluster.model.presentation.wrapping import fill
from smecluster.sensitivity.decision.groups import BY_CONSTANT, BY_SECTOR
from smecluster.sensitivity.decision.importance import ALL
from smecluster.sensitivity.decision.measures import (
    IMPORTANCE,
    INFORMATION,
    PLANES,
    Pair,
)
from smecluster.sensitivity.decision.planes import Plane
from smecluster.sensitivity.decision.worlds import YARDSTICKS

if TYPE_CHECKING:
    from smecluster.sensitivity.decision.result import Decision

_FIRST, _SECOND, _PALE, _INK = "#0072B2", "#D55E00", "#BBBBBB", "#222222"
# Bars a panel, points of a plane.
_BARS, _FEW, _POINTS = 10, 4, 600
_HALF = float(ndtri(0.95))


def draw_figures(decision: Decision) -> dict[str, Figure]:
    """Draw every figure of a decision.

    Parameters
    ----------
    decision : Decision
        The decision.

    Returns
    -------
    dict
        Figure by file name without suffix; without the maps where no two constants lead.
    """
    drawn = {INFORMATION: draw_information(decision), IMPORTANCE: draw_importance(decision)}
    if any(decision.planes.values()):
        drawn[PLANES] = draw_planes(decision)
    return drawn


def draw_information(decision: Decision) -> Figure:
    """Draw the value of knowing sectors and constants, by each yardstick."""
    ways = (BY_SECTOR, BY_CONSTANT)
    unit, factor = say.unit("Myuan")
    figure = Figure(figsize=(11.5, 7.6), layout="constrained")
    axes = figure.subplots(len(YARDSTICKS), len(ways))
    for row, yardstick in zip(axes, reversed(YARDSTICKS), strict=True):
        table = decision.information[yardstick]
        perfect = decision.perfect[yardstick][0] * factor
        for axis, way in zip(row, ways, strict=True):
            shown = _choose_groups(table[table["way"] == way])
            _draw_bars(
                axis,
                [say.variable(str(name)) for name in shown["group"]],
                shown["value"].to_numpy() * factor,
                shown["error"].to_numpy() * factor,
                [_FIRST if sure else _PALE for sure in shown["distinct"]],
            )
            axis.plot(
                shown["fitted"].to_numpy() * factor,
                np.arange(len(shown)),
                "o",
                color=_INK,
                markersize=3.5,
            )
            # Knowing everything gives the scale, also where nothing is worth knowing.
            axis.set_xlim(right=max(1.05 * perfect, axis.get_xlim()[1], 0.1))
            axis.set_xlim(left=min(-0.02 * axis.get_xlim()[1], axis.get_xlim()[0]))
            title = say("{yardstick}, by {way}", yardstick=say.capital(yardstick), way=say(way))
            axis.set_title(title, loc="left", fontsize=10)
            label = say(
                "{unit}, present value (everything: {sum})", unit=unit, sum=f"{perfect:,.0f}"
            )
            axis.set_xlabel(label, fontsize=9)
    return add_heading(
        figure,
        say("What it would be worth to know before deciding"),
        say(
            "Expected value of knowing all constants of a sector, or one constant, exactly; "
            "{case}. Bars: judged on draws that the regression has not seen, with 90 % intervals; "
            "grey ones cannot be told from nothing. Points: from one fit to all draws (Strong, "
            "Oakley and Brennan 2014). At most ten of each kind.",
            case=_say_case(decision),
        ),
    )


def _choose_groups(table: pd.DataFrame) -> pd.DataFrame:
    """Choose the groups that are worth a bar, and a few that are not beside them."""
    some = int(((table["value"] != 0) | (table["fitted"] != 0)).sum())
    return table.head(min(_BARS, max(some, _FEW)))


def draw_importance(decision: Decision) -> Figure:
    """Draw what constants explain of the difference between each pair of strategies."""
    pairs = decision.pairs
    figure = Figure(figsize=(11.5, 1.2 + 3.4 * len(pairs)), layout="constrained")
    axes = figure.subplots(len(pairs), len(YARDSTICKS), squeeze=False)
    for row, pair in zip(axes, pairs, strict=True):
        for axis, yardstick in zip(row, reversed(YARDSTICKS), strict=True):
            table = decision.importance[pair, yardstick]
            shown = table[table["constant"] != ALL].head(_BARS)
            colours = [
                _PALE if not sure else _FIRST if direction > 0 else _SECOND
                for sure, direction in zip(shown["distinct"], shown["direction"], strict=True)
            ]
            _draw_bars(
                axis,
                [say.variable(str(name)) for name in shown["constant"]],
                100 * shown["share"].to_numpy(),
                100 * shown["error"].to_numpy(),
                colours,
            )
            axis.plot(
                100 * shown["with others"].to_numpy(),
                np.arange(len(shown)),
                "o",
                color=_INK,
                markersize=3.5,
            )
            title = say(
                "{one} less {other}: {yardstick}",
                one=say.name(pair[0]),
                other=say.name(pair[1]),
                yardstick=say(yardstick),
            )
            axis.set_title(title, loc="left", fontsize=10, color=_INK)
            axis.set_xlabel(say("Percent of the variance of the difference"), fontsize=9)
    return add_heading(
        figure,
        say("What the difference between strategies hangs on"),
        say(
            "{case}. Bars: share of the variance that knowing the constant alone takes away, with "
            "90 % intervals; blue: the first strategy gains with the constant, orange: it loses, "
            "grey: cannot be told from nothing. Points: with what the constant does together with "
            "others, in a fit to all.",
            case=capitalise(_say_case(decision)),
        ),
    )


def draw_planes(decision: Decision) -> Figure:
    """Draw where the order turns, in the planes of the constants that lead."""
    rows = [(key, planes) for key, planes in decision.planes.items() if planes]
    most = max(len(planes) for _, planes in rows)
    figure = Figure(figsize=(max(4.4 * most, 9.0), 1.5 + 3.9 * len(rows)), layout="constrained")
    axes = figure.subplots(len(rows), most, squeeze=False)
    for row, ((pair, yardstick), planes) in zip(axes, rows, strict=True):
        for axis in row[len(planes) :]:
            axis.set_axis_off()
        for axis, plane in zip(row, planes, strict=False):
            _draw_plane(axis, plane)
            title = say(
                "{one} against {other}:\n{yardstick}",
                one=say.name(pair[0]),
                other=say.name(pair[1]),
                yardstick=say(yardstick),
            )
            axis.set_title(title, loc="left", fontsize=9)
        _draw_key(row[0], pair)
    return add_heading(
        figure,
        say("Where the order of the strategies turns"),
        say(
            "{case}. Solid line: the strategies are level in expectation, all other constants as "
            "uncertain as they are. Dashed line: level with all others at the model's values. "
            "Shading: expected difference, first less second. Points: draws, by who is ahead. "
            "Cross: the model's values.",
            case=capitalise(_say_case(decision)),
        ),
    )


def _draw_bars(
    axis: Axes, names: list[str], values: np.ndarray, errors: np.ndarray, colours: list[str]
) -> None:
    """Draw ranked bars with 90 % intervals, the largest at the top."""
    places = np.arange(len(names))
    axis.barh(places, values, color=colours, height=0.7)
    axis.errorbar(values, places, xerr=_HALF * errors, fmt="none", ecolor=_INK, elinewidth=1)
    axis.set_yticks(places, [fill(name, 34) for name in names], fontsize=8)
    axis.invert_yaxis()
    axis.axvline(0, color=_INK, linewidth=0.8)
    axis.grid(axis="x", color="#E5E5E5")
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=8)
    axis.spines[["top", "right"]].set_visible(False)


def _draw_plane(axis: Axes, plane: Plane) -> None:
    """Draw one plane."""
    reach = float(np.abs(plane.expected).max()) or 1.0
    shade = TwoSlopeNorm(0.0, -reach, reach)
    axis.contourf(plane.along, plane.up, plane.expected, 20, cmap="PuOr", norm=shade, alpha=0.55)
    _draw_level(axis, plane, plane.expected, "solid", 2.0)
    _draw_level(axis, plane, plane.alone, "dashed", 1.4)
    every = max(1, len(plane.points) // _POINTS)
    points, ahead = plane.points[::every], plane.ahead[::every]
    for side, colour in ((ahead, _FIRST), (~ahead, _SECOND)):
        axis.plot(points[side, 0], points[side, 1], ".", color=colour, markersize=2.5, alpha=0.7)
    axis.plot(*plane.own, "x", color=_INK, markersize=8, markeredgewidth=2)
    axis.set_xlim(plane.along[0], plane.along[-1])
    axis.set_ylim(plane.up[0], plane.up[-1])
    along, up = (
        fill(say.variable(name) + ("" if unit == "Dmnl" else f" [{unit}]"), 40)
        for name, unit in zip(plane.constants, plane.units, strict=True)
    )
    axis.set_xlabel(along, fontsize=9)
    axis.set_ylabel(up, fontsize=9)
    axis.tick_params(labelsize=8)


def _draw_level(axis: Axes, plane: Plane, values: np.ndarray, style: str, width: float) -> None:
    """Draw where the strategies are level, if they are somewhere."""
    known = values[np.isfinite(values)]
    if len(known) and known.min() < 0 < known.max():
        axis.contour(
            plane.along,
            plane.up,
            np.ma.masked_invalid(values),
            [0.0],
            colors=_INK,
            linestyles=style,
            linewidths=width,
        )


def _draw_key(axis: Axes, pair: Pair) -> None:
    marks = [
        Line2D(
            [],
            [],
            marker=".",
            linestyle="",
            color=colour,
            label=say("{name} ahead", name=say.name(name)),
        )
        for name, colour in zip(pair, (_FIRST, _SECOND), strict=True)
    ]
    axis.legend(handles=marks, fontsize=8, loc="upper right", framealpha=0.85)


def _say_case(decision: Decision) -> str:
    return say(
        "{budget} more money for each strategy, counted to {year}, {draws} draws",
        budget=decision.budget,
        year=decision.horizon,
        draws=f"{len(decision.draws.table):,}",
    )
