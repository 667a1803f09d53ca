"""``smecluster explain dominance``: which named loops dominate when, under each strategy."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish_result
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import BudgetText, Start, StudyName

EXAMPLES = (
    "smecluster explain dominance",
    "smecluster explain dominance end-all-policy local mixed --since 2000",
)
_STRATEGIES = ("as-now", "central", "local")
_TABLES, _PICTURE = ("dominance", "dominance-by-year", "mean-shares"), "dominance"


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
    from smecluster.policies.comparison.study_inputs import load_inputs
    from smecluster.policies.dominance import measure_dominance
    from smecluster.policies.study import combine_study

    Results(out, tables=_TABLES, figures=[_PICTURE], files=["dominance.html"]).check()
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
            since=since,
            progress=report,
        )
    money = result.facts["budget"]
    stamp = inputs.stamp(
        budget=say("as each strategy's file says") if money is None else money.describe()
    )
    finish_result(result, out, stamp, json=json)
