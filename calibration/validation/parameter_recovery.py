"""Parameter recovery: how often the intervals cover the truth, on simulated data."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.estimate.bootstrap import draw_from_prior
from smecluster.calibration.estimate.fit import Optimum, descend, select_best
from smecluster.calibration.problem.ar1 import Ar1
from smecluster.calibration.problem.normal_scores import NormalScores
from smecluster.calibration.problem.objective import Objective
from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]

#: The nominal coverage of the intervals.
LEVEL = 0.9
_NORMAL = 1.6449  # half a 90 % interval of a normal distribution, in standard deviations
_STARTS = 2  # besides the prior's mean
_MOST = 100  # points of one descent


@dataclass(frozen=True)
class Recovery:
    """Known parameters, and their estimates.

    Attributes
    ----------
    truth, estimate, low, high : array of float, shape (sets, parameters)
        In the scale of the estimation; low and high are the ends of 90 % intervals.
    names : tuple of str
        The parameters.
    """

    truth: Floats
    estimate: Floats
    low: Floats
    high: Floats
    names: tuple[str, ...]

    @property
    def coverage(self) -> pd.DataFrame:
        """How often the intervals covered the truth.

        Columns name (a parameter, or ``all``), level and covered (shares, Dmnl), sets (how
        many data sets); the first row is of all parameters together.
        """
        held = (self.low <= self.truth) & (self.truth <= self.high)
        return pd.DataFrame(
            {
                "name": ["all", *self.names],
                "level": LEVEL,
                "sets": len(self.truth),
                "covered": [held.mean(), *held.mean(axis=0)],
            }
        )


def run_recovery(
    objective: Objective,
    sets: int,
    seed: int,
    checkpoints: Checkpoints,
    *,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> Recovery:
    """Simulate figures from known parameters, estimate the parameters, and compare.

    The parameters of each data set are drawn from the priors: if all is right, intervals that
    combine priors and figures then have their nominal coverage. The figures have the years and gaps
    of the real ones, and errors with the deviation and autocorrelation that the problem states. The
    fit does not use the truth: it starts at the prior mean and at two draws of the prior. The
    interval is that of the normal approximation in the prior's normal scores (see `NormalScores`),
    which respects the bounds and may be asymmetric.

    Parameters
    ----------
    objective : Objective
        The objective.
    sets : int
        Number of data sets.
    seed : int
        Seed of truths and errors.
    checkpoints : Checkpoints
        Where finished data sets are kept: ``recovery <number>``.
    tell : callable
        Receives how many data sets are done, and how many there are.

    Returns
    -------
    Recovery
        The same for any number of workers and interruptions.
    """
    noise = Ar1(objective.problem)
    seeds = np.random.SeedSequence(seed).spawn(sets)

    def one(number: int) -> Floats:
        name = f"recovery {number}"
        if name not in checkpoints:
            found = _recover(objective, noise, np.random.default_rng(seeds[number]))
            checkpoints.save(name, {"found": found})
        return np.asarray(checkpoints.load(name)["found"], dtype=float)

    with ThreadPoolExecutor(objective.workers) as pool:
        found = []
        for each in pool.map(one, range(sets)):
            found.append(each)
            tell(len(found), sets)
    truth, estimate, low, high = np.stack(found, axis=1)
    return Recovery(truth, estimate, low, high, objective.names)


def _recover(objective: Objective, noise: Ar1, rng: np.random.Generator) -> Floats:
    """Compute truth, estimate, low and high, shape (4, parameters), of one data set."""
    truth, figures = _simulate_set(objective, noise, rng)
    other = objective.with_measurements(figures)
    begins = np.vstack([objective.prior_mean, draw_from_prior(objective, _STARTS, rng)])
    optimum = select_best(
        [descend(other, begin, max_evaluations=_MOST, workers=1) for begin in begins]
    )
    return np.vstack([truth, *approximate_interval(other, optimum)])


def _simulate_set(
    objective: Objective, noise: Ar1, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    while True:
        truth = draw_from_prior(objective, 1, rng)[0]
        figures = objective.simulate(truth, workers=1)[0]
        # A history that fails or dies out could not have been published.
        if np.isfinite(figures).all() and (figures > 0).all():
            errors = noise.build_errors(rng.standard_normal(len(figures)))
            return truth, figures * np.exp(errors)


def approximate_interval(objective: Objective, optimum: Optimum) -> tuple[Floats, Floats, Floats]:
    """Approximate a 90 % interval: estimate, low and high, each of shape (parameters,).

    Parameters
    ----------
    objective : Objective
        The objective.
    optimum : Optimum
        Its optimum.

    Returns
    -------
    tuple of array
        In the scale of the estimation.
    """
    scores = NormalScores(objective)
    laplace = scores.approximate(optimum.x, workers=1)
    half = _NORMAL * np.sqrt(np.diag(laplace.covariance))
    low, high = (scores.to_points(laplace.centre + sign * half) for sign in (-1, 1))
    return scores.to_points(laplace.centre), low, high
