"""``smecluster list futures``: list the futures, or test strategies in them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_json, print_lines, print_table
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    IN_UNIT,
    Baseline,
    BudgetText,
    Draws,
    Futures,
    Seed,
    Start,
    StudyName,
    Workers,
    carry_out,
    split_names,
)

if TYPE_CHECKING:
    from smecluster.policies.comparison.study_run import StudyRun

EXAMPLES = {
    "list_futures": ("smecluster list futures", "smecluster list futures --futures demand,credit"),
    "futures": (
        "smecluster stress futures central local mixed",
        "smecluster stress futures local --futures demand,credit --draws 200",
        "smecluster stress futures central local --futures mine.toml",
    ),
}
_TABLE, _FIGURE, _PAGE = "recovery", "futures", "brief.html"


def futures(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(help="Strategies to try, names or TOML files.", show_default=False),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    chosen: Futures = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/futures"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Say what each future costs under each strategy, and how long recovery takes."""
    from smecluster.model.errors import InputError
    from smecluster.policies.study import combine_study

    given = combine_study(
        study,
        strategies,
        draws=draws,
        futures=split_names(chosen),
        seed=seed,
        start=start,
        budget=budget,
        baseline=baseline,
        regions=tuple(region) if region else None,
    )
    if len(given.load_futures()) < 2:
        raise InputError("the base future alone has nothing to compare: name others with --futures")
    results = Results(out, tables=[_TABLE], figures=[_FIGURE], files=[_PAGE])
    needed = draws is not None
    done = carry_out(given, calibration, from_, set_, results, workers, need_draws=needed)
    _report(done, results, json)


def list_futures(
    chosen: Futures = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the futures."""
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.policies.futures import ALL
    from smecluster.policies.futures import load_futures as load

    named = [one.strip() for text in chosen or [ALL] for one in text.split(",")]
    rows = [
        {
            mark("name"): future.name,
            mark("title"): future.title,
            mark("what happens"): future.description,
            mark("from"): f"{future.year:g}" if future.bend else "",
            mark("sizes from"): future.source,
        }
        for future in load(named)
    ]
    if json:
        print_json(rows)
        return
    print_table([*rows[0]], [[*row.values()] for row in rows])


def _report(done: StudyRun, results: Results, json: bool) -> None:
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.comparison.brief import write_futures_page
    from smecluster.policies.comparison.figures.certainty import draw_futures
    from smecluster.policies.comparison.tables import table_recoveries
    from smecluster.policies.comparison.text import answer_futures, describe_basis

    comparison = done.comparison
    said, table = answer_futures(comparison), table_recoveries(comparison)
    files = results.write_tables({_TABLE: table}, done.provenance, IN_UNIT)
    if not json:
        print_lines([*said, "", *describe_basis(comparison)])
        sys.stdout.flush()
    drawn = results.draw({_FIGURE: draw_futures(comparison)}, done.provenance)
    title = say("Futures: {title}", title=done.study.title)
    text = write_futures_page(comparison, title, drawn, done.provenance)
    files += [*drawn.values(), results.write(_PAGE, text)]
    record = {
        "stamp": done.provenance,
        "answer": said,
        "warnings": [one.describe() for one in comparison.spans],
        _TABLE: table.to_dict("records"),
    }
    finish(files, record if json else None)
