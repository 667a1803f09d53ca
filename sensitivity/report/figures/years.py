"""Indices over time: what the spread of an outcome comes from, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import format_axis
from smecluster.sensitivity.report.figures.index_titles import describe_index
from smecluster.sensitivity.report.figures.style import (
    INK,
    OTHERS,
    TOGETHER,
    assign_colours,
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

_FIRST = "first order"
_LINES: tuple[Literal["-", "--", "-.", ":"], ...] = ("-", "--", "-.", ":")


def draw_stacked(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Stack the first-order indices of each year; what is left comes from factors together.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis, with first-order indices.
    scenario : str
        The scenario to draw: a panel for each time series.

    Returns
    -------
    matplotlib.figure.Figure
    """
    colours = assign_colours(analysis)
    drawn = _collect_series(results, analysis, scenario, _FIRST)
    figure, axes = make_panels(len(drawn), 2, 5.6, 2.9, 2.0)
    for axis, ((outcome, place), shares) in zip(axes, drawn.items(), strict=True):
        # Below zero is noise around zero.
        shares = shares.clip(lower=0)
        named = [name for name in colours if name in shares.columns]
        rest = shares.drop(columns=named).sum(axis=1)
        total = shares.sum(axis=1, min_count=1)
        layers = [*(shares[name] for name in named), rest, (1 - total).clip(lower=0)]
        years = shares.index.to_numpy(dtype=float)
        drawn_layers = axis.stackplot(
            years,
            np.nan_to_num(np.array(layers, dtype=float)),
            colors=[*(colours[name] for name in named), OTHERS, TOGETHER],
            edgecolor="white",
            linewidth=0.4,
        )
        drawn_layers[-1].set_hatch("///")
        drawn_layers[-1].set_edgecolor("#BBBBBB")
        axis.set_ylim(0, max(1.0, float(total.max())))
        _shade_constant(axis, years, shares.isna().all(axis=1).to_numpy())
        _format_years(axis, say.commas([say.word(outcome), say.word(place)]))
    axes[0].set_ylabel(say("share of variance"), fontsize=8)
    handles = [Patch(color=colour, label=wrap_name(name, 40)) for name, colour in colours.items()]
    if any(len(shares.columns.difference(list(colours))) for shares in drawn.values()):
        handles.append(Patch(color=OTHERS, label=say("all other factors")))
    handles.append(
        Patch(facecolor=TOGETHER, edgecolor="#BBBBBB", hatch="///", label=say("interactions"))
    )
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    return finish_figure(
        figure,
        results,
        analysis,
        say("Where the spread comes from, year by year") + name_scenario(results, scenario),
        say(
            "Stacked: share of each year's variance that a factor explains on its own (first-order "
            "index); hatched: the rest, which comes from interactions."
        ),
    )


def draw_lines(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Draw the headline index of the leading factors over time, with intervals.

    Parameters
    ----------
    results, analysis, scenario
        As in `draw_stacked`.

    Returns
    -------
    matplotlib.figure.Figure
    """
    headline = analysis.method.headline
    colours = assign_colours(analysis)
    drawn = _collect_series(results, analysis, scenario, headline)
    lows, highs = (
        _collect_series(results, analysis, scenario, headline, end) for end in ("low", "high")
    )
    figure, axes = make_panels(len(drawn), 2, 5.6, 2.9, 1.9)
    for axis, (key, value) in zip(axes, drawn.items(), strict=True):
        years = value.index.to_numpy(dtype=float)
        unit, factor = ("", 1.0)
        if not analysis.method.shares:
            unit, factor = say.unit(results.series[key][0].unit)
        for at, (name, colour) in enumerate(colours.items()):
            if name not in value:
                continue
            middle = value[name].to_numpy(dtype=float) * factor
            low, high = (ends[key][name].to_numpy(dtype=float) * factor for ends in (lows, highs))
            axis.fill_between(years, low, high, color=colour, alpha=0.15, linewidth=0)
            axis.plot(
                years, middle, color=colour, linestyle=_LINES[at % len(_LINES)], linewidth=1.8
            )
        axis.axhline(0, color=INK, linewidth=0.8)
        axis.set_ylabel(unit, fontsize=8)
        format_axis(axis.yaxis)
        _shade_constant(axis, years, value.isna().all(axis=1).to_numpy())
        _format_years(axis, say.commas([say.word(part) for part in key]))
    handles = [
        Line2D([], [], color=colour, linestyle=_LINES[at % len(_LINES)], label=wrap_name(name, 40))
        for at, (name, colour) in enumerate(colours.items())
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, fontsize=8)
    return finish_figure(
        figure,
        results,
        analysis,
        say("How much factors matter over time") + name_scenario(results, scenario),
        say(
            "Lines: {index}; the leading factors; bands: intervals.",
            index=describe_index(headline, dependent=results.dependent),
        ),
    )


def has_series(results: Results, analysis: Analysis, scenario: str, index: str) -> bool:
    """Say whether there is anything to draw over time."""
    return bool(_collect_series(results, analysis, scenario, index))


def _collect_series(
    results: Results, analysis: Analysis, scenario: str, index: str, what: str = "value"
) -> dict[tuple[str, str], pd.DataFrame]:
    """Give the indices of each time series that varies: a row a year, a column a factor."""
    table = analysis.tables["indices"]
    table = table[(table["scenario"] == scenario) & (table["index"] == index)]
    found = {}
    for (outcome, place), columns in results.series.items():
        if len(columns) < 3:
            continue
        names = [column.name for column in columns]
        part = table[table["output"].isin(names)]
        wide = part.pivot_table(
            index="year", columns="factor", values=what, dropna=False, sort=False, observed=True
        ).sort_index()
        if wide.notna().any(axis=None):
            found[outcome, place] = wide
    return found


def _shade_constant(axis: Axes, years: np.ndarray, same: np.ndarray) -> None:
    """Mark the years in which nothing varies."""
    for year in years[same]:
        axis.axvspan(year - 0.5, year + 0.5, color="#F7F7F7", zorder=0)


def _format_years(axis: Axes, text: str) -> None:
    clear_frame(axis)
    axis.margins(x=0)
    axis.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    set_title(axis, text)
