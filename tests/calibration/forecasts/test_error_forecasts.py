"""Errors of the model are forecast as a normal distribution with an unknown scale would have it."""

import numpy as np
import pytest
from scipy.integrate import quad

from smecluster.calibration.forecasts.distributions import forecast_errors
from smecluster.calibration.posterior.correlations import Member, list_autoregressions
from smecluster.calibration.posterior.errors import STATED

YEARS = np.array([1990.0, 1991, 1993, 1994, 1999])
AHEAD = np.array([2000.0, 2003.0, 2010.0])
ERRORS = np.array([[0.1, 0.12, 0.05, -0.02, 0.2], [0.0, 0.3, 0.1, 0.1, -0.1]])
PATHS = np.array([[1.0, 1.2, 1.9], [1.1, 1.3, 1.5]])


def one_member(rho):
    return (Member("one", lambda gaps: np.where(gaps == 0, 1.0, rho**gaps), 1.0),)


def condition(rho, scaled):
    """Condition a normal distribution on the errors so far, a factor being unknown or 0."""
    every = np.concatenate([YEARS, AHEAD])
    covariance = rho ** np.abs(every[:, None] - every)
    # An unknown factor is one of enormous variance.
    covariance += 1e5 * scaled
    old = slice(0, len(YEARS))
    new = slice(len(YEARS), None)
    share = covariance[new, old] @ np.linalg.inv(covariance[old, old])
    left = covariance[new, new] - share @ covariance[old, new]
    return share, np.diag(left), covariance[old, old]


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("rho", [0.3, 0.9])
def test_location_and_scale_are_those_of_a_conditioned_normal_distribution(rho, scaled):
    found = forecast_errors(YEARS, ERRORS, AHEAD, PATHS, 0.1, scaled, one_member(rho))
    share, left, inner = condition(rho, scaled)
    assert found.location[:, 0] == pytest.approx(PATHS - ERRORS @ share.T, abs=1e-3)
    squares = np.einsum("di,ij,dj->d", ERRORS, np.linalg.inv(inner), ERRORS)
    freedom = STATED + len(YEARS) - scaled
    variance = (STATED * 0.1**2 + squares) / freedom
    assert found.freedom == freedom
    assert found.scale[:, 0] == pytest.approx(np.sqrt(np.outer(variance, left)), rel=1e-3)


def test_without_figures_errors_are_what_the_case_states():
    nothing = np.empty((2, 0))
    found = forecast_errors(np.empty(0), nothing, AHEAD, PATHS, 0.1, False, list_autoregressions())
    assert found.location[:, 3] == pytest.approx(PATHS)
    assert found.scale == pytest.approx(np.full(found.scale.shape, 0.1))
    assert found.weights.sum() == pytest.approx(1)
    assert found.freedom == STATED


def test_lasting_errors_are_found_to_last_and_passing_ones_to_pass():
    rng = np.random.default_rng(2)
    years = np.arange(1980.0, 2010.0)
    passing = 0.1 * rng.standard_normal((1, 30))
    lasting = np.cumsum(0.03 * rng.standard_normal((1, 30)), axis=1) + 0.3
    ahead, path = np.array([2010.0]), np.zeros((1, 1))
    kept = []
    for errors in (passing, lasting):
        found = forecast_errors(years, errors, ahead, path, 0.1, False, list_autoregressions())
        mean = float((found.weights[..., None] * found.location).sum())
        kept.append(-mean / errors[0, -1])
    assert abs(kept[0]) < 0.5
    assert kept[1] > 0.7


def test_density_levels_and_draws_of_a_mixture_agree():
    found = forecast_errors(YEARS, ERRORS, AHEAD, PATHS, 0.1, True, list_autoregressions())
    point = np.array([1.05, 1.4, 1.6])

    def density(x):
        return float(np.exp(found.find_log_density(np.full(3, x)))[0])

    below = quad(density, -30, point[0], points=[0.8, 1.0], limit=400)[0]
    assert found.find_levels(point)[0] == pytest.approx(below, abs=1e-5)
    draws = found.draw(40_000, np.random.default_rng(3))
    assert draws.shape == (3, 40_000)
    assert (draws < point[:, None]).mean(axis=1) == pytest.approx(
        found.find_levels(point), abs=0.01
    )
