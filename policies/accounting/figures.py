"""Figures of the account: the lines that add up to the sum, and who bears them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.model.presentation.wrapping import fill
from smecluster.policies.accounting.lines import FOREIGNERS, LINE
from smecluster.policies.accounting.measures import ACCOUNT, PARTY
from smecluster.policies.accounting.tables import tabulate_lines, tabulate_parties
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.wording.prose import lower_title
from smecluster.policies.wording.quantiles import HIGH, LOW, MEDIAN

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.accounting.result import Account

LINES_FIGURE, PARTIES_FIGURE = "account-lines", "account-parties"
FIGURES = (LINES_FIGURE, PARTIES_FIGURE)
# Blue for gains and orange for losses stay apart for every eye; hatching tells them apart in grey.
_GAIN, _LOSS, _SUM = "#0072B2", "#E69F00", "#444444"
_HATCH = "////"


def draw_figures(account: Account) -> dict[str, Figure]:
    """Draw every figure of an account.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    dict
        Figure by file name without suffix.
    """
    return {LINES_FIGURE: draw_lines(account), PARTIES_FIGURE: draw_parties(account)}


def draw_lines(account: Account) -> Figure:
    """Draw what the sum is made of, a bar a line."""
    return _draw(
        account,
        tabulate_lines(account),
        LINE,
        say("What the nation gains and loses, line by line"),
        say("Last bar: the sum"),
    )


def draw_parties(account: Account) -> Figure:
    """Draw who gains and who loses, a bar a party."""
    return _draw(
        account,
        tabulate_parties(account),
        PARTY,
        say("Who gains and who loses"),
        say("Foreigners, below the sum, do not count in it"),
    )


def _draw(account: Account, table: pd.DataFrame, key: str, title: str, note: str) -> Figure:
    unit, factor = say.unit("Myuan")
    rows = list(dict.fromkeys(table[key]))
    count = len(account.names)
    figure = Figure(figsize=(3.0 + 3.4 * count, 2.0 + 0.36 * len(rows)), layout="constrained")
    axes = figure.subplots(1, count, sharey=True, sharex=True, squeeze=False)[0]
    for axis, name in zip(axes, account.names, strict=True):
        own = table[table[STRATEGY] == name].set_index(key)
        _draw_bars(axis, own, rows, factor)
        axis.set_title(say.name(name), fontsize=10, loc="left")
        axis.set_xlabel(say("{unit} in present value", unit=unit), fontsize=9)
    axes[0].set_yticks(range(len(rows)), [fill(say.word(row), 34) for row in rows], fontsize=8)
    axes[0].set_ylim(len(rows) - 0.5, -0.5)
    said = [
        say(
            "Change against {baseline} in the same draw, {start}-{end}.",
            baseline=lower_title(account.baseline.title),
            start=f"{account.start:g}",
            end=f"{account.horizon:g}",
        )
    ]
    if account.several:
        said.append(
            say(
                "Bars: medians; lines: 5-95 % of {draws} draws. Medians need not add up.",
                draws=f"{len(account.draws):,}",
            )
        )
    said += [
        say("Blue: gain; orange, hatched: loss."),
        say("{said}.", said=note),
        say("Source: runs of the model."),
    ]
    return add_heading(figure, title, say.sentences(said))


def _draw_bars(axis: Axes, own: pd.DataFrame, rows: list[str], factor: float) -> None:
    for at, row in enumerate(rows):
        low, middle, high = own.loc[row, [LOW, MEDIAN, HIGH]].to_numpy(float) * factor
        if not np.isfinite(middle):
            continue
        loss = middle < 0
        colour = _SUM if row == ACCOUNT else _LOSS if loss else _GAIN
        pale = 0.45 if row == FOREIGNERS else 1.0
        axis.barh(
            at,
            middle,
            color=colour,
            alpha=pale,
            height=0.62,
            hatch=_HATCH if loss and row != ACCOUNT else None,
            edgecolor="white",
            linewidth=0.5,
        )
        axis.hlines(at, low, high, color="#111111", linewidth=1.2)
        if row == ACCOUNT:
            axis.axhline(at - 0.5, color="#999999", linewidth=0.8)
    axis.axvline(0, color="#111111", linewidth=0.8)
    format_axis(axis.xaxis)
    axis.grid(axis="x", color="#EEEEEE")
    axis.set_axisbelow(True)
    axis.spines[["top", "right", "left"]].set_visible(False)
    axis.tick_params(labelsize=8, left=False)
