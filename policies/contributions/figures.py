"""Figures of contributions: wedges over time, a bar for each lever, and who helps whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import (
    TOTAL_COLOUR,
    colour_regions,
)
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.policies.contributions.measures import (
    ALONE,
    DISCOUNTED,
    LAST,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
)
from smecluster.policies.wording.prose import write_small

if TYPE_CHECKING:
    from smecluster.policies.contributions.result import Contributions

# Okabe and Ito's colours; what is left over is grey.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442")
_OTHERS = "#BBBBBB"
_NO_LEVER, _REST_COLOUR = mark("policy as now, ended or kept"), "#555555"
_BAND = (0.05, 0.95)


def draw_figures(contributions: Contributions) -> dict[str, Figure]:
    """Draw every figure of contributions.

    Parameters
    ----------
    contributions : Contributions
        The contributions.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    name = contributions.strategy.name
    path = next(str(outcome) for outcome in contributions.shares.data_vars if outcome != DISCOUNTED)
    drawn = {
        f"levers-{name}": draw_levers(contributions),
        f"wedges-{name}": draw_wedges(contributions, path),
    }
    if contributions.pairs is not None and len(contributions.levers) > 1:
        drawn[f"pairs-{name}"] = draw_pairs(contributions)
    return drawn


def draw_wedges(contributions: Contributions, outcome: str) -> Figure:
    """Draw the contribution of each lever by year, stacked, for all regions and for each."""
    unit, factor = say.unit(contributions.shares[outcome].attrs.get("unit", ""))
    places = [
        TOTAL,
        *(str(place) for place in contributions.shares[PLACE].values if place != TOTAL),
    ]
    shares = contributions.shares[outcome].sel(measure=ON_AVERAGE) * factor
    sums = contributions.sums[outcome] * factor
    whole = sums.sel(measure=WHOLE)
    alone = whole - sums.sel(measure=SYNERGY)
    colours = _colours(contributions)
    rest = sums.sel(measure=REST, drop=True)
    if float(abs(rest).max()) > 1e-6 * float(abs(whole).max()):
        layer = rest.expand_dims(lever=[_NO_LEVER])
        shares = xr.concat([shares.drop_vars("measure"), layer], "lever")
        colours[_NO_LEVER] = _REST_COLOUR
    rows = -(-len(places) // 2)
    figure = Figure(figsize=(11.5, 2.2 + 3.1 * rows), layout="constrained")
    axes = figure.subplots(rows, 2, squeeze=False, sharex=True)
    for axis, place in zip(axes.flat, places, strict=False):
        _stack(axis, shares.sel({PLACE: place}).mean("draw"), colours)
        _whole(axis, whole.sel({PLACE: place}))
        added_up = alone.sel({PLACE: place}).mean("draw")
        axis.plot(added_up["time"], added_up, color="black", linewidth=1.3, linestyle="--")
        colour = colour_regions(places).get(place, "") if place != TOTAL else TOTAL_COLOUR
        heading = say("All regions") if place == TOTAL else say.name(place)
        axis.set_title(heading, color=colour, fontweight="bold", loc="left")
        axis.axhline(0, color="black", linewidth=0.8)
        axis.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axis.set_xlim(*np.ptp(shares["time"].values) * np.array([0, 1]) + shares["time"].values[0])
        format_axis(axis.yaxis)
        axis.spines[["top", "right"]].set_visible(False)
    for axis in axes.flat[len(places) :]:
        axis.set_axis_off()
    for axis in axes[:, 0]:
        axis.set_ylabel(say("{what}, {unit}", what=say.capital(outcome), unit=unit))
    handles: list[Patch | Line2D] = [
        Patch(color=colour, label=say.word(name)) for name, colour in colours.items()
    ]
    handles.append(Line2D([], [], color="black", linewidth=1.8, label=say("whole effect")))
    handles.append(
        Line2D([], [], color="black", linestyle="--", label=say("sum of what each brings alone"))
    )
    if contributions.shares.sizes["draw"] > 1:
        handles.append(
            Line2D([], [], color="black", linestyle=":", label=say("5 and 95 % of the draws"))
        )
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return add_heading(
        figure,
        say(
            "What each lever adds, year by year: {strategy}",
            strategy=write_small(contributions.strategy.title),
        ),
        say.sentences(
            [
                say(
                    "Change of {outcome} against '{baseline}', shared among the levers by Shapley "
                    "values{over}. Wedges below zero are losses; the distance from the dashed to "
                    "the solid line is synergy. Each panel has its own scale.",
                    outcome=say.name(outcome),
                    baseline=say.name(contributions.baseline.title),
                    over=_over_draws(contributions),
                ),
                _basis(contributions),
            ]
        ),
    )


def draw_levers(contributions: Contributions) -> Figure:
    """Draw the discounted contribution of each lever: on average, alone, and as the last one."""
    unit, factor = say.unit("Myuan")
    at_the_end = contributions.shares[DISCOUNTED].isel(time=-1).sel({PLACE: TOTAL}) * factor
    mean = at_the_end.mean("draw")
    order = np.argsort(mean.sel(measure=ON_AVERAGE).values)
    names = [contributions.levers[at] for at in order]
    figure = Figure(figsize=(9.5, 2.2 + 0.36 * len(names)), layout="constrained")
    axis = figure.subplots()
    rows = np.arange(len(names))
    shares = at_the_end.sel(measure=ON_AVERAGE, lever=names)
    axis.barh(rows, shares.mean("draw"), color=_COLOURS[0], height=0.6, alpha=0.85)
    if shares.sizes["draw"] > 1:
        low, high = shares.quantile(_BAND, "draw").values
        axis.hlines(rows, low, high, color="black", linewidth=1.6)
    marks = {ALONE: ("o", say("alone")), LAST: ("D", say("lost if dropped"))}
    for measure, (symbol, _) in marks.items():
        axis.plot(
            mean.sel(measure=measure, lever=names),
            rows,
            symbol,
            color="white",
            markeredgecolor=_COLOURS[5],
            markeredgewidth=1.4,
            markersize=5.5,
            zorder=3,
        )
    axis.set_yticks(rows, [say.name(name) for name in names])
    axis.axvline(0, color="black", linewidth=0.8)
    axis.grid(axis="x", color="#E5E5E5")
    axis.set_axisbelow(True)
    axis.set_xlabel(say("Discounted value added of all regions, {unit}", unit=unit))
    axis.spines[["top", "right"]].set_visible(False)
    format_axis(axis.xaxis)
    handles: list[Patch | Line2D] = [Patch(color=_COLOURS[0], label=say("contribution (Shapley)"))]
    if shares.sizes["draw"] > 1:
        handles.append(Line2D([], [], color="black", label=say("5-95 % of the draws")))
    handles += [
        Line2D([], [], ls="", marker=symbol, color="white", markeredgecolor=_COLOURS[5], label=name)
        for symbol, name in marks.values()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, frameon=False)
    return add_heading(
        figure,
        say(
            "What each lever brings: {strategy}",
            strategy=write_small(contributions.strategy.title),
        ),
        say.sentences(
            [
                say(
                    "Present value since {start}{over}. Where less is lost when a lever is dropped "
                    "than it brings alone, others partly replace it.",
                    start=f"{contributions.start:g}",
                    over=_over_draws(contributions),
                ),
                _basis(contributions),
            ]
        ),
    )


def draw_pairs(contributions: Contributions) -> Figure:
    """Draw how much two levers bring together beyond what each brings."""
    assert contributions.pairs is not None
    unit, factor = say.unit("Myuan")
    mean = contributions.pairs.mean("draw").values * factor
    size = len(contributions.levers)
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
    names = [say.name(lever) for lever in contributions.levers]
    axis.set_xticks(range(size - 1), names[:-1], rotation=50, ha="right", fontsize=8)
    axis.set_yticks(range(1, size), names[1:], fontsize=8)
    axis.set_ylim(size - 0.5, 0.5)
    axis.set_xlim(-0.5, size - 1.5)
    axis.spines[:].set_visible(False)
    label = say("Discounted value added, {unit}", unit=unit)
    figure.colorbar(drawn, ax=axis, label=label, shrink=0.8)
    return add_heading(
        figure,
        say(
            "Which levers reinforce each other: {strategy}",
            strategy=write_small(contributions.strategy.title),
        ),
        say.sentences(
            [
                say(
                    "Above zero: together they bring more than each by itself, on average over the "
                    "others present; below: they replace each other{over}.",
                    over=_over_draws(contributions),
                ),
                _basis(contributions),
            ]
        ),
    )


def _colours(contributions: Contributions) -> dict[str, str]:
    """Give the largest levers a colour each, the rest one together."""
    sizes = abs(contributions.shares[DISCOUNTED].isel(time=-1).sel(measure=ON_AVERAGE, place=TOTAL))
    order = [contributions.levers[at] for at in np.argsort(-sizes.mean("draw").values)]
    own = order[: len(_COLOURS)] if len(order) > len(_COLOURS) + 1 else order
    colours = dict(zip(own, (*_COLOURS, _OTHERS), strict=False))
    rest = len(order) - len(own)
    return colours | ({say("{count} other levers", count=rest): _OTHERS} if rest else {})


def _stack(axis: Axes, shares: xr.DataArray, colours: Mapping[str, str]) -> None:
    """Stack gains upwards and losses downwards, the largest next to zero."""
    years = shares["time"].values
    named = [name for name in colours if name in shares["lever"].values]
    layers: list[tuple[str, np.ndarray]] = [
        (colours[name], shares.sel(lever=name).values) for name in named
    ]
    others = [name for name in shares["lever"].values if name not in named]
    layers += [(_OTHERS, shares.sel(lever=name).values) for name in others]
    floors = {1: np.zeros(len(years)), -1: np.zeros(len(years))}
    for colour, values in layers:
        for sign in (1, -1):
            part = np.clip(sign * values, 0, None) * sign
            if part.any():
                top = floors[sign] + part
                axis.fill_between(years, floors[sign], top, color=colour, linewidth=0)
                if colour != _OTHERS:
                    axis.plot(years, top, color="white", linewidth=0.5)
                floors[sign] = top


def _whole(axis: Axes, whole: xr.DataArray) -> None:
    axis.plot(whole["time"], whole.mean("draw"), color="black", linewidth=1.8)
    if whole.sizes["draw"] > 1:
        for edge in whole.quantile(_BAND, "draw").values:
            axis.plot(whole["time"], edge, color="black", linestyle=":", linewidth=1.0)


def _over_draws(contributions: Contributions) -> str:
    draws = contributions.shares.sizes["draw"]
    return say(", mean of {count} draws", count=draws) if draws > 1 else ""


def _basis(contributions: Contributions) -> str:
    count = f"{contributions.coalitions:,}"
    said = [
        say("All {count} coalitions of levers.", count=count)
        if contributions.exact
        else say("{count} coalitions along drawn orders.", count=count),
        say("Budgets as written.")
        if contributions.budget is None
        else say("Budget: {money}.", money=contributions.budget.describe()),
        say("Constant prices of 2010. Source: runs of the model."),
    ]
    return say.sentences(said)
