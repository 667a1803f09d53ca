"""The page on what the answer is conditional on."""

from __future__ import annotations

import numpy as np
import pandas as pd

from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.filled import say_filled
from smecluster.model.presentation.language.spoken import say
from smecluster.sensitivity.decision.conditions import (
    BELIEVED,
    BY_LIKELIHOOD,
    DRAWN,
    HELD,
    STRUCTURE,
    WEIGHED,
)
from smecluster.sensitivity.decision.worlds import YARDSTICKS

_TITLES = {
    DRAWN: mark("## By what is drawn"),
    STRUCTURE: mark("## By structure"),
    BY_LIKELIHOOD: mark("## By likelihood"),
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
        A sentence for each yardstick.
    """
    said = []
    for yardstick in YARDSTICKS:
        here = table[(table["yardstick"] == yardstick) & (table["about"] == DRAWN)]
        parts = [
            say(
                "{share} ({condition})",
                share=_format_share(row["ahead"], row["worth"]),
                condition=name_condition(row["condition"]),
            )
            for row in here.to_dict("records")
            if row["usable"]
        ]
        said.append(
            say(
                "By {yardstick}, {first} is ahead of {second} in this share of draws: {shares}.",
                yardstick=say.word(yardstick),
                first=say.name(first),
                second=say.name(second),
                shares=say.semicolons(parts),
            )
        )
    return said


def name_condition(condition: str) -> str:
    """Name a condition of the table in the language of the moment."""
    said = say_filled(condition, (BELIEVED, WEIGHED, HELD))
    if said != condition or say.english:
        return said
    switch, between, state = condition.partition(": ")
    if not between:
        return say.word(condition)
    low, to, high = state.partition(" to ")
    held = say("{low} to {high}", low=low, high=high) if to else state
    return say("{name}: {state}", name=say.variable(switch), state=held)


def write_page(
    table: pd.DataFrame,
    strategies: tuple[str, str],
    spent: tuple[str, int],
    command: str,
    model_hash: str,
    calibration: str,
    beside: str,
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
        Where the draws come from.
    beside : str
        Name of the file beside the page that holds every row.

    Returns
    -------
    str
    """
    first, second = strategies
    budget, horizon = spent
    names = {"first": say.name(first), "second": say.name(second)}
    lines = [
        say("# What the answer on {first} and {second} is conditional on", **names),
        "",
        say_how_made(command, model_hash, calibration),
        "",
        say(
            "Both strategies spend the same additional money, {budget} of value added, on top of "
            "policy as now; what they gain is counted to {horizon}, in present values. An answer "
            "is the share of draws in which {first} is ahead. *Difference* is {first} less "
            "{second}, yuan a yuan of that money: the median, and between which 90 % of the draws "
            "lie.",
            budget=budget,
            horizon=horizon,
            **names,
        ),
        "",
        *(f"- {one}" for one in describe_conditions(table, first, second)),
        "",
        say(
            "A set of draws that counts some more than others is worth fewer draws than it has. "
            "Where it is worth less than 100, or the weights rest on a few draws (k above 0.7), "
            "there is no answer, and the row says so."
        ),
    ]
    for about, title in _TITLES.items():
        part = table[table["about"] == about]
        if not part.empty:
            lines += ["", say(title), "", *_tabulate(part)]
    return "\n".join([*lines, "", say("All rows: [{table}]({table}).", table=beside), ""])


def _tabulate(table: pd.DataFrame) -> list[str]:
    shares = bool(table["prior"].notna().any())
    heading = (
        say("| condition | yardstick | prior | posterior | worth draws | ahead | difference |")
        if shares
        else say("| condition | yardstick | worth draws | ahead | difference |")
    )
    lines = [
        heading,
        f"|---|---|{'---:|---:|' if shares else ''}---:|---:|---|",
    ]
    for row in table.to_dict("records"):
        usable = row["usable"] and np.isfinite(row["ahead"])
        ahead = _format_share(row["ahead"], row["worth"]) if usable else _NOTHING
        difference = (
            say(
                "{median} ({low} to {high})",
                **{name: f"{row[name]:+.2f}" for name in ("median", "low", "high")},
            )
            if usable
            else say("too few draws (k {k})", k=f"{row['k']:.2f}")
        )
        states = f" {row['prior']:.0%} | {row['posterior']:.0%} |" if shares else ""
        lines.append(
            f"| {name_condition(row['condition'])} | {say.word(row['yardstick'])} |{states} "
            f"{row['worth']:.0f} | {ahead} | {difference} |"
        )
    return lines


def _format_share(share: float, worth: float) -> str:
    """Format a share of draws; of none and of all, say what so few draws can rule out.

    Source: the rule of three, Hanley and Lippman-Hand 1983, JAMA 249(13).
    """
    edge = min(3 / worth, 1.0)
    if share <= 0:
        return say("at most {share}", share=f"{edge:.1%}")
    return say("at least {share}", share=f"{1 - edge:.1%}") if share >= 1 else f"{share:.0%}"
