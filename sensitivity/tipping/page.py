"""The page on the knife edge: what turns the order of two strategies."""

from __future__ import annotations

import math

import pandas as pd

from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.language.spoken import say
from smecluster.sensitivity.tipping.measures import WORDS, Case
from smecluster.sensitivity.tipping.result import Tipping


def write_page(
    tipping: Tipping, command: str, model_hash: str, calibration: str, table: str
) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    tipping : Tipping
        What turns the order.
    command : str
        The command that made it.
    model_hash : str
        Fingerprint of the model that was run.
    calibration : str
        Where its values come from.
    table : str
        Name of the file beside the page that holds every row.

    Returns
    -------
    str
        The page.
    """
    first, second = (say.name(name) for name in tipping.strategies)
    lines = [
        say("# What turns {first} against {second}", first=first, second=second),
        "",
        say_how_made(command, model_hash, calibration),
        "",
        say(
            "Both strategies spend the same additional money on top of policy as now, 2025-2040. "
            "One constant at a time goes to the ends of what the model's file believes of it (a "
            "twentieth of the belief lies beyond each), all others stay, and nothing is fitted "
            "again: how far judgement alone, constant by constant, could turn the answer. {count} "
            "constants were tried, each element of a list by itself.",
            count=tipping.tried,
        ),
        "",
        say(
            "Differences are {first} less {second}, yuan a yuan of that money, discounted, counted "
            "to the horizon.",
            first=first,
            second=second,
        ),
        "",
        say("| money | to | judged by | difference | ahead | turned by |"),
        "|---|---|---|---:|---|---:|",
    ]
    for row in tipping.base.to_dict("records"):
        turned = row["turned"] or say("none")
        lines.append(
            f"| {row['budget']} | {row['horizon']} | {say(WORDS[row['measure']])} | "
            f"{row['difference']:+.2f} | {say.name(row['ahead'])} | {turned} |"
        )
    if tipping.failed:
        failed = say.commas([say.variable(name) for name in tipping.failed])
        lines += ["", say("Runs failed with {constants}.", constants=failed)]
    lines += ["", say("All rows: [{table}]({table}).", table=table)]
    lines += ["", say("## The constants"), ""]
    lines += _write_constants(tipping)
    lines += ["", say("## Comparison by comparison")]
    for row in tipping.base.to_dict("records"):
        here = tipping.select(Case(row["budget"], row["horizon"], row["measure"]))
        told = {
            "budget": row["budget"],
            "horizon": row["horizon"],
            "measure": say(WORDS[row["measure"]]),
        }
        lines += [
            "",
            say("### {budget} to {horizon}, {measure}", **told),
            "",
            say(
                "{strategy} is ahead by {lead}.",
                strategy=say.name(row["ahead"]),
                lead=f"{abs(row['difference']):.2f}",
            ),
        ]
        lines += _write_case(here)
    return "\n".join(lines) + "\n"


def _write_constants(tipping: Tipping) -> list[str]:
    if tipping.constants.empty:
        return [say("No constant turns any of these comparisons within what is believed of it.")]
    lines = [
        say("In how many of the comparisons each turns the order, and why its range is believed."),
        "",
        say("| constant | value | believed | turns | why this range |"),
        "|---|---:|---:|---:|---|",
    ]
    groups = [(len(own), str(name), own) for name, own in tipping.constants.groupby("constant")]
    for count, name, own in sorted(groups, key=lambda one: (-one[0], one[1])):
        row = own.iloc[0]
        cells = (
            say.variable(name),
            f"{row['value']:.3g}",
            say("{low} to {high}", low=f"{row['low']:.3g}", high=f"{row['high']:.3g}"),
            say("{count} of {total}", count=count, total=len(tipping.base)),
            _say_why(row["reason"]),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _say_why(reason: str) -> str:
    """Say why a range is believed, in the words of the model's file."""
    if not reason:
        return say("**no source or reason**")
    return reason if say.english else say.name(reason)


def _write_case(here: pd.DataFrame) -> list[str]:
    if here.empty:
        return [say("No constant turns it.")]
    lines = [
        "",
        say("| constant | unit | value | turns at | at the end of the belief | difference there |"),
        "|---|---|---:|---:|---:|---:|",
    ]
    for row in here.to_dict("records"):
        below = row["toward"] == "below"
        end, there = ("low", "difference at low") if below else ("high", "difference at high")
        at = f"{row['tips at']:.3g}"
        if math.isnan(row["tips at"]):
            at = "-"
        elif below:
            at = say("below {value}", value=at)
        else:
            at = say("above {value}", value=at)
        cells = (
            say.variable(row["constant"]),
            say.own_unit(row["unit"]),
            f"{row['value']:.3g}",
            at,
            f"{row[end]:.3g}",
            f"{row[there]:+.2f}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines
