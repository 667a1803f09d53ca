"""``smecluster why``: what carries the effect of a lever, in the model's own names."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import BudgetText, Workers

if TYPE_CHECKING:
    from smecluster.policies.explanation.result import Explanation

EXAMPLES = (
    'smecluster why "quality supervision"',
    'smecluster why "brand promotion" "Net national benefit account" --year 2060',
    'smecluster why "talent training" "annual wage" --by centre --out results/training',
)
_PAGE = "why.html"
_TABLES = ("chains", "links", "moves")


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
    from smecluster.calibration.loading import describe_origin, load_calibrated
    from smecluster.model.settings import parse_settings
    from smecluster.model.support.provenance import make_stamp
    from smecluster.policies.budget import DEFAULT_BUDGET
    from smecluster.policies.explanation.compute import explain
    from smecluster.policies.explanation.figures import FIGURES

    results = Results(out, tables=_TABLES, figures=FIGURES, vectors=FIGURES, files=[_PAGE])
    results.check()
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
        budget=found.budget.describe(),
        runs=f"{found.runs}",
    )
    _report(found, results, stamp, json)


def _report(found: Explanation, results: Results, stamp: dict[str, str], json: bool) -> None:
    """Print and write the explanation."""
    from smecluster.model.presentation.page import Section, render_page
    from smecluster.policies.explanation.figures import FIGURE

    made = found.tables()
    files = [
        path for name, table in made.items() for path in results.write_table(name, table, stamp)
    ]
    answer, basis = found.answer(), found.basis()
    chains = made["chains"].head(12)
    short = chains.assign(**{"carries [%]": [f"{one:.0f}" for one in chains["carries [%]"]]})
    if not json:
        print_lines([*answer, ""])
        print_table(["chain", "carries %"], short.values.tolist(), "Chains that carry most")
        print_lines(["", *basis])
        sys.stdout.flush()  # figures take longer to draw than the answer to read
    figures = found.figures()
    pictures = results.draw(figures, stamp)
    files += results.draw_vectors(figures, stamp)
    moved = made["moves"].head(20)
    sections = [
        Section(
            "The chains",
            [],
            [("Share of the effect that is missing without a link of the chain, %", chains)],
            [("What the chains carry by year", pictures[FIGURE])],
        ),
        Section(
            "How far each variable is moved",
            ["Mean over its elements without and with the money; least and most of them, in %."],
            [(f"In {found.year:g}", moved)],
        ),
        Section("What this rests on", basis),
    ]
    title = f"Why {found.lever} does what it does to {found.outcome.name}"
    files += [*pictures.values(), results.write(_PAGE, render_page(title, answer, sections, stamp))]
    record = {
        "stamp": stamp,
        "answer": answer,
        "basis": basis,
        "effect": found.size,
        **{name: table.to_dict("records") for name, table in made.items()},
    }
    finish(files, record if json else None)
