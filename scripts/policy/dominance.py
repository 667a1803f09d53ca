"""``smecluster explain dominance``: which named loops dominate when, under each strategy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import BudgetText, Start, StudyName

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.dominance.result import Dominance

EXAMPLES = (
    "smecluster explain dominance",
    "smecluster explain dominance end-all-policy local mixed --since 2000",
)
_STRATEGIES = ("as-now", "central", "local")
_NAME, _YEARLY = "dominance", "dominance-by-year"
_PAGE = f"{_NAME}.html"


def dominance(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names or TOML files, the one to compare with first; by default as-now, central "
            "and local.",
            show_default=False,
        ),
    ] = None,
    start: Start = None,
    budget: BudgetText = None,
    study: StudyName = None,
    since: Annotated[
        float | None,
        typer.Option(help="First year that counts; by default the start.", show_default=False),
    ] = None,
    step: Annotated[float, typer.Option(help="Time step, Year.")] = 0.125,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figure and the page.")] = Path(
        "results/dominance"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Follow the named loops through the runs of strategies (needs the extra 'loops')."""
    from smecluster.model.errors import InputError
    from smecluster.policies.comparison.study_inputs import load_inputs
    from smecluster.policies.dominance.compute import measure_dominance
    from smecluster.policies.study import combine_study

    results = Results(out, tables=[_NAME, _YEARLY], figures=[_NAME], files=[_PAGE])
    results.check()
    given = combine_study(
        study,
        strategies or (list(_STRATEGIES) if study is None else None),
        start=start,
        budget=budget,
        draws=0,
        futures=("base",),
        regions=tuple(region) if region else None,
    )
    inputs = load_inputs(given, calibration=calibration, folders=from_ or [], settings=set_ or [])
    time, first = inputs.model.time, given.start if since is None else since
    if not time.initial <= first <= time.final:
        raise InputError(f"--since {first:g} is not in {time.initial:g}..{time.final:g}")
    # A study names what its strategies are compared with apart from them.
    chosen = inputs.strategies if study is None else (inputs.baseline, *inputs.strategies)
    with progress(mark("strategies")) as report:
        result = measure_dominance(
            inputs.model,
            chosen,
            start=given.start,
            budget=inputs.budget,
            settings=inputs.settings,
            step=step,
            progress=report,
        )
    _report(inputs, result, first, results, json)


def _report(
    inputs: StudyInputs, result: Dominance, since: float, results: Results, json: bool
) -> None:
    """Print and write the shares."""
    from smecluster.model.presentation.documents.page import Section, render_page
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.dominance.figures import draw_dominance
    from smecluster.policies.dominance.measures import summarise_shares
    from smecluster.policies.dominance.text import write_answer, write_basis

    budget = (
        say("as each strategy's file says") if result.budget is None else result.budget.describe()
    )
    provenance = inputs.stamp(budget=budget)
    shares = summarise_shares(result.shares, since)
    files = results.write_table(_NAME, shares, provenance)
    files += results.write_table(_YEARLY, result.tables()["by year"], provenance)
    answer, basis = write_answer(result, since), write_basis(result)
    wide = shares.pivot(index="loop", columns=["Region", "strategy"], values="share")
    wide = wide.loc[[str(loop) for loop in result.shares["loop"].values]]
    if not json:
        print_lines([*answer, ""])
        for region in result.shares["Region"].values:
            own = wide[region]
            print_table(
                [str(region), *map(str, own.columns)],
                [
                    [str(row[0]), *(f"{100 * value:.1f}" for value in row[1:])]
                    for row in own.itertuples()
                ],
                say(
                    "Mean share since {since}, %; negative where the loop balances",
                    since=f"{since:g}",
                ),
            )
            print()
        print_lines(basis)
    pictures = results.draw({_NAME: draw_dominance(result, since)}, provenance)
    sections = [
        Section(say("By year"), [], [], [(say("Share of each named loop"), pictures[_NAME])]),
        Section(
            say("On average since {since}", since=f"{since:g}"),
            basis,
            [
                (
                    say("Share of each named loop, %; negative where it balances"),
                    _speak((100 * wide).round(1)),
                )
            ],
        ),
    ]
    text = render_page(say("Which feedback loops dominate when"), answer, sections, provenance)
    files += [*pictures.values(), results.write(_PAGE, text)]
    record = {
        "stamp": provenance,
        "answer": answer,
        "basis": basis,
        _NAME: shares.to_dict("records"),
    }
    finish(files, record if json else None)


def _speak(table: pd.DataFrame) -> pd.DataFrame:
    """Name the regions and strategies of the columns, which the page joins, and what a row is."""
    from smecluster.model.presentation.language.spoken import say

    named = table.rename(columns=lambda name: say.word(str(name)))
    return named.rename_axis(index=say("loop"))
