"""Naive forecasts, which a model must beat to be worth its equations.

All three work on logarithms, since the figures' errors are relative, and account for gaps in the
years. A series needs at least `ENOUGH` figures before the split: with fewer, drift and trends are
noise and nothing is forecast. The logistic has three parameters and needs one figure more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import least_squares
from scipy.special import log_expit, logit

from smecluster.model.errors import InputError

Floats = NDArray[np.float64]

#: With fewer figures before the split a series has no naive forecast and is not scored.
ENOUGH = 3
_LOGISTIC = 4
# How far above the largest figure the logistic's ceiling may lie, as factors.
_CEILING = (1 + 1e-6, 1e3)
_GUESSES = (1.1, 2.0, 10.0)


def forecast_random_walk(years: Floats, logs: Floats, ahead: Floats) -> Floats:
    """Continue from the last figure with the mean growth between the first and the last.

    The maximum-likelihood forecast of a random walk with drift, regardless of gaps.
    """
    drift = (logs[-1] - logs[0]) / (years[-1] - years[0])
    return np.asarray(logs[-1] + drift * (ahead - years[-1]))


def forecast_exponential(years: Floats, logs: Floats, ahead: Floats) -> Floats:
    """Continue the straight line through the logarithms (ordinary least squares)."""
    slope, level = np.polyfit(years - years[0], logs, 1)
    return np.asarray(level + slope * (ahead - years[0]))


def forecast_logistic(years: Floats, logs: Floats, ahead: Floats) -> Floats:
    """Continue the logistic K / (1 + exp(-r (t - t0))) that fits the logarithms best.

    Least squares from three guesses of the ceiling K, between the largest figure and a thousand
    times that; r may be negative, for falling series. Missing below four figures.
    """
    if len(years) < _LOGISTIC:
        return np.full(len(ahead), np.nan)
    top, origin = logs.max(), years[0]

    def curve(parameters: Floats, at: Floats) -> Floats:
        ceiling, level, rate = parameters
        return np.asarray(top + ceiling + log_expit(level + rate * (at - origin)))

    lower, upper = np.log(_CEILING)
    fits = []
    for guess in _GUESSES:
        # For a given ceiling, the logistic is a straight line.
        rate, level = np.polyfit(years - origin, logit(np.exp(logs - top) / guess), 1)
        fits.append(
            least_squares(
                lambda parameters: curve(parameters, years) - logs,
                [np.log(guess), level, rate],
                bounds=([lower, -np.inf, -np.inf], [upper, np.inf, np.inf]),
                x_scale=[1.0, 1.0, 0.1],
            )
        )
    return curve(min(fits, key=lambda fit: float(fit.cost)).x, ahead)


#: The naive forecasts by name; the random walk has a drift.
NAIVE: Mapping[str, Callable[[Floats, Floats, Floats], Floats]] = {
    "random walk": forecast_random_walk,
    "exponential": forecast_exponential,
    "logistic": forecast_logistic,
}


def forecast_naively(years: ArrayLike, values: ArrayLike, ahead: ArrayLike) -> dict[str, Floats]:
    """Forecast a series by each naive method.

    Parameters
    ----------
    years : array_like, shape (n,)
        Years of the figures before the split, rising; gaps are allowed.
    values : array_like, shape (n,)
        The figures, above 0.
    ahead : array_like, shape (m,)
        Years to forecast.

    Returns
    -------
    dict of str to array of float, shape (m,)
        By the names of `NAIVE`, in the figures' unit; all missing below `ENOUGH` figures, the
        logistic's missing below four.

    Raises
    ------
    InputError
        If years do not rise or a figure is not above 0.
    """
    when, given = np.asarray(years, dtype=float), np.asarray(values, dtype=float)
    wanted = np.asarray(ahead, dtype=float)
    if (np.diff(when) <= 0).any():
        raise InputError(f"the years of a series must rise: {when.tolist()}")
    if not (given > 0).all():
        raise InputError("naive forecasts use logarithms: every figure must be above 0")
    if len(when) < ENOUGH:
        return {name: np.full(len(wanted), np.nan) for name in NAIVE}
    logs = np.log(given)
    return {name: np.exp(method(when, logs, wanted)) for name, method in NAIVE.items()}
