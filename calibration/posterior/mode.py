"""The mode of the posterior: Gauss-Newton steps, damped, from several starts, and what lies around.

Each step uses the precision of the errors that the errors themselves suggest, so a scale and an
autocorrelation of each series are estimated on the way (see `calibration.posterior.errors`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.posterior.target import Target

Floats = NDArray[np.float64]

# Shares of a step that are tried at once, and dampings of the step itself.
_SHARES = np.array([1.0, 0.6, 0.3, 0.1, 0.03, 0.01])
_DAMPINGS = np.array([0.0, 0.3, 3.0, 30.0])
# A step that gains less ends the descent, Dmnl.
_NEGLIGIBLE = 1e-2


@dataclass(frozen=True)
class Mode:
    """A local mode, with the normal approximation of the posterior around it.

    Attributes
    ----------
    point : array of float, shape (size,)
        The mode.
    cost : float
        Its cost, Dmnl.
    errors : array of float, shape (errors,)
        The errors there.
    slope : array of float, shape (errors, size)
        Their Jacobian there.
    precision : array of float, shape (errors, errors)
        Expected precision of the errors there.
    information : array of float, shape (errors, errors)
        The curvature of their cost, which is less: see `SeriesErrors.find_information`.
    gradient : float
        Largest element of the cost's gradient, Dmnl.
    steps : int
        Steps taken.
    """

    point: Floats
    cost: float
    errors: Floats
    slope: Floats
    precision: Floats
    information: Floats
    gradient: float
    steps: int

    @property
    def whitened_slope(self) -> Floats:
        """The slope times a root of the information, Dmnl."""
        return np.asarray(find_root(self.information) @ self.slope)

    @property
    def covariance(self) -> Floats:
        """The covariance of the normal approximation, shape (size, size), Dmnl."""
        slope = self.whitened_slope
        inner = np.eye(len(slope)) + slope @ slope.T
        # Woodbury: there are fewer figures than constants.
        return np.asarray(np.eye(slope.shape[1]) - slope.T @ np.linalg.solve(inner, slope))


def draw_normally(mode: Mode, count: int, rng: np.random.Generator) -> Floats:
    """Draw points, shape (count, size), from the normal approximation around a mode."""
    slope = mode.whitened_slope
    inner = np.eye(len(slope)) + slope @ slope.T
    # A draw of the prior, corrected by what figures with errors would say of it.
    prior = rng.standard_normal((count, slope.shape[1]))
    seen = prior @ slope.T + rng.standard_normal((count, len(slope)))
    return np.asarray(mode.point + prior - np.linalg.solve(inner, seen.T).T @ slope)


def find_root(precision: Floats) -> Floats:
    """Find a matrix whose transpose times itself is the precision, which may be singular."""
    sizes, axes = np.linalg.eigh(precision)
    return np.asarray(np.sqrt(np.maximum(sizes, 0.0))[:, None] * axes.T)


def find_mode(
    target: Target,
    start: Floats,
    *,
    most: int = 60,
    quick: bool = False,
    tell: Callable[[int, float], None] = lambda step, cost: None,
) -> Mode:
    """Descend to the nearest mode.

    Parameters
    ----------
    target : Target
        The -log posterior.
    start : array of float, shape (size,)
        Where to begin.
    most : int
        Steps after which it ends.
    quick : bool
        Whether to take one-sided differences, which halve the runs.
    tell : callable
        Receives the number of steps so far and the cost.

    Returns
    -------
    Mode
    """
    point = np.asarray(start, dtype=float)
    errors = target.errors(point)[0]
    cost = float(target.cost(point, errors[None])[0])
    steps = 0
    while True:
        slope = target.slope_ahead(point, errors) if quick else target.slope(point)
        precision = target.terms.find_precision(errors)
        gradient = point + slope.T @ (precision @ errors)
        information = target.terms.find_information(errors)
        largest = float(np.abs(gradient).max())
        mode = Mode(point, cost, errors, slope, precision, information, largest, steps)
        tell(steps, cost)
        if steps == most:
            return mode
        tried = point + _propose(slope, precision, gradient)
        found = target.errors(tried)
        costs = target.cost(tried, found)
        best = int(np.argmin(costs))
        if not costs[best] < cost - _NEGLIGIBLE:
            return mode
        point, errors, cost = tried[best], found[best], float(costs[best])
        steps += 1


def _propose(slope: Floats, precision: Floats, gradient: Floats) -> Floats:
    """Propose steps of several lengths and dampings, shape (steps, size)."""
    whitened = find_root(precision) @ slope
    _, sizes, right = np.linalg.svd(whitened, full_matrices=False)
    along = right @ gradient
    steps = []
    for damping in _DAMPINGS:
        # (I (1 + d) + J'WJ)^-1 gradient, in the directions that the figures see and elsewhere.
        inside = right.T @ (along / (1 + damping + sizes**2) - along / (1 + damping))
        steps.append(-(inside + gradient / (1 + damping)))
    return np.concatenate([share * np.array(steps) for share in _SHARES])
