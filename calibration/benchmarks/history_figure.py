"""The figure of the histories: the base case as lines, the published figures as points."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from smecluster.model.file.regions import REGION
from smecluster.model.presentation.formatting import (
    Rounded,
    colour_regions,
)
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.presentation.wrapping import fill

if TYPE_CHECKING:
    from smecluster.calibration.data.histories import Histories

#: The variables of the figure, one in each row.
PANELS = (
    "value added",
    "value added rate",
    "annual wage",
    "total firms",
    "external investment",
    "SME loans",
)
_LOGARITHMIC = ("value added", "total firms")
_SHARES = {"value added rate": (mark("% of gross income"), 100.0)}
_MARKERS = "osD^vP"
#: An average over fewer figures is not shown.
_ENOUGH = 3
_LEVEL, _SCALED = "#222222", "#9A9A9A"


def draw_histories(histories: Histories, remembered: bool = False) -> Figure:
    """Draw the histories: a row for each variable of `PANELS`, a column for each region.

    Parameters
    ----------
    histories : Histories
        With the variables of `PANELS` among its paths.
    remembered : bool
        Whether figures from memory were included; the legend then explains them.

    Returns
    -------
    matplotlib.figure.Figure
        The figure.
    """
    regions = [str(name) for name in histories.paths[REGION].values]
    colours = colour_regions(regions)
    table = histories.table[histories.table["variable"].isin(PANELS)]
    last = int(table["year"].max()) + 1 if len(table) else None
    paths = histories.paths[list(PANELS)].sel(time=slice(None, last))
    size = (1 + 3.9 * len(regions), 2.6 + 2.05 * len(PANELS))
    drawn = Figure(figsize=size, layout="constrained")
    axes = drawn.subplots(len(PANELS), len(regions), sharex=True, squeeze=False)
    for row, name in enumerate(PANELS):
        unit, factor = _SHARES.get(name) or say.unit(paths[name].attrs.get("unit", ""))
        for column, region in enumerate(regions):
            axis = axes[row, column]
            here = (table["variable"] == name) & (table["region"] == region)
            _draw_panel(
                axis, paths[name].sel({REGION: region}), table[here], colours[region], factor
            )
            _scale_panel(axis, name)
            _write_remarks(axis, table[here], _select_turns(histories, name, region), factor)
        label = say("{name}, {unit}", name=say.capital(name), unit=say.word(unit))
        label = fill(label, 26)
        axes[row, 0].set_ylabel(label, fontsize=9)
    for column, region in enumerate(regions):
        axes[0, column].set_title(
            say.name(region), color=colours[region], fontsize=12, fontweight="bold"
        )
    # A single region is too narrow for entries side by side.
    side = 3 if len(regions) > 1 else 1
    drawn.legend(
        handles=_make_legend(remembered), loc="outside lower center", ncols=side, frameon=False
    )
    drawn.align_ylabels(axes[:, 0])
    return add_heading(drawn, say("The base case beside the published figures"), _write_note(table))


def _draw_panel(
    axis: Axes, path: xr.DataArray, figures: pd.DataFrame, colour: str, factor: float
) -> None:
    """Draw the model's line, and the figures at the model's level, with breaks in definition."""
    axis.plot(path["time"], path * factor, color=colour, linewidth=2, zorder=2)
    segments = list(figures.groupby("segment", sort=False))
    spans: list[tuple[int, int]] = []
    for at, (segment, points) in enumerate(segments):
        shade = _LEVEL if points["compare"].iloc[0] == "level" else _SCALED
        marker = _MARKERS[at % len(_MARKERS)]
        level = points["factor"].iloc[0]
        for remembered, part in points.groupby(points["status"] == "remembered"):
            axis.plot(
                part["year"],
                part["value"] / level * factor,
                marker,
                color=shade,
                markerfacecolor="white" if remembered else shade,
                markersize=3.6,
                markeredgewidth=0.9,
                zorder=3,
            )
        label = say.word(str(segment)) or say("published")
        if shade == _SCALED:
            label += f" / {Rounded(level)}"
        axis.plot([], [], marker, color=shade, markersize=3.6, label=label)
        if len(points) > 1:
            spans.append((int(points["year"].min()), int(points["year"].max())))
    for (_, before), (after, _) in itertools.pairwise(sorted(spans)):
        if before < after:
            axis.axvline((before + after) / 2, color="#999999", linewidth=0.8, linestyle=":")
    if len(segments) > 1 or (figures["compare"] == "scale").any():
        # Lines rise: a long list fits at the lower right, above the remark on the error.
        long = len(segments) > 3
        axis.legend(
            loc="lower right" if long else "upper left",
            bbox_to_anchor=(1.0, 0.1) if long else (0.0, 1.0),
            fontsize=6.5,
            frameon=False,
            handletextpad=0.2,
        )
    axis.grid(color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.spines[["top", "right"]].set_visible(False)
    axis.tick_params(labelsize=8)


def _scale_panel(axis: Axes, name: str) -> None:
    """Set a panel's axes: logarithmic for what grows a hundredfold, otherwise from zero."""
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    if name in _LOGARITHMIC:
        axis.set_yscale("log")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 3)))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
        return
    axis.set_ylim(0, 1.15 * axis.get_ylim()[1])
    format_axis(axis.yaxis)


def _select_turns(histories: Histories, name: str, region: str) -> pd.DataFrame:
    turns = histories.turns
    return turns[(turns["variable"] == name) & (turns["region"] == region)]


def _write_remarks(axis: Axes, figures: pd.DataFrame, turns: pd.DataFrame, factor: float) -> None:
    """Write the error and the turning points into a corner that the line leaves free."""
    lines = []
    for turn in turns.to_dict("records"):
        years = str(turn["years"]).split("-")
        if turn["kind"] == "slower growth":
            axis.axvline(float(years[1]), color="#BBBBBB", linewidth=0.8)
            first, second = (f"{a}-{b}" for a, b in itertools.pairwise(years))
            lines.append(say("growth a year, {first} and {second}", first=first, second=second))
            unit, size = " %", 1.0
        else:
            lines.append(say.join(years))
            unit, size = "", factor
        for who in (mark("figures"), mark("model")):
            before, after = (turn[f"{who} {side}"] * size for side in ("before", "after"))
            lines.append(
                say(
                    "{who}: {before}, then {after}",
                    who=say.word(who),
                    before=f"{before:.1f}{unit}",
                    after=f"{after:.1f}{unit}",
                )
            )
    levels = figures[figures["compare"] == "level"]
    if len(levels) >= _ENOUGH:
        mape = 100 * (levels["fitted"] / levels["value"] - 1).abs().mean()
        lines.append(say("MAPE {error} %", error=f"{mape:.0f}"))
    if figures.empty:
        lines.append(say("no published figures"))
    falling = bool((turns["kind"] == "fall").any())
    axis.text(
        0.98,
        0.96 if falling else 0.04,
        "\n".join(lines),
        transform=axis.transAxes,
        fontsize=7,
        ha="right",
        va="top" if falling else "bottom",
        color="#444444",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.5},
    )


def _make_legend(remembered: bool) -> list[Line2D]:
    def points(label: str, colour: str, fill: str) -> Line2D:
        return Line2D(
            [], [], marker="o", linestyle="none", color=colour, markerfacecolor=fill, label=label
        )

    handles = [
        Line2D([], [], color="#555555", linewidth=2, label=say("model, base case")),
        points(say("published figure"), _LEVEL, _LEVEL),
        points(say("known only up to a factor (divided by it)"), _SCALED, _SCALED),
        Line2D(
            [], [], color="#999999", linestyle=":", label=say("break: another definition follows")
        ),
        Line2D([], [], color="#BBBBBB", linewidth=0.8, label=say("turning point")),
    ]
    if remembered:
        handles.append(points(say("from memory, not seen in a source"), _LEVEL, "white"))
    return handles


def _write_note(table: pd.DataFrame) -> str:
    codes = sorted({code for cell in table["source"] for code in cell.split("+")})
    return say.plural(
        len(codes),
        "Money in constant prices of 2010, deflated with the national GDP deflator. MAPE: mean "
        "absolute error over the figures whose level is known. Source of the lines: a run of the "
        "model with the dated policy history. Sources of the figures: the column source of "
        "histories.csv, with {count} code that calibration/cases/sources.csv explains.",
        "Money in constant prices of 2010, deflated with the national GDP deflator. MAPE: mean "
        "absolute error over the figures whose level is known. Source of the lines: a run of the "
        "model with the dated policy history. Sources of the figures: the column source of "
        "histories.csv, with {count} codes that calibration/cases/sources.csv explains.",
    )
