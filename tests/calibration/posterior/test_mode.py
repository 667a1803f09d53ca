"""The mode, and the normal approximation around it, of problems whose answer is known."""

import numpy as np
import pytest
from scipy.optimize import minimize

from smecluster.calibration.posterior.guide import guide_from_mode, guide_from_points
from smecluster.calibration.posterior.mode import find_mode


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
    guide = guide_from_mode(find_mode(target, mean))
    along = np.diag(guide.directions.T @ covariance @ guide.directions)
    assert along == pytest.approx(1 / (1 + guide.strengths**2), rel=1e-5)
    assert (guide.strengths[8:] < 1e-5).all()


def test_in_the_coordinates_of_the_mode_a_linear_posterior_is_standard_normal(linear):
    target, mean, covariance = linear
    points = mean + np.random.default_rng(1).standard_normal((5, 30))
    places = guide_from_mode(find_mode(target, mean)).whiten(points)
    square = np.einsum("ni,ij,nj->n", points - mean, np.linalg.inv(covariance), points - mean)
    assert (places**2).sum(axis=1) == pytest.approx(square, rel=1e-2)


def test_coordinates_of_walkers_are_as_wide_as_their_cloud(linear):
    target, mean, _ = linear
    rng = np.random.default_rng(1)
    points = mean + 2 * rng.standard_normal((40, 30))
    cloud = mean + 3 * rng.standard_normal((4000, 30))
    mode = find_mode(target, mean)
    guide = guide_from_points(target, mode, points, np.empty((40, 0)), 3, cloud)
    assert guide.unwhiten(guide.whiten(points)) == pytest.approx(points)
    assert guide.turned.T @ guide.turned == pytest.approx(np.eye(30), abs=1e-9)
    informed = int((guide.strengths > 0.5).sum())
    assert 0 < informed < 9
    assert guide.whiten(cloud)[:, :informed].std(axis=0) == pytest.approx(1.0, rel=0.05)
    assert guide.scales[informed:] == pytest.approx(1.0)
    # The kick is the slope of the cost: of a linear problem exactly.
    gradients = target.differentiate(points, None, guide.slope)[2]
    steps = 1e-5 * np.eye(30)
    at = guide.whiten(points[:1])
    costs = [target.cost(guide.unwhiten(at + side * steps)) for side in (1, -1)]
    slope = (costs[0] - costs[1]) / 2e-5
    assert guide.pull(gradients)[0] == pytest.approx(slope, rel=1e-3, abs=1e-3)
