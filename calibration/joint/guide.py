"""Which directions the figures inform over the whole of the posterior, and coordinates for them.

In the coordinates of the prior, whose covariance is the identity, the figures' information at a
point is ``J' W J``. The model is bent, so what is informed differs from point to point; the mean
over points of the posterior says what is informed anywhere. Source: Cui, Martin, Marzouk, Solonen
and Spantini 2014, Inverse Problems 30(11).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.joint.mode import Mode, find_root
from smecluster.calibration.joint.target import Target

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Guide:
    """Coordinates in which the posterior is nearly standard normal, and the mean Jacobian.

    Attributes
    ----------
    centre : array of float, shape (size,)
        The point of coordinates zero.
    slope : array of float, shape (errors, size)
        Mean Jacobian of the errors.
    strengths : array of float, shape (size,)
        ``s``: prior standard deviation over error of measurement along each direction, the best
        informed first, Dmnl.
    directions : array of float, shape (size, size)
        Orthonormal columns.
    """

    centre: Floats
    slope: Floats
    strengths: Floats
    directions: Floats

    def whiten(self, points: Floats) -> Floats:
        """Transform points, shape (n, size), to these coordinates."""
        return np.asarray(((points - self.centre) @ self.directions) / self._spread)

    def unwhiten(self, places: Floats) -> Floats:
        """Transform coordinates, shape (n, size), to points; see `whiten`."""
        return np.asarray(self.centre + (places * self._spread) @ self.directions.T)

    def pull(self, points: Floats, gradient: Floats) -> Floats:
        """Approximate the gradient of the cost by these coordinates, shape (n, size).

        Parameters
        ----------
        points : array of float, shape (n, size)
            The points.
        gradient : array of float, shape (n, errors)
            Gradient of the likelihood's cost by the errors there: exact, while the Jacobian is the
            mean one.
        """
        return np.asarray(((points + gradient @ self.slope) @ self.directions) * self._spread)

    @property
    def _spread(self) -> Floats:
        return np.asarray(1 / np.sqrt(1 + self.strengths**2))


def guide_from_mode(mode: Mode) -> Guide:
    """Make coordinates from the curvature at the mode alone."""
    return _make(mode.point, mode.slope, _inform(find_root(mode.precision), mode.slope))


def guide_from_points(target: Target, mode: Mode, points: Floats, states: Floats) -> Guide:
    """Make coordinates from the Jacobians at several points.

    Parameters
    ----------
    target : Target
        The -log posterior.
    mode : Mode
        Its mode, whose precision of the errors is used.
    points : array of float, shape (n, size)
        The points.
    states : array of float, shape (n, switches)
        Values of the switches there.

    Returns
    -------
    Guide
        The centre is the mean of the points.
    """
    slope, information = np.zeros(mode.slope.shape), np.zeros((target.size, target.size))
    errors, root = target.errors(points, states), find_root(mode.precision)
    for point, state, found in zip(points, states, errors, strict=True):
        here = target.slope_ahead(point, found, state)
        slope += here / len(points)
        information += _inform(root, here) / len(points)
    return _make(points.mean(axis=0), slope, information)


def read_guide(arrays: Mapping[str, NDArray[np.generic]]) -> Guide:
    """Read coordinates that were kept as arrays."""
    return Guide(**{name: np.asarray(value, dtype=float) for name, value in arrays.items()})


def _inform(root: Floats, slope: Floats) -> Floats:
    seen = root @ slope
    return np.asarray(seen.T @ seen)


def _make(centre: Floats, slope: Floats, information: Floats) -> Guide:
    sizes, axes = np.linalg.eigh(information)
    return Guide(centre, slope, np.sqrt(np.maximum(sizes[::-1], 0.0)), axes[:, ::-1].copy())
