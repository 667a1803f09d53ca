"""The forecasts of the held-out years, beside naive forecasts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.report.figures.fits import HELD_OUT, draw_points
from smecluster.calibration.report.figures.panels import (
    FAINT,
    FIGURE_COLOUR,
    Drawn,
    draw_pages,
    name_panel,
    scale_axis,
    write_title,
)
from smecluster.calibration.store.findings import JOINED, Findings, Series, split_series
from smecluster.model.presentation.formatting import colour_regions
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say

#: How the naive forecasts are drawn.
_STYLES: Mapping[str, Literal["--", "-.", ":"]] = {
    mark("random walk"): "--",
    mark("exponential"): "-.",
    mark("logistic"): ":",
}
_COLUMNS = 3
_JOINED_STYLE = (0, (1, 0.6))


def draw_forecasts(findings: Findings) -> Iterator[Drawn]:
    """Draw the forecast of each series with figures in the years held out.

    Parameters
    ----------
    findings : Findings
        With the tables ``holdout`` and ``figures``.

    Yields
    ------
    Drawn
        Pages of 15 series.
    """
    if not findings.has("holdout"):
        return
    held = findings["holdout"]
    groups = split_series(held)
    colours = colour_regions(list(dict.fromkeys(held["region"])))
    skill = findings["scores"].set_index(SERIES)["skill"]

    def panel(axis: Axes, key: Series) -> None:
        figures = findings["figures"]
        mine = (figures[SERIES] == pd.Series(key, index=SERIES)).all(axis=1)
        _draw_panel(axis, figures[mine], groups[key], colours[key[0]])
        region, variable, segment = key
        unit = say.unit(groups[key]["unit"].iloc[0])[0]
        better = say("skill {skill}", skill=f"{skill[key]:+.2f}") if key in skill.index else ""
        write_title(axis, name_panel(region, variable, segment, unit), _COLUMNS)
        axis.text(0.02, 0.96, better, transform=axis.transAxes, fontsize=7, va="top")

    note = say(
        "The model was fitted to the figures up to {split}; the shaded years are forecasts, in "
        "which its last error fades. Band: 90 % interval of a single figure. Skill: 1 - error of "
        "the model / error of the random walk with drift (root mean square error of logarithms); "
        "above 0 is better than the random walk.",
        split=findings.split,
    )
    marks: list[Line2D | Patch] = [
        Line2D([], [], color=FAINT, linewidth=2, label=say("model's forecast")),
        *(
            [
                Line2D(
                    [],
                    [],
                    color=FAINT,
                    linestyle=_JOINED_STYLE,
                    label=say("joined to the last"),
                )
            ]
            if JOINED in held
            else []
        ),
        Patch(color=FAINT, alpha=0.3, linewidth=0, label=say("its 90 %")),
        *(
            Line2D([], [], color="#555555", linestyle=style, label=say(name))
            for name, style in _STYLES.items()
        ),
        *_mark_points(held, findings["figures"]),
    ]
    yield from draw_pages(
        list(groups),
        panel,
        name="forecasts",
        title=say("Forecasts of years that the fit did not use"),
        note=note,
        columns=_COLUMNS,
        rows=5,
        height=1.75,
        legend=marks,
    )


def _mark_points(*tables: pd.DataFrame) -> list[Line2D]:
    labels = {say("published figure"): FIGURE_COLOUR}
    if any((table["status"] == "remembered").any() for table in tables):
        labels[say("from memory, not seen in a source")] = "white"
    return [
        Line2D(
            [],
            [],
            marker="o",
            linestyle="none",
            color=FIGURE_COLOUR,
            markerfacecolor=fill,
            label=label,
        )
        for label, fill in labels.items()
    ]


def _draw_panel(axis: Axes, figures: pd.DataFrame, held: pd.DataFrame, colour: str) -> None:
    factor = say.unit(held["unit"].iloc[0])[1]
    before = figures[figures["year"] < held["year"].min()]
    points = pd.concat([before[["year", "value", "status"]], held[["year", "value", "status"]]])
    draw_points(axis, points.assign(value=points["value"] * factor), FIGURE_COLOUR, "o")
    years = held["year"]
    axis.axvspan(float(years.min()) - 0.5, float(years.max()) + 1, color=HELD_OUT, zorder=0)
    # A line of one year is drawn as a mark.
    mark = "_" if len(held) == 1 else ""
    low, high = held["low"] * factor, held["high"] * factor
    axis.fill_between(years, low, high, color=colour, alpha=0.25, linewidth=8 if mark else 0)
    axis.plot(years, held["forecast"] * factor, color=colour, linewidth=1.8, marker=mark)
    if JOINED in held:
        joined = held[JOINED] * factor
        axis.plot(years, joined, color=colour, linewidth=1, linestyle=_JOINED_STYLE, marker=mark)
    for name, style in _STYLES.items():
        naive = held[name] * factor
        axis.plot(years, naive, color="#555555", linewidth=1, linestyle=style, marker=mark)
    first = float(points["year"].min())
    axis.set_xlim(first - 1, float(years.max()) + 1)
    values = pd.concat([points["value"], held["forecast"], held["low"], held["high"]]) * factor
    scale_axis(axis.yaxis, values, axis.set_yscale)
    # A runaway naive trend must not squeeze the rest.
    margin = 0.08 * float(values.max() - values.min())
    if axis.get_yscale() == "linear":
        axis.set_ylim(float(values.min()) - margin, float(values.max()) + 2 * margin)
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
