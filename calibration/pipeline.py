"""A whole calibration: its stages in order, each kept as soon as it is finished."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from smecluster.calibration.data.histories import score_fits
from smecluster.calibration.estimate.bootstrap import run_bootstrap
from smecluster.calibration.estimate.dispersion import estimate_dispersion
from smecluster.calibration.estimate.estimate_table import tabulate_estimates
from smecluster.calibration.estimate.fit import (
    Optimum,
    descend,
    run_multistart,
    search_globally,
    select_best,
)
from smecluster.calibration.estimate.partial import fit_sectors
from smecluster.calibration.estimate.profiles import Profiles, compute_profiles
from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.experiments.run import run_reforms
from smecluster.calibration.nesting.netting import Netting
from smecluster.calibration.posterior.fitted_values import tabulate_fit
from smecluster.calibration.posterior.paths import simulate_paths
from smecluster.calibration.posterior.sampling import sample_posterior
from smecluster.calibration.posterior.shift import ShiftedDraws, describe_shift, shift_draws
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.problem.objective import Objective, refuse_idle
from smecluster.calibration.stages import Arrays, Stages, Tell
from smecluster.calibration.store.mismatches import CalibrationWarning
from smecluster.calibration.store.named import round_values
from smecluster.calibration.validation.holdout import SPLIT, check_split, run_hold_out
from smecluster.calibration.validation.identification import judge_parameters
from smecluster.calibration.validation.leave_out import leave_out
from smecluster.calibration.validation.parameter_recovery import run_recovery
from smecluster.model import Model
from smecluster.model.engine.read.values import set_values

Floats = NDArray[np.float64]

#: So many of the lowest starts are fitted again once the errors are known.
_FINALISTS = 8
_STEP = "TIME STEP"
_WALKING = "steps of the posterior"
#: Stages that end as soon as they converge: their total is only an upper bound.
OPEN_ENDED = frozenset({_WALKING})
#: How often a better optimum found along a profile is followed.
_ATTEMPTS = 3
#: What may be asked for later: it changes no checkpoint.
_MORE = ("steps", "recovery")
#: Draws with which the published reforms are run.
_REFORM_DRAWS = 100


@dataclass(frozen=True)
class Effort:
    """How much work a calibration does.

    Attributes
    ----------
    seed : int
        For all that is random.
    starts : int
        Descents from the prior's mean and a Latin hypercube over the prior.
    until : int or None
        Last year that the hold-out test fits to; None leaves the test out.
    search : int
        Generations of the global search; 0 leaves it out.
    profiles : bool
        Whether each parameter's profile is walked.
    bootstrap : int
        Replicates of the bootstrap; 0 leaves it out.
    draws : int
        Draws of the posterior to keep; 0 leaves the posterior out.
    steps : int
        Steps after which a posterior that has not converged is refused.
    recovery : int
        Simulated data sets with known parameters, on which the intervals are tested.
    max_evaluations : int
        Points after which a descent ends.
    """

    seed: int = 1
    starts: int = 64
    until: int | None = SPLIT
    search: int = 300
    profiles: bool = True
    bootstrap: int = 100
    draws: int = 1000
    steps: int = 100_000
    recovery: int = 0
    max_evaluations: int = 200


@dataclass(frozen=True)
class PipelineResult:
    """The result of a calibration.

    Attributes
    ----------
    problem : Problem
        With the errors that the fit showed.
    x : array of float, shape (parameters,)
        The estimate, in the scale of the estimation.
    tables : mapping of str to pandas.DataFrame
        By the name of the file that holds each; see `calibration.store.findings`.
    facts : mapping
        Further entries of the manifest.
    seconds : float
        Time taken, over all processes.
    runs : int
        Runs of the model, over all processes.
    """

    problem: Problem
    x: Floats
    tables: dict[str, pd.DataFrame]
    facts: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    runs: int = 0


def run_pipeline(problem: Problem, work: Path, effort: Effort, tell: Tell) -> PipelineResult:
    """Carry out a calibration, or resume one.

    Parameters
    ----------
    problem : Problem
        What is estimated, from which figures, with stated errors.
    work : Path
        Where checkpoints are kept.
    effort : Effort
        How much work to do.
    tell : callable
        Receives the stage, how much of it is done, and how much there is.

    Returns
    -------
    Outcome
        The same for any number of workers and interruptions.

    Raises
    ------
    InputError
        If a parameter has no effect, or `work` is in use or holds another calibration.

    Warns
    -----
    CalibrationWarning
        If draws were moved to the model's own time step: how far, and how many were clipped.
    """
    if effort.until is not None:
        check_split(problem, effort.until)
    first = Objective(problem)
    refuse_idle(first, first.prior_mean)
    identity = {
        "model": problem.model.hash,
        "problem": problem.hash,
        **{name: str(value) for name, value in asdict(effort).items() if name not in _MORE},
    }
    # Several threads are slower for matrices this small, and could change a digit.
    with threadpool_limits(1, "blas"), Stages(work, identity, tell) as stages:
        return _carry_out(problem, first, effort, stages)


def _carry_out(
    problem: Problem, stated: Objective, effort: Effort, stages: Stages
) -> PipelineResult:
    optima = _run_starts(stated, effort, stages)
    factor = float(
        stages.compute_arrays(
            "dispersion",
            lambda: {"factor": np.array(estimate_dispersion(stated, select_best(optima).x))},
        )["factor"]
    )
    wider = problem.scale_errors(factor)
    objective = Objective(wider)
    optimum, tables, beyond = _find_optimum(objective, optima, effort, stages)
    facts: dict[str, Any] = {"data hash": problem.hash, "dispersion": factor}
    if beyond is not None:
        facts["global search"] = beyond
    if effort.profiles:
        optimum, around = _walk_profiles(objective, optimum, stages)
        tables["profiles"] = around.points
    x = optimum.x
    if effort.bootstrap:
        with stages.inner("bootstrap") as checkpoints:
            scatter = run_bootstrap(
                objective,
                optimum,
                effort.bootstrap,
                effort.seed,
                checkpoints,
                tell=stages.track("replicates"),
            )
        tables["bootstrap"] = scatter.intervals.reset_index()
    points = None
    if effort.draws:
        points, facts["chain"] = _draw_posterior(objective, optimum, effort, stages)
    coarse = objective
    objective, x, moved = _refine_step(objective, x, points, stages)
    if moved is not None:
        points = moved.points
        tables["shift"], facts["draws shifted"] = moved.table, moved.facts
        warnings.warn(
            describe_shift(moved.table, len(points), moved.clipped),
            CalibrationWarning,
            stacklevel=3,
        )
    drawn = None
    if points is not None:
        drawn = pd.DataFrame(
            round_values(objective.to_natural(points)), columns=list(objective.names)
        )
        tables["draws"] = drawn
    tables["parameters"] = stages.compute_table(
        "parameters", lambda: _judge(objective, x, points, drawn)
    )
    tables["paths"] = stages.compute_table("paths", lambda: simulate_paths(objective, x, points))
    tables["figures"] = stages.compute_table("figures", lambda: tabulate_fit(objective, x, points))
    tables["fits"] = score_fits(tables["figures"]).assign(sample="in")
    tables["partial"] = stages.compute_table("partial", lambda: fit_sectors(wider, x))
    if effort.until is not None:
        facts["hold-out after"] = effort.until
        tables |= _hold_out_years(problem, tables["fits"], effort, stages)
    tables |= _leave_out_regions(wider, x, stages)
    if drawn is not None and any(parameter.shared for parameter in problem.parameters):
        some = drawn.sample(_REFORM_DRAWS, random_state=effort.seed, replace=True)
        tables["reforms"] = stages.compute_table(
            "reforms", lambda: _run_reforms(objective, x, some)
        )
    if effort.recovery:
        with stages.inner("recovery") as checkpoints:
            tables["coverage"] = run_recovery(
                coarse,
                effort.recovery,
                effort.seed,
                checkpoints,
                tell=stages.track("simulated data sets"),
            ).coverage
    return PipelineResult(wider, x, tables, facts, stages.seconds, stages.runs)


def _run_starts(objective: Objective, effort: Effort, stages: Stages) -> list[Optimum]:
    with stages.inner("starts") as checkpoints:
        return run_multistart(
            objective,
            effort.starts,
            effort.seed,
            checkpoints,
            max_evaluations=effort.max_evaluations,
            report=_StartCounter(stages.track("starts"), effort.starts),
        )


def _find_optimum(
    objective: Objective, optima: list[Optimum], effort: Effort, stages: Stages
) -> tuple[Optimum, dict[str, pd.DataFrame], float | None]:
    """Descend again with the errors that the first fit showed, and search globally.

    Also returns how far the result of the global search lies above that of the starts.
    """
    lowest = sorted(optima, key=lambda optimum: optimum.cost)[:_FINALISTS]
    found = stages.compute_optimum(
        "optimum",
        lambda: select_best(
            [descend(objective, each.x, max_evaluations=effort.max_evaluations) for each in lowest]
        ),
    )
    rows = [
        (number, each.cost, each.evaluations, each.message, "multi-start")
        for number, each in enumerate(optima)
    ]
    beyond = None
    if effort.search:
        other = stages.compute_optimum(
            "global", lambda: search_globally(objective, effort.seed, generations=effort.search)
        )
        beyond = other.cost - found.cost
        found = select_best([found, other])
    columns = ["start", "cost", "evaluations", "message", "method"]
    return found, {"starts": pd.DataFrame(rows, columns=columns)}, beyond


def _walk_profiles(
    objective: Objective, optimum: Optimum, stages: Stages
) -> tuple[Optimum, Profiles]:
    """Compute all profiles; if one finds a better optimum, start again from there."""
    for again in range(_ATTEMPTS):
        with stages.inner(f"profiles {again}") as checkpoints:
            around = compute_profiles(
                objective, optimum, checkpoints, tell=stages.track("profiles")
            )
        if around.better is None:
            break
        optimum = stages.compute_optimum(
            f"optimum {again}", partial(descend, objective, around.better.x)
        )
    return optimum, around


def _draw_posterior(
    objective: Objective, optimum: Optimum, effort: Effort, stages: Stages
) -> tuple[Floats, dict[str, Any]]:
    """Sample the posterior; walks that have not converged are kept, but refused."""

    def compute() -> Arrays:
        with stages.inner("posterior") as checkpoints:
            found = sample_posterior(
                objective,
                optimum,
                effort.seed,
                checkpoints,
                most=effort.steps,
                tell=stages.track(_WALKING),
            )
        least = found.diagnostics[["bulk ESS", "tail ESS"]].to_numpy(dtype=float).min()
        return {
            "points": found.select_points(effort.draws),
            "R-hat": np.array(found.diagnostics["R-hat"].max()),
            "effective draws": np.array(least),
            "acceptance": np.array(found.acceptance),
            "steps": np.array(found.steps),
        }

    arrays = dict(stages.compute_arrays("draws", compute, tells=True))
    points = np.asarray(arrays.pop("points"), dtype=float)
    return points, {name: value.item() for name, value in arrays.items()}


def _refine_step(
    objective: Objective, x: Floats, points: Floats | None, stages: Stages
) -> tuple[Objective, Floats, ShiftedDraws | None]:
    """Descend once more with the model's own time step, and move the draws by as much.

    The work so far used a longer step, which is many times quicker. Nothing is moved if the
    steps are the same.
    """
    base = {name: value for name, value in objective.problem.base.items() if name != _STEP}
    if len(base) == len(objective.problem.base):
        return objective, x, None
    own = Objective(replace(objective.problem, base=base))
    found = stages.compute_optimum("own step", lambda: descend(own, x)).x
    return own, found, None if points is None else shift_draws(own, points, x, found)


def _judge(
    objective: Objective, x: Floats, points: Floats | None, drawn: pd.DataFrame | None
) -> pd.DataFrame:
    """Tabulate estimate, interval and verdict of each parameter."""
    said = judge_parameters(objective, x, points).table.drop(columns="prior sd")
    return tabulate_estimates(objective, x, drawn).join(said, on="name")


def _hold_out_years(
    problem: Problem, fitted: pd.DataFrame, effort: Effort, stages: Stages
) -> dict[str, pd.DataFrame]:
    """Forecast the last years with a fit to the years before them."""
    until, count = int(effort.until or 0), min(effort.starts, _FINALISTS)

    def compute() -> dict[str, pd.DataFrame]:
        with stages.inner("hold-out") as checkpoints:
            held = run_hold_out(
                problem,
                checkpoints,
                until,
                count=count,
                seed=effort.seed,
                max_evaluations=effort.max_evaluations,
                report=_StartCounter(stages.track("starts of the hold-out"), count),
            )
        out = held.fits[held.fits["sample"] == "out"]
        tables = {"holdout": held.forecasts, "scores": held.scores, "unscored": held.unscored}
        return {**tables, "out": out}

    tables = stages.compute_tables("held out", compute, tells=True)
    both = pd.concat([fitted, tables.pop("out")], ignore_index=True)
    return {**tables, "fits": both}


def _leave_out_regions(problem: Problem, x: Floats, stages: Stages) -> dict[str, pd.DataFrame]:
    """Leave out each region in turn, if there are several that share parameters."""
    regions = list(dict.fromkeys(problem.measurements["region"]))
    if len(regions) < 2 or not any(parameter.shared for parameter in problem.parameters):
        return {}
    tell = stages.track("regions left out")
    parts: dict[str, list[pd.DataFrame]] = {}
    for done, region in enumerate(regions):
        tell(done, len(regions))
        compute = partial(_leave_out_one, problem, x, region)
        found = stages.compute_tables(f"without {region}", compute, tells=True)
        for name, table in found.items():
            parts.setdefault(name, []).append(table)
    return {name: pd.concat(tables, ignore_index=True) for name, tables in parts.items()}


def _leave_out_one(problem: Problem, x: Floats, region: str) -> dict[str, pd.DataFrame]:
    left = leave_out(problem, x, (region,))
    return {
        "leave-one-out": left.parameters,
        "leave-one-out-fits": left.fits,
        "leave-one-out-costs": left.costs,
    }


def _run_reforms(objective: Objective, x: Floats, drawn: pd.DataFrame) -> pd.DataFrame:
    """Run the published reforms on the calibrated model."""
    model = objective.problem.model
    values = dict(zip(objective.names, objective.to_natural(x).tolist(), strict=True))
    calibrated = Model(set_values(model.text, values), model.path)
    if objective.problem.netting is not None:
        calibrated = Netting(calibrated, objective.problem.netting.parts).net_model()
    return run_reforms(calibrated, read_reforms(), drawn.reset_index(drop=True))


class _StartCounter:
    """Counts finished starts from several threads."""

    def __init__(self, tell: Callable[[int, int], None], total: int) -> None:
        self._tell, self._total, self._done = tell, total, 0
        self._counting = threading.Lock()

    def __call__(self, number: int, optimum: Optimum) -> None:
        with self._counting:
            self._done += 1
            self._tell(self._done, self._total)
