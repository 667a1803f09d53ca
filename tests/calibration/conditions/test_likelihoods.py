"""Weights of draws under other likelihoods."""

import numpy as np
import pytest

from smecluster.calibration.conditions.likelihoods import compare_likelihoods, weigh, weigh_evenly


def test_draws_under_their_own_likelihood_count_the_same():
    costs = {"autoregression": np.arange(50.0), "discrepancy": np.zeros(50)}
    found = compare_likelihoods(costs)
    assert found["autoregression"].worth == 50
    assert (found["autoregression"].weights == 1 / 50).all()


def test_draws_that_another_likelihood_prefers_count_more():
    rng = np.random.default_rng(1)
    x = rng.standard_normal(4000)
    # Under the other likelihood the mean is a half instead of zero.
    costs = {"autoregression": 0.5 * x**2, "discrepancy": 0.5 * (x - 0.5) ** 2}
    found = compare_likelihoods(costs)["discrepancy"]
    assert found.can_be_used
    assert found.weights @ x == pytest.approx(0.5, abs=0.06)
    assert found.worth < 4000


def test_weights_that_rest_on_a_few_draws_cannot_be_used():
    assert not weigh(-5000 * np.random.default_rng(1).standard_normal(1000) ** 2).can_be_used
    assert weigh_evenly(200).can_be_used
