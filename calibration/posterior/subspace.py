"""The directions that the figures inform, around a mode, and how strongly.

In the coordinates of the prior, whose covariance is the identity, the figures' information is
``J' W J``. Its eigenvectors are the directions that the figures see; the posterior variance along
one of them is ``1 / (1 + s^2)`` with ``s^2`` its eigenvalue. Elsewhere the posterior is the prior.
Source: Cui, Martin, Marzouk, Solonen and Spantini 2014, Inverse Problems 30(11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.calibration.posterior.mode import Mode, find_root

Floats = NDArray[np.float64]

#: Directions whose prior standard deviation the figures shrink by less than this share are left
#: to the prior.
NEGLECTED = 0.005


@dataclass(frozen=True)
class Subspace:
    """The informed directions around a mode.

    Attributes
    ----------
    directions : array of float, shape (size, informed)
        Orthonormal, the best informed first.
    strengths : array of float, shape (informed,)
        ``s``: prior over error of measurement along each, Dmnl.
    seen : array of float, shape (informed, errors)
        Turns errors into what each direction is seen through: the left singular vectors times a
        root of the precision.
    origin : array of float, shape (informed,)
        What the mode is seen as: noise is counted from there.
    """

    directions: Floats
    strengths: Floats
    seen: Floats
    origin: Floats

    def split(self, points: Floats) -> tuple[Floats, Floats]:
        """Split points into informed coordinates, shape (n, informed), and what is left."""
        inside = points @ self.directions
        return inside, points - inside @ self.directions.T

    def join(self, inside: Floats, outside: Floats) -> Floats:
        """Put points together again; see `split`."""
        return np.asarray(inside @ self.directions.T + outside)

    def find_noise(self, inside: Floats, errors: Floats) -> Floats:
        """Compute what is standard normal of a point of a linear problem, shape (n, informed)."""
        pulled = inside + self.strengths * (errors @ self.seen.T)
        return np.asarray((pulled - self.origin) / np.sqrt(1 + self.strengths**2))


def find_subspace(mode: Mode, neglected: float = NEGLECTED) -> Subspace:
    """Find the informed directions around a mode.

    Parameters
    ----------
    mode : Mode
        The mode.
    neglected : float
        See `NEGLECTED`.

    Returns
    -------
    Subspace
    """
    root = find_root(mode.precision)
    left, sizes, right = np.linalg.svd(root @ mode.slope, full_matrices=False)
    kept = 1 - 1 / np.sqrt(1 + sizes**2) > neglected
    directions, strengths, seen = right[kept].T, sizes[kept], left[:, kept].T @ root
    origin = mode.point @ directions + strengths * (seen @ mode.errors)
    return Subspace(directions, strengths, seen, origin)
