"""A surrogate repeats quadratic residuals exactly, and others as well as it can."""

import numpy as np
import pytest
from scipy.optimize import check_grad

from smecluster.calibration.posterior.surrogate import Surrogate, count_coefficients

K, M = 4, 7


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture
def quadratic(rng):
    level, slope = rng.normal(size=M), rng.normal(size=(M, K))
    bend = rng.normal(size=(M, K, K))
    return lambda x: level + x @ slope.T + np.einsum("ni,mij,nj->nm", x, bend, x)


def fitted(function, points, weights=None):
    surrogate = Surrogate(points.shape[1], function(points).shape[1])
    surrogate.add(points, function(points), np.ones(len(points)) if weights is None else weights)
    surrogate.fit()
    return surrogate


def test_quadratic_residuals_are_repeated(quadratic, rng):
    surrogate = fitted(quadratic, rng.normal(size=(4 * count_coefficients(K), K)))
    new = rng.normal(size=(50, K))
    cost = 0.5 * (quadratic(new) ** 2).sum(axis=1)
    np.testing.assert_allclose(surrogate.cost(new)[0], cost, rtol=1e-3, atol=0.05)


def test_the_gradient_is_that_of_the_cost(quadratic, rng):
    surrogate = fitted(quadratic, rng.normal(size=(4 * count_coefficients(K), K)))
    for x in rng.normal(size=(5, K)):
        error = check_grad(
            lambda y: surrogate.cost(y[None])[0][0], lambda y: surrogate.cost(y[None])[1][0], x
        )
        assert error < 1e-4 * np.abs(surrogate.cost(x[None])[1]).max()


def test_residuals_that_do_not_vary_are_a_constant_of_the_cost(rng):
    def function(x):
        return np.hstack([x[:, :1], np.full((len(x), 3), 2.0)])

    surrogate = fitted(function, rng.normal(size=(100, K)))
    cost, gradient = surrogate.cost(np.zeros((1, K)))
    assert cost[0] == pytest.approx(6.0, rel=1e-4)
    np.testing.assert_allclose(gradient, 0.0, atol=1e-3)


def test_what_is_added_in_parts_counts_as_what_is_added_at_once(quadratic, rng):
    points = rng.normal(size=(100, K))
    whole = fitted(quadratic, points)
    parts = Surrogate(K, M)
    for part in np.split(points, 4):
        parts.add(part, quadratic(part), np.ones(len(part)))
    parts.fit()
    new = rng.normal(size=(20, K))
    np.testing.assert_allclose(parts.cost(new)[0], whole.cost(new)[0])


def test_points_without_weight_do_no_harm(quadratic, rng):
    points = rng.normal(size=(100, K))
    points[:10] = 1e3
    surrogate = fitted(
        lambda x: np.where(np.abs(x[:, :1]) > 100, 1e6, quadratic(x)),
        points,
        np.r_[np.zeros(10), np.ones(90)],
    )
    new = rng.normal(size=(20, K))
    cost = 0.5 * (quadratic(new) ** 2).sum(axis=1)
    np.testing.assert_allclose(surrogate.cost(new)[0], cost, rtol=1e-3, atol=0.05)
