"""The parameters between their bounds: prior and posterior."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from smecluster.calibration.problem.criteria import (
    BOUND,
    IDENTIFIED,
    NORMAL_90,
    PARTLY,
    PRIOR,
)
from smecluster.calibration.report.figures.panels import (
    WIDTH,
    Drawn,
    format_short,
    number_page,
)
from smecluster.calibration.store.findings import Findings, transform_to_scale
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading

_VERDICTS = {IDENTIFIED: "#0072B2", PARTLY: "#56B4E9", PRIOR: "#8A8A8A", BOUND: "#D55E00"}
_OTHER = "#B07AA1"
_PRIOR = "#DDDDDD"
_ROWS = 32
#: Whose parameters they are.
_SCOPES = (mark("shared"), mark("regional"))
_NOTE = mark(
    "Each line is one parameter from its lower to its upper bound (the numbers at the ends), "
    "logarithmic if it is estimated in logarithms. Broad band: 90 % of the prior. Thin bar and "
    "point: the calibrated 90 % interval and the estimate. A bar as long as its band means that "
    "the figures say nothing about the parameter."
)


def choose_colour(verdict: str) -> str:
    """Choose the colour of a verdict."""
    return _VERDICTS.get(verdict, _OTHER)


def draw_bounds(findings: Findings) -> Iterator[Drawn]:
    """Draw parameters in their bounds with prior and posterior.

    Parameters
    ----------
    findings : Findings
        With the table ``parameters``.

    Yields
    ------
    Drawn
        Shared parameters first, then regional ones.
    """
    table = findings["parameters"]
    for scope, group in table.groupby("scope", sort=False):
        pages = math.ceil(len(group) / _ROWS)
        length = math.ceil(len(group) / pages)
        for number in range(pages):
            part = group.iloc[number * length : (number + 1) * length]
            title = number_page(
                say("Parameters, {scope}", scope=say.word(str(scope))), number, pages
            )
            figure = add_heading(_draw_page(part), title, say(_NOTE))
            name = f"parameters-{scope}-{number + 1}"
            yield Drawn(name, say("{title}, between their bounds.", title=title), figure)


def _draw_page(table: pd.DataFrame) -> Figure:
    figure = Figure(figsize=(WIDTH, 1.9 + 0.26 * len(table)), layout="constrained")
    axis = figure.subplots()
    rows = np.arange(len(table))
    middle = transform_to_scale(table["prior mean"], table["scale"])
    reach = NORMAL_90 * table["prior sd"].to_numpy(float)
    axis.hlines(rows, 0, 1, color="#BBBBBB", linewidth=0.5, zorder=0)
    axis.hlines(
        rows,
        _place_between(table, middle - reach),
        _place_between(table, middle + reach),
        color=_PRIOR,
        linewidth=8,
        zorder=1,
    )
    low, best, high = (
        _place_between(table, transform_to_scale(table[name], table["scale"]))
        for name in ("low", "estimate", "high")
    )
    shades = [choose_colour(verdict) for verdict in table["verdict"]]
    axis.hlines(rows, low, high, color=shades, linewidth=2.2, zorder=2)
    axis.scatter(best, rows, color=shades, s=22, zorder=3, edgecolors="white", linewidths=0.6)
    for row, item in enumerate(table.to_dict("records")):
        value = format_short(item["estimate"])
        if np.isfinite(item["low"]):
            value += f"  [{format_short(item['low'])}, {format_short(item['high'])}]"
        unit = "" if item["unit"] == "Dmnl" else f" {say.own_unit(item['unit'])}"
        for place, shift, side, text in (
            (0, -4, "right", format_short(item["lower"])),
            (1, 4, "left", format_short(item["upper"])),
            (1, 48, "left", value + unit),
        ):
            axis.annotate(
                text,
                (place, row),
                xytext=(shift, 0),
                textcoords="offset points",
                fontsize=6.5,
                ha=side,
                va="center",
            )
    axis.set_yticks(rows, [say.variable(str(name)) for name in table["name"]], fontsize=7)
    axis.tick_params(axis="y", length=0, pad=42)
    axis.set_ylim(len(table) - 0.4, -0.6)
    axis.set_xlim(0, 1)
    axis.set_xticks([])
    axis.spines[["top", "right", "bottom", "left"]].set_visible(False)
    figure.legend(
        handles=_make_legend(table),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        fontsize=7.5,
    )
    return figure


def _place_between(table: pd.DataFrame, scaled: NDArray[np.float64]) -> NDArray[np.float64]:
    """Place values, in the scale of estimation, between their bounds: 0 to 1."""
    lower, upper = (transform_to_scale(table[name], table["scale"]) for name in ("lower", "upper"))
    return np.clip((scaled - lower) / (upper - lower), 0, 1)


def _make_legend(table: pd.DataFrame) -> list[Line2D]:
    marks = [
        Line2D(
            [],
            [],
            color=choose_colour(verdict),
            marker="o",
            linewidth=2.2,
            label=say.word(verdict) or say("calibrated"),
        )
        for verdict in dict.fromkeys(table["verdict"])
    ]
    return [Line2D([], [], color=_PRIOR, linewidth=8, label=say("prior, 90 %")), *marks]
