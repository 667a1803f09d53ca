"""``explain contributions``: what each lever of a strategy brings, alone and together."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish, print_lines, print_table
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    Baseline,
    BudgetText,
    Draws,
    Horizon,
    Seed,
    Start,
    Step,
    StudyName,
    Workers,
    add_step,
)

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.policies.comparison.study_inputs import StudyInputs
    from smecluster.policies.contributions.result import Contributions

EXAMPLES = (
    "smecluster explain contributions local",
    "smecluster explain contributions local central mixed --draws 100",
    "smecluster explain contributions --study centre-or-place --draws 50 --step 0.125",
    "smecluster explain contributions mine.toml --outcome Employment --region Wenzhou",
)
_LONG, _PAIRS = _TABLES = ("contributions", "pairs")
_PAGE = "contributions.html"
_CHECKED = 2  # draws in which the model's own time step is tried


def contributions(
    strategies: Annotated[
        list[str] | None,
        typer.Argument(help="Names, or paths of TOML files.", show_default=False),
    ] = None,
    baseline: Baseline = None,
    start: Start = None,
    budget: BudgetText = None,
    horizon: Horizon = None,
    as_written: Annotated[
        bool, typer.Option("--as-written", help="Spend what each strategy's file says.")
    ] = False,
    study: StudyName = None,
    outcome: Annotated[str, typer.Option(help="Outcome drawn as wedges.")] = "value added",
    draws: Draws = None,
    seed: Seed = None,
    pairs: Annotated[
        int, typer.Option(help="Pairs of orders drawn where there are more than 12 levers.")
    ] = 100,
    step: Step = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/contributions"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Share the effect of a strategy among its levers."""
    from smecluster.model.errors import InputError
    from smecluster.policies.comparison.study_inputs import load_inputs
    from smecluster.policies.contributions.compute import compute_contributions, measure_step_error
    from smecluster.policies.spans import warn_spans
    from smecluster.policies.study import combine_study

    if as_written and budget is not None:
        raise InputError("give either --budget or --as-written, not both")
    Results(out).check()
    given = combine_study(
        study,
        strategies,
        baseline=baseline,
        start=start,
        budget=budget,
        horizon=horizon,
        as_written=as_written or None,
        draws=0 if study is None and draws is None else draws,
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
    settings = add_step(inputs.settings, step)
    figures = [f"{kind}-{one.name}" for one in inputs.strategies for kind in _CAPTIONS]
    results = Results(out, tables=_TABLES, figures=figures, files=[_PAGE])
    results.check()

    def compute(name: str, table: pd.DataFrame | None, used: dict[str, float]) -> Contributions:
        strategy = next(one for one in inputs.strategies if one.name == name)
        with progress("runs") as report:
            return compute_contributions(
                inputs.model,
                strategy,
                table,
                baseline=inputs.baseline,
                start=given.start,
                budget=inputs.budget,
                horizon=given.horizon,
                outcomes=[outcome],
                settings=used,
                pairs=pairs,
                seed=given.seed,
                workers=workers,
                progress=report,
            )

    found, errors = [], []
    for strategy in inputs.strategies:
        result = compute(strategy.name, inputs.draws, settings)
        error = None
        if step is not None and step != float(inputs.model.time.step):
            known = list(result.shares["draw"].values[:_CHECKED])
            few = None if inputs.draws is None else inputs.draws.loc[known]
            error = measure_step_error(result, compute(strategy.name, few, inputs.settings))
        found.append(result)
        errors.append(error)
        warn_spans(result.spans)
    _report(inputs, found, errors, results, json)


def _report(
    inputs: StudyInputs,
    found: list[Contributions],
    errors: list[float | None],
    results: Results,
    json: bool,
) -> None:
    """Print and write contributions."""
    import pandas as pd

    from smecluster.model.presentation.documents.page import Section, render_page
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.contributions.measures import (
        QUANTILES,
        tabulate_contributions,
        tabulate_levers,
        tabulate_pairs,
    )
    from smecluster.policies.contributions.text import write_answer, write_basis

    budget = found[0].budget
    provenance = inputs.stamp(
        budget=say("as each strategy's file says") if budget is None else budget.describe()
    )
    values = ["mean", *QUANTILES]
    long = pd.concat(map(tabulate_contributions, found))
    files = results.write_table(_LONG, long, provenance, [*values, "standard error"])
    pairs = pd.concat(map(tabulate_pairs, found))
    files += results.write_table(_PAIRS, pairs, provenance, values)
    answers = {result.strategy.title: write_answer(result) for result in found}
    bases = [
        write_basis(result, error, min(_CHECKED, result.shares.sizes["draw"]))
        for result, error in zip(found, errors, strict=True)
    ]
    if not json:
        for result, basis in zip(found, bases, strict=True):
            print_lines([*answers[result.strategy.title], ""])
            _print_levers(result)
            print_lines(["", *basis, ""])
        # Figures take longer to draw than the answer to read.
        sys.stdout.flush()
    sections = []
    for result, basis in zip(found, bases, strict=True):
        pictures = results.draw(result.figures(), provenance)
        files += pictures.values()
        sections.append(
            Section(
                say.name(result.strategy.title),
                basis,
                [(say("What each lever brings, {unit}", unit=_name_unit()), _list_levers(result))],
                [(say(_CAPTIONS[name.partition("-")[0]]), path) for name, path in pictures.items()],
            )
        )
    sentences = [line for answer in answers.values() for line in answer]
    title = say("What each lever of a strategy brings")
    text = render_page(title, sentences, sections, provenance)
    files.append(results.write(_PAGE, text))
    record = {
        "stamp": provenance,
        "answer": sentences,
        "basis": [line for basis in bases for line in basis],
        "warnings": [one.describe() for result in found for one in result.spans],
        "levers": {
            result.strategy.name: tabulate_levers(result).reset_index().to_dict("records")
            for result in found
        },
    }
    finish(files, record if json else None)


_CAPTIONS = {
    "wedges": mark("Contribution of each lever by year"),
    "levers": mark("Contribution of each lever in present value"),
    "pairs": mark("Pairs of levers that reinforce or replace each other"),
}


def _name_unit() -> str:
    from smecluster.model.presentation.language.spoken import say

    return say("{unit} in present value", unit=say.unit("Myuan")[0])


def _list_levers(result: Contributions) -> pd.DataFrame:
    """Give what the levers bring, in the unit of the language."""
    from smecluster.model.presentation.formatting import display_unit
    from smecluster.model.presentation.language.spoken import say
    from smecluster.policies.contributions.measures import tabulate_levers

    if say.english:
        return tabulate_levers(result)
    return tabulate_levers(result) * (say.unit("Myuan")[1] / display_unit("Myuan")[1])


def _print_levers(result: Contributions) -> None:
    from smecluster.model.presentation.formatting import Rounded
    from smecluster.model.presentation.language.spoken import say

    table = _list_levers(result)
    print_table(
        [mark("lever"), *map(str, table.columns)],
        [
            [str(lever), *map(Rounded, row)]
            for lever, row in zip(table.index, table.to_numpy(), strict=True)
        ],
        say(
            "{strategy}: discounted value added of all regions, {unit}",
            strategy=say.name(result.strategy.title),
            unit=_name_unit(),
        ),
    )
