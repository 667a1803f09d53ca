"""Five rivals without a model of the region: distributions of the logarithm of a series.

`protocol.toml` says what each is. All are Student distributions: the variance of a year's
innovation is estimated from few increments, with a weak prior, and integrated out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.evaluation.protocol import Rivals
from smecluster.model.presentation.language.catalogue import mark

Floats = NDArray[np.float64]

NO_CHANGE, WALK, TREND = mark("no change"), mark("random walk"), mark("damped trend")
NATION, DRIFT = mark("nation"), mark("nation and own drift")
#: The rivals, in the order of tables.
RIVALS = (NATION, DRIFT, TREND, WALK, NO_CHANGE)


@dataclass(frozen=True)
class Student:
    """Student distributions, one a year that is forecast.

    Attributes
    ----------
    location, scale : array of float, shape (years,)
        Of the logarithm, Dmnl.
    freedom : float
        Degrees of freedom.
    """

    location: Floats
    scale: Floats
    freedom: float


def forecast_simply(
    years: Floats,
    logs: Floats,
    ahead: Floats,
    nation: tuple[Floats, Floats],
    variance: Floats,
    rivals: Rivals,
) -> dict[str, Student]:
    """Forecast a series by each rival.

    Parameters
    ----------
    years, logs : array of float, shape (n,)
        Years that rise, and logarithms of the figures; at least one. With fewer than three only
        `NATION` and `NO_CHANGE` are given.
    ahead : array of float, shape (m,)
        Years to forecast, all later.
    nation : tuple of array of float, shape (n,) and (m,)
        Logarithm of the same thing in the nation, in those years; up to a constant.
    variance : array of float, shape (m,)
        Of the latter, Dmnl; 0 where it is known.
    rivals : Rivals
        The settings.

    Returns
    -------
    dict of str to Student
        By the names of `RIVALS`.
    """
    far = ahead - years[-1]
    gaps = np.diff(years)
    flat = _measure_noise(np.diff(logs), gaps, len(gaps), rivals)
    own = logs - nation[0]
    against = _measure_noise(np.diff(own), gaps, len(gaps), rivals)
    national = logs[-1] + nation[1] - nation[0][-1]
    found = {
        NATION: Student(national, np.sqrt(against[0] * far + variance), against[1]),
        NO_CHANGE: Student(np.full(len(ahead), logs[-1]), np.sqrt(flat[0] * far), flat[1]),
    }
    if len(years) < 3:
        return found
    walk, span = _fit_drift(years, logs)
    noise, freedom = _measure_noise(np.diff(logs) - walk * gaps, gaps, len(gaps) - 1, rivals)
    found[WALK] = Student(logs[-1] + walk * far, np.sqrt(noise * (far + far**2 / span)), freedom)
    recent = years >= years[-1] - rivals.window
    if recent.sum() < 2:
        recent[-2:] = True
    drift, span = _fit_drift(years[recent], own[recent])
    steps, lately = np.diff(own[recent]), np.diff(years[recent])
    noise, freedom = _measure_noise(steps - drift * lately, lately, len(lately) - 1, rivals)
    damped = sum_damping(rivals.drift_damping, far)
    found[DRIFT] = Student(
        national + drift * damped, np.sqrt(noise * (far + damped**2 / span) + variance), freedom
    )
    found[TREND] = _forecast_trend(years, logs, far, rivals)
    return {name: found[name] for name in RIVALS}


def sum_damping(damping: float, far: Floats) -> Floats:
    """Sum the powers 1 to `far` of a damping, for whole numbers of years."""
    if damping == 1:
        return np.asarray(far, dtype=float)
    return np.asarray(damping * (1 - damping**far) / (1 - damping))


def _fit_drift(years: Floats, logs: Floats) -> tuple[float, float]:
    span = float(years[-1] - years[0])
    return float(logs[-1] - logs[0]) / span, span


def _measure_noise(
    errors: Floats, gaps: Floats, freedom: int, rivals: Rivals
) -> tuple[float, float]:
    """Measure the variance of a year's innovation, and its degrees of freedom, with the prior."""
    prior = rivals.prior_increments
    whole = prior + freedom
    squares = float((errors**2 / gaps).sum()) + prior * rivals.prior_sd**2
    return squares / whole, whole


def _forecast_trend(years: Floats, logs: Floats, far: Floats, rivals: Rivals) -> Student:
    if len(years) < rivals.few:
        choices = [(rivals.few_smoothing, rivals.few_damping)]
    else:
        choices = [(beta, phi) for beta in rivals.trend_smoothing for phi in rivals.damping]
    gaps = np.diff(years)
    tried = [(_run_trend(logs, gaps, *each), each) for each in choices]
    (errors, trend), (beta, phi) = min(tried, key=lambda one: float((one[0][0] ** 2).sum()))
    noise, freedom = _measure_noise(errors, np.ones(len(errors)), len(errors), rivals)
    # c_j of Hyndman et al. 2008 with level smoothing 1; the variance of H years is their sum.
    weights = 1 + beta * sum_damping(phi, np.arange(far.max()))
    spread = np.cumsum(weights**2)[far.astype(int) - 1]
    return Student(logs[-1] + trend * sum_damping(phi, far), np.sqrt(noise * spread), freedom)


def _run_trend(logs: Floats, gaps: Floats, beta: float, phi: float) -> tuple[Floats, float]:
    """Smooth a trend; give the errors of a step, over the root of its years, and the last trend."""
    steps = np.diff(logs)
    trend = float(steps[0] / gaps[0])
    errors = []
    for step, gap in zip(steps[1:], gaps[1:], strict=True):
        error = step - trend * float(sum_damping(phi, np.asarray(gap)))
        trend = phi**gap * trend + beta * error / gap
        errors.append(error / np.sqrt(gap))
    return np.array(errors), float(trend)
