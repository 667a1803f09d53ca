"""The residuals over time, and how far errors persist from year to year."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.problem.criteria import NORMAL_90
from smecluster.calibration.report.figures.fits import draw_points
from smecluster.calibration.report.figures.panels import (
    FAINT,
    FIGURE_COLOUR,
    Drawn,
    draw_pages,
    name_panel,
    write_title,
)
from smecluster.calibration.store.findings import Series, split_series
from smecluster.model.presentation.language.spoken import say

_MOST = 4.0
_COLUMNS = 4
_CORNER: dict[str, Any] = {"fontsize": 6.5, "ha": "right", "va": "top"}


def draw_residuals(table: pd.DataFrame, correlations: pd.DataFrame) -> Iterator[Drawn]:
    """Draw the residuals of each series over time.

    Parameters
    ----------
    table : pandas.DataFrame
        See `calibration.report.diagnostics.compute_residuals`.
    correlations : pandas.DataFrame
        See `calibration.report.diagnostics.tabulate_autocorrelation`.

    Yields
    ------
    Drawn
        Pages of at most 28 series. Series with a single figure have no panel.
    """
    if table.empty:
        return
    again = correlations.set_index(SERIES)["autocorrelation"].to_dict()
    groups = {key: part for key, part in split_series(table).items() if len(part) > 1}

    def panel(axis: Axes, key: Series) -> None:
        series = groups[key]
        _draw_panel(axis, series, again.get(key, np.nan))
        region, variable, segment = key
        write_title(axis, name_panel(region, variable, segment), _COLUMNS)

    note = say(
        "Logarithm of figure over fit, in standard errors; those beyond 4 are drawn at the edge. "
        "Grey: 90 % of a normal error. Runs on one side are errors that persist: r is the "
        "correlation with the previous year (about zero). A series with persistent errors counts "
        "for fewer figures than it has."
    )
    marks: list[Line2D | Patch] = [
        Line2D([], [], marker="o", linestyle="none", color=FIGURE_COLOUR, label=say("residual"))
    ]
    if (table["status"] == "remembered").any():
        marks.append(
            Line2D(
                [],
                [],
                marker="o",
                linestyle="none",
                color=FIGURE_COLOUR,
                markerfacecolor="white",
                label=say("of a figure from memory"),
            )
        )
    marks.append(Patch(color="#EEEEEE", label=say("90 % of a normal error")))
    yield from draw_pages(
        list(groups),
        panel,
        name="residuals",
        title=say("Residuals"),
        note=note,
        columns=_COLUMNS,
        rows=7,
        height=1.3,
        legend=marks,
    )


def _draw_panel(axis: Axes, series: pd.DataFrame, again: float) -> None:
    axis.axhspan(-NORMAL_90, NORMAL_90, color="#EEEEEE", zorder=0)
    axis.axhline(0, color=FAINT, linewidth=0.8)
    inside = series.assign(value=series["residual"].clip(-_MOST, _MOST))
    axis.plot(inside["year"], inside["value"], color="#BBBBBB", linewidth=0.8, zorder=1)
    draw_points(axis, inside, FIGURE_COLOUR, "o")
    axis.set_ylim(-1.1 * _MOST, 1.1 * _MOST)
    axis.set_yticks([-3, 0, 3])
    axis.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    if np.isfinite(again):
        axis.text(0.98, 0.95, f"r {again:+.2f}", transform=axis.transAxes, **_CORNER)
