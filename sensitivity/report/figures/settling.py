"""Convergence panel: how the leading indices settle as runs are added."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import format_axis
from smecluster.sensitivity.report.figures.index_titles import name_index
from smecluster.sensitivity.report.figures.style import (
    COLOURS,
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

_FACTORS = 5
_MARKERS = "osD^v"


def draw_convergence(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Draw the headline index of each output's leading factors against the size of the study.

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
    drawn = [
        (column, part)
        for column, part in analysis.by_output("convergence", scenario)
        if part["value"].notna().any()
    ]
    figure, axes = make_panels(len(drawn), 2, 6.2, 3.1)
    headline = analysis.method.headline
    index = say(headline)
    if analysis.method.shares:
        index = name_index(headline, dependent=results.dependent)
    for axis, (column, part) in zip(axes, drawn, strict=True):
        factor = 1.0 if analysis.method.shares else say.unit(column.unit)[1]
        last = part[part["size"] == part["size"].max()]
        leading = last.nlargest(_FACTORS, "value")["factor"]
        handles = []
        for name, colour, marker in zip(leading, COLOURS, _MARKERS, strict=False):
            one = part[part["factor"] == name].sort_values("size")
            value = one["value"] * factor
            low, high = one["low"] * factor, one["high"] * factor
            axis.fill_between(one["size"], low, high, color=colour, alpha=0.12)
            axis.plot(one["size"], value, color=colour, marker=marker, markersize=4)
            handles.append(
                Line2D(
                    [],
                    [],
                    color=colour,
                    marker=marker,
                    markersize=4,
                    label=wrap_name(str(name), 26),
                )
            )
        axis.set_xscale("log", base=2)
        sizes = sorted(part["size"].unique())
        axis.xaxis.set_major_locator(FixedLocator([float(size) for size in sizes]))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        clear_frame(axis)
        axis.set_xlabel(say(analysis.method.sized), fontsize=8)
        format_axis(axis.yaxis)
        label = index
        if not analysis.method.shares:
            label = say("{what}, {unit}", what=index, unit=say.unit(column.unit)[0])
        axis.set_ylabel(label, fontsize=8)
        axis.legend(
            handles=handles,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            frameon=False,
            fontsize=7.5,
        )
        set_title(axis, column.name)
    return finish_figure(
        figure,
        results,
        analysis,
        say("Were there enough runs?") + name_scenario(results, scenario),
        say(
            "Lines: {index} of the five leading factors, from the first part of the runs up to all "
            "of them; bands: intervals.",
            index=index,
        ),
    )
