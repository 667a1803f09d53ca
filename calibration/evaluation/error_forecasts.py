"""The model's own errors go on: a mixture of Student distributions, as the likelihood has them.

What the path missed up to the origin is missed after it as well, less and less. How much less is
what the correlation says, which is summed out, as is the scale (see `calibration.joint.errors`).
Of a series that is known up to a factor the factor is estimated with the errors, which is ordinary
kriging (Cressie 1993, Statistics for Spatial Data, section 3.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp, softmax, stdtr
from scipy.stats import t as student

from smecluster.calibration.joint.correlations import Member
from smecluster.calibration.joint.errors import STATED

Floats = NDArray[np.float64]


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
