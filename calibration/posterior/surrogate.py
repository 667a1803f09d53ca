"""A quadratic surrogate of the residuals, with its gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Cost that the dropped components of the residuals may add, Dmnl.
_NEGLIGIBLE = 0.01
# A ridge of a thousandth keeps coefficients finite that no point determines.
_RIDGE = 1e-6


class Surrogate:
    """Residuals as quadratic functions of a point, fitted to runs of the model.

    The coordinates should have about unit variance in the region of interest.

    Parameters
    ----------
    k : int
        Number of coordinates.
    m : int
        Number of residuals.
    """

    def __init__(self, k: int, m: int) -> None:
        self._first, self._second = np.triu_indices(k)
        size = count_coefficients(k)
        self._gram = np.zeros((size, size))
        self._moment = np.zeros((size, m))
        self._square = np.zeros((m, m))
        self._weight = 0.0

    def add(self, points: Floats, residuals: Floats, weights: Floats) -> None:
        """Add runs of the model.

        Parameters
        ----------
        points : array of float, shape (n, k)
            Points at which the model was run.
        residuals : array of float, shape (n, m)
            Residuals there.
        weights : array of float, shape (n,)
            Weight of each, from 0 to 1.
        """
        root = np.sqrt(weights)[:, None]
        features = root * self._features(points)
        weighted = root * residuals
        self._gram += features.T @ features
        self._moment += features.T @ weighted
        self._square += weighted.T @ weighted
        self._weight += float(weights.sum())

    def fit(self) -> None:
        """Fit the quadratic functions to all runs so far, by weighted least squares.

        The residuals are rotated to their principal components, of which few vary; the others are
        held at their means.
        """
        mean = self._moment[0] / self._weight
        spread = self._square / self._weight - np.outer(mean, mean)
        sizes, axes = np.linalg.eigh((spread + spread.T) / 2)
        kept = np.cumsum(np.maximum(sizes, 0)) > _NEGLIGIBLE
        kept[-1] = True
        axes = axes[:, kept]
        # The part of the mean outside the components is a constant of the cost.
        inside = mean @ axes
        self._constant = 0.5 * float(mean @ mean - inside @ inside)
        gram = self._gram.copy()
        gram[np.diag_indices_from(gram)] += _RIDGE * self._weight
        found = np.linalg.solve(gram, self._moment @ axes)
        k = int(self._second[-1]) + 1
        self._level = found[0]
        self._slope = found[1 : k + 1].T
        bend = np.zeros((found.shape[1], k, k))
        bend[:, self._first, self._second] += 0.5 * found[k + 1 :].T
        bend[:, self._second, self._first] += 0.5 * found[k + 1 :].T
        self._bend = np.ascontiguousarray(bend.reshape(-1, k).T)

    def cost(self, points: Floats) -> tuple[Floats, Floats]:
        """Compute half the sum of squared residuals, and its gradient.

        Parameters
        ----------
        points : array of float, shape (n, k)
            The points.

        Returns
        -------
        tuple of array
            Costs, shape (n,), and gradients, shape (n, k).
        """
        bent = (points @ self._bend).reshape(len(points), -1, points.shape[1])
        half = self._slope + bent
        residuals = self._level + (half @ points[:, :, None])[:, :, 0]
        gradient = (residuals[:, None, :] @ (half + bent))[:, 0, :]
        return 0.5 * (residuals**2).sum(axis=1) + self._constant, gradient

    def _features(self, points: Floats) -> Floats:
        products = points[:, self._first] * points[:, self._second]
        return np.hstack([np.ones((len(points), 1)), points, products])


def count_coefficients(k: int) -> int:
    """Count the coefficients of a quadratic function of `k` coordinates."""
    return (k + 1) * (k + 2) // 2
