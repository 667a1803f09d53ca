"""Figures of windows: the gain of a yuan by starting year, and by cluster size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from smecluster.model.file.regions import REGION
from smecluster.model.presentation.formatting import colour_regions
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.policies.windows.measures import (
    BY_YEAR,
    EVERYWHERE,
    HOME,
    KINDS,
    MAP,
    MASS,
    find_window,
)

if TYPE_CHECKING:
    from smecluster.policies.windows.result import Windows

_EDGES = (1.0, 2.0)  # between the kinds of intervention
_FEW_STARTS = 7


def draw_figures(windows: Windows) -> dict[str, Figure]:
    """Draw every figure of windows.

    Parameters
    ----------
    windows : Windows
        The map.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    drawn = {BY_YEAR: draw_by_year(windows)}
    if windows.gains.sizes["size"] > 1 and windows.gains.sizes["start"] > 1:
        drawn[MAP] = draw_map(windows)
    return drawn


def draw_by_year(windows: Windows) -> Figure:
    """Draw the gain of a yuan by starting year, and when each cluster passed critical mass."""
    regions = [str(region) for region in windows.gains[REGION].values]
    colours = colour_regions(regions)
    figure = Figure(figsize=(3.9 * len(regions) + 0.6, 4.6), layout="constrained")
    axes = figure.subplots(1, len(regions), squeeze=False, sharey=True)[0]
    own = windows.gains.sel(size=1.0)
    passed = False
    for axis, region in zip(axes, regions, strict=True):
        gain = own.sel({REGION: region})
        middle = gain[HOME].median("draw")
        _band(axis, gain[HOME], colours[region])
        axis.plot(middle["start"], middle, color=colours[region], linewidth=2, label=say(HOME))
        everywhere = gain[EVERYWHERE].median("draw")
        axis.plot(
            everywhere["start"],
            everywhere,
            color=colours[region],
            linestyle="--",
            label=say(EVERYWHERE),
        )
        if middle.notnull().any():
            first, last = find_window(middle)
            if last > first:
                axis.axvspan(first, last, color="#EEEEEE", zorder=0)
        passed |= _mark_passing(axis, gain[MASS].median("draw"))
        axis.set_title(say.name(region), color=colours[region], fontweight="bold", loc="left")
        axis.set_xlabel(say("First year of the programme"))
        axis.grid(axis="y", color="#E5E5E5")
        _mark_starts(axis, windows)
        _tidy(axis)
    axes[0].set_ylabel(say("Yuan of value added for a yuan"))
    axes[0].set_ylim(min(0.0, axes[0].get_ylim()[0]), None)
    format_axis(axes[0].yaxis)
    axes[0].legend(frameon=False, fontsize=8, loc="lower left")
    # Messages within the arguments of another are not read into the catalogue.
    spread = say("median and 5-95 %")
    return add_heading(
        figure,
        say("What a yuan of a local programme gains, by the year in which it is spent"),
        say.sentences(
            [
                say(
                    "Value added over {horizon} years for a yuan spent over {lasting}, present "
                    "values, against '{baseline}'{draws}. The region spends {share} % of its value "
                    "added a year. Grey: within a tenth of the best year.",
                    draws=_draws(windows, spread),
                    **_basis(windows),
                ),
                say("Dotted: the cluster passes its critical mass, or twice that.") * passed,
                say("Source: runs of the model."),
            ]
        ),
    )


def draw_map(windows: Windows) -> Figure:
    """Draw the gain of a yuan by starting year and cluster size relative to critical mass."""
    regions = [str(region) for region in windows.gains[REGION].values]
    colours = colour_regions(regions)
    figure = Figure(figsize=(4.1 * len(regions) + 1.2, 5.0), layout="constrained")
    axes = figure.subplots(1, len(regions), squeeze=False)[0]
    middle = windows.gains.median("draw")
    shade = Normalize(float(middle[HOME].min()), float(middle[HOME].max()))
    drawn = None
    for axis, region in zip(axes, regions, strict=True):
        gain = middle.sel({REGION: region}).transpose("start", "size")
        starts = np.broadcast_to(gain["start"].values[:, None], gain[HOME].shape)
        drawn = axis.pcolormesh(
            starts, gain[MASS], gain[HOME], cmap="cividis", norm=shade, shading="gouraud"
        )
        axis.set_yscale("log")
        path = gain[MASS].sel(size=1.0)
        axis.plot(path["start"], path, color="white", linewidth=2.4)
        axis.plot(path["start"], path, color="black", linewidth=1.2)
        for edge in _EDGES:
            axis.axhline(edge, color="#777777", linestyle="--", linewidth=0.9)
        low, high = float(gain[MASS].min()), float(gain[MASS].max())
        early = gain[MASS].isel(start=0)
        least, most = float(early.min()), float(early.max())
        for kind, (begin, end) in KINDS.items():
            at = np.sqrt(max(begin, least) * min(end, most))
            if max(begin, least) < min(end, most):
                axis.annotate(
                    say.name(kind),
                    (0.02, at),
                    xycoords=("axes fraction", "data"),
                    ha="left",
                    va="center",
                    fontsize=8,
                    bbox={"facecolor": "white", "alpha": 0.75, "linewidth": 0, "pad": 1.5},
                )
        axis.set_title(say.name(region), color=colours[region], fontweight="bold", loc="left")
        axis.set_xlabel(say("First year of the programme"))
        axis.yaxis.set_major_locator(FixedLocator([0.01, 0.1, 0.5, 1, 2, 5, 10, 50, 100, 500]))
        axis.yaxis.set_minor_locator(NullLocator())
        axis.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_ylim(low, high)
        _mark_starts(axis, windows)
        _tidy(axis)
    axes[0].set_ylabel(say("Firms at the start over the critical mass (log scale)"))
    assert drawn is not None
    figure.colorbar(drawn, ax=list(axes), label=say("Yuan of value added at home for a yuan"))
    return add_heading(
        figure,
        say("The window of help, by year and by size of the cluster"),
        say(
            "Value added over {horizon} years for a yuan spent over {lasting}, present values, "
            "against '{baseline}'{draws}; the region spends {share} % of its value added a year. "
            "Up and down, clusters of the same year differ only in their critical mass; the black "
            "line is the region as it is, without programmes of this kind.",
            draws=_draws(windows, say("median")),
            **_basis(windows),
        ),
    )


def _basis(windows: Windows) -> dict[str, str]:
    """Give what the notes of both figures name."""
    return {
        "horizon": f"{windows.horizon:g}",
        "lasting": f"{windows.lasting:g}",
        "baseline": say.name(windows.baseline.title),
        "share": f"{100 * windows.share:.3g}",
    }


def _mark_starts(axis: Axes, windows: Windows) -> None:
    """Mark the years that were tried, or some of many."""
    starts = [float(year) for year in windows.gains["start"].values]
    few = len(starts) <= _FEW_STARTS
    axis.xaxis.set_major_locator(FixedLocator(starts) if few else MaxNLocator(5, integer=True))


def _band(axis: Axes, gain: xr.DataArray, colour: str) -> None:
    if gain.sizes["draw"] > 1:
        low, high = gain.quantile([0.05, 0.95], "draw").values
        axis.fill_between(gain["start"], low, high, color=colour, alpha=0.2, linewidth=0)


def _mark_passing(axis: Axes, mass: xr.DataArray) -> bool:
    """Mark the years in which a cluster passes the sizes that divide the kinds, if it does."""
    passed = False
    for edge in _EDGES:
        above = mass.values >= edge
        if above.any() and not above.all():
            passed = True
            at = int(np.argmax(above))
            part = (edge - mass.values[at - 1]) / (mass.values[at] - mass.values[at - 1])
            year = mass["start"].values[at - 1] + part * np.diff(mass["start"].values)[at - 1]
            axis.axvline(year, color="#444444", linestyle=":", linewidth=1.2)
            axis.annotate(
                f"x{edge:g}",
                (year, 0.985),
                xycoords=("data", "axes fraction"),
                fontsize=8,
                ha="left",
                va="top",
                color="#444444",
            )
    return passed


def _draws(windows: Windows, what: str) -> str:
    draws = windows.gains.sizes["draw"]
    return say("; {what} of {count} draws", what=what, count=draws) if draws > 1 else ""


def _tidy(axis: Axes) -> None:
    axis.spines[["top", "right"]].set_visible(False)
    axis.set_axisbelow(True)
    axis.tick_params(labelsize=9)
