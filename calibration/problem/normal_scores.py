"""Normal scores of the prior: unbounded coordinates in which the prior is standard normal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares
from scipy.special import ndtr, ndtri

from smecluster.calibration.problem.objective import Objective

Floats = NDArray[np.float64]

# No descent starts nearer to a bound than this share of the prior: scores are infinite there.
_EDGE = 0.02
# A step in scores that is large against the kernel's rounding.
_STEP = 1e-4


@dataclass(frozen=True)
class Laplace:
    """A normal approximation of the posterior, in scores.

    Attributes
    ----------
    centre : array of float, shape (parameters,)
        The mode of the posterior of the scores, Dmnl.
    covariance : array of float, shape (parameters, parameters)
        Inverse of the Gauss-Newton Hessian there, Dmnl.
    cost : float
        Cost of the centre (see `NormalScores.cost`), Dmnl.
    """

    centre: Floats
    covariance: Floats
    cost: float

    @cached_property
    def root(self) -> Floats:
        """The Cholesky factor of the covariance."""
        return np.asarray(np.linalg.cholesky(self.covariance), dtype=float)

    def to_scores(self, whitened: Floats) -> Floats:
        """Transform coordinates of mean 0 and variance 1, shape (..., parameters), to scores."""
        return np.asarray(self.centre + whitened @ self.root.T)


class NormalScores:
    """The posterior of an objective in the normal scores of its prior.

    A score is the standard normal quantile of a parameter's position in its prior, a normal
    distribution truncated at the bounds. The prior of the scores is standard normal, their bounds
    are at infinity, and the posterior is the same in other coordinates. (In the parameters
    themselves the bounds truncate the posterior, which neither a normal approximation nor a sampler
    that moves in straight lines accounts for.)

    Parameters
    ----------
    objective : Objective
        The objective.
    """

    def __init__(self, objective: Objective) -> None:
        self.objective = objective
        self._below = ndtr((objective.lower - objective.prior_mean) / objective.prior_sd)
        above = ndtr((objective.upper - objective.prior_mean) / objective.prior_sd)
        self._within = above - self._below

    def to_scores(self, points: ArrayLike) -> Floats:
        """Transform points, shape (..., parameters), to scores; those at a bound move inside."""
        points = np.asarray(points, dtype=float)
        place = ndtr((points - self.objective.prior_mean) / self.objective.prior_sd) - self._below
        return np.asarray(ndtri(np.clip(place / self._within, _EDGE, 1 - _EDGE)))

    def to_points(self, scores: ArrayLike) -> Floats:
        """Transform scores, shape (..., parameters), to points in the scale of the estimation."""
        objective = self.objective
        place = ndtri(self._below + self._within * ndtr(np.asarray(scores, dtype=float)))
        points = objective.prior_mean + objective.prior_sd * place
        return np.asarray(np.clip(points, objective.lower, objective.upper))

    def residuals(self, scores: ArrayLike, workers: int | None = None) -> Floats:
        """Compute the residuals whose squares are summed: the figures', then the scores, Dmnl."""
        scores = np.atleast_2d(np.asarray(scores, dtype=float))
        found = self.objective.residuals(self.to_points(scores), workers)
        return np.hstack([found[:, : -scores.shape[1]], scores])

    def cost(self, scores: ArrayLike, workers: int | None = None) -> Floats:
        """Compute -log posterior of scores, shape (n, parameters), up to a constant."""
        residuals = self.residuals(scores, workers)
        return np.asarray(0.5 * np.einsum("ij,ij->i", residuals, residuals))

    def approximate(self, x0: ArrayLike, workers: int | None = None) -> Laplace:
        """Approximate the posterior by a normal distribution around its mode.

        Parameters
        ----------
        x0 : array_like, shape (parameters,)
            A point near the mode, in the scale of the estimation.
        workers : int, optional
            Threads.

        Returns
        -------
        Laplace
        """
        found = least_squares(
            lambda z: self.residuals(z, workers)[0],
            self.to_scores(x0),
            jac=lambda z: self._jacobian(z, workers),
            ftol=1e-6,
            xtol=1e-8,
            gtol=1e-8,
            max_nfev=100,
        )
        slope = self._jacobian(found.x, workers)
        covariance = np.linalg.inv(slope.T @ slope)
        return Laplace(found.x, (covariance + covariance.T) / 2, float(found.cost))

    def _jacobian(self, z: Floats, workers: int | None) -> Floats:
        steps = _STEP * np.eye(len(z))
        residuals = self.residuals(np.concatenate([z + steps, z - steps]), workers)
        return np.asarray((residuals[: len(z)] - residuals[len(z) :]).T / (2 * _STEP))
