"""``smecluster explain why``: what carries the effect of a lever, in the model's own names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.answer.answering import report_answer
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import BudgetText, Workers

if TYPE_CHECKING:
    from smecluster.model.presentation.documents.page import Section
    from smecluster.policies.explanation.result import Explanation

EXAMPLES = (
    'smecluster explain why "quality supervision"',
    'smecluster explain why "brand promotion" "Net national benefit account" --year 2060',
    'smecluster explain why "talent training" "annual wage" --by centre --out results/training',
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
    from smecluster.calibration.choosing import describe_origin
    from smecluster.calibration.loading import load_calibrated
    from smecluster.model.engine.run.settings import parse_settings
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
    from smecluster.model.presentation.documents.page import Section
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.explanation.figures import FIGURE

    made = found.labelled()
    if not say.english:
        spoken = [" > ".join(map(say.variable, one.variables)) for one in found.chains]
        made["chains"] = made["chains"].assign(chain=spoken)
    chains, moved = made["chains"].head(12), made["moves"].head(20)
    carried = [f"{one:.0f}" for one in chains["carries [%]"]]

    def lay_out(pictures: Mapping[str, Path]) -> list[Section]:
        return [
            Section(
                say("The chains"),
                [],
                [
                    (
                        say("Share of the effect that is missing without a link of the chain, %"),
                        chains,
                    )
                ],
                [(say("What the chains carry by year"), pictures[FIGURE])],
            ),
            Section(
                say("How far each variable is moved"),
                [
                    say(
                        "Mean over its elements without and with the money; least and most of "
                        "them, in %."
                    )
                ],
                [(say("In {year}", year=f"{found.year:g}"), moved)],
            ),
        ]

    report_answer(
        found,
        results,
        stamp,
        say(
            "Why {lever} does what it does to {outcome}",
            lever=say.name(found.lever),
            outcome=say.name(found.outcome.name),
        ),
        _PAGE,
        {say("Chains that carry most"): chains[["chain"]].assign(**{"carries %": carried})},
        lay_out,
        json=json,
        record={"effect": found.size},
    )
