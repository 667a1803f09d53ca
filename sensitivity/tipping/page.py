"""The page on the knife edge: what turns the order of two strategies."""

from __future__ import annotations

import math

import pandas as pd

from smecluster.model.support.provenance import say_how_made
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
    first, second = tipping.strategies
    lines = [
        f"# What turns {first} against {second}",
        "",
        say_how_made(command, model_hash, calibration),
        "",
        "Both strategies spend the same additional money on top of policy as now, 2025-2040. One "
        "constant at a time goes to the ends of what the model's file believes of it (a twentieth "
        "of the belief lies beyond each), all others stay, and nothing is fitted again: how far "
        f"judgement alone, constant by constant, could turn the answer. {tipping.tried} constants "
        "were tried, each element of a list by itself.",
        "",
        f"Differences are {first} less {second}, yuan a yuan of that money, discounted, counted "
        "to the horizon.",
        "",
        "| money | to | judged by | difference | ahead | turned by |",
        "|---|---|---|---:|---|---:|",
    ]
    for row in tipping.base.to_dict("records"):
        lines.append(
            f"| {row['budget']} | {row['horizon']} | {WORDS[row['measure']]} | "
            f"{row['difference']:+.2f} | {row['ahead']} | {row['turned'] or 'none'} |"
        )
    if tipping.failed:
        lines += ["", f"Runs failed with {', '.join(tipping.failed)}."]
    lines += ["", f"All rows: [{table}]({table}).", "", "## The constants", ""]
    lines += _write_constants(tipping)
    lines += ["", "## Comparison by comparison"]
    for row in tipping.base.to_dict("records"):
        here = tipping.select(Case(row["budget"], row["horizon"], row["measure"]))
        lines += [
            "",
            f"### {row['budget']} to {row['horizon']}, {WORDS[row['measure']]}",
            "",
            f"{row['ahead']} is ahead by {abs(row['difference']):.2f}.",
        ]
        lines += _write_case(here)
    return "\n".join(lines) + "\n"


def _write_constants(tipping: Tipping) -> list[str]:
    if tipping.constants.empty:
        return ["No constant turns any of these comparisons within what is believed of it."]
    lines = [
        "In how many of the comparisons each turns the order, and why its range is believed.",
        "",
        "| constant | value | believed | turns | why this range |",
        "|---|---:|---:|---:|---|",
    ]
    groups = [(len(own), str(name), own) for name, own in tipping.constants.groupby("constant")]
    for count, name, own in sorted(groups, key=lambda one: (-one[0], one[1])):
        row = own.iloc[0]
        lines.append(
            f"| {name} | {row['value']:.3g} | {row['low']:.3g} to {row['high']:.3g} | {count} of "
            f"{len(tipping.base)} | {row['reason'] or '**no source or reason**'} |"
        )
    return lines


def _write_case(here: pd.DataFrame) -> list[str]:
    if here.empty:
        return ["No constant turns it."]
    lines = [
        "",
        "| constant | unit | value | turns at | at the end of the belief | difference there |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for row in here.to_dict("records"):
        below = row["toward"] == "below"
        end, there = ("low", "difference at low") if below else ("high", "difference at high")
        at = "-" if math.isnan(row["tips at"]) else f"{row['toward']} {row['tips at']:.3g}"
        lines.append(
            f"| {row['constant']} | {row['unit']} | {row['value']:.3g} | {at} | {row[end]:.3g} | "
            f"{row[there]:+.2f} |"
        )
    return lines
