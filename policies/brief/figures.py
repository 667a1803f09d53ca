"""The brief's one figure: what each strategy brings, to whom, with intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.language.numbers import compute_points, format_number
from smecluster.model.presentation.plotting import Figure, add_heading, format_axis
from smecluster.policies.accounting.lines import REST
from smecluster.policies.accounting.measures import DEBT, PARTY, sum_parties
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.race import NATION
from smecluster.policies.brief.words.voice import Voice
from smecluster.policies.comparison.measures import select_base
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.wording.headlines import choose_styles

if TYPE_CHECKING:
    from smecluster.model.presentation.language.catalogue import Language

FIGURE = "brief"
_MARKS = "osD^v<>P"
# How far strategies stand apart within a row, of the row's height.
_SPREAD = 0.5


def draw_brief(voice: Voice, evidence: Evidence) -> Figure:
    """Draw what each strategy brings the regions, the nation and the rest of China, and debt.

    Parameters
    ----------
    voice : Voice
        The language.
    evidence : Evidence
        What is known.

    Returns
    -------
    Figure
        A row a measure, a mark a strategy with its 90 % interval, in the language's unit of money.
    """
    say, names = voice.say, evidence.comparison.names
    rows = _list_rows(voice, evidence)
    height = 1.75 + len(rows) * (0.42 + 0.16 * len(names))
    figure = Figure(figsize=(8.6, height), layout="constrained")
    axes = figure.subplots()
    styles = choose_styles(names, evidence.comparison.baseline.name)
    unit, factor = say.unit("Myuan")
    for at, name in enumerate(names):
        offset = 0.0 if len(names) < 2 else _SPREAD * (at / (len(names) - 1) - 0.5)
        places, middles = [], []
        for row, (_, values) in enumerate(rows):
            points = compute_points(values[name] * factor)
            if points is None:
                continue
            low, middle, high = points
            axes.plot([low, high], [row + offset] * 2, color=styles[name][0], linewidth=2.2)
            axes.annotate(
                _write_change(middle),
                (high, row + offset),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=8,
                color="#222222",
                # Legible where it stands on the line of nought.
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.5},
            )
            places.append(row + offset)
            middles.append(middle)
        axes.plot(
            middles,
            places,
            _MARKS[at % len(_MARKS)],
            color=styles[name][0],
            markersize=7,
            label=voice.title(name),
        )
    _arrange(axes, say, [label for label, _ in rows], unit)
    figure.legend(loc="outside lower center", ncols=min(len(names), 3), frameon=False, fontsize=9)
    return add_heading(
        figure,
        say("What each strategy brings, and to whom"),
        _write_note(voice, evidence),
    )


def _write_change(value: float) -> str:
    """Write a change with its sign and the digits that the page's tables and sentences have."""
    said = format_number(value)
    return f"+{said}" if value > 0 else said


def _list_rows(voice: Voice, evidence: Evidence) -> list[tuple[str, dict[str, np.ndarray]]]:
    """List the measures with their values by strategy, Myuan."""
    say, comparison, account = voice.say, evidence.comparison, evidence.account
    rows = []
    for one in evidence.yardsticks():
        year = f"{one.horizon:g}"
        if one.whose == NATION:
            label = say("the nation: net national benefit\nto {year}", year=year)
        else:
            label = say("the regions: value added\nto {year}", year=year)
        rows.append((label, dict(one.values)))
    if account is not None:
        sums = sum_parties(account).sel({PARTY: REST}, drop=True)
        rows.append(
            (
                say("the rest of China: value added\nto {year}", year=f"{account.horizon:g}"),
                {name: np.asarray(sums.sel({STRATEGY: name}).values) for name in comparison.names},
            )
        )
    if DEBT in comparison.changes:
        debt = select_base(comparison, comparison.changes[DEBT].sel({PLACE: TOTAL}, drop=True))
        rows.append(
            (
                say("local public debt\nin {year}", year=f"{comparison.end:g}"),
                {name: np.asarray(debt.sel({STRATEGY: name}).values) for name in comparison.names},
            )
        )
    return rows


def _arrange(axes: Axes, say: Language, labels: list[str], unit: str) -> None:
    axes.set_yticks(range(len(labels)), labels, fontsize=9)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.axvline(0, color="#444444", linewidth=1)
    axes.set_xlabel(say("change against the baseline [{unit}]", unit=unit), fontsize=9)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.1)
    format_axis(axes.xaxis)


def _write_note(voice: Voice, evidence: Evidence) -> str:
    say, comparison = voice.say, evidence.comparison
    baseline = voice.title(comparison.baseline.name)
    if not voice.odds.several:
        return say(
            "Change against {baseline}, present value; debt in that year. One set of values. "
            "Source: runs of the model.",
            baseline=baseline,
        )
    return say(
        "Change against {baseline} in the same draw, present value; debt in that year. Marks are "
        "medians of {count} draws, lines the 90 % interval. Source: runs of the model.",
        baseline=baseline,
        count=f"{len(comparison.draws):,}",
    )
