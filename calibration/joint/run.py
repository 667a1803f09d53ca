"""The posterior over every constant, from nothing to draws and tables, in stages that are kept.

The mode from several starts; weighted draws around it; walkers that start from those and correct
them; the same draws under another likelihood. What has not converged gives no draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from smecluster.calibration.joint.correlations import FAMILIES
from smecluster.calibration.joint.errors import SeriesErrors, WithCombinations
from smecluster.calibration.joint.knowledge import (
    judge_constants,
    list_directions,
    list_pairs,
)
from smecluster.calibration.joint.mode import Mode, find_mode
from smecluster.calibration.joint.randomised import Draws, draw_randomised
from smecluster.calibration.joint.subspace import Subspace, find_subspace
from smecluster.calibration.joint.target import Target, make_target
from smecluster.calibration.joint.walkers import (
    WALKERS,
    Walks,
    choose_starts,
    walk_posterior,
    weigh_points,
)
from smecluster.calibration.posterior.convergence import (
    ENOUGH,
    HEAVY,
    NotConvergedError,
    count_effective,
    resample_evenly,
    smooth_weights,
)
from smecluster.calibration.priors.combined import read_combinations
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.stages import Stages

Floats = NDArray[np.float64]

#: The likelihood, and the one that is reported beside it.
LIKELIHOOD, ALTERNATIVE = "autoregression", "discrepancy"
# Weighted draws that are saved together.
_BATCH = 20
# Points of the walks whose weights are saved together.
_WEIGHED = 50
# How far from the prior's median the other starts lie, in standard deviations.
_SCATTER = 0.7


@dataclass(frozen=True)
class JointEffort:
    """How much work the posterior takes.

    Attributes
    ----------
    seed : int
        For all that is random.
    starts : int
        Descents to the mode: from the model's own values, the prior's median, and random points.
    randomised : int
        Weighted draws.
    draws : int
        Draws of the posterior to keep.
    steps : int
        Moves after which walkers that have not converged are refused.
    candidates : int
        Points of the walks that are weighed, from which the draws are chosen.
    """

    seed: int = 1
    starts: int = 4
    randomised: int = 200
    draws: int = 1000
    steps: int = 5_000
    candidates: int = 2000


@dataclass(frozen=True)
class JointPosterior:
    """The posterior over every constant.

    Attributes
    ----------
    points : array of float, shape (draws, constants)
        Draws, in the coordinates of the priors.
    draws : pandas.DataFrame
        The same as inputs of the model, in its units.
    mode : Mode
        The mode.
    tables : mapping of str to pandas.DataFrame
        ``constants``, ``pairs``, ``directions``, ``series``, ``starts``, ``convergence``,
        ``likelihoods``.
    facts : mapping
        Numbers for the manifest.
    """

    points: Floats
    draws: pd.DataFrame
    mode: Mode
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any] = field(default_factory=dict)


def find_posterior(
    problem: Problem, priors: Priors, target: Target, effort: JointEffort, stages: Stages
) -> JointPosterior:
    """Find the posterior over every constant, or resume where it was left.

    Parameters
    ----------
    problem : Problem
        Its figures are used, with the errors as stated.
    priors : Priors
        Of the same model, with the values of its regions.
    target : Target
        The -log posterior that they make; see `make_joint_target`.
    effort : JointEffort
        How much work to do.
    stages : Stages
        Where finished parts are kept; its identity must name the problem, the priors and all of
        `effort` but the steps.

    Returns
    -------
    JointPosterior

    Raises
    ------
    NotConvergedError
        If the walks do not agree after `effort.steps` moves, or their weights mislead: then there
        are no draws. More steps resume them.
    """
    # Several threads are slower for matrices this small, and could change a digit.
    with threadpool_limits(1, "blas"):
        return _carry_out(problem, priors, target, effort, stages)


def make_joint_target(problem: Problem, priors: Priors, workers: int = 1) -> Target:
    """Make the -log posterior of a problem under `LIKELIHOOD`; see `make_target`.

    With what `calibration.priors.combined` believes of combinations of the model's constants.
    """
    combinations = read_combinations(priors.names)
    series = SeriesErrors(problem, FAMILIES[LIKELIHOOD]())
    terms = WithCombinations(series, len(combinations))
    return make_target(problem, priors, terms, combinations, workers)


def _carry_out(
    problem: Problem, priors: Priors, target: Target, effort: JointEffort, stages: Stages
) -> JointPosterior:
    terms = SeriesErrors(problem, FAMILIES[LIKELIHOOD]())
    one, two, three, four = np.random.SeedSequence(effort.seed).spawn(4)
    mode, starts = _find_lowest(priors, target, effort, np.random.default_rng(one), stages)
    subspace = find_subspace(mode)
    weighted = _draw_weighted(target, mode, effort, two, stages)
    begin = choose_starts(weighted, WALKERS, np.random.default_rng(three))
    weights, shape = smooth_weights(weighted.log_weights[weighted.solved])
    with stages.inner("walks") as checkpoints:
        walks = walk_posterior(
            target,
            subspace,
            begin,
            priors.names,
            int(four.generate_state(1)[0]),
            checkpoints,
            most=effort.steps,
            tell=stages.track("moves of the walkers"),
        )
    points, errors, corrected = _correct(target, subspace, walks, effort, stages)
    other, facts = _weigh_alternative(problem, terms, errors)
    tables = {
        "constants": judge_constants(priors, points),
        "pairs": list_pairs(priors, mode),
        "directions": list_directions(priors, subspace),
        "series": terms.profile(mode.errors),
        "starts": starts,
        "convergence": walks.diagnostics.reset_index(),
        "likelihoods": _compare_likelihoods(priors, points, other),
    }
    return JointPosterior(
        points,
        pd.DataFrame(priors.to_values(points), columns=list(priors.names)),
        mode,
        tables,
        {
            "cost": mode.cost,
            "informed directions": len(subspace.strengths),
            "weighted draws solved": int(weighted.solved.sum()),
            "weighted draws effective": count_effective(weights),
            "weighted draws k": shape,
            "acceptance": walks.acceptance,
            "moves": walks.steps,
            **corrected,
            **facts,
        },
    )


def _correct(
    target: Target, subspace: Subspace, walks: Walks, effort: JointEffort, stages: Stages
) -> tuple[Floats, Floats, dict[str, Any]]:
    """Put in what the walks left out, and choose draws of equal weight."""
    points, errors = walks.select_points(effort.candidates)
    tell = stages.track("weights of the walks")
    parts = []
    for begin in range(0, len(points), _WEIGHED):
        part = slice(begin, begin + _WEIGHED)
        weigh = partial(_weigh_arrays, target, subspace, points[part], errors[part])
        # The name says of which walks: longer ones have other candidates.
        name = f"weights {walks.steps}, {begin // _WEIGHED}"
        arrays = stages.compute_arrays(name, weigh, tells=True)
        parts.append(np.asarray(arrays["logs"], dtype=float))
        tell(min(begin + _WEIGHED, len(points)), len(points))
    weights, shape = smooth_weights(np.concatenate(parts))
    facts = {"walks effective": count_effective(weights), "walks k": shape}
    if facts["walks effective"] < ENOUGH or shape > HEAVY:
        raise NotConvergedError(
            f"{len(points)} points of the walks have weights worth {facts['walks effective']:.0f} "
            f"draws (k {shape:.2f}): at least {ENOUGH:.0f} are needed, and k of at most {HEAVY:g}"
        )
    chosen = resample_evenly(weights, effort.draws)
    return points[chosen], errors[chosen], facts


def _weigh_arrays(
    target: Target, subspace: Subspace, points: Floats, errors: Floats
) -> Mapping[str, NDArray[Any]]:
    return {"logs": weigh_points(target, subspace, points, errors)}


def _find_lowest(
    priors: Priors,
    target: Target,
    effort: JointEffort,
    rng: np.random.Generator,
    stages: Stages,
) -> tuple[Mode, pd.DataFrame]:
    size = len(priors)
    begins = [priors.find_points(priors.own_values), np.zeros(size)]
    names = ["values of the model's file", "medians of the priors"]
    for number in range(effort.starts - len(begins)):
        begins.append(_SCATTER * rng.standard_normal(size))
        names.append(f"random {number + 1}")
    modes = []
    tell = stages.track("descents")
    for number, begin in enumerate(begins[: effort.starts]):
        arrays = stages.compute_arrays(
            f"mode {number}", partial(lambda at: vars(find_mode(target, at)), begin), tells=True
        )
        modes.append(_read_mode(arrays))
        tell(number + 1, effort.starts)
    table = pd.DataFrame(
        [
            (name, mode.cost, mode.gradient, mode.steps)
            for name, mode in zip(names, modes, strict=False)
        ],
        columns=["start", "cost", "gradient", "steps"],
    )
    return min(modes, key=lambda mode: mode.cost), table


def _read_mode(arrays: Mapping[str, NDArray[Any]]) -> Mode:
    found = {name: np.asarray(value) for name, value in arrays.items()}
    return Mode(
        found["point"],
        float(found["cost"]),
        found["errors"],
        found["slope"],
        found["precision"],
        found["information"],
        float(found["gradient"]),
        int(found["steps"]),
    )


def _draw_weighted(
    target: Target,
    mode: Mode,
    effort: JointEffort,
    seeds: np.random.SeedSequence,
    stages: Stages,
) -> Draws:
    subspace = find_subspace(mode)
    parts = []
    tell = stages.track("weighted draws")
    for begin in range(0, effort.randomised, _BATCH):
        (stream,) = seeds.spawn(1)
        count = min(_BATCH, effort.randomised - begin)
        arrays = stages.compute_arrays(
            f"weighted {begin // _BATCH}",
            partial(_draw_arrays, target, mode, subspace, count, stream),
            tells=True,
        )
        parts.append(arrays)
        tell(begin + count, effort.randomised)
    joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    return Draws(**joined)


def _draw_arrays(
    target: Target, mode: Mode, subspace: Subspace, count: int, stream: np.random.SeedSequence
) -> Mapping[str, NDArray[Any]]:
    return vars(draw_randomised(target, mode, subspace, count, np.random.default_rng(stream)))


def _weigh_alternative(
    problem: Problem, terms: SeriesErrors, errors: Floats
) -> tuple[Floats, dict[str, Any]]:
    """Weigh the draws as they would be under the other likelihood."""
    other = SeriesErrors(problem, FAMILIES[ALTERNATIVE]())
    logs = terms.cost(errors) - other.cost(errors)
    weights, shape = smooth_weights(logs)
    facts = {
        f"{ALTERNATIVE} effective draws": count_effective(weights),
        f"{ALTERNATIVE} k": shape,
        f"log Bayes factor of {ALTERNATIVE}": float(logsumexp(logs) - np.log(len(logs))),
    }
    return weights, facts


def _compare_likelihoods(priors: Priors, points: Floats, weights: Floats) -> pd.DataFrame:
    """Tabulate how far the other likelihood moves each constant, in prior standard deviations."""
    scores = priors.to_scores(points)
    first, second = scores.mean(axis=0), weights @ scores
    spread = np.sqrt(weights @ (scores - second) ** 2)
    table = pd.DataFrame(
        {
            "name": priors.names,
            f"shift, {LIKELIHOOD}": first,
            f"shift, {ALTERNATIVE}": second,
            f"sd, {LIKELIHOOD}": scores.std(axis=0, ddof=1),
            f"sd, {ALTERNATIVE}": spread,
        }
    )
    return table.sort_values("name", key=lambda _: -np.abs(second - first), ignore_index=True)
