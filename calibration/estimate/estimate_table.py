"""The table of estimates: each parameter with its standard error and 90 % interval."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from smecluster.calibration.estimate.fit import compute_jacobian
from smecluster.calibration.problem.objective import Objective

#: Half a 90 % interval of a normal distribution, in standard deviations.
_HALF = 1.6449
_LEVELS = (0.05, 0.95)


def tabulate_estimates(
    objective: Objective, x: ArrayLike, draws: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Tabulate the estimates of a calibration.

    Parameters
    ----------
    objective : Objective
        The objective.
    x : array_like, shape (parameters,)
        Its optimum, in the scale of the estimation.
    draws : pandas.DataFrame, optional
        Draws of the posterior in the parameters' units.

    Returns
    -------
    pandas.DataFrame
        `calibration.problem.assembly.Problem.table` with ``estimate``, ``standard error`` (in the
        scale of the estimation, Dmnl: the inverse of the cost's Gauss-Newton Hessian), and ``low``
        and
        ``high`` of a 90 % interval: quantiles of the draws, or else 1.64 standard errors around
        the estimate, cut off at the bounds.
    """
    point = np.asarray(x, dtype=float)
    slope = compute_jacobian(objective, point)
    error = np.sqrt(np.diag(np.linalg.inv(slope.T @ slope)))
    if draws is None:
        low = objective.to_natural(np.maximum(point - _HALF * error, objective.lower))
        high = objective.to_natural(np.minimum(point + _HALF * error, objective.upper))
    else:
        low, high = np.quantile(draws[list(objective.names)].to_numpy(dtype=float), _LEVELS, axis=0)
    return objective.problem.table.assign(
        **{
            "estimate": objective.to_natural(point),
            "standard error": error,
            "low": low,
            "high": high,
        }
    )
