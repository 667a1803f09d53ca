"""Morris' plane: how much a factor matters against how much that depends on the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import format_axis
from smecluster.sensitivity.analysis.speaking import speak_name
from smecluster.sensitivity.report.figures.style import (
    DARK,
    INK,
    clear_frame,
    finish_figure,
    make_panels,
    name_scenario,
    set_title,
    wrap_name,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.sensitivity.analysis.analysis import Analysis
    from smecluster.sensitivity.store.results import Results

_NUMBERED = 10


def draw_plane(results: Results, analysis: Analysis, scenario: str) -> Figure:
    """Draw sigma against mu star, the leading factors numbered.

    Parameters
    ----------
    results : Results
        The runs.
    analysis : Analysis
        Their analysis by Morris' method, of single factors.
    scenario : str
        The scenario to draw: a panel for each principal output that varies.

    Returns
    -------
    matplotlib.figure.Figure
    """
    drawn = [
        (column, part)
        for column, part in analysis.by_output("indices", scenario)
        if part.loc[part["index"] == "mu star", "value"].notna().any()
    ]
    figure, axes = make_panels(len(drawn), 2, 6.6, 3.8)
    for axis, (column, part) in zip(axes, drawn, strict=True):
        unit, factor = say.unit(column.unit)
        star, sigma = (
            part[part["index"] == name].set_index("factor")[["low", "value", "high"]] * factor
            for name in ("mu star", "sigma")
        )
        order = star["value"].sort_values(ascending=False, kind="stable").index
        star, sigma = star.loc[order], sigma.loc[order]
        axis.errorbar(
            star["value"],
            sigma["value"],
            xerr=_reach(star),
            yerr=_reach(sigma),
            fmt="none",
            ecolor="#BBBBBB",
            elinewidth=0.8,
        )
        axis.plot(
            star["value"][_NUMBERED:],
            sigma["value"][_NUMBERED:],
            "o",
            color="#999999",
            markersize=4,
        )
        for place, (x, y) in enumerate(
            zip(star["value"].iloc[:_NUMBERED], sigma["value"].iloc[:_NUMBERED], strict=True), 1
        ):
            axis.plot(x, y, "o", color=DARK, markersize=11)
            axis.text(x, y, str(place), color="white", fontsize=7, ha="center", va="center")
        top = 1.08 * max(star["high"].max(), sigma["high"].max())
        axis.plot([0, top], [0, top], color=INK, linewidth=0.8, linestyle="--")
        axis.set_xlim(0, 1.08 * star["high"].max())
        axis.set_ylim(0, 1.08 * sigma["high"].max())
        axis.legend(
            handles=[
                Line2D([], [], linestyle="", label=wrap_name(f"{at}  {speak_name(name)}", 32))
                for at, name in enumerate(order[:_NUMBERED], 1)
            ],
            handlelength=0,
            handletextpad=0,
            loc="upper left",
            bbox_to_anchor=(1.0, 1.03),
            frameon=False,
            fontsize=7.5,
        )
        format_axis(axis.xaxis)
        format_axis(axis.yaxis)
        axis.set_xlabel(say("mu star, {unit}", unit=unit), fontsize=8)
        axis.set_ylabel(say("sigma, {unit}", unit=unit), fontsize=8)
        clear_frame(axis)
        set_title(axis, column.name)
    return finish_figure(
        figure,
        results,
        analysis,
        say("How much factors matter, and how much that depends on other factors")
        + name_scenario(results, scenario),
        say(
            "Mu star: mean absolute effect of a factor over its whole range; sigma: how much that "
            "effect varies with the other factors. On and above the dashed line (sigma = mu star) "
            "effects are far from additive. Grey: all other factors."
        ),
    )


def can_draw(analysis: Analysis) -> bool:
    """Say whether there are effects of single factors."""
    return bool(np.isin("sigma", analysis.tables["indices"]["index"].unique()))


def _reach(index: pd.DataFrame) -> tuple[pd.Series[float], pd.Series[float]]:
    """Give how far an interval reaches below and above its value, which it may leave out."""
    below, above = index["value"] - index["low"], index["high"] - index["value"]
    return below.clip(lower=0), above.clip(lower=0)
