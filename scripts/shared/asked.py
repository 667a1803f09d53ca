"""What a command was asked to do: by its options and, where they are silent, by a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from smecluster.model.support.errors import InputError

StudyName = Annotated[
    str | None,
    typer.Option(
        "--study",
        help="Study (name or TOML file) that says what the command line does not: strategies, "
        "draws, seed, calibration, regions, budget.",
        show_default=False,
    ),
]


@dataclass(frozen=True)
class Asked:
    """What a command was asked to do.

    Attributes
    ----------
    strategies : tuple of str
        Names or paths.
    draws, seed : int
        How many draws, and the seed.
    budget : float or None
        Present value that each strategy shall cost, Myuan.
    calibration : str or None
        Name or folder.
    regions : tuple of str
        Regions to keep; all where empty.
    """

    strategies: tuple[str, ...]
    draws: int
    seed: int
    budget: float | None
    calibration: str | None
    regions: tuple[str, ...]


def asked(
    study: str | None,
    *,
    strategies: Sequence[str] | None,
    draws: int | None,
    seed: int | None,
    budget: float | None,
    calibration: str | None,
    regions: Sequence[str] | None,
    unless: tuple[Sequence[str], int] = ((), 0),
) -> Asked:
    """Put the options of a command and a study together; the options go first.

    Parameters
    ----------
    study : str, optional
        Name or path of the study.
    strategies, draws, seed, budget, calibration, regions
        What the command line says; None where it is silent.
    unless : tuple of (sequence of str, int)
        Strategies and draws where neither says anything.

    Returns
    -------
    Asked
        What is to be done.

    Raises
    ------
    InputError
        If there is no such study, it is broken, or nobody names a strategy.
    """
    from smecluster.policies.study import load

    plan = None if study is None else load(study)
    names, count = unless
    if plan is not None:
        names, count = plan.strategies, plan.draws
        seed = plan.seed if seed is None else seed
        budget = plan.budget if budget is None and isinstance(plan.budget, float) else budget
        calibration = plan.calibration if calibration is None else calibration
        regions = regions or plan.regions
    names = strategies or names
    if not names:
        raise InputError("name a strategy, or a study with --study")
    return Asked(
        strategies=tuple(names),
        draws=count if draws is None else draws,
        seed=1 if seed is None else seed,
        budget=budget,
        calibration=calibration,
        regions=tuple(regions or ()),
    )
