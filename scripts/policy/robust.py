"""``stress robust``: which strategy holds up over futures and draws, and when each fails."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    IN_UNIT,
    Baseline,
    BudgetText,
    Draws,
    Futures,
    Horizon,
    Seed,
    Start,
    StudyName,
    Workers,
    carry_out,
    split_names,
)

if TYPE_CHECKING:
    from smecluster.policies.comparison.study_run import StudyRun
    from smecluster.policies.robustness.result import Robustness

EXAMPLES = (
    "smecluster stress robust central local mixed",
    "smecluster stress robust central local --draws 200 --futures demand,credit",
    "smecluster stress robust --study centre-or-place --out results/robust",
    "smecluster stress robust central local --outcome Employment --place Wenzhou",
)
_PAGE = "brief.html"


def robust(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or paths of TOML files.", show_default=False),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    futures: Futures = None,
    seed: Seed = None,
    calibration: CalibrationName = None,
    outcome: Annotated[str, typer.Option(help="What regret is measured in.")] = (
        "Discounted value added"
    ),
    place: Annotated[str, typer.Option(help="Where: a region, or total.")] = "total",
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    horizon: Horizon = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/robust"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Judge strategies by regret, by what is good enough, and by where they fail."""
    from smecluster.policies.comparison.compute import select_outcomes
    from smecluster.policies.robustness.compute import check_needs, judge_strategies
    from smecluster.policies.study import combine_study

    given = combine_study(
        study,
        strategies,
        draws=draws,
        futures=split_names(futures),
        seed=seed,
        start=start,
        budget=budget,
        horizon=horizon,
        baseline=baseline,
        regions=tuple(region) if region else None,
    )
    kept, results = select_outcomes(given.outcomes), _name_results(out)
    done = carry_out(
        given,
        calibration,
        from_,
        set_,
        results,
        workers,
        need_draws=draws is not None,
        check=lambda model: check_needs(
            given.need, outcome, place, outcomes=kept, regions=list(model.regions)
        ),
    )
    judged = judge_strategies(
        done.comparison, given.need, outcome=outcome, place=place, seed=given.seed
    )
    _report(done, judged, results, json)


def _name_results(out: Path) -> Results:
    from smecluster.policies.robustness.brief import CAPTIONS
    from smecluster.policies.robustness.result import TABLES

    return Results(out, tables=TABLES, figures=CAPTIONS, files=[_PAGE])


def _report(done: StudyRun, judged: Robustness, results: Results, json: bool) -> None:
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.comparison.text import describe_basis
    from smecluster.policies.robustness.brief import write_robust_page
    from smecluster.policies.robustness.figures import draw_figures
    from smecluster.policies.robustness.result import TABLES
    from smecluster.policies.robustness.text import answer_robustness

    comparison, said = done.comparison, answer_robustness(judged)
    made = {name: make(judged) for name, make in TABLES.items()}
    files = results.write_tables(made, done.provenance, IN_UNIT)
    if not json:
        print_lines([*said, ""])
        _print_shares(judged)
        print_lines(["", *describe_basis(comparison)])
        sys.stdout.flush()
    drawn = results.draw(draw_figures(judged), done.provenance)
    title = say("How sure is it? {title}", title=done.study.title)
    text = write_robust_page(judged, title, drawn, done.provenance)
    files += [*drawn.values(), results.write(_PAGE, text)]
    record = {
        "stamp": done.provenance,
        "answer": said,
        "warnings": [one.describe() for one in comparison.spans],
        **{name: table.to_dict("records") for name, table in made.items()},
    }
    finish(files, record if json else None)


def _print_shares(judged: Robustness) -> None:
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.robustness.measures import ENOUGH
    from smecluster.policies.robustness.text import name_need
    from smecluster.policies.wording.prose import format_share

    # One need: that it is met and that all are met is the same.
    table = judged.shares.drop(columns=[ENOUGH] * (len(judged.needs) == 1))
    rows = [
        [cell if isinstance(cell, str) else format_share(cell) for cell in row]
        for row in table.itertuples(index=False)
    ]
    print_table(
        [name_need(judged, str(name)) for name in table],
        rows,
        say("Share of the worlds in which a need is met"),
    )
