"""The mode, and the normal approximation around it, of problems whose answer is known."""

import numpy as np
import pytest
from scipy.optimize import minimize

from smecluster.calibration.joint.mode import find_mode
from smecluster.calibration.joint.subspace import find_subspace


def test_the_mode_of_a_linear_problem_is_its_mean(linear):
    target, mean, covariance = linear
    mode = find_mode(target, np.full(30, 2.0))
    assert mode.point == pytest.approx(mean, abs=1e-2)
    assert mode.covariance == pytest.approx(covariance, abs=1e-6)
    assert mode.gradient < 1e-2


def test_the_mode_of_a_banana_is_its_lowest_point(banana):
    mode = find_mode(banana, np.array([2.0, 2.0, 1.0]))
    lowest = minimize(lambda x: banana.cost(x)[0], np.zeros(3), tol=1e-10)
    assert mode.cost == pytest.approx(lowest.fun, abs=1e-2)
    assert mode.point == pytest.approx(lowest.x, abs=0.1)


def test_the_informed_directions_are_those_that_shrink(linear):
    target, mean, covariance = linear
    subspace = find_subspace(find_mode(target, mean), neglected=0.0)
    assert subspace.directions.shape == (30, 8)
    along = np.diag(subspace.directions.T @ covariance @ subspace.directions)
    assert along == pytest.approx(1 / (1 + subspace.strengths**2), rel=1e-5)
    inside, outside = subspace.split(mean[None])
    assert subspace.join(inside, outside) == pytest.approx(mean[None])
    assert outside @ subspace.directions == pytest.approx(np.zeros((1, 8)), abs=1e-12)
