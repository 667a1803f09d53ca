"""Which directions the figures inform over the whole of the posterior, and coordinates for moves.

In the coordinates of the prior, whose covariance is the identity, the figures' information at a
point is ``J' W J``. The model is bent, so what is informed differs from point to point; the mean
over points of the posterior says what is informed anywhere (Cui, Martin, Marzouk, Solonen and
Spantini 2014, Inverse Problems 30(11)). In what is informed, moves are scaled by how the points of
earlier walks lie; elsewhere the posterior is the prior.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.posterior.mode import Mode, find_root
from smecluster.calibration.posterior.target import Target

Floats = NDArray[np.float64]

# Directions along which the figures say more than this, as `Guide.strengths`, are informed.
_INFORMED = 0.5


@dataclass(frozen=True)
class Guide:
    """Coordinates for moves through the posterior, and the mean Jacobian.

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
    turned : array of float, shape (size, size)
        Orthonormal columns: the axes of the coordinates.
    scales : array of float, shape (size,)
        Size of a unit of the coordinate along each axis, Dmnl.
    """

    centre: Floats
    slope: Floats
    strengths: Floats
    directions: Floats
    turned: Floats
    scales: Floats

    def whiten(self, points: Floats) -> Floats:
        """Transform points, shape (n, size), to these coordinates."""
        return np.asarray(((points - self.centre) @ self.turned) / self.scales)

    def unwhiten(self, places: Floats) -> Floats:
        """Transform coordinates, shape (n, size), to points; see `whiten`."""
        return np.asarray(self.centre + (places * self.scales) @ self.turned.T)

    def pull(self, gradients: Floats) -> Floats:
        """Transform gradients by points, shape (n, size), to gradients by these coordinates."""
        return np.asarray((gradients @ self.turned) * self.scales)


def guide_from_mode(mode: Mode) -> Guide:
    """Make coordinates from the curvature at the mode alone: in them it is standard normal."""
    return _make(mode.point, mode.slope, _inform(find_root(mode.precision), mode.slope))


def guide_from_points(
    target: Target, mode: Mode, points: Floats, states: Floats, jacobians: int, cloud: Floats
) -> Guide:
    """Make coordinates from where walkers are, and from the Jacobians at some of them.

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
    jacobians : int
        At how many of them, evenly spread.
    cloud : array of float, shape (m, size)
        Points that show how wide the posterior is.

    Returns
    -------
    Guide
        The centre is the mean of the cloud.
    """
    slope, information = np.zeros(mode.slope.shape), np.zeros((target.size, target.size))
    root = find_root(mode.precision)
    chosen = np.arange(jacobians) * len(points) // jacobians
    errors = target.errors(points[chosen], states[chosen])
    for at, found in zip(chosen, errors, strict=True):
        here = target.slope_ahead(points[at], found, states[at])
        slope += here / jacobians
        information += _inform(root, here) / jacobians
    return _widen(_make(cloud.mean(axis=0), slope, information), cloud)


def _widen(guide: Guide, cloud: Floats) -> Guide:
    """Turn and scale the informed directions to how points lie.

    The fewer the points, the less what they say of how directions go together is believed.
    """
    informed = int((guide.strengths > _INFORMED).sum())
    axes = guide.directions[:, :informed]
    covariance = np.atleast_2d(np.cov((cloud @ axes).T))
    believed = len(cloud) / (len(cloud) + 2 * informed)
    covariance = believed * covariance + (1 - believed) * np.diag(np.diag(covariance))
    sizes, turn = np.linalg.eigh(covariance)
    directions = np.column_stack([axes @ turn, guide.directions[:, informed:]])
    scales = np.concatenate([np.sqrt(sizes), np.ones(len(guide.scales) - informed)])
    return replace(guide, turned=directions, scales=scales)


def read_guide(arrays: Mapping[str, NDArray[np.generic]]) -> Guide:
    """Read coordinates that were kept as arrays."""
    return Guide(**{name: np.asarray(value, dtype=float) for name, value in arrays.items()})


def _inform(root: Floats, slope: Floats) -> Floats:
    seen = root @ slope
    return np.asarray(seen.T @ seen)


def _make(centre: Floats, slope: Floats, information: Floats) -> Guide:
    sizes, axes = np.linalg.eigh(information)
    strengths = np.sqrt(np.maximum(sizes[::-1], 0.0))
    axes = axes[:, ::-1].copy()
    return Guide(centre, slope, strengths, axes, axes, 1 / np.sqrt(1 + strengths**2))
