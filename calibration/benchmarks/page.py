"""The page on the histories: which series the model's loops explain, and which not."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from smecluster.calibration.benchmarks.compute import (
    CUT,
    EARNED,
    ENOUGH,
    EXPLAINED,
    LITTLE,
    MODEL,
    NATION,
    NOT,
    Benchmarks,
)
from smecluster.calibration.benchmarks.loops_cut import GROWTH, LEVEL, LINKS, VALUE_ADDED
from smecluster.model.support.provenance import say_how_made


def write_page(benchmarks: Benchmarks, model_hash: str, calibration: str, table: str) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    benchmarks : Benchmarks
        The model beside its rivals.
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
    rows = benchmarks.table
    counts = [int((rows["verdict"] == verdict).sum()) for verdict in (EXPLAINED, LITTLE, NOT)]
    lines = [
        "# Do the loops explain the histories?",
        "",
        say_how_made("smecluster histories --page docs/histories.md", model_hash, calibration),
        "",
        "Mean absolute error in per cent of the published figures, for the model and for two "
        "rivals that any model of loops should beat:",
        "",
        "- **like the nation**: a series grows as the same thing does in the nation (value added "
        "with national output, wages with the national wage, loans also with financial depth, "
        "taxes also with what is collected and kept, research also with its national share, "
        "workers with output over the wage, investment from outside with the nation's); its level "
        "is fitted, series by series. The model is handed the same national figures.",
        f"- **loops cut**: the model with {len(LINKS)} links frozen at their first value (listed "
        "below). Capital, demand, migration, new firms from workers and investment from outside go "
        "on. Growth and level of each region's demand are fitted again to its value added, two "
        "constants a region, and nothing else.",
        "",
        "The model's own figures were used in its calibration, so this is no test of forecasts: it "
        f"asks what the loops add. A series counts as *{EXPLAINED}* where the model's error is at "
        f"most {EARNED:.0%} of the better rival's, as *{NOT}* where that rival is as good; this "
        f"was fixed before the comparison was run. Series with fewer than {ENOUGH} figures are "
        "left out.",
        "",
        f"**{counts[0]} series are explained, {counts[1]} come out {LITTLE}, {counts[2]} are not "
        "explained.** " + _describe_value_added(rows),
        "",
        f"All rows: [{table}]({table}).",
    ]
    for title, verdict in (
        ("What the loops explain", EXPLAINED),
        ("Where they help a little", LITTLE),
        ("What they do not explain", NOT),
    ):
        lines += ["", f"## {title}", "", *_write_rows(rows[rows["verdict"] == verdict])]
    lines += [
        "",
        "## What was cut",
        "",
        "; ".join(
            f"`{name}`" + (f" as read by {' and '.join(readers)}" if readers else "")
            for name, readers in LINKS.items()
        )
        + ".",
        "",
        f"Fitted again: `{GROWTH}` and a factor on `{LEVEL}`:",
        "",
        "| constant | value without loops |",
        "|---|---:|",
        *(f"| {name} | {value:.4g} |" for name, value in benchmarks.fitted.items()),
    ]
    return "\n".join(lines) + "\n"


def _describe_value_added(rows: pd.DataFrame) -> str:
    parts = [
        f"{row['region']}{', ' + row['segment'] if row['segment'] else ''} "
        f"{row[MODEL]:.1f} % against {row[NATION]:.1f} and {row[CUT]:.1f} %"
        for row in rows[rows["variable"] == VALUE_ADDED].to_dict("records")
    ]
    return f"Value added (model, like the nation, loops cut): {'; '.join(parts)}."


def _write_rows(rows: pd.DataFrame) -> Sequence[str]:
    if rows.empty:
        return ["None."]
    lines = [
        f"| region | series | years | figures | {MODEL} | {NATION} | {CUT} |",
        "|---|---|---|---:|---:|---:|---:|",
    ]
    for row in rows.to_dict("records"):
        series = row["variable"] + (f", {row['segment']}" if row["segment"] else "")
        lines.append(
            f"| {row['region']} | {series} | {row['first']}-{row['last']} | {row['figures']} | "
            f"{row[MODEL]:.1f} | {row[NATION]:.1f} | {row[CUT]:.1f} |"
        )
    return lines
