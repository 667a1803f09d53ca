"""Walks agree with what is known, resume where they were, and are refused before they agree."""

import numpy as np
import pytest

from smecluster.calibration.posterior.convergence import NotConvergedError
from smecluster.calibration.posterior.mode import find_mode
from smecluster.calibration.posterior.walkers import PIECE, walk_posterior, warm_up
from smecluster.model.support.checkpoints import Checkpoints


def walk(target, folder, most=8000, seed=5):
    mode = find_mode(target, np.zeros(target.size))
    names = [f"x{number}" for number in range(target.size)]
    with Checkpoints(folder, {"problem": "test"}) as checkpoints:
        ready = warm_up(target, mode, seed, checkpoints, lambda *_: None)
        return walk_posterior(target, ready, names, seed, checkpoints, most=most)


def test_walks_of_a_linear_problem_have_its_mean_and_covariance(linear, tmp_path):
    target, mean, covariance = linear
    draws, _, _ = walk(target, tmp_path).select(4000)
    white = np.linalg.solve(np.linalg.cholesky(covariance), (draws - mean).T)
    assert np.abs(white.mean(axis=1)).max() < 0.3
    assert np.cov(white) == pytest.approx(np.eye(30), abs=0.35)


def test_walks_of_a_banana_have_its_mean_and_spread(banana, tmp_path):
    x, y = np.meshgrid(np.linspace(-6, 4, 401), np.linspace(-5, 5, 401), indexing="ij")
    points = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], axis=1)
    density = np.exp(-banana.cost(points)).reshape(x.shape)
    density /= density.sum()
    draws, _, _ = walk(banana, tmp_path).select(4000)
    for at, values in enumerate((x, y)):
        middle = (density * values).sum()
        spread = np.sqrt((density * (values - middle) ** 2).sum())
        assert draws[:, at].mean() == pytest.approx(middle, abs=0.15 * spread)
        assert draws[:, at].std() == pytest.approx(spread, rel=0.15)


def test_an_interrupted_walk_goes_where_it_would_have_gone(banana, tmp_path):
    whole = walk(banana, tmp_path / "whole", most=6 * PIECE)
    walk(banana, tmp_path / "parts", most=2 * PIECE)
    resumed = walk(banana, tmp_path / "parts", most=6 * PIECE)
    assert (resumed.points == whole.points).all()


def test_walks_that_do_not_agree_are_refused(linear, tmp_path):
    walks = walk(linear[0], tmp_path, most=1)
    with pytest.raises(NotConvergedError, match="have not converged after 10 steps"):
        walks.select(100)
