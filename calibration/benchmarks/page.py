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
from smecluster.calibration.data.series_names import name_series
from smecluster.calibration.forecasts.loops_cut import GROWTH, LEVEL, LINKS, VALUE_ADDED
from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.language.spoken import say


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
    explained, little, missed = (
        int((rows["verdict"] == verdict).sum()) for verdict in (EXPLAINED, LITTLE, NOT)
    )
    lines = [
        say("# Do the loops explain the histories?"),
        "",
        say_how_made(
            "smecluster forecast histories --page docs/histories.md", model_hash, calibration
        ),
        "",
        say(
            "Mean absolute error in per cent of the published figures, for the model and for two "
            "rivals that any model of loops should beat:"
        ),
        "",
        say(
            "- **like the nation**: a series grows as the same thing does in the nation (value "
            "added with national output, wages with the national wage, loans also with financial "
            "depth, taxes also with what is collected and kept, research also with its national "
            "share, workers with output over the wage, investment from outside with the nation's); "
            "its level is fitted, series by series. The model is handed the same national figures."
        ),
        say(
            "- **loops cut**: the model with {count} links frozen at their first value (listed "
            "below). Capital, demand, migration, new firms from workers and investment from "
            "outside go on. Growth and level of each region's demand are fitted again to its value "
            "added, two constants a region, and nothing else.",
            count=len(LINKS),
        ),
        "",
        say(
            "The model's own figures were used in its calibration, so this is no test of "
            "forecasts: it asks what the loops add. A series counts as *{explained}* where the "
            "model's error is at most {share} of the better rival's, as *{missed}* where that "
            "rival is as good; this was fixed before the comparison was run. Series with fewer "
            "than {enough} figures are left out.",
            explained=say(EXPLAINED),
            missed=say(NOT),
            share=f"{EARNED:.0%}",
            enough=ENOUGH,
        ),
        "",
        say.sentences(
            [
                say(
                    "**{explained} series are explained, {little} come out a little better, "
                    "{missed} are not explained.**",
                    explained=explained,
                    little=little,
                    missed=missed,
                ),
                _describe_value_added(rows),
            ]
        ),
        "",
        say("All rows: [{table}]({table}).", table=table),
    ]
    for title, verdict in (
        (say("## What the loops explain"), EXPLAINED),
        (say("## Where they help a little"), LITTLE),
        (say("## What they do not explain"), NOT),
    ):
        lines += ["", title, "", *_write_rows(rows[rows["verdict"] == verdict])]
    lines += [
        "",
        say("## What was cut"),
        "",
        say("{said}.", said=say.semicolons([_name_link(*link) for link in LINKS.items()])),
        "",
        say(
            "Fitted again: `{growth}` and a factor on `{level}`:",
            growth=say.variable(GROWTH),
            level=say.variable(LEVEL),
        ),
        "",
        say("| constant | value without loops |"),
        "|---|---:|",
        *(f"| {say.variable(name)} | {value:.4g} |" for name, value in benchmarks.fitted.items()),
    ]
    return "\n".join(lines) + "\n"


def _name_link(name: str, readers: Sequence[str]) -> str:
    """Name a variable that is frozen, and for whom."""
    if not readers:
        return f"`{say.variable(name)}`"
    named = say.join([say.variable(reader) for reader in readers])
    return say("`{name}` as read by {readers}", name=say.variable(name), readers=named)


def _describe_value_added(rows: pd.DataFrame) -> str:
    parts = []
    for row in rows[rows["variable"] == VALUE_ADDED].to_dict("records"):
        region = say.name(row["region"])
        if row["segment"]:
            region = say("{what}, {part}", what=region, part=say.name(row["segment"]))
        parts.append(
            say(
                "{region} {model} % against {nation} and {cut} %",
                region=region,
                model=f"{row[MODEL]:.1f}",
                nation=f"{row[NATION]:.1f}",
                cut=f"{row[CUT]:.1f}",
            )
        )
    return say(
        "Value added (model, like the nation, loops cut): {regions}.",
        regions=say.semicolons(parts),
    )


def _write_rows(rows: pd.DataFrame) -> Sequence[str]:
    if rows.empty:
        return [say("None.")]
    heads = [say("region"), say("series"), say("years"), say("figures")]
    heads += [say(name) for name in (MODEL, NATION, CUT)]
    lines = [f"| {' | '.join(heads)} |", "|---|---|---|---:|---:|---:|---:|"]
    for row in rows.to_dict("records"):
        series = name_series(row["variable"], row["segment"])
        lines.append(
            f"| {say.name(row['region'])} | {series} | {row['first']}-{row['last']} | "
            f"{row['figures']} | {row[MODEL]:.1f} | {row[NATION]:.1f} | {row[CUT]:.1f} |"
        )
    return lines
