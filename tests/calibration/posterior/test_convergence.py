"""Weights are smoothed in their tail only, and say when they mislead."""

import numpy as np
import pytest

from smecluster.calibration.posterior.convergence import (
    count_effective,
    diagnose_walks,
    find_least,
    has_converged,
    resample_evenly,
    smooth_weights,
)


def test_weights_are_those_of_the_logarithms_but_for_their_tail():
    logs = np.random.default_rng(1).standard_normal(2000)
    weights, shape = smooth_weights(logs)
    plain = np.exp(logs) / np.exp(logs).sum()
    below = logs < np.quantile(logs, 0.9)
    assert weights[below] == pytest.approx(plain[below], rel=0.05)
    assert shape < 0.7
    assert weights.sum() == pytest.approx(1.0)


def test_a_few_draws_that_have_all_the_weight_are_noticed():
    logs = 6.0 * np.random.default_rng(1).standard_normal(1000)
    weights, shape = smooth_weights(logs)
    assert shape > 0.7
    assert count_effective(weights) < 20


def test_a_few_draws_have_no_tail_and_are_not_trusted():
    weights, shape = smooth_weights(np.arange(10.0))
    assert weights.sum() == pytest.approx(1.0)
    assert shape == np.inf


def test_equal_weights_need_no_smoothing():
    weights, shape = smooth_weights(np.zeros(10))
    assert (weights == 0.1).all()
    assert shape == 0
    assert count_effective(weights) == pytest.approx(10)


def test_walks_agree_when_they_are_of_one_distribution():
    rng = np.random.default_rng(1)
    walks = rng.standard_normal((200, 16, 2))
    same = diagnose_walks(walks, ["a", "b"])
    assert has_converged(same)
    assert find_least(same) > 1000
    walks[:, :8, 1] += 2.0
    apart = diagnose_walks(walks, ["a", "b"])
    assert not has_converged(apart)
    assert apart.loc["b", "R-hat"] > 1.3


def test_draws_are_chosen_in_proportion_to_their_weights():
    assert resample_evenly(np.array([0.5, 0.0, 0.25, 0.25]), 4).tolist() == [0, 0, 2, 3]
