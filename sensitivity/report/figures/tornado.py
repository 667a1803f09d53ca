"""Tornado: an output where each factor is low and where it is high."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import format_axis
from smecluster.sensitivity.report.figures.style import (
    HIGH,
    INK,
    LOW,
    NAMED,
    clear_frame,
    finish_figure,
    make_panels,
    name_scenario,
    set_title,
    wrap_name,
)

if TYPE_CHECKING:
    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.store.results import Results


def draw_tornado(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Draw the mean of each principal output at both ends of the leading factors' ranges.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis.
    scenario : str
        The scenario to draw.

    Returns
    -------
    matplotlib.figure.Figure
    """
    parts = [
        (column, _select_leading(analysis, part))
        for column, part in analysis.by_output("swings", scenario)
    ]
    drawn = [(column, part) for column, part in parts if len(part)]
    rows = max(len(part) for _, part in drawn)
    figure, axes = make_panels(len(drawn), 2, 6.4, 0.32 * rows + 1.0, 1.6)
    for axis, (column, part) in zip(axes, drawn, strict=True):
        unit, factor = say.unit(column.unit)
        where, mean = np.arange(len(part)), float(part["mean"].iloc[0]) * factor
        for end, colour in (("low", LOW), ("high", HIGH)):
            size = part[f"at {end}"].to_numpy() * factor
            half = part[f"half {end}"].to_numpy() * factor
            axis.barh(where, size - mean, 0.66, left=mean, color=colour)
            axis.errorbar(size, where, xerr=half, fmt="none", ecolor=INK, elinewidth=1, capsize=2)
        axis.axvline(mean, color=INK, linewidth=1)
        axis.set_yticks(where, [wrap_name(str(name), 34) for name in part["factor"]])
        axis.invert_yaxis()
        axis.set_xlabel(unit, fontsize=8)
        format_axis(axis.xaxis)
        clear_frame(axis, "x")
        set_title(axis, column.name)
    labels = (
        say("mean where the factor is low (lowest fifth of its range)"),
        say("mean where it is high (highest fifth)"),
    )
    note = say("All other factors vary as well.")
    if (analysis.tables["indices"]["index"] == "mu").any():
        labels = (say("towards the low end of the factor's range"), say("towards the high end"))
        note = say("Bars: mean effect over the whole range (mu), half of it on each side.")
    handles = [
        Patch(color=colour, label=label) for colour, label in zip((LOW, HIGH), labels, strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return finish_figure(
        figure,
        results,
        analysis,
        say("Which way the factors move the outcomes") + name_scenario(results, scenario),
        say.sentences([say("Vertical line: mean of all runs."), note]),
    )


def _select_leading(analysis: Analysis, swings: pd.DataFrame) -> pd.DataFrame:
    """Keep the factors that matter most: a swing alone may be chance."""
    indices = analysis.tables["indices"]
    if swings.empty:
        return swings
    chosen = indices["index"] == analysis.method.headline
    for key in ("scenario", "output"):
        chosen &= indices[key] == swings[key].iloc[0]
    ranked = list(indices.loc[chosen, "factor"])[:NAMED]
    kept = swings[swings["factor"].isin(ranked)]
    # Groups have an index, and their factors swings.
    return kept if len(kept) else swings.head(NAMED)
