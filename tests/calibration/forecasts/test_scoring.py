"""The score of an ensemble is that of the distribution from which it was drawn."""

import numpy as np
import pytest
from scipy.integrate import quad

from smecluster.calibration.forecasts.distributions import (
    Mixture,
    Student,
    score_mixture,
    score_student,
)

LOGS = np.array([0.1, -0.7, 2.5])


def repeat(one, draws=5, members=3):
    """Make a mixture whose parts are all the same."""
    shape = draws, members, len(one.location)
    weights = np.full(shape[:2], 1 / (draws * members))
    location, scale = (np.broadcast_to(each, shape) for each in (one.location, one.scale))
    return Mixture(weights, location, scale, one.freedom)


def test_a_mixture_of_equal_parts_has_the_scores_of_one():
    one = Student(np.array([0.0, -0.5, 1.0]), np.array([0.2, 0.4, 1.0]), 7.0)
    exact = score_student(one, LOGS)
    mixed = score_mixture(repeat(one), LOGS, 30_000, np.random.default_rng(4))
    assert mixed.crps == pytest.approx(exact.crps, rel=0.03)
    assert mixed.median == pytest.approx(exact.median, abs=0.03)
    assert mixed.log_score == pytest.approx(exact.log_score)
    assert mixed.level == pytest.approx(exact.level)


def test_the_crps_of_a_student_distribution_is_the_integral_that_defines_it():
    one = Student(np.array([0.3]), np.array([0.5]), 4.0)

    def square(x):
        level = score_student(one, np.array([x])).level[0]
        return (level - (x >= 1.1)) ** 2

    whole = quad(square, -40, 1.1, limit=400)[0] + quad(square, 1.1, 40, limit=400)[0]
    assert score_student(one, np.array([1.1])).crps[0] == pytest.approx(whole, rel=1e-4)


def test_a_small_ensemble_is_scored_fairly():
    one = Student(np.zeros(1), np.ones(1), 30.0)
    exact = score_student(one, np.array([0.4])).crps[0]
    small = [
        score_mixture(repeat(one), np.array([0.4]), 15, np.random.default_rng(seed)).crps[0]
        for seed in range(1000)
    ]
    # An ensemble of 15 that was not scored fairly would be a fifteenth too bad.
    assert np.mean(small) == pytest.approx(exact, abs=3 * np.std(small) / np.sqrt(1000))
