"""Figures of what strategies gain: against the baseline, against one another, for a yuan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from smecluster.model.outcomes import PLACE
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure
from smecluster.policies.comparison.figures.rows import (
    assign_styles,
    begin_rows,
    choose_pairs,
    colour_places,
    describe_baseline,
    draw_intervals,
    dress_rows,
    finish_figure,
    label_places,
    list_places,
    measure_height,
    select_base_future,
)
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.wording.prose import call_strategy
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

GAIN, DEBT = "Discounted value added", "Local public debt"
PER_YUAN = mark("gained per yuan")
#: Shown in percent of the baseline, by region and in total.
CHANGES = (
    "value added",
    "Employment",
    "annual wage",
    "Upgraded SMEs",
    "innovation capacity",
    "average quality",
)


def draw_overview(comparison: Comparison) -> Figure:
    """Draw what is gained and what local governments owe for it, by region and in total."""
    places = list_places(comparison)
    figure = Figure(
        figsize=(9.6, 2.3 + measure_height(comparison, len(places))), layout="constrained"
    )
    axes = figure.subplots(1, 2, sharey=True)
    titles = (
        (
            GAIN,
            say(
                "Value added gained, {start} to {end}",
                start=f"{comparison.start:g}",
                end=f"{comparison.end:g}",
            ),
            "{unit} in present value",
        ),
        (DEBT, say("Change of local public debt in {year}", year=f"{comparison.end:g}"), "{unit}"),
    )
    for axis, (name, title, label) in zip(axes, titles, strict=True):
        axis.set_title(title, fontsize=10, loc="left")
        if name not in comparison.ends:
            axis.set_axis_off()
            continue
        unit, factor = say.unit(comparison.ends[name].attrs.get("unit", ""))
        change = (
            select_base_future(comparison, comparison.changes[name]).transpose(
                PLACE, STRATEGY, DRAW
            )
            * factor
        )
        draw_intervals(axis, comparison, comparison.names, label_places(places), list(change))
        axis.set_xlabel(say(label, unit=unit), fontsize=9)
        colour_places(axis, places)
    return finish_figure(
        figure,
        comparison,
        say("What each strategy gains, and what local governments owe for it"),
        say("Change against {baseline}.", baseline=describe_baseline(comparison)),
    )


def draw_differences(comparison: Comparison) -> Figure:
    """Draw what one strategy gains more than another in the same draw, by region and in total."""
    places = list_places(comparison)
    pairs, left_out = choose_pairs(comparison)
    unit, factor = say.unit("Myuan")
    gained = select_base_future(comparison, comparison.gained)
    titles = comparison.titles
    columns = min(3, len(pairs))
    rows = -(-len(pairs) // columns)
    figure = Figure(
        figsize=(2.2 + 3.2 * columns, 1.9 + rows * (0.8 + 0.27 * len(places))), layout="constrained"
    )
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    styles = assign_styles(comparison)
    for axis, (one, other) in zip(axes.flat, pairs, strict=False):
        lead = (gained.sel({STRATEGY: one}) - gained.sel({STRATEGY: other})) * factor
        for at, place in enumerate(places):
            (low, median, high), counted = compute_quantiles(lead.sel({PLACE: place}).values)
            if counted:
                colour = styles[one if median > 0 else other][0]
                axis.hlines(at, low, high, color=colour, linewidth=3, alpha=0.55)
                axis.plot(median, at, "o", color=colour, markersize=6)
        dress_rows(axis, label_places(places))
        colour_places(axis, places)
        pair = {"one": call_strategy(one, titles), "other": call_strategy(other, titles)}
        axis.set_title(say("{one} less {other}", **pair), fontsize=10, loc="left")
        axis.set_xlabel(say("{unit} in present value", unit=unit), fontsize=8)
    for axis in axes.flat[len(pairs) :]:
        axis.set_axis_off()
    return finish_figure(
        figure,
        comparison,
        say("Which gains more in the same draw"),
        say.sentences(
            [
                say(
                    "Value added gained by the first strategy less that of the second, draw by "
                    "draw. Right of zero the first gains more, left of it the second; the colour "
                    "is that of the one ahead."
                ),
                left_out,
            ]
        ),
        legend=None,
    )


def draw_changes(comparison: Comparison, names: Sequence[str] = CHANGES) -> Figure:
    """Draw the change of outcomes at the end, by region and in total, in the base future."""
    names = [name for name in names if name in comparison.ends]
    base = comparison.ends.sel(
        {STRATEGY: comparison.baseline.name, FUTURE: comparison.futures[0].name}, drop=True
    )
    places = list_places(comparison)
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    height = 1.2 + rows * (0.8 + 0.11 * len(places) * max(3, len(comparison.names)))
    figure = Figure(figsize=(3.6 * columns, height), layout="constrained")
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    for axis, name in zip(axes.flat, names, strict=False):
        change = 100 * select_base_future(comparison, comparison.changes[name]) / abs(base[name])
        change = change.transpose(PLACE, STRATEGY, DRAW)
        draw_intervals(axis, comparison, comparison.names, label_places(places), list(change))
        axis.set_title(say.capital(name), fontsize=10, loc="left")
        axis.set_xlabel(say("% of the baseline"), fontsize=8)
        colour_places(axis, places)
    for axis in axes.flat[len(names) :]:
        axis.set_axis_off()
    return finish_figure(
        figure,
        comparison,
        say("What else each strategy changes by {year}", year=f"{comparison.end:g}"),
        say.sentences(
            [
                say("Change against {baseline}.", baseline=describe_baseline(comparison)),
                say("Scales differ among panels."),
            ]
        ),
    )


def draw_per_yuan(comparison: Comparison) -> Figure:
    """Draw value added gained for a yuan of additional money, a row for each future."""
    names = [name for name in comparison.names if comparison.has_money(name)]
    figure, axis = begin_rows(comparison, len(comparison.futures))
    values = [
        comparison.per_yuan.sel({FUTURE: future.name}, drop=True).transpose(STRATEGY, DRAW)
        for future in comparison.futures
    ]
    titles = [say.name(future.title) for future in comparison.futures]
    draw_intervals(axis, comparison, names, titles, values)
    axis.axvline(1, color="black", linewidth=0.8, linestyle=":")
    axis.set_xlabel(say("Yuan of value added gained for each yuan spent beyond the baseline"))
    return finish_figure(
        figure,
        comparison,
        say("What a yuan of additional money brings"),
        say(
            "Discounted value added of all regions, {start} to {end}, beyond {baseline}, over the "
            "money spent beyond it. Dotted line: as much gained as spent.",
            start=f"{comparison.start:g}",
            end=f"{comparison.end:g}",
            baseline=describe_baseline(comparison, future=False),
        ),
        names=names,
    )
