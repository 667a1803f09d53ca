"""The page on what the answer is conditional on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.sensitivity.decision.conditions import BY_LIKELIHOOD, DRAWN, STRUCTURE
from smecluster.sensitivity.decision.worlds import YARDSTICKS

_TITLES = {
    DRAWN: "By what is drawn",
    STRUCTURE: "By structure",
    BY_LIKELIHOOD: "By likelihood",
}
_NOTHING = "-"


def describe_conditions(table: pd.DataFrame, first: str, second: str) -> list[str]:
    """Say in sentences how the answer depends on its conditions.

    Parameters
    ----------
    table : pandas.DataFrame
        As `sensitivity.decision.conditions.find_conditions` gives it.
    first, second : str
        The strategies.

    Returns
    -------
    list of str
        A sentence for each yardstick, and one where there is no posterior over everything.
    """
    said = []
    for yardstick in YARDSTICKS:
        here = table[(table["yardstick"] == yardstick) & (table["about"] == DRAWN)]
        parts = [
            f"{_format_share(row['ahead'], row['worth'])} ({row['condition']})"
            for row in here.to_dict("records")
            if row["usable"]
        ]
        said.append(
            f"By {yardstick}, {first} is ahead of {second} in this share of draws: "
            f"{'; '.join(parts)}."
        )
    if not (table["about"] == STRUCTURE).any():
        said.append(
            "There is no posterior over every constant, so there is no answer by structure or "
            "likelihood, and none that varies everything and is held against the histories."
        )
    return said


def write_page(
    table: pd.DataFrame,
    strategies: tuple[str, str],
    spent: tuple[str, int],
    command: str,
    model_hash: str,
    calibration: str,
    beside: str,
    known: Sequence[str] = (),
) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    table : pandas.DataFrame
        As `sensitivity.decision.conditions.find_conditions` gives it.
    strategies : tuple of str
        First and second.
    spent : tuple of str and int
        The additional money of each, and the last year that counts.
    command : str
        The command that made it.
    model_hash : str
        Fingerprint of the model.
    calibration : str
        Where the draws of the estimated constants come from.
    beside : str
        Name of the file beside the page that holds every row.
    known : sequence of str
        What the figures decide, in sentences; see `calibration.conditions.ten_lines`.

    Returns
    -------
    str
    """
    first, second = strategies
    budget, horizon = spent
    lines = [
        f"# What the answer on {first} and {second} is conditional on",
        "",
        say_how_made(command, model_hash, calibration),
        "",
        f"Both strategies spend the same additional money, {budget} of value added, on top of "
        f"policy as now; what they gain is counted to {horizon}, in present values. An answer is "
        f"the share of draws in which {first} is ahead. *Difference* is {first} less {second}, "
        "yuan a yuan of that money: the median, and between which 90 % of the draws lie.",
        "",
        *(f"- {one}" for one in describe_conditions(table, first, second)),
        "",
        "A set of draws that counts some more than others is worth fewer draws than it has. Where "
        "it is worth less than 100, or the weights rest on a few draws (k above 0.7), there is no "
        "answer, and the row says so.",
    ]
    for about, title in _TITLES.items():
        part = table[table["about"] == about]
        if not part.empty:
            lines += ["", f"## {title}", "", *_tabulate(part)]
    if known:
        lines += ["", "## What the figures decide, and what they do not", ""]
        lines += [f"- {one}" for one in known]
    return "\n".join([*lines, "", f"All rows: [{beside}]({beside}).", ""])


def _tabulate(table: pd.DataFrame) -> list[str]:
    shares = bool(table["prior"].notna().any())
    extra = " prior | posterior |" if shares else ""
    lines = [
        f"| condition | yardstick |{extra} worth draws | ahead | difference |",
        f"|---|---|{'---:|---:|' if shares else ''}---:|---:|---|",
    ]
    for row in table.to_dict("records"):
        usable = row["usable"] and np.isfinite(row["ahead"])
        ahead = _format_share(row["ahead"], row["worth"]) if usable else _NOTHING
        difference = (
            f"{row['median']:+.2f} ({row['low']:+.2f} to {row['high']:+.2f})"
            if usable
            else f"too few draws (k {row['k']:.2f})"
        )
        states = f" {row['prior']:.0%} | {row['posterior']:.0%} |" if shares else ""
        lines.append(
            f"| {row['condition']} | {row['yardstick']} |{states} {row['worth']:.0f} | {ahead} | "
            f"{difference} |"
        )
    return lines


def _format_share(share: float, worth: float) -> str:
    """Format a share of draws; of none and of all, say what so few draws can rule out.

    Source: the rule of three, Hanley and Lippman-Hand 1983, JAMA 249(13).
    """
    edge = min(3 / worth, 1.0)
    if share <= 0:
        return f"at most {edge:.1%}"
    return f"at least {1 - edge:.1%}" if share >= 1 else f"{share:.0%}"
