"""Noise leads to draws of the posterior, exactly of a linear one."""

import numpy as np
import pytest

from smecluster.calibration.posterior.mode import find_mode
from smecluster.calibration.posterior.randomised import begin_linear, solve_noise
from smecluster.calibration.posterior.subspace import find_subspace

COUNT = 4000


def solve(target, count=COUNT, seed=1):
    mode = find_mode(target, np.zeros(target.size))
    subspace = find_subspace(mode, neglected=0.0)
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal((count, len(subspace.strengths)))
    _, outside = subspace.split(rng.standard_normal((count, target.size)))
    place = solve_noise(target, subspace, noise, outside, begin_linear(mode, subspace, outside))
    return subspace, noise, place, subspace.join(place.inside, outside)


def test_draws_of_a_linear_problem_are_exact(linear):
    target, mean, covariance = linear
    _, _, place, points = solve(target)
    assert place.solved.all()
    white = np.linalg.solve(np.linalg.cholesky(covariance), (points - mean).T).T
    assert np.abs(white.mean(axis=0)).max() < 4.5 / np.sqrt(COUNT)
    assert np.cov(white.T) == pytest.approx(np.eye(30), abs=6 / np.sqrt(COUNT))


def test_a_solved_draw_of_a_banana_has_the_noise_that_was_asked_for(banana):
    subspace, noise, place, points = solve(banana, 400)
    assert place.solved.mean() > 0.9
    inside, _ = subspace.split(points)
    found = subspace.find_noise(inside, banana.errors(points))
    assert found[place.solved] == pytest.approx(noise[place.solved], abs=1e-2)


def test_draws_are_the_same_each_time(banana):
    assert (solve(banana, 5, 2)[3] == solve(banana, 5, 2)[3]).all()


def test_the_informed_directions_are_those_that_shrink(linear):
    target, mean, covariance = linear
    subspace = find_subspace(find_mode(target, mean), neglected=0.0)
    assert subspace.directions.shape == (30, 8)
    along = np.diag(subspace.directions.T @ covariance @ subspace.directions)
    assert along == pytest.approx(1 / (1 + subspace.strengths**2), rel=1e-5)
    inside, outside = subspace.split(mean[None])
    assert subspace.join(inside, outside) == pytest.approx(mean[None])
    assert outside @ subspace.directions == pytest.approx(np.zeros((1, 8)), abs=1e-12)
