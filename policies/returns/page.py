"""The page on the returns of the levers."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from smecluster.model.support.provenance import say_how_made
from smecluster.policies.menu import LEVELS
from smecluster.policies.returns.compute import (
    END,
    EVERYWHERE,
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
        "# What a yuan on each lever brings",
        "",
        say_how_made("smecluster levers --returns --out docs/returns.md", model_hash, calibration),
        "",
        f"One lever at one level gets additional money, {_join(map(_percent, shares))} of the "
        f"value added of the place, on top of policy as now, from {START:g} to {END - 1:g}. Each "
        f"cell is yuan a yuan to {HORIZON:g}, discounted: **value added of the regions / net "
        "national benefit**. The first counts all regions of the model, so what one takes from "
        "another is gone from it; the second is the account of `Net national benefit account`, "
        "which also counts the rest of China, buyers, what labour, capital and land would have "
        "earned elsewhere, and the marginal cost of public funds. Money is the difference between "
        "what all programmes cost with the lever and without it; it includes what policy as now "
        "spends more because value added has grown. A programme of the centre in one region is a "
        "pilot: its mix is written for each region. One set of values is run, not draws.",
        "",
        f"All rows, with sources: [{table}]({table}).",
    ]
    for place in places:
        lines += ["", f"## {'All regions at once' if place == EVERYWHERE else place}", ""]
        lines += _write_table(rows[rows["place"] == place], shares)
    lines += ["", "## Beside the literature", ""]
    lines += _write_literature(rows, shares)
    lines += ["", f"## Above {MOST:g} or below {LEAST:g}", ""]
    lines += _write_flagged(returns)
    return "\n".join(lines) + "\n"


def _write_table(rows: pd.DataFrame, shares: Iterable[float]) -> list[str]:
    columns = [(level, share) for level in LEVELS for share in shares]
    heads = [f"{level}, {_percent(share)}" for level, share in columns]
    lines = [f"| lever | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    for lever, own in rows.groupby("lever", sort=False):
        cells = []
        for level, share in columns:
            cell = own[(own["level"] == level) & (own["share"] == share)].iloc[0]
            text = f"{format_return(cell[REGIONS])} / {format_return(cell[NET])}"
            cells.append(f"**{text}**" if cell["flag"] else text)
        lines.append(f"| {lever} | {' | '.join(cells)} |")
    return [*lines, "", f"Bold: above {MOST:g} or below {LEAST:g}, or failed."]


def _write_literature(rows: pd.DataFrame, shares: list[float]) -> list[str]:
    published = read_published()
    middle = shares[len(shares) // 2]
    lines = [
        f"Model: local money of {_percent(middle)} in all regions, value added of the regions.",
        "",
        "| lever | model | literature | sources and findings |",
        "|---|---:|---:|---|",
    ]
    chosen = rows[
        (rows["place"] == EVERYWHERE) & (rows["level"] == "local") & (rows["share"] == middle)
    ]
    for _, row in chosen.iterrows():
        found = published.get(row["lever"])
        if found is None:
            continue
        how = f" Derived: {found.how}." if found.how else ""
        lines.append(
            f"| {row['lever']} | {format_return(row[REGIONS])} | {found.span} | "
            f"{found.source}: {found.finding}.{how} |"
        )
    return lines


def _write_flagged(returns: LeverReturns) -> list[str]:
    flagged = returns.flagged
    if flagged.empty:
        return ["No lever is, at any level, in any place, at any of these sums."]
    published = read_published()
    lines = [
        "Each of these is to be explained or mended. Span over levels, places and sums.",
        "",
        "| lever | value added of the regions | net national benefit | why |",
        "|---|---:|---:|---|",
    ]
    for lever, own in flagged.groupby("lever", sort=False):
        found = published.get(str(lever))
        why = found.explained if found is not None and found.explained else "not explained yet"
        lines.append(f"| {lever} | {_span(own[REGIONS])} | {_span(own[NET])} | {why} |")
    return lines


def _span(values: pd.Series) -> str:
    return f"{format_return(values.min())} to {format_return(values.max())}"


def format_return(value: float) -> str:
    """Write yuan a yuan with one decimal, without the sign of what is rounded to nothing."""
    return f"{round(float(value), 1) + 0.0:.1f}" if np.isfinite(value) else "failed"


def _percent(share: float) -> str:
    return f"{100 * share:g} %"


def _join(names: Iterable[str]) -> str:
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last
