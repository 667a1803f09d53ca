"""The fits: calibrated model and published figures over time, the years held out shaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from smecluster.calibration.report.figures.panels import (
    FAINT,
    FIGURE_COLOUR,
    Drawn,
    draw_pages,
    name_panel,
    scale_axis,
    write_title,
)
from smecluster.calibration.store.findings import Findings, Series, split_series
from smecluster.model.presentation.formatting import colour_regions
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say

#: The shade of figures that are known only up to a factor.
SCALED_COLOUR = "#9A9A9A"
HELD_OUT = "#FBF3DB"
_MARKERS = "osD^vPX"
_SIDE_BY_SIDE = 4
_DRAWS = mark(
    "Line and band: the calibrated model and the 90 % interval of its posterior draws (parameter "
    "uncertainty only; single figures scatter more)."
)
_NO_DRAWS = mark("Line: the calibrated model; its uncertainty was not estimated.")
_NOTE = mark(
    "Figures known only up to a factor are divided by it. Another mark is another definition, with "
    "its mean absolute error. Money in constant prices of 2010."
)


def draw_fits(findings: Findings) -> Iterator[Drawn]:
    """Draw each measured variable of each region with its 90 % interval.

    Parameters
    ----------
    findings : Findings
        With the table ``figures``; ``paths``, ``fits`` and ``holdout`` where they were done.

    Yields
    ------
    Drawn
        Pages of five rows, a panel a variable and region.
    """
    if not findings.has("figures"):
        return
    table = findings["figures"]
    parts = table.groupby(["variable", "region"], sort=False)
    groups = {(str(key[0]), str(key[1])): part for key, part in parts}
    errors = _find_errors(findings)
    lines = findings["paths"].groupby(["variable", "region"], sort=False)
    paths = {(str(key[0]), str(key[1])): part for key, part in lines}
    colours = colour_regions(list(dict.fromkeys(table["region"])))
    # If there are few regions, each gets a column for the variables that several have.
    grid = 2 <= len(colours) <= _SIDE_BY_SIDE
    columns = len(colours) if grid else 3
    items = _order_panels(list(groups), list(colours)) if grid else list(groups)

    def panel(axis: Axes, key: tuple[str, str]) -> None:
        variable, region = key
        if key not in groups:
            write_title(axis, name_panel(region, variable, ""), columns)
            nothing = say("no published figures")
            axis.text(0.5, 0.5, nothing, color=FAINT, fontsize=7, ha="center")
            axis.set_axis_off()
            return
        _draw_panel(axis, groups[key], paths.get(key), colours[region], findings.split, errors)
        unit = say.unit(groups[key]["unit"].iloc[0])[0]
        write_title(axis, name_panel(region, variable, "", unit), columns)

    yield from draw_pages(
        items,
        panel,
        name="fits",
        title=say("The calibrated model beside the published figures"),
        note=say.sentences([say(_DRAWS if table["low"].notna().any() else _NO_DRAWS), say(_NOTE)]),
        columns=columns,
        rows=5,
        height=1.75,
        legend=make_legend(table, held=findings.split is not None),
    )


def _order_panels(
    known: Sequence[tuple[str, str]], regions: Sequence[str]
) -> list[tuple[str, str]]:
    """Put variables of several regions in rows, and the others next to each other."""
    counts = Counter(variable for variable, _ in known)
    rows = [(variable, region) for variable in counts for region in regions if counts[variable] > 1]
    return rows + [key for key in known if counts[key[0]] == 1]


def _find_errors(findings: Findings) -> dict[Series, float]:
    """Find the mean absolute error of each series' fit, percent."""
    fits = findings["fits"]
    inside = fits[fits["sample"] == "in"]
    return {key: float(part["MAPE"].iloc[0]) for key, part in split_series(inside).items()}


def draw_points(axis: Axes, series: pd.DataFrame, shade: str, marker: str) -> None:
    """Draw published figures: full if read or derived, hollow if from memory.

    Parameters
    ----------
    axis : matplotlib.axes.Axes
        The panel.
    series : pandas.DataFrame
        Columns year, value (as it is drawn) and status.
    shade, marker : str
        Colour and mark.
    """
    for remembered, part in series.groupby(series["status"] == "remembered"):
        axis.plot(
            part["year"],
            part["value"],
            marker,
            color=shade,
            markerfacecolor="white" if remembered else shade,
            markersize=3.4,
            markeredgewidth=0.9,
            zorder=3,
        )


def make_legend(table: pd.DataFrame, *, held: bool) -> list[Line2D | Patch]:
    """Make the legend of the figures in a table."""

    def points(label: str, colour: str, fill: str) -> Line2D:
        return Line2D(
            [], [], marker="o", linestyle="none", color=colour, markerfacecolor=fill, label=label
        )

    marks: list[Line2D | Patch] = [points(say("published figure"), FIGURE_COLOUR, FIGURE_COLOUR)]
    if (table["compare"] == "scale").any():
        marks.append(points(say("known only up to a factor"), SCALED_COLOUR, SCALED_COLOUR))
    if (table["status"] == "remembered").any():
        marks.append(points(say("from memory, not seen in a source"), FIGURE_COLOUR, "white"))
    marks.append(Line2D([], [], color=FAINT, linewidth=2, label=say("calibrated model")))
    if table["low"].notna().any():
        marks.append(Patch(color=FAINT, alpha=0.3, linewidth=0, label=say("90 % of the draws")))
    if held:
        marks.append(Patch(color=HELD_OUT, label=say("years held out of the forecast test")))
    return marks


def _draw_panel(
    axis: Axes,
    table: pd.DataFrame,
    path: pd.DataFrame | None,
    colour: str,
    split: int | None,
    errors: Mapping[Series, float],
) -> None:
    factor = say.unit(table["unit"].iloc[0])[1]
    level = table.copy()
    for column in ("value", "fitted", "low", "high"):
        level[column] = table[column] / table["factor"] * factor
    # Segments that overlap are the same line of the model.
    line = level.groupby("year")[["fitted", "low", "high"]].mean()
    band = line[["low", "high"]].dropna()
    if path is not None and len(line) > 1:
        inside = path[path["year"].between(line.index[0], line.index[-1])].set_index("year")
        line = inside[["value", "low", "high"]].set_axis(line.columns, axis=1) * factor
        # A path may have no draws: the band is then that at the figures.
        followed = line[["low", "high"]].dropna()
        band = followed if len(followed) else band
    if len(line) == 1:
        axis.errorbar(
            line.index,
            line["fitted"],
            yerr=[line["fitted"] - line["low"], line["high"] - line["fitted"]],
            color=colour,
            fmt="_",
            markersize=12,
            capsize=4,
        )
    else:
        axis.fill_between(band.index, band["low"], band["high"], color=colour, alpha=0.25, lw=0)
        axis.plot(line.index, line["fitted"], color=colour, linewidth=1.6)
    for at, (key, series) in enumerate(split_series(level).items()):
        shade = FIGURE_COLOUR if series["compare"].iloc[0] == "level" else SCALED_COLOUR
        marker = _MARKERS[at % len(_MARKERS)]
        draw_points(axis, series, shade, marker)
        error = errors.get(key, np.nan)
        axis.plot([], [], marker, color=shade, markersize=3.4, label=_label(key[-1], error))
    axis.legend(loc="best", fontsize=5.5, frameon=False, handletextpad=0.1, labelspacing=0.2)
    values = pd.concat([level["value"], line["fitted"], band["low"], band["high"]])
    scale_axis(axis.yaxis, values, axis.set_yscale)
    if axis.get_yscale() == "linear" and values.min() > 0:
        axis.set_ylim(0, 1.1 * float(values.max()))
    first, last = int(table["year"].min()), int(table["year"].max())
    axis.set_xlim(first - 1.5, last + 1.5)
    if split is not None and last > split:
        axis.axvspan(max(split, first - 2) + 0.5, last + 1.5, color=HELD_OUT, zorder=0)
    axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))


def _label(segment: str, error: float) -> str:
    """Label the figures of one definition, with the mean absolute error of the fit in percent."""
    if not np.isfinite(error):
        return say.word(segment or "published")
    if not segment:
        return say("published: {error} %", error=f"{error:.0f}")
    return say("{series}: {error} %", series=say.word(segment), error=f"{error:.0f}")
