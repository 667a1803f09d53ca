"""Ranked bars: how much each factor matters, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from smecluster.model.support.formatting import display_unit
from smecluster.model.support.plotting import format_axis
from smecluster.sensitivity.methods.index_titles import describe_index
from smecluster.sensitivity.report.figures.style import (
    DARK,
    INK,
    PALE,
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
    from smecluster.sensitivity.store.results import Results

# A second index beside the headline, where a method has one that belongs to it.
_BESIDE = {"total": "first order", "first order": "own"}


def draw_bars(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Draw the headline index of each factor, and what it explains alone beside it.

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
    rows = 1 + min(10, max(len(part["factor"].unique()) for _, part in drawn))
    figure, axes = make_panels(len(drawn), 2, 6.4, 0.34 * rows + 0.9)
    for axis, (column, part) in zip(axes, drawn, strict=True):
        factor = display_unit(column.unit)[1] if headline == "mu star" else 1.0
        names, values = group_rest(part, indices, summed)
        thick = 0.8 / len(indices)
        for at, (index, colour) in enumerate(zip(indices, (PALE, DARK), strict=False)):
            where = np.arange(len(names)) + (at - (len(indices) - 1) / 2) * thick
            size = values[index].loc[names, "value"] * factor
            half = values[index].loc[names, "half"] * factor
            colour = DARK if len(indices) == 1 else colour
            axis.barh(where, size, thick * 0.92, color=colour)
            axis.errorbar(size, where, xerr=half, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        floor = part.loc[part["index"] == headline, "floor"].max()
        if np.isfinite(floor):
            axis.axvline(floor * factor, color=INK, linestyle=":", linewidth=1.2)
        axis.axvline(0, color=INK, linewidth=0.8)
        axis.set_yticks(range(len(names)), [wrap_name(name, 34) for name in names])
        axis.invert_yaxis()
        clear_frame(axis, "x")
        if headline == "mu star":
            axis.set_xlabel(display_unit(column.unit)[0], fontsize=8)
            format_axis(axis.xaxis)
        set_title(axis, column.name)
    if len(indices) > 1:
        handles = [
            Patch(color=colour, label=describe_index(index, dependent=results.dependent))
            for index, colour in zip(indices, (PALE, DARK), strict=True)
        ]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    note = f"Bars: {describe_index(headline, dependent=results.dependent)}; lines: intervals."
    if table.loc[table["index"] == headline, "floor"].notna().any():
        note += " Dotted: what a factor without influence stays below by chance."
    head = f"Which factors matter{name_scenario(results, scenario)}"
    return finish_figure(figure, results, analysis, head, note)
