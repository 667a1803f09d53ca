"""The hold-out test: nothing after the split gets into a forecast."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration import list_cases, load_case
from smecluster.calibration.data.series import SERIES
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.calibration.validation.holdout import run_hold_out
from smecluster.calibration.validation.naive import NAIVE
from smecluster.model import load as load_model
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints

NAMES = [
    "upgrading rate",
    "working capital need",
    "market share at reference[Zhongguancun, national]",
]


@pytest.fixture(scope="module")
def small():
    whole = assemble_problem(
        load_model(), [load_case(name) for name in list_cases()], base={"TIME STEP": 0.25}
    )
    return whole.with_parameters(NAMES)


def held(small, folder, **more):
    with Checkpoints(folder, {}) as checkpoints:
        return run_hold_out(small, checkpoints, count=2, **more)


@pytest.fixture(scope="module")
def found(small, tmp_path_factory):
    return held(small, tmp_path_factory.mktemp("starts"))


def test_figures_after_the_split_change_no_forecast(small, found, tmp_path):
    table = small.measurements
    later = table["year"] > 2015
    other = replace(small, measurements=table.assign(value=table["value"].where(~later, 7.0)))
    again = held(other, tmp_path)
    for name in ("forecast", "low", "high", "path", "joined", *NAIVE):
        np.testing.assert_array_equal(found.forecasts[name], again.forecasts[name])
    assert not np.array_equal(found.scores["skill"], again.scores["skill"])


def test_every_figure_after_the_split_is_forecast_or_said_not_to_be(small, found):
    # Levels that are expected of later years are no figures.
    figures = small.drop_targets_after(2015).measurements
    years = figures[figures["year"] > 2015]
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
    ratio = own["joined"] / own["path"]
    assert np.allclose(ratio, ratio.iloc[0])
    assert ratio.iloc[0] != 1


def test_the_last_error_before_the_split_fades_as_the_fit_assumes(small, found):
    """Best linear unbiased prediction under AR(1) errors: rho^h of the error is left."""
    before = small.measurements[small.measurements["year"] <= 2015]
    assert not found.forecasts.empty
    for key, series in found.forecasts.groupby(SERIES, sort=False):
        own = before[(before[SERIES] == pd.Series(key, index=SERIES)).all(axis=1)]
        rho = small.observables.loc[own["observable"].iloc[0], "rho"]
        ahead = series["year"] - own["year"].max()
        left = np.log(series["forecast"] / series["path"])
        whole = np.log(series["joined"] / series["path"])
        np.testing.assert_allclose(left, rho**ahead * whole, rtol=1e-9, atol=1e-12)


def test_a_series_whose_errors_do_not_last_is_forecast_by_its_path(small, tmp_path):
    alone = replace(small, observables=small.observables.assign(rho=0.0))
    table = held(alone, tmp_path).forecasts
    np.testing.assert_array_equal(table["forecast"], table["path"])


def test_the_interval_widens_as_the_last_error_is_forgotten(found):
    for _, series in found.forecasts.groupby(SERIES):
        width = np.log(series["high"] / series["low"]).to_numpy()
        assert (np.diff(width[:3]) > 0).all()


def test_the_interval_holds_the_forecast(found):
    table = found.forecasts
    assert (table["low"] < table["forecast"]).all()
    assert (table["forecast"] < table["high"]).all()


def test_shares_count_the_series_that_beat_the_random_walk(found):
    shares = found.tabulate_shares().set_index("series of")
    assert shares.loc["all", "series"] == len(found.scores)
    assert shares.loc["all", "model"] == pytest.approx((found.scores["skill"] > 0).mean())


def test_fits_are_measured_before_and_after_the_split(found):
    assert set(found.fits["sample"]) == {"in", "out"}


def test_a_year_outside_the_figures_is_refused(small, tmp_path):
    with pytest.raises(InputError, match="figures go from"):
        held(small, tmp_path, split=2030)


def test_a_test_that_goes_on_repeats_no_start(small, tmp_path):
    told = []
    first = held(small, tmp_path, report=lambda number, optimum: told.append(optimum.cost))
    again = held(small, tmp_path, report=lambda number, optimum: told.append(optimum.cost))
    assert sorted(told[:2]) == sorted(told[2:])
    pd.testing.assert_frame_equal(first.forecasts, again.forecasts)
