"""A profile shows what every other value of a parameter would cost."""

import numpy as np
import pytest

from smecluster.calibration.estimate.fit import Optimum, descend
from smecluster.calibration.estimate.profiles import CUT_95, compute_profiles
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints


class Gaussian:
    """A objective with a normal posterior: residuals are linear in the parameters."""

    def __init__(self, slope, upper=(9.0, 9.0, 9.0), workers=1):
        self.slope = np.asarray(slope, dtype=float)
        self.names = ("a", "b", "c")
        self.lower, self.upper = np.full(3, -9.0), np.array(upper)
        self.prior_mean, self.prior_sd = np.zeros(3), np.ones(3)
        self.workers = workers
        self.runs = 0

    def residuals(self, points, workers=None):
        points = np.atleast_2d(points)
        self.runs += len(points)
        return np.hstack([points @ self.slope.T - 1, points])

    def to_natural(self, points):
        return np.asarray(points, dtype=float)


SLOPE = [[2.0, 1.9, 0.0], [0.5, -0.4, 0.0]]


@pytest.fixture
def checkpoints(tmp_path):
    with Checkpoints(tmp_path, {}) as opened:
        yield opened


def test_of_a_normal_posterior_the_interval_is_that_of_its_covariance(checkpoints):
    objective = Gaussian(SLOPE)
    optimum = descend(objective, np.zeros(3))
    whole = np.vstack([SLOPE, np.eye(3)])
    sd = np.sqrt(np.diag(np.linalg.inv(whole.T @ whole)))
    found = compute_profiles(objective, optimum, checkpoints).intervals
    width = np.sqrt(2 * CUT_95)
    np.testing.assert_allclose(found["low"], optimum.x - width * sd, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found["high"], optimum.x + width * sd, rtol=1e-3, atol=1e-4)
    assert not found[["low open", "high open"]].to_numpy().any()


def test_an_interval_that_reaches_the_bound_is_open_there_and_says_so(checkpoints):
    objective = Gaussian(SLOPE, upper=(9.0, 9.0, 0.5))
    found = compute_profiles(objective, descend(objective, np.zeros(3)), checkpoints)
    assert found.intervals["high open"].tolist() == [False, False, True]
    assert found.intervals.loc["c", "high"] == 0.5
    assert "upper bound" in found.describe()[0]
    assert "c" in found.describe()[0]


def test_an_optimum_at_its_bound_has_an_interval_to_one_side(checkpoints):
    objective = Gaussian([[2.0, 0.0, 0.0]], upper=(0.2, 9.0, 9.0))
    found = compute_profiles(objective, descend(objective, np.zeros(3)), checkpoints).intervals.loc[
        "a"
    ]
    assert found["high open"]
    assert found["high"] == 0.2
    assert found["low"] < found["estimate"] <= 0.2


def test_the_figures_alone_say_nothing_about_what_they_do_not_see(checkpoints):
    objective = Gaussian(SLOPE)
    points = compute_profiles(objective, descend(objective, np.zeros(3)), checkpoints).points
    idle = points[points["name"] == "c"]
    assert idle["of the figures"].abs().max() < 1e-6
    assert idle["cost above the best"].max() > CUT_95


def test_a_curved_posterior_has_an_interval_of_unequal_sides(logistic, checkpoints):
    optimum = descend(logistic, logistic.start)
    found = compute_profiles(logistic, optimum, checkpoints)
    assert found.better is None
    inside = found.intervals
    assert (inside["low"] < inside["low 90"]).all()
    assert (inside["high 90"] < inside["high"]).all()
    assert inside.loc["growth", "low"] < 0.18 < inside.loc["growth", "high"]
    # At the ends the cost is the cut above the lowest, all others fitted again.
    for side in ("low", "high"):
        x = optimum.x.copy()
        x[0] = np.log(inside.loc["growth", side])
        others = descend(logistic, x, free=range(1, len(x)))
        assert others.cost - optimum.cost == pytest.approx(CUT_95, abs=0.05)


def test_a_better_optimum_found_on_the_way_is_told(logistic, checkpoints):
    optimum = descend(logistic, logistic.start)
    astray = optimum.x + 0.3 * np.array([1, 0, 0, 0, 0, 0])
    missed = Optimum(astray, float(logistic.cost(astray)[0]), 0.0, 1, "stopped too early")
    found = compute_profiles(logistic, missed, checkpoints)
    assert found.better is not None
    assert found.better.cost < missed.cost
    assert "better optimum" in found.describe()[-1]


def test_workers_and_interruptions_change_no_digit(logistic, tmp_path):
    optimum = descend(logistic, logistic.start)
    with Checkpoints(tmp_path / "one", {}) as checkpoints:
        whole = compute_profiles(logistic, optimum, checkpoints)
    several = logistic.with_measurements(logistic.values)
    several.workers = 3
    with Checkpoints(tmp_path / "two", {}) as checkpoints:
        compute_profiles(several, optimum, checkpoints, names=["idle", "growth"])
    with Checkpoints(tmp_path / "two", {}) as checkpoints:
        resumed = compute_profiles(several, optimum, checkpoints)
        before = several.runs
        compute_profiles(several, optimum, checkpoints)
    assert resumed.points.equals(whole.points)
    assert resumed.intervals.equals(whole.intervals)
    assert several.runs - before < 500


def test_checkpoints_of_another_optimum_are_made_again(logistic, checkpoints):
    optimum = descend(logistic, logistic.start)
    compute_profiles(logistic, optimum, checkpoints, names=["growth"])
    moved = logistic.with_measurements(1.3 * logistic.values)
    again = descend(moved, optimum.x)
    found = compute_profiles(moved, again, checkpoints, names=["growth"])
    assert found.points["cost above the best"].min() == 0


def test_an_unknown_parameter_is_refused_by_name(logistic, checkpoints):
    optimum = descend(logistic, logistic.start)
    with pytest.raises(InputError, match="did you mean 'growth'"):
        compute_profiles(logistic, optimum, checkpoints, names=["grwth"])


@pytest.mark.slow
def test_of_the_shipped_cases_every_parameter_has_an_interval(shipped, checkpoints):
    objective, optimum = shipped
    found = compute_profiles(objective, optimum, checkpoints)
    while found.better is not None:
        found = compute_profiles(objective, descend(objective, found.better.x), checkpoints)
    inside = found.intervals
    assert (inside["low"] <= inside["estimate"]).all()
    assert (inside["estimate"] <= inside["high"]).all()
    closed = ~(inside["low open"] | inside["high open"])
    assert closed.sum() > len(inside) / 2
