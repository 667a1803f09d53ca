"""Posteriors whose answer is known."""

from dataclasses import dataclass

import numpy as np
import pytest

from smecluster.calibration.posterior.target import Target


@dataclass(frozen=True)
class Normal:
    """Normal errors of known precision."""

    precision: np.ndarray

    def cost(self, errors):
        errors = np.atleast_2d(errors)
        return 0.5 * np.einsum("ni,ij,nj->n", errors, self.precision, errors)

    def differentiate(self, errors):
        return self.cost(errors), np.atleast_2d(errors) @ self.precision

    def find_precision(self, errors):
        return self.precision

    find_information = find_precision


@pytest.fixture
def linear():
    """Thirty coordinates, of which eight figures inform a few: target, mean, covariance."""
    rng = np.random.default_rng(3)
    slope = rng.standard_normal((8, 30)) * np.geomspace(5, 0.05, 8)[:, None]
    data = rng.standard_normal(8)
    precision = np.diag(rng.uniform(0.5, 4.0, 8))
    covariance = np.linalg.inv(np.eye(30) + slope.T @ precision @ slope)
    mean = covariance @ slope.T @ precision @ data
    target = Target(30, lambda points: points @ slope.T - data, Normal(precision))
    return target, mean, covariance


@pytest.fixture
def banana():
    """Three coordinates; the figures see ``x + y^2`` and, faintly, ``y``."""

    def errors(points):
        x, y, _ = points.T
        return np.stack([x + 0.4 * y**2 - 0.5, y - 0.3], axis=1)

    return Target(3, errors, Normal(np.diag([16.0, 1.0])))
