"""Scores of fits and forecasts."""

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.data.histories import measure_log_error, score_fits
from smecluster.calibration.validation.scores import measure_share_better, score_forecasts

SERIES = {"region": "Here", "variable": "value added", "segment": ""}


def table(values, **columns):
    rows = {**SERIES, "compare": "level", "status": "read", "value": values, **columns}
    return pd.DataFrame(rows)


def test_a_perfect_fit_has_r2_of_one_and_no_error():
    fit = score_fits(table([1.0, 2.0, 4.0], fitted=[1.0, 2.0, 4.0])).iloc[0]
    assert fit["R2"] == 1
    assert fit["MAPE"] == 0
    assert fit["log RMSE"] == 0


def test_a_fit_by_the_mean_has_r2_of_zero():
    assert score_fits(table([1.0, 2.0, 3.0], fitted=[2.0] * 3)).iloc[0]["R2"] == pytest.approx(0)


def test_a_steady_overestimate_is_all_bias():
    fit = score_fits(table([1.0, 2.0, 3.0], fitted=[2.0, 3.0, 4.0])).iloc[0]
    assert fit["U^M"] == pytest.approx(1)
    assert fit["U^M"] + fit["U^S"] + fit["U^C"] == pytest.approx(1)


def test_two_figures_have_no_r2_and_no_shares():
    fit = score_fits(table([1.0, 2.0], fitted=[1.1, 2.1])).iloc[0]
    assert np.isnan(fit["R2"])
    assert np.isnan(fit["U^M"])
    assert fit["MAPE"] == pytest.approx(7.5)


def test_a_factor_fitted_to_one_figure_leaves_nothing_to_measure():
    one = table([2.0], fitted=[2.0]).assign(compare="scale")
    assert np.isnan(score_fits(one)["MAPE"].item())


def test_figures_from_memory_are_counted():
    fit = score_fits(table([1.0, 2.0], fitted=[1.0, 2.0], status=["read", "remembered"]))
    assert fit["remembered"].item() == 1


def test_the_log_error_of_ten_percent_too_much_is_nearly_a_tenth():
    assert measure_log_error([1.1, 2.2], [1.0, 2.0]) == pytest.approx(np.log(1.1))


def test_skill_is_the_share_of_the_naive_error_that_the_model_saves():
    naive, half = np.exp([0.2, 0.2]), np.exp([0.1, -0.1])
    held = table([1.0, 1.0], model=half, other=naive**2)
    held = held.assign(**{"random walk": naive, "exponential": half})
    row = score_forecasts(held, ["model", "other"], ["random walk", "exponential"]).iloc[0]
    assert row["model"] == pytest.approx(0.1)
    assert row["skill"] == pytest.approx(0.5)
    assert row["skill over exponential"] == pytest.approx(0)
    assert row["other: skill"] == pytest.approx(-1)


def test_a_missing_naive_forecast_leaves_the_skill_missing():
    held = table([1.0, 1.0], model=[1.0, 1.0]).assign(**{"random walk": np.nan})
    assert np.isnan(score_forecasts(held, ["model"], ["random walk"])["skill"].item())


def test_the_share_of_better_series_counts_only_those_with_a_skill():
    assert measure_share_better(pd.Series([0.5, -0.1, np.nan, 0.2])) == pytest.approx(2 / 3)
    assert np.isnan(measure_share_better(pd.Series([np.nan])))
