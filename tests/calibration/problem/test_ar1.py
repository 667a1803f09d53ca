"""Errors last from year to year, over gaps too."""

import numpy as np
import pytest

from smecluster.calibration.problem.ar1 import Ar1


def test_innovations_and_errors_are_each_others_inverse(logistic):
    noise = Ar1(logistic.problem)
    errors = np.random.default_rng(1).normal(size=(3, len(logistic.values)))
    np.testing.assert_allclose(noise.build_errors(noise.extract_innovations(errors)), errors)


def test_errors_have_the_deviation_and_the_autocorrelation_of_their_series(logistic):
    noise = Ar1(logistic.problem)
    figures, observables = logistic.problem.measurements, logistic.problem.observables
    drawn = noise.build_errors(np.random.default_rng(2).normal(size=(20000, len(figures))))
    np.testing.assert_allclose(drawn.std(axis=0), figures["sigma"], rtol=0.03)
    for name, series in figures.groupby("observable"):
        rho = observables.loc[name, "rho"]
        for before, after in zip(series.index[:-1], series.index[1:], strict=True):
            gap = series.loc[after, "year"] - series.loc[before, "year"]
            found = np.corrcoef(drawn[:, before], drawn[:, after])[0, 1]
            assert found == pytest.approx(rho**gap, abs=0.03)


def test_errors_of_different_series_are_independent(logistic):
    drawn = Ar1(logistic.problem).build_errors(
        np.random.default_rng(3).normal(size=(20000, len(logistic.values)))
    )
    own = logistic.problem.measurements.groupby("observable").indices
    first, second = (drawn[:, places[0]] for places in list(own.values())[:2])
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03
