"""The posterior over every constant, from nothing to draws and tables, in stages that are kept.

The mode from several starts; walkers that start around it; draws of their walks, weighed; the same
draws under another likelihood. What has not converged gives no draws.

The walkers may run the model with coarser steps in time than it has: what that does to each figure
is nearly the same everywhere, and is added. What is left of it goes into the weights of the draws.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import logsumexp
from threadpoolctl import threadpool_limits

from smecluster.calibration.posterior.convergence import (
    ENOUGH,
    HEAVY,
    NotConvergedError,
    count_effective,
    find_least,
    resample_evenly,
    smooth_weights,
)
from smecluster.calibration.posterior.correlations import FAMILIES
from smecluster.calibration.posterior.errors import SeriesErrors, WithCombinations
from smecluster.calibration.posterior.knowledge import (
    compare_samplers,
    judge_constants,
    list_directions,
    list_pairs,
)
from smecluster.calibration.posterior.mode import Mode, draw_normally, find_mode
from smecluster.calibration.posterior.randomised import draw_around
from smecluster.calibration.posterior.structures import judge_structures
from smecluster.calibration.posterior.target import Target, make_target
from smecluster.calibration.posterior.walkers import Walks, walk_posterior, warm_up
from smecluster.calibration.priors.combined import Combination, read_combinations
from smecluster.calibration.priors.table import Priors
from smecluster.calibration.problem.assembly import Problem
from smecluster.calibration.stages import WALKING, Stages

Floats = NDArray[np.float64]

#: The likelihood, and the one that is reported beside it.
LIKELIHOOD, ALTERNATIVE = "autoregression", "discrepancy"
# Points that are weighed for each draw that is kept.
_CANDIDATES = 2
# Draws of the second sampler, which the walks are compared with.
_SECOND = 200
# How far from the prior's median the other starts lie, in standard deviations.
_SCATTER = 0.7


@dataclass(frozen=True)
class Effort:
    """How much work the posterior takes.

    Attributes
    ----------
    seed : int
        For all that is random.
    starts : int
        Descents to the mode: from the model's own values, the prior's median, and random points.
    draws : int
        Draws of the posterior to keep.
    steps : int
        Moves after which walkers that have not converged are refused.
    likelihood : str
        One of `calibration.posterior.correlations.FAMILIES`.
    """

    seed: int = 1
    starts: int = 4
    draws: int = 1000
    steps: int = 2_000
    likelihood: str = LIKELIHOOD


@dataclass(frozen=True)
class Posterior:
    """The posterior over every constant.

    Attributes
    ----------
    points : array of float, shape (draws, constants)
        Draws, in the coordinates of the priors.
    draws : pandas.DataFrame
        The same as inputs of the model, in its units, with the values of the switches.
    mode : Mode
        The mode.
    tables : mapping of str to pandas.DataFrame
        ``constants``, ``pairs``, ``series`` and ``starts``; without approximation also
        ``directions``, ``samplers``, ``convergence``, ``structures``, ``likelihoods``.
    facts : mapping
        Numbers for the manifest.
    """

    points: Floats
    draws: pd.DataFrame
    mode: Mode
    tables: Mapping[str, pd.DataFrame]
    facts: Mapping[str, Any] = field(default_factory=dict)


def find_posterior(
    problem: Problem,
    priors: Priors,
    target: Target,
    effort: Effort,
    stages: Stages,
    coarse: Target | None = None,
) -> Posterior:
    """Find the posterior over every constant, or resume where it was left.

    Parameters
    ----------
    problem : Problem
        Its figures are used, with the errors as stated.
    priors : Priors
        Of the same model, with the values of its regions.
    target : Target
        The -log posterior that they make; see `assemble_target`.
    effort : Effort
        How much work to do.
    stages : Stages
        Where finished parts are kept; its identity must name the problem, the priors and all of
        `effort` but the steps.
    coarse : Target, optional
        The same with coarser steps in time, for descents and walks.

    Returns
    -------
    Posterior

    Raises
    ------
    NotConvergedError
        If the walks do not agree after `effort.steps` moves, or the weights mislead: then there are
        no draws. More steps resume them.
    """
    # Several threads are slower for matrices this small, and could change a digit.
    with threadpool_limits(1, "blas"):
        return _carry_out(problem, priors, target, coarse or target, effort, stages)


def approximate_posterior(
    problem: Problem,
    priors: Priors,
    target: Target,
    effort: Effort,
    stages: Stages,
    coarse: Target | None = None,
) -> Posterior:
    """Find the mode, and draw from the normal approximation around it: quick, and untested.

    Parameters
    ----------
    problem, priors, target, effort, stages, coarse
        As for `find_posterior`; no steps are taken.

    Returns
    -------
    Posterior
    """
    with threadpool_limits(1, "blas"):
        one, two = np.random.SeedSequence(effort.seed).spawn(2)
        rng = np.random.default_rng(one)
        lowest, starts = _find_lowest(priors, coarse or target, effort, rng, stages)
        mode = lowest if coarse is None else _polish(target, lowest, stages)
        points = draw_normally(mode, effort.draws, np.random.default_rng(two))
    states = np.tile([switch.value for switch in priors.switches], (len(points), 1))
    terms = SeriesErrors(problem, FAMILIES[effort.likelihood]())
    tables = {
        "constants": judge_constants(priors, points),
        "pairs": list_pairs(priors, points),
        "series": terms.profile(mode.errors),
        "starts": starts,
    }
    facts = {"likelihood": effort.likelihood, "cost": mode.cost}
    return Posterior(points, _tabulate(priors, points, states), mode, tables, facts)


def assemble_target(
    problem: Problem,
    priors: Priors,
    workers: int = 1,
    likelihood: str = LIKELIHOOD,
    combinations: Sequence[Combination] | None = None,
) -> Target:
    """Make the -log posterior of a problem; see `make_target`.

    By default with what `calibration.priors.combined` believes of combinations of the model's
    constants, all of which must then have a prior.
    """
    if combinations is None:
        combinations = read_combinations(priors.names)
    series = SeriesErrors(problem, FAMILIES[likelihood]())
    terms = WithCombinations(series, len(combinations))
    return make_target(problem, priors, terms, combinations, workers)


def _carry_out(
    problem: Problem,
    priors: Priors,
    target: Target,
    coarse: Target,
    effort: Effort,
    stages: Stages,
) -> Posterior:
    terms = SeriesErrors(problem, FAMILIES[effort.likelihood]())
    one, two, three, four = np.random.SeedSequence(effort.seed).spawn(4)
    lowest, starts = _find_lowest(priors, coarse, effort, np.random.default_rng(one), stages)
    mode = lowest
    if coarse is not target:
        mode = _polish(target, lowest, stages)
        # What the coarser steps do to each figure, at the mode.
        coarse = replace(coarse, offset=mode.errors - coarse.errors(mode.point)[0])
    with stages.inner("walks") as checkpoints:
        found = stages.track("parts of the warm-up")
        ready = warm_up(coarse, mode, _draw_seed(two), checkpoints, found)
        walks = walk_posterior(
            coarse,
            ready,
            priors.names,
            _draw_seed(three),
            checkpoints,
            most=effort.steps,
            tell=stages.track(WALKING),
        )
    points, states, errors, weighed = _weigh(target, coarse, walks, effort, stages)
    second = stages.compute_arrays(
        "second sampler",
        lambda: {"points": draw_around(coarse, mode, _SECOND, np.random.default_rng(four))},
    )
    other, facts = _weigh_alternative(problem, terms, effort.likelihood, errors)
    tables = {
        "constants": judge_constants(priors, points),
        "pairs": list_pairs(priors, points),
        "directions": list_directions(priors, ready.guide, points),
        "samplers": compare_samplers(ready.guide, points, np.asarray(second["points"])),
        "series": terms.profile(mode.errors),
        "starts": starts,
        "convergence": walks.diagnostics.reset_index(),
        "structures": judge_structures(priors.switches, walks.states),
        "likelihoods": _compare_likelihoods(priors, points, effort.likelihood, other),
    }
    return Posterior(
        points,
        _tabulate(priors, points, states),
        mode,
        tables,
        {
            "likelihood": effort.likelihood,
            "cost": mode.cost,
            "moves": walks.steps,
            "walkers": walks.points.shape[1],
            "acceptance": walks.acceptance,
            "length of a leap": ready.length,
            "largest R-hat": float(walks.diagnostics["R-hat"].max()),
            "smallest effective draws": find_least(walks.diagnostics),
            **weighed,
            **facts,
        },
    )


def _polish(target: Target, lowest: Mode, stages: Stages) -> Mode:
    """Descend once more with the model's own time step."""
    polish = partial(find_mode, target, lowest.point)
    return _read_mode(stages.compute_arrays("mode", lambda: vars(polish())))


def _tabulate(priors: Priors, points: Floats, states: Floats) -> pd.DataFrame:
    names = [*priors.names, *(switch.name for switch in priors.switches)]
    return pd.DataFrame(np.column_stack([priors.to_values(points), states]), columns=names)


def _weigh(
    target: Target, coarse: Target, walks: Walks, effort: Effort, stages: Stages
) -> tuple[Floats, Floats, Floats, dict[str, float]]:
    """Weigh points of the walks by what the coarser steps have changed, and choose draws."""
    if coarse is target:
        return *walks.select(effort.draws), {}
    points, states, errors = walks.select(_CANDIDATES * effort.draws)
    # The name says of which walks: longer ones have other candidates.
    arrays = stages.compute_arrays(
        f"fine {walks.steps}", lambda: {"errors": target.errors(points, states)}
    )
    fine = np.asarray(arrays["errors"], dtype=float)
    weights, shape = smooth_weights(coarse.terms.cost(errors) - target.terms.cost(fine))
    effective = count_effective(weights)
    if effective < ENOUGH or shape > HEAVY:
        raise NotConvergedError(
            f"{len(points)} points of the walks have weights worth {effective:.0f} draws "
            f"(k {shape:.2f}): at least {ENOUGH:.0f} are needed, and k of at most {HEAVY:g}"
        )
    kept = resample_evenly(weights, effort.draws)
    facts = {"weighed": len(points), "weights worth": effective, "weights k": shape}
    return points[kept], states[kept], fine[kept], facts


def _draw_seed(seeds: np.random.SeedSequence) -> int:
    return int(seeds.generate_state(1)[0])


def _find_lowest(
    priors: Priors,
    target: Target,
    effort: Effort,
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


def _weigh_alternative(
    problem: Problem, terms: SeriesErrors, likelihood: str, errors: Floats
) -> tuple[Floats, dict[str, Any]]:
    """Weigh the draws as they would be under the other likelihood."""
    name = _other(likelihood)
    other = SeriesErrors(problem, FAMILIES[name]())
    logs = terms.cost(errors) - other.cost(errors)
    weights, shape = smooth_weights(logs)
    facts = {
        f"{name} effective draws": count_effective(weights),
        f"{name} k": shape,
        f"log Bayes factor of {name}": float(logsumexp(logs) - np.log(len(logs))),
    }
    return weights, facts


def _other(likelihood: str) -> str:
    return ALTERNATIVE if likelihood == LIKELIHOOD else LIKELIHOOD


def _compare_likelihoods(
    priors: Priors, points: Floats, likelihood: str, weights: Floats
) -> pd.DataFrame:
    """Tabulate how far the other likelihood moves each constant, in prior standard deviations."""
    scores, other = priors.to_scores(points), _other(likelihood)
    first, second = scores.mean(axis=0), weights @ scores
    spread = np.sqrt(weights @ (scores - second) ** 2)
    table = pd.DataFrame(
        {
            "name": priors.names,
            f"shift, {likelihood}": first,
            f"shift, {other}": second,
            f"sd, {likelihood}": scores.std(axis=0, ddof=1),
            f"sd, {other}": spread,
        }
    )
    return table.sort_values("name", key=lambda _: -np.abs(second - first), ignore_index=True)
