"""The hold-out test: nothing after the split gets into a forecast."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from calibration import cases, load
from calibration.histories import SERIES
from calibration.holdout import hold_out
from calibration.naive import NAIVE
from calibration.problem import problem
from model import load as load_model
from model.errors import InputError
from model.pieces import Pieces

NAMES = ["price sensitivity", "user cost of capital", "reference output[Zhongguancun]"]


@pytest.fixture(scope="module")
def small():
    whole = problem(load_model(), [load(name) for name in cases()], base={"TIME STEP": 0.25})
    return whole.with_parameters(NAMES)


def held(small, folder, **more):
    with Pieces(folder, {}) as pieces:
        return hold_out(small, pieces, count=2, **more)


@pytest.fixture(scope="module")
def found(small, tmp_path_factory):
    return held(small, tmp_path_factory.mktemp("starts"))


def test_figures_after_the_split_change_no_forecast(small, found, tmp_path):
    table = small.measurements
    later = table["year"] > 2015
    other = replace(small, measurements=table.assign(value=table["value"].where(~later, 7.0)))
    again = held(other, tmp_path)
    for name in ("forecast", "low", "high", "joined", *NAIVE):
        np.testing.assert_array_equal(found.forecasts[name], again.forecasts[name])
    assert not np.array_equal(found.scores["skill"], again.scores["skill"])


def test_every_figure_after_the_split_is_forecast_or_said_not_to_be(small, found):
    years = small.measurements[small.measurements["year"] > 2015]
    left = found.unscored.set_index(SERIES)["after"].sum()
    assert len(found.forecasts) + left == len(years)
    assert found.unscored["why"].str.contains("split").all()
    assert (found.forecasts["year"] > 2015).all()


def test_a_series_with_fewer_than_three_figures_before_the_split_is_not_scored(found):
    few = found.unscored[(found.unscored["after"] > 0)]
    assert (few["before"] < 3).all()
    assert few["why"].str.contains("fewer than 3").all()


def test_joined_forecasts_grow_as_the_model_from_the_last_figure(small, found):
    held_out = found.forecasts
    own = held_out[(held_out["region"] == "Wenzhou") & (held_out["variable"] == "value added")]
    ratio = own["joined"] / own["forecast"]
    assert np.allclose(ratio, ratio.iloc[0])
    growth = own["joined"].to_numpy()[0] / own["forecast"].to_numpy()[0]
    assert growth != 1


def test_the_interval_holds_the_forecast(found):
    table = found.forecasts
    assert (table["low"] < table["forecast"]).all()
    assert (table["forecast"] < table["high"]).all()


def test_shares_count_the_series_that_beat_the_random_walk(found):
    shares = found.shares().set_index("series of")
    assert shares.loc["all", "series"] == len(found.scores)
    assert shares.loc["all", "model"] == pytest.approx((found.scores["skill"] > 0).mean())


def test_fits_are_measured_before_and_after_the_split(found):
    assert set(found.fits["sample"]) == {"in", "out"}


def test_a_year_outside_the_figures_is_refused(small, tmp_path):
    with pytest.raises(InputError, match="figures go from"):
        held(small, tmp_path, split=2030)


def test_a_test_that_goes_on_repeats_no_start(small, tmp_path):
    told = []
    first = held(small, tmp_path, done=lambda number, optimum: told.append(optimum.cost))
    again = held(small, tmp_path, done=lambda number, optimum: told.append(optimum.cost))
    assert sorted(told[:2]) == sorted(told[2:])
    pd.testing.assert_frame_equal(first.forecasts, again.forecasts)
