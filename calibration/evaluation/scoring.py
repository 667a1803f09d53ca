"""Scores of a forecast: CRPS, logarithmic score, and where in the distribution a figure lies.

All are of the logarithm of the figure, so they are relative errors and have no unit. The CRPS is
that of Matheson and Winkler 1976; of an ensemble it is estimated by probability-weighted moments,
which do not favour large ensembles (Zamo and Naveau 2018, Math. Geosci. 50).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from smecluster.calibration.evaluation.error_forecasts import Mixture
from smecluster.calibration.evaluation.simple_forecasts import Student

Floats = NDArray[np.float64]

_EDGES = (0.05, 0.95)


@dataclass(frozen=True)
class Scored:
    """The scores of forecasts, an array of a number for each figure.

    Attributes
    ----------
    median : array of float
        Of the forecast of the logarithm.
    low, high : array of float
        Ends of the 90 % interval of the logarithm.
    crps, log_score : array of float
        Smaller is better.
    level : array of float
        Value of the distribution function at the figure: within 0.05 and 0.95 it lies in the 90 %
        interval.
    """

    median: Floats
    low: Floats
    high: Floats
    crps: Floats
    log_score: Floats
    level: Floats


def score_student(forecast: Student, logs: Floats) -> Scored:
    """Score Student distributions, exactly, against logarithms of figures."""
    import scoringrules

    reach = forecast.scale * stdtrit(forecast.freedom, _EDGES[1])
    given = forecast.freedom, forecast.location, forecast.scale
    return Scored(
        forecast.location,
        forecast.location - reach,
        forecast.location + reach,
        np.asarray(scoringrules.crps_t(logs, *given, backend="numpy")),
        np.asarray(scoringrules.logs_t(logs, *given, backend="numpy")),
        np.asarray(stdtr(forecast.freedom, (logs - forecast.location) / forecast.scale)),
    )


def score_mixture(
    forecast: Mixture, logs: Floats, ensemble: int, rng: np.random.Generator
) -> Scored:
    """Score mixtures, the CRPS by an ensemble of so many members; the rest exactly."""
    import scoringrules

    members = forecast.draw(ensemble, rng)
    low, high = np.quantile(members, _EDGES, axis=1)
    return Scored(
        np.median(members, axis=1),
        low,
        high,
        np.asarray(scoringrules.crps_ensemble(logs, members, estimator="pwm", backend="numpy")),
        -forecast.find_log_density(logs),
        forecast.find_levels(logs),
    )
