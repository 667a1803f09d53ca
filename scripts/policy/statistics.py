"""``smecluster explain statistics``: what cluster statistics are worth."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    Baseline,
    BudgetText,
    Draws,
    Futures,
    Horizon,
    Seed,
    Start,
    Step,
    StudyName,
    Workers,
    add_step,
    split_names,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.statistics_value.result import StatisticsValue
    from smecluster.policies.strategy import Strategy

EXAMPLES = (
    "smecluster explain statistics",
    "smecluster explain statistics mixed --draws 200 --futures scandal,demand",
    "smecluster explain statistics --study centre-or-place --draws 50",
)
_STRATEGY, _FUTURE = "local", "scandal"
_DRAWS = 100
_NAME = "statistics"  # of its table and its figure
_PAGE = f"{_NAME}.html"


def statistics(
    strategy: Annotated[
        str | None,
        typer.Argument(
            help=f"Strategy with money for cluster statistics; by default {_STRATEGY}.",
            show_default=False,
        ),
    ] = None,
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    horizon: Horizon = None,
    study: StudyName = None,
    futures: Futures = None,
    draws: Draws = None,
    seed: Seed = None,
    step: Step = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figure and the page.")] = Path(
        "results/statistics"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Find what cluster statistics are worth to policy that reacts or anticipates."""
    from smecluster.policies.comparison.study_inputs import load_inputs
    from smecluster.policies.statistics_value.compute import value_statistics
    from smecluster.policies.study import combine_study

    results = Results(out, tables=[_NAME], figures=[_NAME], files=[_PAGE])
    results.check()
    named = strategy or (_STRATEGY if study is None else None)
    given = combine_study(
        study,
        [named] if named else None,
        baseline=baseline,
        start=start,
        budget=budget,
        horizon=horizon,
        futures=split_names(futures) or ((_FUTURE,) if study is None else None),
        draws=_DRAWS if study is None and draws is None else draws,
        seed=seed,
        regions=tuple(region) if region else None,
    )
    inputs = load_inputs(
        given,
        calibration=calibration,
        folders=from_ or [],
        settings=set_ or [],
        need_draws=draws is not None,
    )
    with progress("runs") as report:
        result = value_statistics(
            inputs.model,
            _choose(inputs.strategies),
            inputs.draws,
            inputs.futures,
            baseline=inputs.baseline,
            start=given.start,
            budget=inputs.budget,
            horizon=given.horizon,
            settings=add_step(inputs.settings, step),
            workers=workers,
            progress=report,
        )
    _report(inputs, result, results, json)


def _choose(strategies: tuple[Strategy, ...]) -> Strategy:
    """Choose the first of a study's strategies that spends on cluster statistics."""
    from smecluster.policies.statistics_value.measures import LEVER

    return next(
        (one for one in strategies if any(p.allocation.get(LEVER) for p in one.programmes)),
        strategies[0],
    )


def _report(inputs: StudyInputs, result: StatisticsValue, results: Results, json: bool) -> None:
    """Print and write the worth."""
    from smecluster.model.outcomes import TOTAL
    from smecluster.model.presentation.documents.page import Section, render_page
    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.statistics_value.text import write_answer, write_basis

    budget = (
        say("as the strategy's file says") if result.budget is None else result.budget.describe()
    )
    provenance = inputs.stamp(budget=budget)
    table = result.table()
    files = results.write_table(_NAME, table, provenance)
    answer, basis = write_answer(result), write_basis(result)
    if not json:
        print_lines([*answer, ""])
        whole = _shorten(table[table["place"] == TOTAL].drop(columns="place"))
        rows = [
            [Rounded(cell) if isinstance(cell, float) else cell for cell in row]
            for row in whole.itertuples(index=False)
        ]
        print_table([str(name) for name in whole], rows, say("All regions"))
        print_lines(["", *basis])
    pictures = results.draw(result.figures(), provenance)
    captions = [(say("Worth against cost, by policy, future and place"), pictures[_NAME])]
    tables = [(say("By policy, future and place"), _shorten(table))]
    sections = [
        Section(say("Worth against cost"), [], [], captions),
        Section(say("What this rests on"), basis, tables),
    ]
    text = render_page(say("What cluster statistics are worth"), answer, sections, provenance)
    files += [*pictures.values(), results.write(_PAGE, text)]
    record = {
        "stamp": provenance,
        "answer": answer,
        "basis": basis,
        _NAME: table.to_dict("records"),
    }
    finish(files, record if json else None)


def _shorten(table: pd.DataFrame) -> pd.DataFrame:
    """Join what belongs together, so that a table fits 80 columns."""
    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.catalogue import mark
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.presentation.language.tables import speak_table

    units = table["unit"].where(table["measure"] != "worth over cost", mark("yuan for a yuan"))
    table = speak_table(table.assign(unit=units))
    short = table[[one for one in ("policy", "future", "place", "measure") if one in table]]
    short = short.assign(unit=table["unit"], median=table["median"])
    if "low" in table:
        points = zip(table["low"], table["high"], strict=True)
        above = zip(table["above zero"], table["draws"], strict=True)
        short["90 %"] = [f"{Rounded(low)}-{Rounded(high)}" for low, high in points]
        short[mark("> 0 in")] = [
            say("{count} of {total}", count=count, total=total) for count, total in above
        ]
    return short
