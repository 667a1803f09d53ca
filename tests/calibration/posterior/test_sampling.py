"""Draws of the posterior come from walks that agree, or not at all."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from smecluster.calibration.estimate.fit import Optimum, descend
from smecluster.calibration.posterior.convergence import NotConvergedError
from smecluster.calibration.posterior.sampling import sample_posterior
from smecluster.calibration.problem.criteria import ESS, R_HAT
from smecluster.model.support.checkpoints import Checkpoints


class Normal:
    """A objective with a normal posterior, correlated, and one parameter cut off at its bound."""

    def __init__(self, workers=1):
        self.names = ("a", "b", "cut")
        self.lower, self.upper = np.array([-9.0, -9.0, -9.0]), np.array([9.0, 9.0, 0.5])
        self.prior_mean, self.prior_sd = np.zeros(3), np.array([1.0, 2.0, 1.0])
        self.slope = np.array([[3.0, 2.9, 0.0], [0.5, -0.4, 0.0]])
        self.workers = workers
        self.runs = 0

    def residuals(self, points, workers=None):
        points = np.atleast_2d(points)
        self.runs += len(points)
        prior = (points - self.prior_mean) / self.prior_sd
        return np.hstack([points @ self.slope.T - 1, prior])

    def cost(self, points, workers=None):
        return 0.5 * (self.residuals(points) ** 2).sum(axis=1)

    def tabulate(self, points):
        import pandas as pd

        return pd.DataFrame(points, columns=list(self.names))


@pytest.fixture
def hasty(monkeypatch):
    """Learn for a short while only: what is tested does not depend on how well."""
    monkeypatch.setattr("smecluster.calibration.posterior.sampling._ROUNDS", 3)


def drawn(objective, folder, seed=1, **settings):
    optimum = descend(objective, objective.prior_mean)
    with Checkpoints(folder, {}) as checkpoints:
        return sample_posterior(objective, optimum, seed, checkpoints, **settings)


@pytest.fixture(scope="module")
def uncut(logistic, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("smecluster.calibration.posterior.sampling._ROUNDS", 3)
        return drawn(logistic, tmp_path_factory.mktemp("uncut"), most=300)


@pytest.fixture(scope="module")
def normal(tmp_path_factory):
    return drawn(Normal(), tmp_path_factory.mktemp("normal"))


def test_of_a_normal_posterior_the_draws_have_its_mean_and_covariance(normal):
    objective = Normal()
    slope = np.vstack([objective.slope, np.diag(1 / objective.prior_sd)])[:, :2][[0, 1, 2, 3]]
    covariance = np.linalg.inv(slope.T @ slope)
    mean = covariance @ objective.slope[:, :2].sum(axis=0)
    points = normal.select_points(4000)[:, :2]
    sd = np.sqrt(np.diag(covariance))
    assert np.abs(points.mean(axis=0) - mean).max() < 0.12 * sd.max()
    np.testing.assert_allclose(np.cov(points.T), covariance, rtol=0.12, atol=0.01)


def test_draws_keep_to_the_bounds_and_to_the_prior_within_them(normal):
    cut = normal.select_points(400)[:, 2]
    assert cut.max() <= 0.5
    # No figure tells it: what is left is the prior, cut off.
    assert kstest(cut, lambda x: norm.cdf(x) / norm.cdf(0.5)).pvalue > 0.01


def test_converged_walks_agree_and_are_long_enough(normal):
    assert normal.converged
    assert (normal.diagnostics["R-hat"] < R_HAT).all()
    assert (normal.diagnostics[["bulk ESS", "tail ESS"]] > ESS).all(axis=None)
    assert 0.1 < normal.acceptance < 0.9


def test_draws_are_inputs_of_the_model_in_its_units(logistic, tmp_path):
    found = drawn(logistic, tmp_path)
    draws = found.select_draws(300)
    assert tuple(draws.columns) == logistic.names
    assert len(draws) == 300
    np.testing.assert_allclose(draws, np.exp(found.select_points(300)))
    assert draws["growth"].quantile(0.01) < 0.18 < draws["growth"].quantile(0.99)


def test_walks_that_have_not_converged_give_no_draws_and_name_the_worst(
    logistic, tmp_path, monkeypatch
):
    monkeypatch.setattr("smecluster.calibration.posterior.convergence.ESS", 1e6)
    found = drawn(logistic, tmp_path, most=100)
    assert not found.converged
    worst = found.diagnostics["R-hat"].idxmax()
    with pytest.raises(NotConvergedError, match="resume with more steps") as refusal:
        found.select_draws()
    assert worst in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_walks_in_two_separate_valleys_do_not_pass_for_converged(tmp_path):
    class Valleys(Normal):
        """Two optima a dozen standard deviations apart."""

        def residuals(self, points, workers=None):
            points = np.atleast_2d(points)
            prior = (points - self.prior_mean) / self.prior_sd
            return np.hstack([12 * (points[:, [0]] ** 2 - 1), prior])

    start = Optimum(np.array([0.99, 0.0, 0.0]), 0.5, 0.0, 1, "")
    objective = Valleys()
    objective.prior_sd = np.array([3.0, 2.0, 1.0])
    with Checkpoints(tmp_path, {}) as checkpoints:
        found = sample_posterior(objective, start, 1, checkpoints, most=600)
    both = np.sign(found.walks[-1, :, 0])
    if len(set(both)) > 1:
        assert not found.converged


@pytest.mark.parametrize("moment", [50, 100, 150, 250, 350])
def test_workers_and_interruptions_change_no_digit(moment, logistic, tmp_path, hasty, uncut):
    class KilledError(Exception):
        pass

    def kill(done, total):
        if done == moment:
            raise KilledError

    with pytest.raises(KilledError):
        drawn(logistic, tmp_path, most=300, tell=kill)
    several = logistic.with_measurements(logistic.values)
    several.workers = 2
    resumed = drawn(several, tmp_path, most=300)
    np.testing.assert_array_equal(resumed.walks, uncut.walks)
    assert resumed.acceptance == uncut.acceptance


def test_walks_that_stopped_at_their_limit_go_on_with_a_higher_one(
    logistic, tmp_path, hasty, uncut
):
    drawn(logistic, tmp_path, most=100)
    longer = drawn(logistic, tmp_path, most=300)
    np.testing.assert_array_equal(longer.walks, uncut.walks)


def test_another_seed_walks_elsewhere(logistic, tmp_path, hasty, uncut):
    other = drawn(logistic, tmp_path, seed=2, most=300)
    assert not np.isin(other.walks, uncut.walks).any()


@pytest.mark.slow
def test_of_the_shipped_cases_the_walks_converge_in_less_than_a_million_runs(shipped, tmp_path):
    objective, optimum = shipped
    before = objective.runs
    with Checkpoints(tmp_path, {}) as checkpoints:
        found = sample_posterior(objective, optimum, 1, checkpoints)
    assert found.converged
    assert objective.runs - before < 1_000_000
    points = found.select_points()
    assert ((objective.lower <= points) & (points <= objective.upper)).all()
    assert np.isfinite(objective.simulate(points)).all()
