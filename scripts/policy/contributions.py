"""``explain contributions``: what each lever of a strategy brings, alone and together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish_result
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

    from smecluster.policies.contributions.data import Contributions
    from smecluster.policies.strategy import Strategy

EXAMPLES = (
    "smecluster explain contributions local",
    "smecluster explain contributions local central mixed --draws 100",
    "smecluster explain contributions --study centre-or-place --draws 50 --step 0.125",
    "smecluster explain contributions mine.toml --outcome Employment --region Wenzhou",
)
_TABLES, _PICTURES = ("levers", "contributions", "pairs"), ("levers", "wedges", "pairs")
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
    from smecluster.policies.contributions.compute import compute_contributions
    from smecluster.policies.contributions.data import measure_step_error
    from smecluster.policies.contributions.result import describe_contributions
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
    figures = [f"{kind}-{one.name}" for one in inputs.strategies for kind in _PICTURES]
    Results(out, tables=_TABLES, figures=figures, files=["contributions.html"]).check()

    def compute(
        strategy: Strategy, table: pd.DataFrame | None, used: dict[str, float]
    ) -> Contributions:
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

    found, checked = [], 0
    for strategy in inputs.strategies:
        made = compute(strategy, inputs.draws, settings)
        if step is not None and step != float(inputs.model.time.step):
            known = list(made.shares["draw"].values[:_CHECKED])
            checked = len(known)
            few = None if inputs.draws is None else inputs.draws.loc[known]
            fine = compute(strategy, few, inputs.settings)
            made = replace(made, step_error=measure_step_error(made, fine))
        found.append(made)
        warn_spans(made.spans)
    money = found[0].budget
    stamp = inputs.stamp(
        budget=say("as each strategy's file says") if money is None else money.describe()
    )
    finish_result(describe_contributions(found, checked), out, stamp, json=json)
