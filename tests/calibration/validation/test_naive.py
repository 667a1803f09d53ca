"""Naive forecasts: what each gives back of its own kind, with gaps and too few figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smecluster.calibration.validation.naive import NAIVE, forecast_naively
from smecluster.model.errors import InputError

GAPS = [1990, 1991, 1995, 2000, 2003, 2004, 2010, 2015]
AHEAD = [2016, 2018, 2023]


def growing(years):
    return 100 * np.exp(0.07 * (np.asarray(years, float) - 1990))


@pytest.mark.parametrize("name", NAIVE)
def test_steady_growth_is_continued_across_gaps(name):
    found = forecast_naively(GAPS, growing(GAPS), AHEAD)[name]
    assert np.allclose(found, growing(AHEAD), rtol=0.02 if name == "logistic" else 1e-10)


@pytest.mark.parametrize("rate", [0.2, -0.2])
def test_the_logistic_gives_a_logistic_back_rising_or_falling(rate):
    def curve(years):
        return 500 / (1 + np.exp(-rate * (np.asarray(years, float) - 2000)))

    assert np.allclose(
        forecast_naively(GAPS, curve(GAPS), AHEAD)["logistic"], curve(AHEAD), rtol=1e-3
    )


def test_the_random_walk_starts_from_the_last_figure():
    found = forecast_naively([2000, 2005, 2015], [10.0, 40.0, 20.0], [2015, 2030])["random walk"]
    assert np.allclose(found, [20.0, 40.0])


def test_below_three_figures_nothing_is_forecast():
    found = forecast_naively([2010, 2015], [1.0, 2.0], AHEAD)
    assert all(np.isnan(values).all() for values in found.values())


def test_the_logistic_needs_four_figures():
    found = forecast_naively([2005, 2010, 2015], [1.0, 2.0, 3.0], AHEAD)
    assert np.isnan(found["logistic"]).all()
    assert np.isfinite(found["exponential"]).all()


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(1e-3, 1e6), min_size=4, max_size=8), st.floats(0.01, 1e4))
def test_the_unit_does_not_matter(values, factor):
    years = np.arange(2000, 2000 + len(values))
    first = forecast_naively(years, values, AHEAD)
    other = forecast_naively(years, np.asarray(values) * factor, AHEAD)
    for name in ("random walk", "exponential"):
        assert np.allclose(other[name], first[name] * factor, rtol=1e-6)
    assert np.isfinite(first["logistic"]).all()


def test_years_that_do_not_rise_and_figures_that_are_not_above_zero_are_refused():
    with pytest.raises(InputError, match="rise"):
        forecast_naively([2001, 2000, 2002], [1, 2, 3], AHEAD)
    with pytest.raises(InputError, match="above 0"):
        forecast_naively([2000, 2001, 2002], [1, 0, 3], AHEAD)
