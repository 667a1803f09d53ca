"""The page on the returns of the levers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.menu import LEVELS
from smecluster.policies.returns.compute import (
    ABOVE,
    BELOW,
    END,
    EVERYWHERE,
    FAILED,
    HORIZON,
    LEAST,
    MOST,
    NET,
    REGIONS,
    START,
    LeverReturns,
)
from smecluster.policies.returns.published import read_published


def write_page(returns: LeverReturns, model_hash: str, calibration: str, table: str) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    returns : LeverReturns
        What the levers bring.
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
    rows = returns.table
    places = list(dict.fromkeys(rows["place"]))
    shares = sorted(set(rows["share"]))
    lines = [
        say("# What a yuan on each lever brings"),
        "",
        say_how_made(
            "smecluster list levers --returns --out docs/returns.md", model_hash, calibration
        ),
        "",
        say(
            "One lever at one level gets additional money, {shares} of the value added of the "
            "place, on top of policy as now, from {first} to {last}. Each cell is yuan a yuan to "
            "{horizon}, discounted: **value added of the regions / net national benefit**. The "
            "first counts all regions of the model, so what one takes from another is gone from "
            "it; the second is the account of `Net national benefit account`, which also counts "
            "the rest of China, buyers, what labour, capital and land would have earned elsewhere, "
            "and the marginal cost of public funds. Money is the difference between what all "
            "programmes cost with the lever and without it; it includes what policy as now spends "
            "more because value added has grown. A programme of the centre in one region is a "
            "pilot: its mix is written for each region. One set of values is run, not draws.",
            shares=say.either([_percent(share) for share in shares]),
            first=f"{START:g}",
            last=f"{END - 1:g}",
            horizon=f"{HORIZON:g}",
        ),
        "",
        say("All rows, with sources: [{table}]({table}).", table=table),
    ]
    for place in places:
        heading = say("All regions at once") if place == EVERYWHERE else say.name(place)
        lines += ["", f"## {heading}", ""]
        lines += _write_table(rows[rows["place"] == place], shares)
    lines += ["", say("## Beside the literature"), ""]
    lines += _write_literature(rows, shares)
    lines += ["", f"## {_name_limits()}", ""]
    lines += _write_flagged(returns)
    return "\n".join(lines) + "\n"


def _name_limits() -> str:
    return say("Above {most} or below {least}", most=f"{MOST:g}", least=f"{LEAST:g}")


def _write_table(rows: pd.DataFrame, shares: Iterable[float]) -> list[str]:
    columns = [(level, share) for level in LEVELS for share in shares]
    heads = [say("lever")]
    heads += [
        say("{level}, {share}", level=say.word(level), share=_percent(share))
        for level, share in columns
    ]
    lines = [f"| {' | '.join(heads)} |", "|---|" + "---:|" * len(columns)]
    for lever, own in rows.groupby("lever", sort=False):
        cells = []
        for level, share in columns:
            cell = own[(own["level"] == level) & (own["share"] == share)].iloc[0]
            text = f"{format_return(cell[REGIONS])} / {format_return(cell[NET])}"
            cells.append(f"**{text}**" if cell["flag"] else text)
        lines.append(f"| {say.name(str(lever))} | {' | '.join(cells)} |")
    limits = {"most": f"{MOST:g}", "least": f"{LEAST:g}"}
    return [*lines, "", say("Bold: above {most} or below {least}, or failed.", **limits)]


def _write_literature(rows: pd.DataFrame, shares: list[float]) -> list[str]:
    published = read_published()
    middle = shares[len(shares) // 2]
    lines = [
        say(
            "Model: local money of {share} in all regions, value added of the regions.",
            share=_percent(middle),
        ),
        "",
        say("| lever | model | literature | sources and findings |"),
        "|---|---:|---:|---|",
    ]
    chosen = rows[
        (rows["place"] == EVERYWHERE) & (rows["level"] == "local") & (rows["share"] == middle)
    ]
    for _, row in chosen.iterrows():
        found = published.get(row["lever"])
        if found is None:
            continue
        how = say(" Derived: {how}.", how=say.name(found.how)) if found.how else ""
        said = say(
            "{source}: {finding}.", source=say.name(found.source), finding=say.name(found.finding)
        )
        lines.append(
            f"| {say.name(row['lever'])} | {format_return(row[REGIONS])} | "
            f"{speak_span(found.span)} | {said}{how} |"
        )
    return lines


def _write_flagged(returns: LeverReturns) -> list[str]:
    flagged = returns.flagged
    if flagged.empty:
        return [say("No lever is, at any level, in any place, at any of these sums.")]
    published = read_published()
    lines = [
        say("Each of these is to be explained or mended. Span over levels, places and sums."),
        "",
        say("| lever | value added of the regions | net national benefit | why |"),
        "|---|---:|---:|---|",
    ]
    for lever, own in flagged.groupby("lever", sort=False):
        found = published.get(str(lever))
        why = say("not explained yet")
        if found is not None and found.explained:
            why = say.name(found.explained)
        name = say.name(str(lever))
        lines.append(f"| {name} | {_span(own[REGIONS])} | {_span(own[NET])} | {why} |")
    return lines


def _span(values: pd.Series) -> str:
    return say("{low} to {high}", low=format_return(values.min()), high=format_return(values.max()))


def format_return(value: float) -> str:
    """Write yuan a yuan with one decimal, without the sign of what is rounded to nothing."""
    return f"{round(float(value), 1) + 0.0:.1f}" if np.isfinite(value) else say("failed")


def speak_span(span: str) -> str:
    """Say a published range, which the table has in English."""
    low, to, high = span.partition(" to ")
    return say("{low} to {high}", low=low, high=high) if to else span


def speak_flags(flags: str) -> str:
    """Say why a return is to be explained, which the table has in English."""
    said = {
        FAILED: say("failed"),
        ABOVE: say("above {most}", most=f"{MOST:g}"),
        BELOW: say("below {least}", least=f"{LEAST:g}"),
    }
    return ", ".join(said[one] for one in flags.split(", ") if one)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
