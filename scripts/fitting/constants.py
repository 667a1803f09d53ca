"""``smecluster calibrate constants``: the posterior over every constant of the model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from smecluster.model.presentation.language.spoken import say
from smecluster.model.support.ledger import check_name
from smecluster.scripts.shared.options import Include, Restart
from smecluster.scripts.shared.printing import note, print_lines

EXAMPLES = (
    "smecluster calibrate constants",
    "smecluster calibrate constants --steps 5000",
    "smecluster calibrate constants --no-effects",
    "smecluster calibrate constants --time-step 0.125 --name coarse",
)
_RESULTS = Path("results/calibration")


def constants(
    name: Annotated[str, typer.Option(help="Name of the calibration.")] = "every-constant",
    seed: Annotated[int, typer.Option(min=0, help="Seed of all random numbers.")] = 1,
    starts: Annotated[int, typer.Option(min=1, help="Descents to the mode.")] = 4,
    draws: Annotated[int, typer.Option(min=1, help="Draws to keep.")] = 1000,
    steps: Annotated[
        int,
        typer.Option(
            min=1,
            help="Moves after which walkers that do not agree are refused; the same command with "
            "more resumes them.",
        ),
    ] = 2_000,
    likelihood: Annotated[
        str,
        typer.Option(
            help="How errors are correlated in time: autoregression, or discrepancy (a Gaussian "
            "process with independent errors)."
        ),
    ] = "autoregression",
    include: Include = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder to write to; by default results/calibration/NAME.", show_default=False
        ),
    ] = None,
    restart: Restart = False,
    time_step: Annotated[
        float | None,
        typer.Option(
            help="Time step of the runs, years: 1 over a whole number; by default the model's.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads.")] = 1,
    effects: Annotated[
        bool,
        typer.Option(
            help="Whether published effects of policies weigh the draws, and are counted; takes "
            "longer than all else, and can be added later by the same command."
        ),
    ] = True,
) -> None:
    """Find what the figures say of every constant, all judgements varied."""
    from smecluster.calibration.conditions.ten_lines import read_knowledge, sum_up
    from smecluster.calibration.joint.interface import calibrate_constants
    from smecluster.calibration.joint.run import JointEffort
    from smecluster.scripts.fitting.calibrate import StageProgress

    check_name(name, "--name")
    target = _RESULTS / name if out is None else out
    with StageProgress() as tell:
        said = calibrate_constants(
            out=target,
            name=name,
            include=tuple(include or ()),
            effort=JointEffort(seed, starts, draws, steps, likelihood),
            time_step=time_step,
            workers=workers,
            restart=restart,
            effects=effects,
            tell=tell,
        )
    note(say("wrote {path}", path=target))
    print_lines([said, "", *sum_up(read_knowledge(target))])
