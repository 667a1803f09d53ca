"""``smecluster explain why``: what carries the effect of a lever, in the model's own names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish_result
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import BudgetText, Workers

EXAMPLES = (
    'smecluster explain why "quality supervision"',
    'smecluster explain why "brand promotion" "Net national benefit account" --year 2060',
    'smecluster explain why "talent training" "annual wage" --by centre --out results/training',
)
_TABLES = ("chains", "links", "moves", "effect")


def why(
    lever: Annotated[str, typer.Argument(help="A policy lever.", show_default=False)],
    outcome: Annotated[str, typer.Argument(help="An outcome.")] = "value added",
    by: Annotated[
        str | None,
        typer.Option(
            help="Who runs it: centre, regions or both; by default who does by the paper.",
            show_default=False,
        ),
    ] = None,
    year: Annotated[
        int | None,
        typer.Option(
            help="Year in which the outcome is read, to 2060; by default 2040.",
            show_default=False,
        ),
    ] = None,
    budget: BudgetText = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figure and the page.")] = Path(
        "results/why"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Find the links that carry most of a lever's effect on an outcome, from cut runs."""
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_calibrated
    from smecluster.model.engine.run.settings import parse_settings
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.budget import DEFAULT_BUDGET
    from smecluster.policies.explanation import explain

    Results(out, tables=_TABLES, figures=["why"], files=["why.html"]).check()
    folders = from_ or []
    model = load_calibrated(tuple(region or ()), folders, calibration)
    with progress("runs") as report:
        found = explain(
            model,
            lever,
            outcome,
            who=by,
            year=year,
            budget=DEFAULT_BUDGET if budget is None else budget,
            settings=parse_settings(model, set_ or []),
            workers=workers,
            progress=report,
        )
    stamp = make_stamp(
        model.hash,
        calibration=describe_origin(folders, calibration),
        budget=found.facts["budget"].describe(),
        runs=f"{found.facts['runs']}",
    )
    finish_result(found, out, stamp, json=json)
