"""Ranked bars: how much each factor matters, which way it works, with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import format_axis
from smecluster.sensitivity.analysis.direction import Direction
from smecluster.sensitivity.report.figures.index_titles import describe_index, name_index
from smecluster.sensitivity.report.figures.style import (
    INK,
    OTHERS,
    clear_frame,
    finish_figure,
    group_rest,
    make_panels,
    name_scenario,
    set_title,
    wrap_name,
)

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.design.outputs import Column
    from smecluster.sensitivity.store.results import Results

# The index that is drawn with the headline, where a method has one.
_BESIDE = {"total": "first order", "first order": "own"}


@dataclass(frozen=True)
class _Look:
    """How a direction is drawn: by colour, hatching and marker, any of which is enough."""

    dark: str
    pale: str
    hatch: str
    marker: str
    label: str


_LOOKS: Mapping[str, _Look] = {
    Direction.RAISES: _Look("#0072B2", "#9CCBE8", "", "^", mark("more of it raises the outcome")),
    Direction.LOWERS: _Look(
        "#D55E00", "#F3BF99", "////", "v", mark("more of it lowers the outcome")
    ),
    Direction.UNCLEAR: _Look("#707070", OTHERS, "..", "D", mark("no clear direction")),
}
# Groups of factors, and factors put together, have no direction.
_PLAIN = _Look("#707070", OTHERS, "", "", "")
_ALONE = _Look("#0072B2", "#9CCBE8", "", "", "")
_BETTER = {
    "more": mark("For every outcome here, more is better."),
    "less": mark("For every outcome here, less is better."),
}


def draw_bars(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Draw the headline index of each factor, what it explains alone, and which way it works.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis.
    scenario : str
        The scenario to draw: a panel for each principal output that varies.

    Returns
    -------
    matplotlib.figure.Figure
    """
    headline = analysis.method.headline
    indices = [headline]
    table = analysis.tables["indices"]
    there = table.loc[table["scenario"] == scenario, "index"]
    if (there == _BESIDE.get(headline)).any():
        indices.append(_BESIDE[headline])
    # What dependent factors explain is counted with each of them: no sum means anything.
    summed = headline in ("total", "first order") and not results.dependent
    drawn = [
        (column, part)
        for column, part in analysis.by_output("indices", scenario)
        if part.loc[part["index"] == headline, "value"].notna().any()
    ]
    directions = {
        column.name: dict(zip(part["factor"], part["direction"], strict=True))
        for column, part in analysis.by_output("swings", scenario)
        if len(part)
    }
    rows = 1 + min(10, max(len(part["factor"].unique()) for _, part in drawn))
    figure, axes = make_panels(len(drawn), 2, 6.4, 0.34 * rows + 1.1, 1.6)
    seen: set[str] = set()
    reading = describe_index(headline, dependent=results.dependent)
    for axis, (column, part) in zip(axes, drawn, strict=True):
        names, values = group_rest(part, indices, summed)
        ways = directions.get(column.name, {})
        mine = {name: str(ways[name]) for name in names if name in ways}
        seen.update(mine.values())
        _draw_panel(axis, column, part, names, values, mine, bool(directions))
        label = name_index(headline, dependent=results.dependent)
        if headline == "mu star":
            label = say("{what}, {unit}", what=label, unit=say.unit(column.unit)[0])
            format_axis(axis.xaxis)
        axis.set_xlabel(label, fontsize=8)
        set_title(axis, column.name)
    _add_legend(figure, seen, indices, results.dependent)
    notes = [say("Bars: {reading}; lines: intervals.", reading=reading)]
    if seen:
        sides = {_BETTER.get(column.better, "") for column, _ in drawn}
        if len(sides) == 1 and "" not in sides:
            notes.append(say(sides.pop()))
        notes.append(
            say("Direction: the sign of the mean effect.")
            if "mu" in set(there)
            else say(
                "Direction: the outcome's mean where the factor is high (highest fifth of its "
                "range) against its mean where it is low (lowest fifth)."
            )
        )
    if table.loc[table["index"] == headline, "floor"].notna().any():
        notes.append(say("Dotted: what a factor without influence stays below by chance."))
    head = (
        say("Which factors matter, and which way") if seen else say("Which factors matter")
    ) + name_scenario(results, scenario)
    return finish_figure(figure, results, analysis, head, say.sentences(notes))


def _draw_panel(
    axis: Axes,
    column: Column,
    part: pd.DataFrame,
    names: list[str],
    values: Mapping[str, pd.DataFrame],
    ways: Mapping[str, str],
    directed: bool,
) -> None:
    headline = next(iter(values))
    factor = say.unit(column.unit)[1] if headline == "mu star" else 1.0
    looks = [_LOOKS[ways[name]] if name in ways else _PLAIN for name in names]
    if not directed:
        looks = [_ALONE] * len(names)
    thick = 0.8 / len(values)
    ends = np.zeros(len(names))
    for at, (index, value) in enumerate(values.items()):
        where = np.arange(len(names)) + (at - (len(values) - 1) / 2) * thick
        size, below, above = value.loc[names].to_numpy(float).T * factor
        # An interval may leave its value out; its line then ends at the value.
        below, above = (np.where(reach < 0, 0.0, reach) for reach in (below, above))
        # The headline index is the filled bar; what a factor explains alone is pale below it.
        axis.barh(
            where,
            size,
            thick * 0.92,
            color=[look.dark if index == headline else look.pale for look in looks],
            edgecolor="white",
            linewidth=0,
            hatch=[look.hatch for look in looks],
        )
        axis.errorbar(
            size, where, xerr=(below, above), fmt="none", ecolor=INK, elinewidth=1, capsize=2
        )
        ends = np.fmax(ends, size + np.nan_to_num(above))
    room = 0.03 * ends.max()
    for row, (look, end) in enumerate(zip(looks, ends, strict=True)):
        if look.marker:
            axis.plot(end + room, row, look.marker, color=look.dark, markersize=5, clip_on=False)
    floor = part.loc[part["index"] == headline, "floor"].max()
    if np.isfinite(floor):
        axis.axvline(floor * factor, color=INK, linestyle=":", linewidth=1.2)
    axis.axvline(0, color=INK, linewidth=0.8)
    axis.set_yticks(range(len(names)), [wrap_name(name, 34) for name in names])
    axis.invert_yaxis()
    clear_frame(axis, "x")


def _add_legend(figure: Figure, seen: set[str], indices: Sequence[str], dependent: bool) -> None:
    handles: list[Any] = []  # pairs of artists, which the stubs of matplotlib do not know
    labels = []
    for way, look in _LOOKS.items():
        if way in seen:
            bar = Patch(facecolor=look.dark, hatch=look.hatch, edgecolor="white", linewidth=0)
            handles.append((bar, Line2D([], [], color=look.dark, marker=look.marker, linestyle="")))
            labels.append(say(look.label))
    if len(indices) > 1:
        shades = ("#404040", "#B8B8B8") if seen else (_ALONE.dark, _ALONE.pale)
        handles += [Patch(color=colour) for colour in shades]
        labels += [name_index(index, dependent=dependent) for index in indices]
        if seen:
            dark, pale = labels[-2:]
            labels[-2:] = [say("dark: {index}", index=dark), say("pale: {index}", index=pale)]
    if handles:
        figure.legend(
            handles,
            labels,
            handler_map={tuple: HandlerTuple(ndivide=None)},
            loc="outside lower center",
            ncols=3,
            frameon=False,
            fontsize=9,
        )
