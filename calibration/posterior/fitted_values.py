"""The calibrated model beside the figures it was fitted to."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from smecluster.calibration.data.series import SERIES
from smecluster.calibration.problem.objective import Objective

#: A 90 % interval.
_LEVELS = (0.05, 0.95)


def tabulate_fit(
    objective: Objective, x: ArrayLike, draws: ArrayLike | None = None
) -> pd.DataFrame:
    """Tabulate the model beside each figure.

    Parameters
    ----------
    objective : Objective
        The objective.
    x : array_like, shape (parameters,)
        The optimum, in the scale of the estimation.
    draws : array_like, shape (draws, parameters), optional
        Draws of the posterior, in the same scale.

    Returns
    -------
    pandas.DataFrame
        A row a figure: region, variable, segment, unit, compare, ``factor`` (figure over model,
        Dmnl; 1 if levels are compared), year, value, status; ``fitted``, the model's value times
        the factor, with its 90 % interval over the draws, ``low`` to ``high``, in the figure's unit
        (parameter uncertainty only, no noise; missing without draws); ``sigma`` (Dmnl, standard
        deviation of the error of the figure's logarithm).
    """
    problem = objective.problem
    figures = problem.measurements
    value = figures["value"].to_numpy(dtype=float)
    point = np.atleast_2d(np.asarray(x, dtype=float))
    fitted = value * np.exp(objective.errors(point)[0])
    compare = figures["observable"].map(problem.observables["compare"]).to_numpy()
    factor = np.where(compare == "scale", fitted / objective.simulate(point)[0], 1.0)
    low, high = _find_bounds(objective, value, draws)
    kept = [*SERIES, "unit", "year", "value", "status", "sigma"]
    table = figures[kept].assign(compare=compare, factor=factor, fitted=fitted, low=low, high=high)
    order = [*SERIES, "unit", "compare", "factor", "year", "value", "status", "fitted"]
    return table[[*order, "low", "high", "sigma"]]


def _find_bounds(
    objective: Objective, value: NDArray[np.float64], draws: ArrayLike | None
) -> NDArray[np.float64]:
    if draws is None:
        return np.full((2, len(value)), np.nan)
    return value * np.exp(np.quantile(objective.errors(draws), _LEVELS, axis=0))
