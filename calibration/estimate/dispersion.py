"""The errors that the residuals of a fit show, against the stated ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.estimate.fit import compute_jacobian
from smecluster.calibration.problem.objective import Objective


def estimate_dispersion(objective: Objective, x: NDArray[np.float64]) -> float:
    """Estimate by what factor the errors exceed the stated ones, over all series.

    The figures' sum of squares at the optimum, divided by the number of effectively independent
    figures less the number of parameters that they determine (the trace of the figures' share of
    the information). Source: dispersion of a quasi-likelihood,
    McCullagh and Nelder 1989, chapter 9; effective number of parameters, Spiegelhalter et al.
    2002, J. R. Statist. Soc. B 64.

    Parameters
    ----------
    objective : Objective
        With the stated errors.
    x : array of float, shape (parameters,)
        Its optimum.

    Returns
    -------
    float
        Factor on the errors, Dmnl, at least 1: figures that are closer than stated do not reduce
        the stated errors.
    """
    figures = len(objective.problem.measurements)
    residuals = objective.residuals(x)[0, :figures]
    slope = compute_jacobian(objective, x)
    seen = slope[:figures].T @ slope[:figures]
    determined = float(np.trace(np.linalg.solve(slope.T @ slope, seen)))
    independent = float(objective.problem.observables["effective figures"].sum())
    left = independent - determined
    if left <= 0:
        return 1.0
    return float(np.sqrt(max(1.0, float(residuals @ residuals) / left)))
