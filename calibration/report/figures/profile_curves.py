"""The profiles: how much worse the best fit becomes as one parameter moves away."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from smecluster.calibration.problem.criteria import CUT_95
from smecluster.calibration.report.figures.bounds import choose_colour
from smecluster.calibration.report.figures.panels import (
    FAINT,
    Drawn,
    draw_pages,
    format_short,
    scale_axis,
    write_title,
)
from smecluster.calibration.store.findings import Findings
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say

# Profiles are followed until they pass the cut.
_TOP = 1.6 * CUT_95
_COLUMNS = 4
_PRIOR = "#CCCCCC"
_NOTE = mark(
    "Vertical: cost above the best fit with the parameter held at a value and all others "
    "refitted. Values below the cut are compatible with figures and prior. A curve that follows "
    "the prior's means that the figures say nothing."
)


def draw_profiles(findings: Findings) -> Iterator[Drawn]:
    """Draw the profile of each parameter with the cut at 1.92.

    Parameters
    ----------
    findings : Findings
        With the tables ``profiles`` and ``parameters``.

    Yields
    ------
    Drawn
        Pages of at most 28 parameters.
    """
    if not findings.has("profiles"):
        return
    known = {str(row["name"]): row for row in findings["parameters"].to_dict("records")}
    groups = findings["profiles"].groupby("name", sort=False)
    profiles = {str(name): part for name, part in groups}
    names = [name for name in profiles if name in known]

    def panel(axis: Axes, name: str) -> None:
        _draw_panel(axis, profiles[name].sort_values("value"), known[name])
        unit = known[name]["unit"]
        title = say.variable(name)
        if unit != "Dmnl":
            title = say("{name}, {unit}", name=title, unit=say.own_unit(unit))
        write_title(axis, title, _COLUMNS)

    legend = [
        *(
            Line2D([], [], color=choose_colour(verdict), label=say.word(verdict))
            for verdict in dict.fromkeys(known[name]["verdict"] for name in names)
        ),
        Line2D([], [], color=_PRIOR, linewidth=3, label=say("prior alone")),
        Line2D(
            [], [], color=FAINT, linestyle="--", label=say("{cut}: the ends of 95 %", cut=CUT_95)
        ),
        Line2D([], [], color="#222222", linestyle=":", label=say("estimate")),
    ]
    yield from draw_pages(
        names,
        panel,
        name="profiles",
        title=say("Profiles of the parameters"),
        note=say(_NOTE),
        columns=_COLUMNS,
        rows=7,
        height=1.3,
        legend=legend,
    )


def _draw_panel(axis: Axes, profile: pd.DataFrame, parameter: Mapping[Hashable, Any]) -> None:
    values, cost = profile["value"].to_numpy(float), profile["cost above the best"]
    middle = parameter["prior mean"]
    away = np.log(values / middle) if parameter["scale"] == "log" else values - middle
    axis.plot(values, 0.5 * (away / parameter["prior sd"]) ** 2, color=_PRIOR, linewidth=3)
    shade = choose_colour(parameter["verdict"])
    axis.plot(values, cost, color=shade, linewidth=1.4, marker=".", markersize=3)
    axis.axhline(CUT_95, color=FAINT, linewidth=0.8, linestyle="--")
    axis.axvline(parameter["estimate"], color="#222222", linewidth=0.8, linestyle=":")
    axis.set_ylim(min(-0.2, 1.1 * float(np.nanmin(cost))), _TOP)
    axis.set_yticks([0, CUT_95], ["0", format_short(CUT_95)])
    scale_axis(axis.xaxis, profile["value"], axis.set_xscale)
