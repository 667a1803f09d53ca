"""Draws are those of the posterior: exactly of a linear one, with their weights of a banana."""

import numpy as np
import pytest

from smecluster.calibration.joint.mode import find_mode
from smecluster.calibration.joint.randomised import draw_randomised
from smecluster.calibration.joint.subspace import find_subspace

COUNT = 4000


def draw(target, count=COUNT, seed=1, start=None):
    mode = find_mode(target, np.zeros(target.size) if start is None else start)
    subspace = find_subspace(mode, neglected=0.0)
    return draw_randomised(target, mode, subspace, count, np.random.default_rng(seed))


def test_draws_of_a_linear_problem_are_exact(linear):
    target, mean, covariance = linear
    draws = draw(target)
    assert draws.solved.all()
    # Equal weights.
    assert np.ptp(draws.log_weights) < 0.05
    root = np.linalg.cholesky(covariance)
    white = np.linalg.solve(root, (draws.points - mean).T).T
    assert np.abs(white.mean(axis=0)).max() < 4.5 / np.sqrt(COUNT)
    assert np.cov(white.T) == pytest.approx(np.eye(30), abs=6 / np.sqrt(COUNT))


def test_weights_turn_draws_of_a_banana_into_its_posterior(banana):
    draws = draw(banana)
    # The exact means, on a grid.
    x, y = np.meshgrid(np.linspace(-5, 5, 801), np.linspace(-5, 5, 801), indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), np.zeros(x.size)], axis=1)
    density = np.exp(-banana.cost(points))
    density /= density.sum()
    weights = np.exp(draws.log_weights - draws.log_weights.max())
    weights /= weights.sum()
    for measure in (
        lambda p: p[:, 0],
        lambda p: p[:, 1],
        lambda p: p[:, 0] ** 2,
        lambda p: p[:, 1] ** 2,
    ):
        exact = density @ measure(points)
        scatter = np.sqrt(weights**2 @ (measure(draws.points) - exact) ** 2)
        assert weights @ measure(draws.points) == pytest.approx(exact, abs=4 * scatter)
    assert 1 / (weights**2).sum() > 0.5 * COUNT


def test_a_draw_does_not_depend_on_the_others(banana):
    few, many = draw(banana, 5, seed=2), draw(banana, 5, seed=2)
    assert (few.points == many.points).all()
