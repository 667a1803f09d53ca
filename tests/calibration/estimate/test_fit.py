import numpy as np
import pytest

from smecluster.calibration import cases, load
from smecluster.calibration.estimate.fit import best, descend, jacobian, multistart, search, starts
from smecluster.calibration.problem.assembly import problem
from smecluster.calibration.problem.noise import dispersion, measured
from smecluster.calibration.problem.payoff import Payoff
from smecluster.model import load as load_model
from smecluster.model.support.checkpoints import Pieces

NAMES = ["price sensitivity", "elasticity of wage to tightness", "reference output[Zhongguancun]"]


@pytest.fixture(scope="module")
def payoff():
    whole = problem(load_model(), [load(name) for name in cases()], base={"TIME STEP": 0.25})
    return Payoff(whole.with_parameters(NAMES))


@pytest.fixture(scope="module")
def known(payoff):
    """The same problem with figures that the model itself has made, and the truth."""
    truth = payoff.prior_mean + 0.5 * payoff.prior_sd
    return payoff.with_measurements(payoff.simulated(truth)[0]), truth


def test_the_jacobian_agrees_with_a_wider_difference(payoff):
    x = payoff.prior_mean
    step = 1e-3 * np.eye(len(x))
    wide = (payoff.residuals(x + step) - payoff.residuals(x - step)).T / 2e-3
    np.testing.assert_allclose(jacobian(payoff, x), wide, rtol=0.01, atol=0.01)


def test_a_descent_ends_between_truth_and_prior_and_nearer_to_the_truth(known):
    payoff, truth = known
    found = descend(payoff, payoff.prior_mean)
    share = (found.x - payoff.prior_mean) / (truth - payoff.prior_mean)
    assert (share > 0.5).all()
    assert found.cost <= payoff.cost(truth)[0]


def test_only_the_free_parameters_move(known):
    payoff, _ = known
    found = descend(payoff, payoff.prior_mean, free=[1])
    assert found.x[1] != payoff.prior_mean[1]
    np.testing.assert_array_equal(found.x[[0, 2]], payoff.prior_mean[[0, 2]])


def test_starts_lie_within_the_bounds_and_follow_the_seed(payoff):
    first, again, other = (starts(payoff, 16, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first >= payoff.lower).all()
    assert (first <= payoff.upper).all()


def test_every_start_ends_at_the_same_optimum_and_the_global_search_finds_no_better(
    known, tmp_path
):
    payoff, _ = known
    with Pieces(tmp_path, {}) as pieces:
        optima = multistart(payoff, 4, 1, pieces)
    lowest = best(optima)
    assert max(optimum.cost for optimum in optima) < lowest.cost + 1e-3
    assert search(payoff, 1, generations=10).cost > lowest.cost - 1e-3


def test_a_fit_that_goes_on_repeats_no_start(known, tmp_path):
    payoff, _ = known
    with Pieces(tmp_path, {}) as pieces:
        first = multistart(payoff, 3, 1, pieces)
        before = payoff.runs
        again = multistart(payoff, 3, 1, pieces)
    assert payoff.runs == before
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        assert one.cost == other.cost


def test_errors_wider_than_stated_are_noticed(known):
    payoff, truth = known
    noise = np.random.default_rng(1).normal(0, 1, len(payoff.problem.measurements))
    sigma = payoff.problem.measurements["sigma"].to_numpy()
    loud = payoff.with_measurements(payoff.simulated(truth)[0] * np.exp(6 * sigma * noise))
    assert dispersion(loud, descend(loud, truth).x) > 2
    assert dispersion(payoff, truth) == 1.0
    assert (measured(loud, truth)["sd"] > 0).all()
