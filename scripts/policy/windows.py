"""``smecluster explain timing``: when help pays, by year and by size of the cluster."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.presentation.language.spoken import say
from smecluster.scripts.shared.options import CalibrationName, Folders, Regions, Settings
from smecluster.scripts.shared.printing import finish_result
from smecluster.scripts.shared.progress import progress
from smecluster.scripts.shared.results import Results
from smecluster.scripts.shared.uncertainty import (
    Draws,
    Seed,
    Step,
    StudyName,
    Workers,
    add_step,
)

EXAMPLES = (
    "smecluster explain timing",
    "smecluster explain timing local --draws 30 --years 10 --to-year 2030",
    "smecluster explain timing combination --from-year 2005 --to-year 2020 --every 1",
)
_STRATEGY = "combination"
_DRAWS = 100
_TABLES, _PICTURES = ("windows", "kinds", "map"), ("window-by-year", "window-map")


def windows(
    strategy: Annotated[
        str | None,
        typer.Argument(
            help=f"Strategy whose local allocation is used; by default {_STRATEGY}.",
            show_default=False,
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="Policy that the programme comes on top of, and is compared with; by default "
            "as-now.",
            show_default=False,
        ),
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(
            help="Yearly money of the region, as a share of its value added; by default 0.5%.",
            show_default=False,
        ),
    ] = None,
    study: StudyName = None,
    draws: Draws = None,
    seed: Seed = None,
    from_year: Annotated[int, typer.Option(help="First starting year, 2000 or later.")] = 2000,
    to_year: Annotated[int, typer.Option(help="Last starting year.")] = 2025,
    every: Annotated[int, typer.Option(min=1, max=100, help="Years between starting years.")] = 5,
    lasting: Annotated[float, typer.Option(help="Years that the programme lasts.")] = 5,
    years: Annotated[
        float,
        typer.Option(help="Years from the start of the programme over which the gain counts."),
    ] = 15,
    step: Step = None,
    calibration: CalibrationName = None,
    region: Regions = None,
    from_: Folders = None,
    set_: Settings = None,
    out: Annotated[Path, typer.Option(help="Folder for tables, figures and the page.")] = Path(
        "results/windows"
    ),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    workers: Workers = None,
) -> None:
    """Map what a yuan gains by starting year and cluster size; 100 draws by default."""
    from smecluster.policies.comparison.study_inputs import load_inputs
    from smecluster.policies.study import combine_study
    from smecluster.policies.timing import map_timing

    Results(out, tables=_TABLES, figures=_PICTURES, files=["timing.html"]).check()
    named = strategy or (_STRATEGY if study is None else None)
    given = combine_study(
        study,
        [named] if named else None,
        baseline=baseline,
        budget=budget,
        draws=_DRAWS if study is None and draws is None else draws,
        seed=seed,
        futures=("base",),
        regions=tuple(region) if region else None,
    )
    inputs = load_inputs(
        given,
        calibration=calibration,
        folders=from_ or [],
        settings=set_ or [],
        need_draws=draws is not None,
    )
    # Of a study's strategies the first that has a local programme.
    chosen = next((one for one in inputs.strategies if one.local), inputs.strategies[0])
    with progress("runs") as report:
        result = map_timing(
            inputs.model,
            chosen,
            inputs.draws,
            budget=given.budget,
            baseline=inputs.baseline,
            starts=range(from_year, to_year + 1, every),
            lasting=lasting,
            horizon=years,
            settings=add_step(inputs.settings, step),
            workers=workers,
            progress=report,
        )
    stamp = inputs.stamp(
        budget=say(
            "{share} % of the region's value added a year, on top of {baseline}",
            share=f"{100 * result.facts['share']:.3g}",
            baseline=say.name(inputs.baseline.name),
        )
    )
    finish_result(result, out, stamp, json=json)
