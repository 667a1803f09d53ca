"""Figures of contributions: wedges over time, a bar for each lever, and who helps whom."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.support.formatting import (
    TOTAL_COLOUR,
    capitalise,
    colour_regions,
    display_unit,
)
from smecluster.model.support.plotting import Figure, add_heading, format_axis
from smecluster.policies.contributions.compute import (
    ALONE,
    DISCOUNTED,
    LAST,
    ON_AVERAGE,
    SYNERGY,
    WHOLE,
    Contributions,
)

# Okabe and Ito's colours; what is left over is grey.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_REST = "#BBBBBB"
_BAND = (0.05, 0.95)


def figures(found: Contributions) -> dict[str, Figure]:
    """Draw every figure of contributions.

    Parameters
    ----------
    found : Contributions
        The contributions.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    name = found.strategy.name
    path = next(str(outcome) for outcome in found.shares.data_vars if outcome != DISCOUNTED)
    drawn = {f"wedges-{name}": wedges(found, path), f"levers-{name}": bars(found)}
    if found.pairs is not None and len(found.levers) > 1:
        drawn[f"pairs-{name}"] = pairs(found)
    return drawn


def wedges(found: Contributions, outcome: str) -> Figure:
    """Draw the contribution of each lever by year, stacked, for all regions and for each."""
    unit, factor = display_unit(found.shares[outcome].attrs.get("unit", ""))
    places = [TOTAL, *(str(place) for place in found.shares[PLACE].values if place != TOTAL)]
    shares = found.shares[outcome].sel(measure=ON_AVERAGE) * factor
    whole = found.sums[outcome].sel(measure=WHOLE) * factor
    alone = whole - found.sums[outcome].sel(measure=SYNERGY) * factor
    colours = _colours(found)
    rows = -(-len(places) // 2)
    figure = Figure(figsize=(11.5, 2.2 + 3.1 * rows), layout="constrained")
    axes = figure.subplots(rows, 2, squeeze=False, sharex=True)
    for axis, place in zip(axes.flat, places, strict=False):
        _stack(axis, shares.sel({PLACE: place}).mean("draw"), colours)
        _whole(axis, whole.sel({PLACE: place}))
        added_up = alone.sel({PLACE: place}).mean("draw")
        axis.plot(added_up["time"], added_up, color="black", linewidth=1.3, linestyle="--")
        colour = colour_regions(places).get(place, "") if place != TOTAL else TOTAL_COLOUR
        axis.set_title(
            "All regions" if place == TOTAL else place, color=colour, fontweight="bold", loc="left"
        )
        axis.axhline(0, color="black", linewidth=0.8)
        axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axis.set_xlim(*np.ptp(shares["time"].values) * np.array([0, 1]) + shares["time"].values[0])
        format_axis(axis.yaxis)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(places) :]:
        axis.set_axis_off()
    for axis in axes[:, 0]:
        axis.set_ylabel(f"{capitalise(outcome)}, {unit}")
    handles: list[Patch | Line2D] = [Patch(color=c, label=name) for name, c in colours.items()]
    handles.append(Line2D([], [], color="black", linewidth=1.8, label="whole effect"))
    handles.append(
        Line2D([], [], color="black", linestyle="--", label="what each brings alone, added up")
    )
    if found.shares.sizes["draw"] > 1:
        handles.append(
            Line2D([], [], color="black", linestyle=":", label="5 and 95 % of the draws")
        )
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return add_heading(
        figure,
        f"What each lever adds, year by year: {found.strategy.title.lower()}",
        f"Change of {outcome} against no programme, shared out among the levers by Shapley values"
        f"{_over_draws(found)}; wedges below zero are losses, and the whole is what stands above "
        "less what stands below. What the whole is above or below the dashed line is synergy. Each "
        "panel has its own scale. "
        f"{_basis(found)}",
    )


def bars(found: Contributions) -> Figure:
    """Draw the discounted contribution of each lever: on average, alone, and as the last one."""
    unit, factor = display_unit("Myuan")
    at_the_end = found.shares[DISCOUNTED].isel(time=-1).sel({PLACE: TOTAL}) * factor
    mean = at_the_end.mean("draw")
    order = np.argsort(mean.sel(measure=ON_AVERAGE).values)
    names = [found.levers[at] for at in order]
    figure = Figure(figsize=(9.5, 2.2 + 0.36 * len(names)), layout="constrained")
    axis = figure.subplots()
    rows = np.arange(len(names))
    shares = at_the_end.sel(measure=ON_AVERAGE, lever=names)
    axis.barh(rows, shares.mean("draw"), color=_COLOURS[0], height=0.6, alpha=0.85)
    if shares.sizes["draw"] > 1:
        low, high = shares.quantile(_BAND, "draw").values
        axis.hlines(rows, low, high, color="black", linewidth=1.6)
    marks = {ALONE: ("o", "alone"), LAST: ("D", "as the last one to go")}
    for measure, (mark, _) in marks.items():
        axis.plot(
            mean.sel(measure=measure, lever=names),
            rows,
            mark,
            color="white",
            markeredgecolor=_COLOURS[5],
            markeredgewidth=1.4,
            markersize=5.5,
            zorder=3,
        )
    axis.set_yticks(rows, names)
    axis.axvline(0, color="black", linewidth=0.8)
    axis.grid(axis="x", color="#E5E5E5")
    axis.set_axisbelow(True)
    axis.set_xlabel(f"Discounted value added of all regions, {unit}")
    axis.spines[["top", "right"]].set_visible(False)
    format_axis(axis.xaxis)
    handles: list[Patch | Line2D] = [Patch(color=_COLOURS[0], label="contribution (Shapley)")]
    if shares.sizes["draw"] > 1:
        handles.append(Line2D([], [], color="black", label="5-95 % of the draws"))
    handles += [
        Line2D([], [], ls="", marker=mark, color="white", markeredgecolor=_COLOURS[5], label=name)
        for mark, name in marks.values()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return add_heading(
        figure,
        f"What each lever brings: {found.strategy.title.lower()}",
        f"Present value since {found.start:g}{_over_draws(found)}. A lever that brings less as the "
        f"last one than alone is partly replaced by the others. {_basis(found)}",
    )


def pairs(found: Contributions) -> Figure:
    """Draw how much two levers bring together beyond what each brings."""
    assert found.pairs is not None
    unit, factor = display_unit("Myuan")
    mean = found.pairs.mean("draw").values * factor
    size = len(found.levers)
    figure = Figure(figsize=(3.4 + 0.55 * size, 3.2 + 0.5 * size), layout="constrained")
    axis = figure.subplots()
    hidden = np.triu(np.ones_like(mean, dtype=bool))
    most = float(np.abs(mean).max()) or 1.0
    drawn = axis.imshow(np.ma.masked_array(mean, hidden), cmap="PuOr_r", vmin=-most, vmax=most)
    for row in range(size):
        for column in range(row):
            dark = abs(mean[row, column]) > 0.6 * most
            axis.text(
                column,
                row,
                f"{mean[row, column] + 0.0:,.0f}",
                ha="center",
                va="center",
                fontsize=7,
                color="white" if dark else "black",
            )
    axis.set_xticks(range(size - 1), found.levers[:-1], rotation=50, ha="right", fontsize=8)
    axis.set_yticks(range(1, size), found.levers[1:], fontsize=8)
    axis.set_ylim(size - 0.5, 0.5)
    axis.set_xlim(-0.5, size - 1.5)
    axis.spines[:].set_visible(False)
    figure.colorbar(drawn, ax=axis, label=f"Discounted value added, {unit}", shrink=0.8)
    return add_heading(
        figure,
        f"Which levers help one another: {found.strategy.title.lower()}",
        "Above zero: together they bring more than each by itself, in the company of the others "
        f"on average; below: they replace one another{_over_draws(found)}. {_basis(found)}",
    )


def _colours(found: Contributions) -> dict[str, str]:
    """Give the largest levers a colour each, the rest one together."""
    sizes = abs(found.shares[DISCOUNTED].isel(time=-1).sel(measure=ON_AVERAGE, place=TOTAL))
    order = [found.levers[at] for at in np.argsort(-sizes.mean("draw").values)]
    own = order[: len(_COLOURS)] if len(order) > len(_COLOURS) + 1 else order
    colours = dict(zip(own, (*_COLOURS, _REST), strict=False))
    rest = len(order) - len(own)
    return colours | ({f"{rest} other levers": _REST} if rest else {})


def _stack(axis: Axes, shares: xr.DataArray, colours: Mapping[str, str]) -> None:
    """Stack gains upwards and losses downwards, the largest next to zero."""
    years = shares["time"].values
    named = [name for name in colours if name in shares["lever"].values]
    layers: list[tuple[str, np.ndarray]] = [
        (colours[name], shares.sel(lever=name).values) for name in named
    ]
    others = [name for name in shares["lever"].values if name not in named]
    layers += [(_REST, shares.sel(lever=name).values) for name in others]
    floors = {1: np.zeros(len(years)), -1: np.zeros(len(years))}
    for colour, values in layers:
        for sign in (1, -1):
            part = np.clip(sign * values, 0, None) * sign
            if part.any():
                top = floors[sign] + part
                axis.fill_between(years, floors[sign], top, color=colour, linewidth=0)
                if colour != _REST:
                    axis.plot(years, top, color="white", linewidth=0.5)
                floors[sign] = top


def _whole(axis: Axes, whole: xr.DataArray) -> None:
    axis.plot(whole["time"], whole.mean("draw"), color="black", linewidth=1.8)
    if whole.sizes["draw"] > 1:
        for edge in whole.quantile(_BAND, "draw").values:
            axis.plot(whole["time"], edge, color="black", linestyle=":", linewidth=1.0)


def _over_draws(found: Contributions) -> str:
    draws = found.shares.sizes["draw"]
    return f", mean of {draws} draws" if draws > 1 else ""


def _basis(found: Contributions) -> str:
    how = (
        f"All {found.coalitions:,} coalitions of levers"
        if found.exact
        else f"{found.coalitions:,} coalitions along drawn orders"
    )
    return (
        f"{how}, {found.runs:,} runs; the money of absent levers is not spent. "
        "Constant prices of 2010. Source: runs of the model."
    )
