"""Walks agree with what is known, resume where they were, and are refused before they agree."""

import numpy as np
import pytest

from smecluster.calibration.joint.mode import find_mode
from smecluster.calibration.joint.randomised import draw_randomised
from smecluster.calibration.joint.subspace import find_subspace
from smecluster.calibration.joint.walkers import PIECE, choose_starts, walk_posterior, weigh_points
from smecluster.calibration.posterior.convergence import NotConvergedError, smooth_weights
from smecluster.model.support.checkpoints import Checkpoints


def walk(target, folder, most=3000, seed=5):
    mode = find_mode(target, np.zeros(target.size))
    subspace = find_subspace(mode, neglected=0.0)
    rng = np.random.default_rng(seed)
    draws = draw_randomised(target, mode, subspace, 200, rng)
    starts = choose_starts(draws, 32, rng)
    names = [f"x{number}" for number in range(target.size)]
    with Checkpoints(folder, {"problem": "test"}) as checkpoints:
        return walk_posterior(target, subspace, starts, names, seed, checkpoints, most=most)


def test_walks_of_a_linear_problem_have_its_mean_and_covariance(linear, tmp_path):
    target, mean, covariance = linear
    walks = walk(target, tmp_path)
    draws, _ = walks.select_points(2000)
    assert walks.acceptance > 0.99
    white = np.linalg.solve(np.linalg.cholesky(covariance), (draws - mean).T)
    assert np.abs(white.mean(axis=1)).max() < 0.3
    assert np.cov(white) == pytest.approx(np.eye(30), abs=0.35)


def test_walks_of_a_banana_agree_with_its_weighted_draws(banana, tmp_path):
    mode = find_mode(banana, np.zeros(3))
    subspace = find_subspace(mode, neglected=0.0)
    draws = draw_randomised(banana, mode, subspace, 3000, np.random.default_rng(1))
    weights, shape = smooth_weights(draws.log_weights)
    assert shape < 0.7
    found, errors = walk(banana, tmp_path, most=8000).select_points(2000)
    more, _ = smooth_weights(weigh_points(banana, subspace, found, errors))
    for at in range(2):
        middle = weights @ draws.points[:, at]
        spread = np.sqrt(weights @ (draws.points[:, at] - middle) ** 2)
        mean = more @ found[:, at]
        assert mean == pytest.approx(middle, abs=0.15 * spread)
        assert np.sqrt(more @ (found[:, at] - mean) ** 2) == pytest.approx(spread, rel=0.15)


def test_an_interrupted_walk_goes_where_it_would_have_gone(banana, tmp_path):
    whole = walk(banana, tmp_path / "whole", most=6 * PIECE)
    walk(banana, tmp_path / "parts", most=2 * PIECE)
    resumed = walk(banana, tmp_path / "parts", most=6 * PIECE)
    assert (resumed.points == whole.points).all()


def test_walks_that_do_not_agree_are_refused(linear, tmp_path):
    walks = walk(linear[0], tmp_path, most=2 * PIECE)
    with pytest.raises(NotConvergedError, match="have not converged after 50 steps"):
        walks.select_points(100)
