"""The verdict says what the figures identify, and what they do not."""

import numpy as np
import pytest

from smecluster.calibration.estimate.fit import descend
from smecluster.calibration.validation.identification import (
    BOUND,
    IDENTIFIED,
    PARTLY,
    PRIOR,
    judge_parameters,
)

NAMES = ("clear", "vague", "idle", "stuck", "sum one", "sum two", "odd")


class Linear:
    """A objective whose figures tell of each parameter what its name says."""

    def __init__(self):
        self.names = NAMES
        self.lower, self.upper = np.full(7, -9.0), np.full(7, 9.0)
        self.upper[3] = 0.5
        self.prior_mean, self.prior_sd = np.zeros(7), np.ones(7)
        self.workers = 1

    def residuals(self, points, workers=None):
        points = np.atleast_2d(points)
        clear, vague, _, stuck, one, two, odd = points.T
        figures = [5 * clear - 2, vague - 1, 3 * (stuck - 2), 6 * (one + two), 4 * (odd - 3)]
        return np.hstack([np.array(figures).T, points])


@pytest.fixture(scope="module")
def objective():
    return Linear()


@pytest.fixture(scope="module")
def optimum(objective):
    return descend(objective, np.zeros(7))


@pytest.fixture(scope="module")
def found(objective, optimum):
    return judge_parameters(objective, optimum.x)


def test_what_the_figures_tell_is_identified_and_what_they_do_not_repeats_its_prior(found):
    words = found.table["verdict"]
    assert words["clear"] == IDENTIFIED
    assert words["vague"] == PARTLY
    assert words["idle"] == PRIOR


def test_a_parameter_at_its_bound_is_told_whatever_its_interval(found):
    assert found.table.loc["stuck", "verdict"] == BOUND
    assert found.table.loc["stuck", "bound"] == "upper"
    assert (found.table["bound"] != "").sum() == 1


def test_parameters_of_which_only_the_sum_is_seen_are_confounded(found):
    assert found.pairs[["first", "second"]].to_numpy().tolist() == [["sum one", "sum two"]]
    assert found.pairs["correlation"].item() < -0.9


def test_an_estimate_outside_the_evidence_is_told(found):
    outside = found.table["evidence"]
    assert outside["odd"] == "above"
    assert (outside.drop("odd") == "within").all()


def test_draws_give_the_verdict_of_the_normal_posterior_that_they_are_drawn_from(
    objective, optimum, found
):
    slope = np.vstack([np.diag([5, 1, 0, 3, 0, 0, 4]), [0, 0, 0, 0, 6, 6, 0], np.eye(7)])
    covariance = np.linalg.inv(slope.T @ slope)
    points = np.random.default_rng(1).multivariate_normal(optimum.x, covariance, 4000)
    drawn = judge_parameters(objective, optimum.x, points)
    assert drawn.table["verdict"].equals(found.table["verdict"])
    np.testing.assert_allclose(
        drawn.table["contraction"], found.table["contraction"], rtol=0.1, atol=0.05
    )


def test_a_prior_cut_off_at_its_bounds_is_not_taken_for_something_learnt(objective, optimum):
    narrow = Linear()
    narrow.lower = np.full(7, -0.3)
    narrow.upper = np.full(7, 0.3)
    points = np.random.default_rng(2).uniform(-0.3, 0.3, (4000, 7))
    table = judge_parameters(narrow, np.zeros(7), points).table
    assert (table["contraction"].abs() < 0.1).all()


def test_each_finding_becomes_a_sentence(found):
    text = " ".join(found.describe())
    assert "identify 2 of 7 parameters (clear, odd)" in text
    assert "upper bound: stuck" in text
    assert "above the range of the evidence: odd" in text
    assert "sum one and sum two move against each other" in text
