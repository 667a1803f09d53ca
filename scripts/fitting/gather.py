"""``smecluster calibrate gather``: copy published figures from raw tables into the cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.presentation.language.spoken import say

EXAMPLES = (
    "smecluster calibrate gather path/to/raw-tables",
    "smecluster calibrate gather path/to/raw-tables wenzhou",
)


def gather(
    tables: Annotated[
        Path,
        typer.Argument(
            help="Folder with one raw table for each region (wenzhou.csv, ...) and sources.csv."
        ),
    ],
    cases: Annotated[
        list[str] | None,
        typer.Argument(help="Cases to renew; by default all.", show_default=False),
    ] = None,
) -> None:
    """Copy the figures that the cases name from raw tables into their folders."""
    from smecluster.calibration.authoring.gather import gather_cases

    for name, count in gather_cases(tables, cases or []).items():
        if name == "sources":
            print(say("sources: {count}", count=count))
        else:
            print(say("{case}: {count} rows", case=name, count=count))
