import numpy as np
import pytest

from smecluster.calibration import list_cases, load_case
from smecluster.calibration.estimate.dispersion import estimate_dispersion
from smecluster.calibration.estimate.fit import (
    compute_jacobian,
    descend,
    run_multistart,
    search_globally,
    select_best,
    spread_starts,
)
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.calibration.problem.objective import Objective
from smecluster.model import load as load_model
from smecluster.model.support.checkpoints import Checkpoints

NAMES = [
    "upgrading rate",
    "elasticity of wage to tightness",
    "market share at reference[Zhongguancun, national]",
]


@pytest.fixture(scope="module")
def objective():
    whole = assemble_problem(
        load_model(), [load_case(name) for name in list_cases()], base={"TIME STEP": 0.25}
    )
    return Objective(whole.with_parameters(NAMES))


@pytest.fixture(scope="module")
def known(objective):
    """The same problem with figures that the model itself has made, and the truth."""
    truth = objective.prior_mean + 0.5 * objective.prior_sd
    return objective.with_measurements(objective.simulate(truth)[0]), truth


def test_the_jacobian_agrees_with_a_wider_difference(objective):
    x = objective.prior_mean
    step = 1e-3 * np.eye(len(x))
    wide = (objective.residuals(x + step) - objective.residuals(x - step)).T / 2e-3
    np.testing.assert_allclose(compute_jacobian(objective, x), wide, rtol=0.01, atol=0.01)


def test_a_descent_ends_between_truth_and_prior_and_nearer_to_the_truth(known):
    objective, truth = known
    found = descend(objective, objective.prior_mean)
    share = (found.x - objective.prior_mean) / (truth - objective.prior_mean)
    assert (share > 0.5).all()
    assert found.cost <= objective.cost(truth)[0]


def test_only_the_free_parameters_move(known):
    objective, _ = known
    found = descend(objective, objective.prior_mean, free=[1])
    assert found.x[1] != objective.prior_mean[1]
    np.testing.assert_array_equal(found.x[[0, 2]], objective.prior_mean[[0, 2]])


def test_starts_lie_within_the_bounds_and_follow_the_seed(objective):
    first, again, other = (spread_starts(objective, 16, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert (first >= objective.lower).all()
    assert (first <= objective.upper).all()


def test_every_start_ends_at_the_same_optimum_and_the_global_search_finds_no_better(
    known, tmp_path
):
    objective, _ = known
    with Checkpoints(tmp_path, {}) as checkpoints:
        optima = run_multistart(objective, 4, 1, checkpoints)
    lowest = select_best(optima)
    assert max(optimum.cost for optimum in optima) < lowest.cost + 1e-3
    assert search_globally(objective, 1, generations=10).cost > lowest.cost - 1e-3


def test_a_fit_that_goes_on_repeats_no_start(known, tmp_path):
    objective, _ = known
    with Checkpoints(tmp_path, {}) as checkpoints:
        first = run_multistart(objective, 3, 1, checkpoints)
        before = objective.runs
        again = run_multistart(objective, 3, 1, checkpoints)
    assert objective.runs == before
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.x, other.x)
        assert one.cost == other.cost


def test_errors_wider_than_stated_are_noticed(known):
    objective, truth = known
    noise = np.random.default_rng(1).normal(0, 1, len(objective.problem.measurements))
    sigma = objective.problem.measurements["sigma"].to_numpy()
    loud = objective.with_measurements(objective.simulate(truth)[0] * np.exp(6 * sigma * noise))
    assert estimate_dispersion(loud, descend(loud, truth).x) > 2
    assert estimate_dispersion(objective, truth) == 1.0
