"""Calibrate with one call: what the command line and a notebook use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from smecluster.calibration.choosing import find_calibration
from smecluster.calibration.data.case import (
    Case,
    fingerprint_case,
    list_cases,
    load_case,
    make_region,
)
from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.further import assemble_further_problem, load_beside
from smecluster.calibration.nesting.boundaries import find_parts
from smecluster.calibration.posterior.correlations import FAMILIES
from smecluster.calibration.posterior.result import list_parameters, make_result
from smecluster.calibration.posterior.reweighing import reweigh
from smecluster.calibration.posterior.run import (
    LIKELIHOOD,
    Effort,
    approximate_posterior,
    assemble_target,
    find_posterior,
)
from smecluster.calibration.priors.combined import Combination, read_combinations
from smecluster.calibration.priors.table import Priors, build_own_priors, build_priors
from smecluster.calibration.problem.assembly import Problem, assemble_problem
from smecluster.calibration.problem.objective import Objective, refuse_idle
from smecluster.calibration.problem.parameters import Parameter
from smecluster.calibration.saving import check_target, save_calibration, save_knowledge
from smecluster.calibration.stages import Stages, Tell
from smecluster.calibration.store.findings import MANIFEST, read_findings
from smecluster.calibration.store.mismatches import BESIDE, HELD, TITLES, name_beside, name_held
from smecluster.calibration.store.named import CASES, DRAWN
from smecluster.calibration.store.own import OWN
from smecluster.model import Region, load
from smecluster.model.engine.run.settings import check_count, check_time_step
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.checkpoints import drop
from smecluster.model.support.ledger import check_name
from smecluster.model.support.limits import MOST_STARTS
from smecluster.model.support.provenance import make_stamp

if TYPE_CHECKING:
    from smecluster.model.writing.result import Result

#: Time step of descents and walks, years; their draws are weighed with the model's own.
WALKING_STEP = 0.25
#: The folder of unfinished work, in that of the calibration.
_WORK = "work"
#: What may be asked for later: it changes nothing that is kept.
_MORE = ("steps",)
_QUICK_STARTS = 2
_MOST_DRAWS = 100_000

CaseLike = str | Path | Case


@dataclass(frozen=True)
class Task:
    """What is fitted.

    Attributes
    ----------
    name : str
        What the calibration is called by default.
    problem : Problem
        The figures, and the regions' own parameters.
    priors : Priors
        What is believed of all that is estimated.
    parameters : tuple of Parameter
        The same as parameters of the problem.
    combinations : tuple of Combination
        What is believed of combinations of them.
    effects : bool
        Whether published effects of policies can weigh the draws.
    facts : mapping
        What the manifest says of the cases.
    """

    name: str
    problem: Problem
    priors: Priors
    parameters: tuple[Parameter, ...]
    combinations: tuple[Combination, ...] = ()
    effects: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


def calibrate(
    cases: CaseLike | Sequence[CaseLike] | None = None,
    *,
    out: str | Path | None = None,
    name: str | None = None,
    include: Sequence[str] = (),
    seed: int = 1,
    starts: int = 4,
    draws: int = 1000,
    steps: int = 2_000,
    quick: bool = False,
    likelihood: str = LIKELIHOOD,
    effects: bool = True,
    time_step: float | None = None,
    calibration: str | None = None,
    beside: Sequence[CaseLike] = (),
    workers: int = 1,
    restart: bool = False,
    anew: bool = False,
    tell: Tell = lambda stage, done, total: None,
) -> Result:
    """Find the posterior of the model's constants, given published figures.

    Parameters
    ----------
    cases : str, Path, Case or sequence of these, optional
        One case (a shipped name or a folder): its own parameters are fitted, all other regions
        and the shared constants are held. Several cases: every constant of the model is fitted.
        By default the shipped cases together.
    out : str or Path, optional
        Folder to save to. An interrupted calibration resumes there. By default nothing is kept,
        and an interruption loses the work.
    name : str, optional
        Name of the calibration; by default ``every-constant``, or the folder's name for one case.
    include : sequence of str
        ``"remembered"`` adds figures given from memory, with twice the error.
    seed : int
        For all that is random.
    starts : int
        Descents to the mode; a quick fit makes at most two.
    draws : int
        Draws of the posterior to keep.
    steps : int
        Moves after which walks that have not converged are refused.
    quick : bool
        Whether to find the mode and approximate intervals only: no draws.
    likelihood : str
        How errors of a series are correlated: a name of
        `calibration.posterior.correlations.FAMILIES`.
    effects : bool
        Whether published effects of policies weigh the draws of all cases together, which takes
        longer than the walks; the same call with them resumes one without.
    time_step : float, optional
        Time step of the runs, years: 1 over a whole number; by default the model's own, while
        descents and walks take `WALKING_STEP`.
    calibration : str, optional
        Calibration at which the other regions are held, with one case; by default the values of
        the model's file.
    beside : sequence of str, Path or Case
        With one case: folders of further regions that stand beside it, each held at its own
        calibration, or at its own values without one.
    workers : int
        Threads; their number changes no digit.
    restart : bool
        Whether to drop unfinished work in `out` first.
    anew : bool
        Whether a `quick` fit may replace one in `out` that has draws, which it would lose.
    tell : callable
        Receives the stage, how much of it is done, and how much there is.

    Returns
    -------
    Result
        Estimates with intervals and verdicts, the fit of each series, and pictures; see
        `calibration.findings_page.describe_calibration`.

    Raises
    ------
    InputError
        If a case does not exist or is malformed, a parameter has no effect on any figure, or
        `out` is in use or holds other work.
    NotConvergedError
        If the walks do not agree: then nothing is saved, and more steps resume them.

    Examples
    --------
    >>> result = calibrate("my-region", quick=True, out="results/my-region")  # doctest: +SKIP
    >>> result.table()  # doctest: +SKIP
    """
    effort = Effort(seed, starts, draws, steps, likelihood)
    _check_settings(effort, name, time_step, workers)
    if quick:
        effort = replace(effort, starts=min(starts, _QUICK_STARTS))
    if out is not None:
        _check_out(Path(out), cases)
        if quick and not anew:
            _keep_draws(Path(out))
    base = {} if time_step is None else {"TIME STEP": time_step}
    if cases is None or (isinstance(cases, Sequence) and not isinstance(cases, str)):
        if calibration is not None:
            raise InputError(
                f"calibration {calibration!r} holds the other regions while one case is fitted; "
                "here all are fitted together"
            )
        if beside:
            raise InputError("other regions stand beside one case: here all are fitted together")
        task = plan_together(cases or list_cases(), include, base)
    else:
        task = plan_alone(_load(cases), include, base, calibration, [_load(one) for one in beside])
    facts = {"seed": seed, "include": list(include), "quick": quick, **task.facts}
    options: dict[str, Any] = {
        "quick": quick,
        "effects": effects and task.effects and not quick,
        "coarser": time_step is None,
        "workers": workers,
        "tell": tell,
    }
    called = name or task.name
    if out is None:
        with TemporaryDirectory(prefix="smecluster-") as folder:
            return _fit(task, effort, Path(folder), called, facts, **options)
    if restart:
        drop(Path(out) / _WORK)
    return _fit(task, effort, Path(out), called, facts, **options)


def plan_together(
    cases: Sequence[CaseLike], include: Sequence[str], base: Mapping[str, Any]
) -> Task:
    """Plan to fit every constant of the model to several cases; see `assemble_together`."""
    loaded = [_load(case) for case in cases]
    problem = assemble_together(loaded, include, base)
    priors = build_priors(problem.model, problem.parameters)
    return Task(
        DRAWN,
        problem,
        priors,
        list_parameters(priors, problem.model.regions),
        read_combinations(priors.names),
        effects=True,
        facts={CASES: _fingerprint(loaded)},
    )


def assemble_together(
    cases: Sequence[CaseLike], include: Sequence[str], base: Mapping[str, Any]
) -> Problem:
    """Assemble the problem of several cases and of the parameters that they share.

    Parameters
    ----------
    cases : sequence of str, Path or Case
        Shipped names or folders.
    include : sequence of str
        ``"remembered"`` adds figures given from memory.
    base : mapping
        Inputs that all runs set.

    Returns
    -------
    Problem

    Raises
    ------
    InputError
        If a case does not exist or is malformed.
    """
    loaded = [_load(case) for case in cases]
    shipped = {load_case(name).path for name in list_cases()}
    added = [case for case in loaded if case.path not in shipped]
    model = load()
    parts: dict[str, tuple[str, ...]] = {}
    if added:
        own = {case.place.name for case in added}
        kept = [Region(name) for name in model.regions if name not in own]
        model = load(regions=[*kept, *map(make_region, added)])
        parts = find_parts(model.regions, [case.place for case in loaded])
    return assemble_problem(model, loaded, include=include, base=base, parts=parts)


def plan_alone(
    case: Case,
    include: Sequence[str] = (),
    base: Mapping[str, Any] | None = None,
    calibration: str | None = None,
    others: Sequence[Case] = (),
) -> Task:
    """Plan to fit a case's own parameters, all other regions held.

    Parameters
    ----------
    case : Case
        The case.
    include : sequence of str
        ``"remembered"`` adds figures given from memory.
    base : mapping, optional
        Inputs that all runs set.
    calibration : str, optional
        Calibration of the others; see `calibration.choosing.find_calibration`.
    others : sequence of Case
        Further regions that stand beside it.

    Returns
    -------
    Task

    Raises
    ------
    InputError
        If the case names nothing to estimate, has no figures, or one of its parameters has no
        effect on them.
    """
    held = find_calibration(calibration)
    model, parts = load_beside(case, held, others)
    problem = assemble_further_problem(model, case, include=include, base=base, parts=parts)
    objective = Objective(problem)
    refuse_idle(objective, objective.prior_mean)
    facts = {
        CASES: _fingerprint([case]),
        TITLES: {case.place.name: case.place.title},
        HELD: name_held(held),
    }
    if others:
        facts[BESIDE] = name_beside([each.path for each in others])
    priors = build_own_priors(problem)
    return Task(case.name, problem, priors, problem.parameters, facts=facts)


def _fit(
    task: Task,
    effort: Effort,
    folder: Path,
    name: str,
    facts: Mapping[str, Any],
    *,
    quick: bool,
    effects: bool,
    coarser: bool,
    workers: int,
    tell: Tell,
) -> Result:
    """Fit, or resume where that was left, and save what was found."""
    from smecluster.calibration.findings_page import describe_calibration

    problem, priors = task.problem, task.priors
    shared = (priors, workers, effort.likelihood, task.combinations)
    target = assemble_target(problem, *shared)
    coarse = None
    if coarser:
        rough = replace(problem, base={**problem.base, "TIME STEP": WALKING_STEP})
        coarse = assemble_target(rough, *shared)
    find = approximate_posterior if quick else find_posterior
    with Stages(folder / _WORK, _identify(task, effort, quick), tell) as stages:
        posterior = find(problem, priors, target, effort, stages, coarse)
        if effects:
            posterior = reweigh(problem.model, read_reforms(), priors, posterior, stages)
        fitted = make_result(problem, task.parameters, priors, posterior, stages, drawn=not quick)
    origin = make_stamp(
        problem.model.hash,
        data=problem.hash,
        calibration=name,
        seed=str(effort.seed),
        held=facts.get(HELD),
    )
    save_calibration(fitted, folder, name, facts, origin)
    save_knowledge(posterior.tables, folder)
    return describe_calibration(folder)


def _identify(task: Task, effort: Effort, quick: bool) -> dict[str, str]:
    """Name all that the kept parts of the work depend on."""
    return {
        "model": task.problem.model.hash,
        "problem": task.problem.hash,
        "priors": task.priors.hash,
        "combinations": repr([(one.formula.text, one.low, one.high) for one in task.combinations]),
        "quick": str(quick),
        **{each: str(value) for each, value in asdict(effort).items() if each not in _MORE},
    }


def _check_settings(
    effort: Effort, name: str | None, time_step: float | None, workers: int
) -> None:
    if name is not None:
        check_name(name, "name")
    check_count("starts", effort.starts, MOST_STARTS)
    check_count("draws", effort.draws, _MOST_DRAWS)
    check_count("steps", effort.steps)
    check_count("workers", workers)
    if effort.likelihood not in FAMILIES:
        raise UnknownNameError("likelihood", effort.likelihood, FAMILIES)
    if time_step is not None:
        check_time_step(time_step)


def _check_out(out: Path, cases: CaseLike | Sequence[CaseLike] | None) -> None:
    """Refuse to write where a case is read, or over files of others."""
    every = [cases] if isinstance(cases, str | Path | Case) else cases or []
    for case in every:
        folder = case.path if isinstance(case, Case) else Path(case)
        if folder.resolve() == out.resolve():
            raise InputError(
                f"--out {out} is the region's own folder: choose another one, such as {out / OWN}"
            )
    check_target(out)


def _keep_draws(out: Path) -> None:
    """Refuse to replace a full fit by a quick one, which has no draws, without being told to."""
    if not (out / MANIFEST).is_file():
        return
    draws = len(read_findings(out)["draws"])
    if draws:
        raise InputError(
            f"{out} holds a full fit with {draws:,} draws, which a quick one would "
            "lose: --anew replaces it, --out takes another folder"
        )


def _fingerprint(cases: Sequence[Case]) -> dict[str, dict[str, str]]:
    """Fingerprint what is fitted, before the fit: files that are edited meanwhile are not it."""
    return {case.place.name: fingerprint_case(case.path) for case in cases}


def _load(case: CaseLike) -> Case:
    """Load a case; a folder's is checked to the last line first."""
    from smecluster.calibration.authoring.case_check import check_case

    if isinstance(case, Case):
        return case
    if isinstance(case, str) and (case in list_cases() or not Path(case).exists()):
        return load_case(case)
    problems = check_case(case).problems
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise InputError(f"{problems[0]}{more}; smecluster case check {case} lists them")
    # By its full path: the folder may have the name of a shipped case.
    return load_case(Path(case).resolve())
