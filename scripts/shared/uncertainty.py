"""What the commands that compare strategies share: their options, and how they are carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from smecluster.model.engine.run.settings import check_time_step
from smecluster.scripts.shared.progress import progress

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.policies.comparison.study_run import StudyRun
    from smecluster.policies.study import Study
    from smecluster.scripts.shared.results import Results

#: Columns whose unit stands in the column ``unit`` of the same row.
IN_UNIT = ("low", "median", "high", "expected", "90th percentile", "maximum")

StudyName = Annotated[
    str | None,
    typer.Option("--study", help="Name of a study, or path of its TOML file.", show_default=False),
]
Draws = Annotated[
    int | None,
    typer.Option(min=0, help="Draws of the calibration; 0 for its best fit.", show_default=False),
]
Futures = Annotated[
    list[str] | None,
    typer.Option(
        "--futures",
        help="Futures or paths of TOML files, separated by commas; all for every shipped one.",
        show_default=False,
    ),
]
Seed = Annotated[
    int | None, typer.Option(min=1, help="Seed of the draws; 1 by default.", show_default=False)
]
Baseline = Annotated[
    str | None,
    typer.Option(help="Strategy to compare with; by default as-now.", show_default=False),
]
Start = Annotated[
    float | None,
    typer.Option(
        help="Year from which money and discounted sums count; by default 2025.",
        show_default=False,
    ),
]
Horizon = Annotated[
    int | None,
    typer.Option(
        help="Last year whose consequences count, to 2060; by default 2040, to which money counts "
        "whatever the horizon is.",
        show_default=False,
    ),
]
BudgetText = Annotated[
    str | None,
    typer.Option(
        "--budget",
        help="Money of each strategy on top of policy as now: 0.5% of the regions' value added "
        "(the default), '300 bn' yuan in present value, or Myuan.",
        show_default=False,
    ),
]
Step = Annotated[
    float | None,
    typer.Option(
        help="Time step, Year; by default the model's own. 0.125 is eight times as fast and close.",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Threads; one for each processor by default.", show_default=False),
]


def carry_out(
    study: Study,
    calibration: str | None,
    folders: Sequence[Path] | None,
    settings: Sequence[str] | None,
    results: Results,
    workers: int | None = None,
    *,
    need_draws: bool,
    check: Callable[[Model], None] | None = None,
) -> StudyRun:
    """Carry a study out, show how far it is, and warn of implausible shares.

    Arguments and errors as in `policies.comparison.study_run.run_study`; the folder of the results
    is checked first.
    """
    from smecluster.policies.comparison.study_run import run_study
    from smecluster.policies.spans import warn_spans

    results.check()
    with progress("runs") as report:
        done = run_study(
            study,
            calibration=calibration,
            folders=folders or [],
            settings=settings or [],
            out=results.folder,
            workers=workers,
            need_draws=need_draws,
            check=check,
            progress=report,
        )
    warn_spans(done.comparison.spans)
    return done


def add_step(settings: Mapping[str, float], step: float | None) -> dict[str, float]:
    """Add a time step, where one is given, to the inputs that hold in every run."""
    if step is not None:
        check_time_step(step)
    return {**settings, **({} if step is None else {"TIME STEP": step})}


def split_names(texts: Sequence[str] | None) -> tuple[str, ...] | None:
    """Split names with commas between; None where the option is not given.

    Raises
    ------
    InputError
        If it is given without a name.
    """
    from smecluster.model.errors import InputError

    if not texts:
        return None
    names = tuple(one.strip() for text in texts for one in text.split(",") if one.strip())
    if not names:
        raise InputError(f"{','.join(texts)!r} names nothing: give names with commas between")
    return names
