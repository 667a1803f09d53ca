"""The fit: least squares from many starts, and a global search as a check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import differential_evolution, least_squares
from scipy.stats import norm, qmc

from smecluster.calibration.problem.objective import Objective
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

# A step in the scale of the estimation that is large against the kernel's rounding.
_STEP = 1e-5
_PRECISION = 1e-6


@dataclass(frozen=True)
class Optimum:
    """The end of a descent.

    Attributes
    ----------
    x : array of float, shape (parameters,)
        The point, in the scale of the estimation.
    cost : float
        Its cost (see `calibration.problem.objective.Objective`), Dmnl.
    gradient : float
        Largest element of the cost's gradient that points inside the bounds, Dmnl.
    evaluations : int
        Points evaluated, without those of Jacobians.
    message : str
        Why it ended.
    """

    x: Floats
    cost: float
    gradient: float
    evaluations: int
    message: str


def compute_jacobian(
    objective: Objective, x: Floats, free: ArrayLike | None = None, workers: int | None = None
) -> Floats:
    """Compute the Jacobian of the residuals by central differences, in one batch of runs.

    Parameters
    ----------
    objective : Objective
        The objective.
    x : array of float, shape (parameters,)
        Where; differences are one-sided at a bound.
    free : array_like of int, optional
        Which parameters; by default all.
    workers : int, optional
        Threads.

    Returns
    -------
    array of float, shape (residuals, free parameters)
    """
    chosen = np.arange(len(x)) if free is None else np.asarray(free, dtype=int)
    above = np.minimum(x[chosen] + _STEP, objective.upper[chosen])
    below = np.maximum(x[chosen] - _STEP, objective.lower[chosen])
    points = np.tile(x, (2 * len(chosen), 1))
    rows = np.arange(len(chosen))
    points[rows, chosen] = above
    points[len(chosen) + rows, chosen] = below
    residuals = objective.residuals(points, workers)
    slope = (residuals[: len(chosen)] - residuals[len(chosen) :]) / (above - below)[:, None]
    return np.asarray(slope.T)


def descend(
    objective: Objective,
    x0: Floats,
    *,
    free: ArrayLike | None = None,
    max_evaluations: int = 200,
    workers: int | None = None,
) -> Optimum:
    """Descend to the nearest optimum.

    Parameters
    ----------
    objective : Objective
        The objective.
    x0 : array of float, shape (parameters,)
        The starting point.
    free : array_like of int, optional
        Which parameters move; by default all.
    max_evaluations : int
        Points after which it ends.
    workers : int, optional
        Threads for each batch of runs.

    Returns
    -------
    Optimum
    """
    start = np.clip(np.asarray(x0, dtype=float), objective.lower, objective.upper)
    chosen = np.arange(len(start)) if free is None else np.asarray(free, dtype=int)
    lower, upper = objective.lower[chosen], objective.upper[chosen]
    # The method needs a start strictly inside the bounds.
    inside = 1e-8 * (upper - lower)

    def whole(part: Floats) -> Floats:
        point: Floats = start.copy()
        point[chosen] = part
        return point

    found = least_squares(
        lambda part: objective.residuals(whole(part), workers)[0],
        np.clip(start[chosen], lower + inside, upper - inside),
        jac=lambda part: compute_jacobian(objective, whole(part), chosen, workers),
        bounds=(lower, upper),
        x_scale=objective.prior_sd[chosen],
        ftol=_PRECISION,
        xtol=1e-8,
        gtol=1e-8,
        max_nfev=max_evaluations,
    )
    return Optimum(
        whole(found.x), float(found.cost), float(found.optimality), int(found.nfev), found.message
    )


def spread_starts(objective: Objective, count: int, seed: int) -> Floats:
    """Spread starting points over the prior.

    The first is the prior mean; the others are a Latin hypercube, transformed to the prior within
    the bounds.

    Parameters
    ----------
    objective : Objective
        The objective.
    count : int
        How many.
    seed : int
        Seed of the Latin hypercube.

    Returns
    -------
    array of float, shape (count, parameters)
    """
    k = len(objective.names)
    cube = qmc.LatinHypercube(k, rng=np.random.default_rng(seed)).random(max(1, count - 1))
    low = norm.cdf(objective.lower, objective.prior_mean, objective.prior_sd)
    high = norm.cdf(objective.upper, objective.prior_mean, objective.prior_sd)
    spread = norm.ppf(low + cube * (high - low), objective.prior_mean, objective.prior_sd)
    points = np.vstack([objective.prior_mean, spread])[:count]
    return np.asarray(np.clip(points, objective.lower, objective.upper))


def run_multistart(
    objective: Objective,
    count: int,
    seed: int,
    checkpoints: Checkpoints,
    *,
    max_evaluations: int = 200,
    report: Callable[[int, Optimum], None] = lambda number, optimum: None,
) -> list[Optimum]:
    """Descend from many starts; each finished descent is kept.

    Parameters
    ----------
    objective : Objective
        The objective.
    count : int
        How many starts.
    seed : int
        Seed of the starting points.
    checkpoints : Checkpoints
        Where finished starts are kept: ``start <number>``.
    max_evaluations : int
        Points after which a descent ends.
    report : callable
        Receives the number of each finished start and its optimum.

    Returns
    -------
    list of Optimum
        By number of the start; the same for any number of workers.
    """
    begin = spread_starts(objective, count, seed)

    def one(number: int) -> Optimum:
        name = f"start {number}"
        try:
            kept = checkpoints.load(name)
            optimum = Optimum(
                np.asarray(kept["x"], dtype=float),
                float(kept["cost"]),
                float(kept["gradient"]),
                int(kept["evaluations"]),
                str(kept["message"]),
            )
        except KeyError:
            optimum = descend(objective, begin[number], max_evaluations=max_evaluations, workers=1)
            checkpoints.save(name, vars(optimum))
        report(number, optimum)
        return optimum

    with ThreadPoolExecutor(objective.workers) as pool:
        return list(pool.map(one, range(count)))


def select_best(optima: Sequence[Optimum]) -> Optimum:
    """Select the lowest optimum."""
    return min(optima, key=lambda optimum: optimum.cost)


def search_globally(
    objective: Objective, seed: int, *, generations: int = 300, population: int = 8
) -> Optimum:
    """Search for the global optimum: differential evolution, then a descent.

    Parameters
    ----------
    objective : Objective
        The objective.
    seed : int
        Seed of the evolution.
    generations : int
        Number of generations.
    population : int
        Members of the population for each parameter.

    Returns
    -------
    Optimum
    """
    count = population * len(objective.names)
    found = differential_evolution(
        lambda points: objective.cost(points.T),
        list(zip(objective.lower, objective.upper, strict=True)),
        init=spread_starts(objective, count, seed),
        maxiter=generations,
        updating="deferred",
        vectorized=True,
        polish=False,
        rng=np.random.default_rng(seed),
        tol=0.0,
    )
    optimum = descend(objective, found.x)
    return Optimum(
        optimum.x,
        optimum.cost,
        optimum.gradient,
        optimum.evaluations + int(found.nfev),
        optimum.message,
    )
