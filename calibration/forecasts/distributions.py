"""Five rivals without a model of the region: distributions of the logarithm of a series.

`protocol.toml` says what each is. All are Student distributions: the variance of a year's
innovation is estimated from few increments, with a weak prior, and integrated out.

The model's own errors go on: a mixture of Student distributions, as the likelihood has them.

What the path missed up to the origin is missed after it as well, less and less. How much less is
what the correlation says, which is summed out, as is the scale (`calibration.posterior.errors`).
Of a series that is known up to a factor the factor is estimated with the errors, which is ordinary
kriging (Cressie 1993, Statistics for Spatial Data, section 3.2).

Scores of a forecast: CRPS, logarithmic score, and where in the distribution a figure lies.

All are of the logarithm of the figure, so they are relative errors and have no unit. The CRPS is
that of Matheson and Winkler 1976; of an ensemble it is estimated by probability-weighted moments,
which do not favour large ensembles (Zamo and Naveau 2018, Math. Geosci. 50).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax, stdtr, stdtrit
from scipy.stats import t as student

from smecluster.calibration.forecasts.protocol import Rivals
from smecluster.calibration.posterior.correlations import Member
from smecluster.calibration.posterior.errors import STATED
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


# The model's own errors go on: a mixture of Student distributions, as the likelihood has them.


@dataclass(frozen=True)
class Mixture:
    """Mixtures of Student distributions, one a year that is forecast.

    Attributes
    ----------
    weights : array of float, shape (draws, members)
        Of the draws and of the correlations; they sum to 1.
    location : array of float, shape (draws, members, years)
        Of the logarithm, Dmnl.
    scale : array of float, shape (draws, members, years)
        The same.
    freedom : float
        Degrees of freedom.
    """

    weights: Floats
    location: Floats
    scale: Floats
    freedom: float

    def draw(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw logarithms, shape (years, count); each draw of the model is used equally often."""
        draws, members, years = self.location.shape
        chosen = np.arange(count) * draws // count
        steps = np.cumsum(self.weights, axis=1) / self.weights.sum(axis=1, keepdims=True)
        member = (rng.uniform(size=(count, 1)) > steps[chosen]).sum(axis=1)
        member = np.minimum(member, members - 1)
        noise = rng.standard_t(self.freedom, size=(count, years))
        found = self.location[chosen, member] + self.scale[chosen, member] * noise
        return np.asarray(found.T)

    def find_log_density(self, logs: Floats) -> Floats:
        """Compute the logarithm of the density of the mixture at logarithms, shape (years,)."""
        each = student.logpdf(logs, self.freedom, self.location, self.scale)
        return np.asarray(logsumexp(each + np.log(self.weights)[:, :, None], axis=(0, 1)))

    def find_levels(self, logs: Floats) -> Floats:
        """Compute the distribution function of the mixture at logarithms, shape (years,)."""
        below = stdtr(self.freedom, (logs - self.location) / self.scale)
        return np.asarray(np.einsum("dm,dmy->y", self.weights, below))


def forecast_errors(
    years: Floats,
    errors: Floats,
    ahead: Floats,
    paths: Floats,
    stated: float,
    scaled: bool,
    family: Sequence[Member],
    wider: Floats | None = None,
) -> Mixture:
    """Forecast the logarithms of a series from paths of the model and their errors so far.

    Parameters
    ----------
    years : array of float, shape (n,)
        Years of the figures so far; at least one if the series is known up to a factor.
    errors : array of float, shape (draws, n)
        ``log(model / figure)`` there.
    ahead : array of float, shape (m,)
        Years to forecast.
    paths : array of float, shape (draws, m)
        Logarithm of the model there.
    stated : float
        The series' stated error, Dmnl.
    scaled : bool
        Whether it is known up to a factor only.
    family : sequence of Member
        The correlations that are weighed.
    wider : array of float, shape (n,), optional
        Errors of the figures so far over those of the others of the series, Dmnl.

    Returns
    -------
    Mixture
        Of the logarithm of figures with the stated error.
    """
    wide = np.ones(len(years)) if wider is None else wider
    shape, rate = STATED / 2, STATED / 2 * stated**2
    free = len(years) - scaled
    logs, locations, scales = [], [], []
    for member in family:
        inner = member.correlate(np.abs(years[:, None] - years)) * np.outer(wide, wide)
        across = member.correlate(np.abs(ahead[:, None] - years)) * wide
        precision = np.linalg.inv(inner)
        share = across @ precision
        spread = 1 - (share * across).sum(axis=1)
        determinant = np.linalg.slogdet(inner)[1]
        if scaled:
            pulled = precision.sum(axis=1)
            whole = pulled.sum()
            rest = 1 - share.sum(axis=1)
            share = share + np.outer(rest, pulled / whole)
            spread = spread + rest**2 / whole
            determinant += np.log(whole)
            precision = precision - np.outer(pulled, pulled) / whole
        half = 0.5 * np.einsum("di,ij,dj->d", errors, precision, errors)
        logs.append(
            np.log(member.prior)
            - 0.5 * determinant
            - (shape + free / 2) * np.log(rate + np.maximum(half, 0.0))
        )
        locations.append(paths - errors @ share.T)
        variance = (rate + np.maximum(half, 0.0)) / (shape + free / 2)
        scales.append(np.sqrt(variance[:, None] * np.maximum(spread, 1e-12)))
    weights = softmax(np.array(logs).T, axis=1) / len(errors)
    return Mixture(
        weights,
        np.array(locations).transpose(1, 0, 2),
        np.array(scales).transpose(1, 0, 2),
        2 * shape + free,
    )


# Scores of a forecast: CRPS, logarithmic score, and where in the distribution a figure lies.


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
