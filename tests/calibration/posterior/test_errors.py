"""The likelihood of a series is the integral that it claims to be."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import invgamma, multivariate_normal, spearmanr
from scipy.stats import t as student

from smecluster.calibration.posterior.correlations import (
    FAMILIES,
    Member,
    list_autoregressions,
    list_discrepancies,
)
from smecluster.calibration.posterior.errors import STATED, SeriesErrors

YEARS = np.array([1990.0, 1991.0, 1994.0, 2000.0])


def make(compare="level", family=None, wider=1.0):
    measurements = pd.DataFrame(
        {"observable": "y", "year": YEARS, "sigma": 0.1 * np.array([1.0, wider, 1.0, 1.0])}
    )
    observables = pd.DataFrame({"error": [0.1], "compare": [compare]}, index=["y"])
    problem = SimpleNamespace(measurements=measurements, observables=observables)
    return SeriesErrors(problem, family or list_autoregressions())


def only(rho):
    return (Member("one", lambda gaps: rho**gaps, 1.0),)


def test_the_scale_is_integrated_out_exactly():
    errors = np.array([0.1, -0.05, 0.2, 0.02])
    correlation = 0.7 ** np.abs(YEARS[:, None] - YEARS)

    def integrand(variance):
        density = multivariate_normal.pdf(errors, cov=variance * correlation)
        return density * invgamma.pdf(variance, STATED / 2, scale=STATED / 2 * 0.1**2)

    whole = quad(integrand, 1e-6, 1.0, limit=200)[0] + quad(integrand, 1.0, np.inf)[0]
    assert make(family=only(0.7)).cost(errors)[0] == pytest.approx(-np.log(whole), rel=1e-6)


def test_a_factor_is_integrated_out_exactly():
    errors = np.array([0.1, -0.05, 0.2, 0.02])
    level, scaled = make(family=only(0.7)), make("scale", only(0.7))
    whole = quad(lambda a: float(np.exp(-level.cost(errors - a)[0])), -5, 5, points=[0], limit=400)
    assert scaled.cost(errors)[0] == pytest.approx(-np.log(whole[0]), rel=1e-5)
    assert scaled.cost(errors + 3.0) == pytest.approx(scaled.cost(errors))


def test_the_family_is_a_mixture():
    errors = np.array([0.1, -0.05, 0.2, 0.02])
    parts = [
        member.prior * np.exp(-make(family=(Member("", member.correlate, 1.0),)).cost(errors))
        for member in list_autoregressions()
    ]
    assert make().cost(errors) == pytest.approx(-np.log(np.sum(parts, axis=0)))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("compare", ["level", "scale"])
def test_the_precision_gives_the_gradient(name, compare):
    series = make(compare, FAMILIES[name](), wider=2.0)
    errors = np.array([0.1, -0.05, 0.2, 0.02])
    steps = 1e-6 * np.eye(4)
    slope = (series.cost(errors + steps) - series.cost(errors - steps)) / 2e-6
    assert series.find_precision(errors) @ errors == pytest.approx(slope, rel=1e-5, abs=1e-6)
    cost, gradient = series.differentiate([errors, 2 * errors])
    assert gradient[0] == pytest.approx(slope, rel=1e-5, abs=1e-6)
    assert cost == pytest.approx(series.cost([errors, 2 * errors]))


@pytest.mark.parametrize("family", [list_autoregressions(), list_discrepancies()])
def test_the_probabilities_of_a_family_sum_to_one_and_correlations_are_valid(family):
    assert sum(member.prior for member in family) == pytest.approx(1.0)
    gaps = np.abs(YEARS[:, None] - YEARS)
    for member in family:
        assert np.linalg.eigvalsh(member.correlate(gaps)).min() > 0


def test_long_series_reveal_their_scale_and_autocorrelation():
    rng = np.random.default_rng(1)
    years = np.delete(np.arange(200.0), np.arange(50, 60))
    noise = rng.multivariate_normal(
        np.zeros(len(years)), 0.3**2 * 0.9 ** np.abs(years[:, None] - years)
    )
    measurements = pd.DataFrame({"observable": "y", "year": years, "sigma": 0.1})
    observables = pd.DataFrame({"error": [0.1], "compare": ["level"]}, index=["y"])
    problem = SimpleNamespace(measurements=measurements, observables=observables)
    (row,) = SeriesErrors(problem, list_autoregressions()).profile(noise).to_dict("records")
    assert row["correlation"] in ("0.8", "0.85", "0.9", "0.93", "0.96")
    assert row["error"] == pytest.approx(0.3, rel=0.35)
    assert row["stated error"] == pytest.approx(0.1)


def test_drawn_errors_have_the_scale_that_is_stated_and_their_correlation():
    rng = np.random.default_rng(1)
    series = make(family=only(0.7), wider=2.0)
    drawn = np.array([series.draw(rng) for _ in range(4000)])
    # A Student distribution of three degrees of freedom: its quartile, not its variance.
    assert np.quantile(np.abs(drawn[:, 0]), 0.5) == pytest.approx(
        0.1 * student.ppf(0.75, STATED), rel=0.06
    )
    assert np.quantile(np.abs(drawn[:, 1]), 0.5) == pytest.approx(
        0.2 * student.ppf(0.75, STATED), rel=0.06
    )
    assert spearmanr(drawn[:, 0], drawn[:, 1]).statistic == pytest.approx(0.68, abs=0.05)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_information_is_the_curvature_where_that_is_positive(name):
    series = make("level", FAMILIES[name]())
    errors = np.array([0.01, -0.005, 0.02, 0.002])
    steps = 1e-4 * np.eye(4)
    curved = np.empty((4, 4))
    for one in range(4):
        for two in range(4):
            at = [errors + a * steps[one] + b * steps[two] for a in (1, -1) for b in (1, -1)]
            signs = [1, -1, -1, 1]
            curved[one, two] = np.dot(signs, [series.cost(e)[0] for e in at]) / 4e-8
    assert np.linalg.eigvalsh(curved).min() > 0
    assert series.find_information(errors) == pytest.approx(curved, rel=1e-3, abs=0.5)
    far = 30 * errors
    found = np.linalg.eigvalsh(series.find_information(far))
    assert found.min() > -1e-6
