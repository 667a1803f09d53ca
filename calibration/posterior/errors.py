"""The likelihood of a set of series: exact generalised least squares on logarithms.

The errors of a series have one scale and one correlation in time. Neither is known. The scale has
an inverse-gamma prior that says as much as `STATED` figures with the error that the case states;
it is integrated out exactly, which leaves a Student distribution. The correlation is summed out
over a family (`calibration.posterior.correlations`). If a series is known only up to a factor, the
factor has a flat prior and is integrated out too. The covariance over gaps in the years is exact.

The gradient of the cost is ``J' W e``, where ``W`` is the expected precision given the errors
``e``: a Gauss-Newton step with that precision is a step of an EM algorithm (Dempster, Laird and
Rubin 1977; Lange, Little and Taylor 1989, JASA 84(408)).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp, softmax

from smecluster.calibration.posterior.correlations import Member
from smecluster.calibration.problem.assembly import Problem

Floats = NDArray[np.float64]

#: So many figures the stated error of a series counts for.
STATED = 3.0


@dataclass(frozen=True)
class _Series:
    name: str
    places: NDArray[np.int64]
    labels: tuple[str, ...]
    #: By member of the family: log prior with the determinants, and the precision at scale 1.
    constants: Floats
    precisions: Floats
    #: Prior probabilities of the members, and roots of their covariances at scale 1.
    priors: Floats
    roots: Floats
    shape: float
    rate: float
    #: Figures, less one if a factor is estimated with them.
    free: int


class SeriesErrors:
    """The -log likelihood of log errors, over all series.

    Parameters
    ----------
    problem : Problem
        Its measurements and observables are used, with the errors as stated.
    family : sequence of Member
        The correlations that are weighed.
    """

    def __init__(self, problem: Problem, family: Sequence[Member]) -> None:
        figures = problem.measurements
        self.count = len(figures)
        self._series = []
        for name, rows in figures.groupby("observable", sort=False):
            stated = float(problem.observables["error"].to_dict()[name])
            compare = problem.observables["compare"].to_dict()[name]
            years = rows["year"].to_numpy(dtype=float)
            # A figure from memory has a wider error than the others of its series.
            wider = rows["sigma"].to_numpy(dtype=float) / stated
            self._series.append(
                _prepare(
                    str(name),
                    np.asarray(rows.index.to_numpy(), dtype=np.int64),
                    years,
                    wider,
                    stated,
                    compare == "scale",
                    family,
                )
            )

    def cost(self, errors: ArrayLike) -> Floats:
        """Compute -log likelihood of log errors, shape (n, figures), Dmnl: shape (n,)."""
        errors = np.atleast_2d(np.asarray(errors, dtype=float))
        found = np.zeros(len(errors))
        for one in self._series:
            found -= logsumexp(_weigh(one, errors[:, one.places])[0], axis=1)
        return found

    def differentiate(self, errors: ArrayLike) -> tuple[Floats, Floats]:
        """Compute `cost` and its gradient by the log errors, shapes (n,) and (n, figures)."""
        errors = np.atleast_2d(np.asarray(errors, dtype=float))
        cost, gradient = np.zeros(len(errors)), np.zeros(errors.shape)
        for one in self._series:
            part = errors[:, one.places].T
            members, figures, _ = one.precisions.shape
            # Plain products: this is called at every move, and there are many short series.
            pulled = one.precisions.reshape(members * figures, figures) @ part
            pulled = pulled.reshape(members, figures, -1)
            halves = one.rate + 0.5 * (pulled * part).sum(axis=1)
            logs = one.constants[:, None] - (one.shape + one.free / 2) * np.log(halves)
            top = logs.max(axis=0)
            shares = np.exp(logs - top)
            whole = shares.sum(axis=0)
            cost -= top + np.log(whole)
            shares *= (one.free / 2 + one.shape) / (whole * halves)
            gradient[:, one.places] = (shares[:, None] * pulled).sum(axis=0).T
        return cost, gradient

    def find_precision(self, errors: ArrayLike) -> Floats:
        """Compute the expected precision given log errors, shape (figures, figures), Dmnl.

        With it the gradient of `cost` by the errors is ``precision @ errors``.
        """
        errors = np.asarray(errors, dtype=float)
        whole = np.zeros((self.count, self.count))
        for one in self._series:
            logs, halves = _weigh(one, errors[None, one.places])
            shares = softmax(logs[0]) * (one.free / 2 + one.shape) / (one.rate + halves[0])
            whole[np.ix_(one.places, one.places)] = np.tensordot(shares, one.precisions, 1)
        return whole

    def find_information(self, errors: ArrayLike) -> Floats:
        """Compute the curvature of `cost` by the errors, shape (figures, figures), Dmnl.

        It is less than the expected precision, by what is not known of scale and correlation
        (Louis 1982, J. R. Statist. Soc. B 44(2)); directions in which it is negative count as
        without information.
        """
        errors = np.asarray(errors, dtype=float)
        whole = np.zeros((self.count, self.count))
        for one in self._series:
            part = errors[one.places]
            logs, halves = _weigh(one, part[None])
            shares = softmax(logs[0])
            count = one.free / 2 + one.shape
            scales = count / (one.rate + halves[0])
            pulls = scales[:, None] * (one.precisions @ part)
            curved = np.tensordot(shares * scales, one.precisions, 1)
            curved -= (pulls.T * (shares * (1 + 1 / count))) @ pulls
            middle = shares @ pulls
            sizes, axes = np.linalg.eigh(curved + np.outer(middle, middle))
            found = (axes * np.maximum(sizes, 0.0)) @ axes.T
            whole[np.ix_(one.places, one.places)] = found
        return whole

    def draw(self, rng: np.random.Generator) -> Floats:
        """Draw log errors from their prior: a scale and a correlation of each series first.

        Returns
        -------
        array of float, shape (figures,)
            Dmnl. A series that is known up to a factor has errors like any other: the factor is
            removed when they are compared.
        """
        found = np.empty(self.count)
        for one in self._series:
            member = rng.choice(len(one.labels), p=one.priors)
            variance = one.rate / rng.gamma(one.shape)
            noise = rng.standard_normal(len(one.places))
            found[one.places] = np.sqrt(variance) * (one.roots[member] @ noise)
        return found

    def profile(self, errors: ArrayLike) -> pd.DataFrame:
        """Tabulate the likeliest scale and correlation of each series.

        Parameters
        ----------
        errors : array_like, shape (figures,)
            Log errors, Dmnl.

        Returns
        -------
        pandas.DataFrame
            A row a series: ``observable``, ``figures``, ``stated error``, ``error`` (the mode of
            the scale at the likeliest correlation, Dmnl), ``correlation`` (its label) and
            ``probability`` of that label.
        """
        errors = np.asarray(errors, dtype=float)
        rows = []
        for one in self._series:
            logs, halves = _weigh(one, errors[None, one.places])
            shares = softmax(logs[0])
            best = int(np.argmax(shares))
            variance = (one.rate + halves[0, best]) / (one.shape + one.free / 2 + 1)
            rows.append(
                (
                    one.name,
                    len(one.places),
                    float(np.sqrt(one.rate / one.shape)),
                    float(np.sqrt(variance)),
                    one.labels[best],
                    float(shares[best]),
                )
            )
        columns = ["observable", "figures", "stated error", "error", "correlation", "probability"]
        return pd.DataFrame(rows, columns=columns)


class WithCombinations:
    """Errors of series, followed by standard normal ones of combinations of constants.

    Parameters
    ----------
    series : SeriesErrors
        The errors of the figures.
    count : int
        How many combinations follow.
    """

    def __init__(self, series: SeriesErrors, count: int) -> None:
        self.series = series
        self.count = count

    def cost(self, errors: ArrayLike) -> Floats:
        """Compute -log likelihood of errors, shape (n, figures + combinations): shape (n,)."""
        errors = np.atleast_2d(np.asarray(errors, dtype=float))
        rest = errors[:, self.series.count :]
        return np.asarray(self.series.cost(errors) + 0.5 * (rest**2).sum(axis=1))

    def differentiate(self, errors: ArrayLike) -> tuple[Floats, Floats]:
        """Compute `cost` and its gradient by the errors; see `SeriesErrors.differentiate`."""
        errors = np.atleast_2d(np.asarray(errors, dtype=float))
        cost, gradient = self.series.differentiate(errors)
        rest = errors[:, self.series.count :]
        gradient[:, self.series.count :] = rest
        return cost + 0.5 * (rest**2).sum(axis=1), gradient

    def find_precision(self, errors: ArrayLike) -> Floats:
        """Compute the expected precision given errors; see `SeriesErrors.find_precision`."""
        figures = self.series.count
        whole = np.eye(figures + self.count)
        whole[:figures, :figures] = self.series.find_precision(errors)
        return whole

    def find_information(self, errors: ArrayLike) -> Floats:
        """Compute the curvature of `cost`; see `SeriesErrors.find_information`."""
        figures = self.series.count
        whole = np.eye(figures + self.count)
        whole[:figures, :figures] = self.series.find_information(errors)
        return whole


def _prepare(
    name: str,
    places: NDArray[np.int64],
    years: Floats,
    wider: Floats,
    error: float,
    scaled: bool,
    family: Sequence[Member],
) -> _Series:
    gaps = np.abs(years[:, None] - years)
    free = len(years) - scaled
    shape = STATED / 2
    rate = shape * error**2
    constants, precisions, roots = [], [], []
    for member in family:
        covariance = member.correlate(gaps) * np.outer(wider, wider)
        roots.append(np.linalg.cholesky(covariance))
        precision = np.linalg.inv(covariance)
        determinant = np.linalg.slogdet(covariance)[1]
        if scaled:
            pulled = precision.sum(axis=1)
            whole = pulled.sum()
            precision = precision - np.outer(pulled, pulled) / whole
            determinant += np.log(whole)
        constants.append(np.log(member.prior) - 0.5 * determinant)
        precisions.append((precision + precision.T) / 2)
    level = (
        shape * np.log(rate)
        - gammaln(shape)
        + gammaln(shape + free / 2)
        - free / 2 * np.log(2 * np.pi)
    )
    return _Series(
        name,
        places,
        tuple(member.label for member in family),
        np.array(constants) + level,
        np.array(precisions),
        np.array([member.prior for member in family]),
        np.array(roots),
        shape,
        rate,
        free,
    )


def _weigh(one: _Series, errors: Floats) -> tuple[Floats, Floats]:
    """Compute the log likelihood by member, and half of its sum of squares."""
    halves = 0.5 * np.einsum("ni,gij,nj->ng", errors, one.precisions, errors, optimize=True)
    logs = one.constants - (one.shape + one.free / 2) * np.log(one.rate + halves)
    return logs, halves
