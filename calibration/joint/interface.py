"""Calibrate every constant with one call: what the command line and a notebook use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

from smecluster.calibration.data.case import list_cases
from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.interface import CaseLike, assemble_together
from smecluster.calibration.joint.knowledge import describe_knowledge
from smecluster.calibration.joint.result import make_result
from smecluster.calibration.joint.reweighing import reweigh
from smecluster.calibration.joint.run import (
    JointEffort,
    find_posterior,
    make_joint_target,
)
from smecluster.calibration.priors.combined import read_combinations
from smecluster.calibration.priors.table import Priors, build_priors
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.saving import check_target, save_calibration
from smecluster.calibration.stages import Stages, Tell
from smecluster.calibration.store.named import DRAWN
from smecluster.model.engine.run.settings import check_count, check_time_step
from smecluster.model.support.checkpoints import drop
from smecluster.model.support.files import write_atomic
from smecluster.model.support.ledger import check_name, is_ours, list_files, remove
from smecluster.model.support.provenance import make_stamp

#: The folder of the calibration's further tables, and that of unfinished work.
KNOWLEDGE, _WORK = "knowledge", "work"
_MORE = ("steps",)
#: Time step of descents and walks, years; their draws are weighed with the model's own.
WALKING_STEP = 0.25


def calibrate_constants(
    cases: Sequence[CaseLike] | None = None,
    *,
    out: str | Path,
    name: str = DRAWN,
    include: Sequence[str] = (),
    effort: JointEffort | None = None,
    time_step: float | None = None,
    workers: int = 1,
    restart: bool = False,
    effects: bool = True,
    tell: Tell = lambda stage, done, total: None,
) -> str:
    """Find the posterior over every constant of the model, and save it as a calibration.

    Parameters
    ----------
    cases : sequence of str, Path or Case, optional
        By default the shipped cases.
    out : str or Path
        Folder to save to; interrupted work resumes there.
    name : str
        Name of the calibration.
    include : sequence of str
        ``"remembered"`` adds figures given from memory, with twice the error.
    effort : JointEffort, optional
        How much work to do.
    time_step : float, optional
        Time step of the runs, years: 1 over a whole number; by default the model's own, while
        descents and walks take `WALKING_STEP`.
    workers : int
        Threads; their number changes no digit.
    restart : bool
        Whether to drop unfinished work in `out` first.
    effects : bool
        Whether published effects weigh the draws, which takes longer than the walks; without, the
        draws are those of the figures alone, and the same call with them resumes.
    tell : callable
        Receives the stage, how much of it is done, and how much there is.

    Returns
    -------
    str
        What the figures decide, in a few sentences.

    Raises
    ------
    InputError
        If a case does not exist or is malformed, a constant states no belief, or `out` is in use or
        holds other work.
    NotConvergedError
        If the walks do not agree: then nothing is saved, and more steps resume them.
    """
    check_name(name, "name")
    check_count("workers", workers)
    effort = effort or JointEffort()
    for each in ("starts", "draws", "steps"):
        check_count(each, getattr(effort, each))
    base = {}
    if time_step is not None:
        check_time_step(time_step)
        base = {"TIME STEP": time_step}
    place = Path(out)
    check_target(place)
    if restart:
        drop(place / _WORK)
    problem = assemble_together(cases or list_cases(), include, base)
    priors = build_priors(problem.model, problem.parameters)
    target = make_joint_target(problem, priors, workers, effort.likelihood)
    coarse = None
    if time_step is None:
        rough = replace(problem, base={**problem.base, "TIME STEP": WALKING_STEP})
        coarse = make_joint_target(rough, priors, workers, effort.likelihood)
    with Stages(place / _WORK, _identify(problem, priors, effort), tell) as stages:
        posterior = find_posterior(problem, priors, target, effort, stages, coarse)
        if effects:
            posterior = reweigh(problem.model, read_reforms(), priors, posterior, stages)
        result = make_result(problem, priors, posterior, stages)
    stamp = make_stamp(
        problem.model.hash, data=problem.hash, calibration=name, seed=str(effort.seed)
    )
    facts: dict[str, Any] = {"seed": effort.seed, "include": list(include), "quick": False}
    save_calibration(result, place, name, facts, stamp)
    return save_knowledge(posterior.tables, place)


def _identify(problem: Problem, priors: Priors, effort: JointEffort) -> dict[str, str]:
    return {
        "model": problem.model.hash,
        "problem": problem.hash,
        "priors": priors.hash,
        "combinations": repr(
            [(one.formula.text, one.low, one.high) for one in read_combinations(priors.names)]
        ),
        **{each: str(value) for each, value in asdict(effort).items() if each not in _MORE},
    }


def save_knowledge(tables: Mapping[str, pd.DataFrame], target: Path) -> str:
    """Write the tables that say what the figures decide, and say it in words.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        By name, as `JointPosterior.tables` has them.
    target : Path
        Folder of the calibration. Tables of an earlier posterior that are not among these, on
        published effects for instance, are removed.

    Returns
    -------
    str
        A few sentences.
    """
    folder = target / KNOWLEDGE
    for name in list_files(folder):
        if name.removesuffix(".csv") not in tables and is_ours(folder / name):
            remove(folder / name)
    for each, table in tables.items():
        text = table.to_csv(index=False, float_format="%.6g")
        write_atomic(folder / f"{each}.csv", text.encode())
    said = describe_knowledge(tables["constants"], tables["pairs"], tables["directions"])
    write_atomic(folder / "said.txt", f"{said}\n".encode())
    return said
