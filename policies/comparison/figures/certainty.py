"""Figures of how often one strategy is better, and of what futures change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.patches import Rectangle

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure
from smecluster.model.presentation.wrapping import fill
from smecluster.policies.comparison.figures.gains import PER_YUAN
from smecluster.policies.comparison.figures.rows import (
    assign_styles,
    choose_pairs,
    dress_rows,
    finish_figure,
)
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.wording.headlines import HEADLINES
from smecluster.policies.wording.prose import lower_title
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

CENTRE, TOGETHER, LOSS = "centre", "acting together", "loss"


def draw_probabilities(comparison: Comparison) -> Figure:
    """Draw how often one strategy is better than another, by outcome, in the base future."""
    names = [name for name in (PER_YUAN, *HEADLINES) if name in comparison.ends or name == PER_YUAN]
    pairs, left_out = choose_pairs(comparison)
    styles = assign_styles(comparison)
    shares = np.array(
        [[comparison.share_better(name, *pair) for pair in pairs] for name in names]
    ).reshape(len(names), len(pairs))
    kept = np.isfinite(shares).any(1)
    names = [name for name, keep in zip(names, kept, strict=True) if keep]
    shares = shares[kept]
    figure = Figure(figsize=(4.4 + 1.7 * len(pairs), 1.9 + 0.34 * len(names)), layout="constrained")
    axis = figure.subplots()
    for (row, column), share in np.ndenumerate(shares):
        if not np.isfinite(share):
            continue
        ahead = pairs[column][0] if share >= 0.5 else pairs[column][1]
        size = max(share, 1 - share)
        tint = styles[ahead][0] if size > 0.5 else "#BBBBBB"
        alpha = 0.1 + 0.9 * (size - 0.5)
        axis.add_patch(_cell(column, row, tint, alpha))
        words = f"{say.name(ahead)} {100 * size:.0f}" if size > 0.5 else say("even 50")
        axis.text(column, row, words, ha="center", va="center", fontsize=9)
    axis.set_xlim(-0.5, len(pairs) - 0.5)
    axis.set_ylim(len(names) - 0.5, -0.5)
    axis.set_xticks(
        range(len(pairs)),
        [
            say("{one}\nor {other}", one=say.name(one), other=say.name(other))
            for one, other in pairs
        ],
        fontsize=9,
    )
    axis.xaxis.tick_top()
    axis.set_yticks(range(len(names)), [say.capital(name) for name in names])
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    return finish_figure(
        figure,
        comparison,
        say("Which is better, and how sure"),
        say.sentences(
            [
                say(
                    "The strategy that is better in more of the draws, and in how many per cent of "
                    "them: all regions together. 50 is open. Better is more; of dispersion and "
                    "debt, less."
                ),
                left_out,
            ]
        ),
        legend=None,
        intervals=False,
    )


def draw_futures(comparison: Comparison) -> Figure:
    """Draw what each future costs under each strategy more than under the baseline."""
    others = list(comparison.futures[1:])
    names = comparison.names
    columns = min(3, len(others))
    rows = -(-len(others) // columns)
    figure = Figure(
        figsize=(2.2 + 3.0 * columns, 1.9 + (1.0 + 0.3 * len(names)) * rows), layout="constrained"
    )
    axes = figure.subplots(rows, columns, sharey=True, squeeze=False)
    loss = comparison.recovered[LOSS].sel({PLACE: TOTAL}, drop=True)
    labels = [say.name(comparison.titles[name]) for name in names]
    styles = assign_styles(comparison)
    for axis, future in zip(axes.flat, others, strict=False):
        here = loss.sel({FUTURE: future.name}, drop=True)
        base = here.sel({STRATEGY: comparison.baseline.name}, drop=True)
        for at, name in enumerate(names):
            more = (here.sel({STRATEGY: name}) - base).values
            (low, median, high), counted = compute_quantiles(more)
            if counted:
                axis.hlines(at, low, high, color=styles[name][0], linewidth=3, alpha=0.55)
                axis.plot(median, at, "o", color=styles[name][0], markersize=6)
        dress_rows(axis, labels)
        title = say(
            "{future} ({baseline} loses {loss})",
            future=say.name(future.title),
            baseline=say.name(comparison.baseline.name),
            loss=f"{float(base.median()):.3g}",
        )
        axis.set_title(fill(title, 36), fontsize=9, loc="left")
        axis.set_xlabel(say("% of a year's value added"), fontsize=8)
    for axis in axes.flat[len(others) :]:
        axis.set_axis_off()
    first = min(one.year for one in others)
    return finish_figure(
        figure,
        comparison,
        say(
            "How much more each future costs than under {baseline}",
            baseline=comparison.baseline.title.lower()
            if say.english
            else lower_title(comparison.baseline.title),
        ),
        say.sentences(
            [
                say(
                    "Value added lost in all regions, each strategy against its own base future in "
                    "the same draw, added up from {start} to {end}, less the same of the baseline "
                    "(in brackets). Right of zero the strategy loses more.",
                    start=f"{first:g}",
                    end=f"{comparison.end:g}",
                ),
                say("Scales differ among panels."),
            ]
        ),
        legend=None,
    )


def _cell(column: int, row: int, colour: str, alpha: float) -> Rectangle:
    return Rectangle(
        (column - 0.48, row - 0.46), 0.96, 0.92, color=colour, alpha=alpha, linewidth=0
    )
