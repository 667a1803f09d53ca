"""Scores are averaged over series, no series counts for more, and bars say what is missed."""

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.forecasts.distributions import NATION, NO_CHANGE, RIVALS
from smecluster.calibration.forecasts.interface import Evaluation
from smecluster.calibration.forecasts.page import write_page
from smecluster.calibration.forecasts.protocol import EXTRAPOLATED, KNOWN, read_protocol
from smecluster.calibration.forecasts.rolling import CUT, MODEL
from smecluster.calibration.forecasts.scores import (
    ADDED,
    ALL,
    judge_bars,
    score_horizons,
    score_panels,
    score_regions,
    score_series,
)

PROTOCOL = read_protocol()
#: CRPS of the value added of a region, and of its firms, which have many more figures.
CRPS = {
    MODEL: (0.05, 0.2),
    CUT: (0.06, 0.3),
    NATION: (0.04, 0.5),
    NO_CHANGE: (0.1, 0.4),
    "nation and own drift": (0.07, 0.5),
    "damped trend": (0.08, 0.5),
    "random walk": (0.09, 0.5),
}


def make_forecasts(levels=0.5):
    rows = []
    for drivers in (KNOWN, EXTRAPOLATED):
        for name, (added, firms) in CRPS.items():
            for horizon in (1, 2):
                rows.append((drivers, "A", ADDED, "", name, horizon, added, levels))
            rows += [(drivers, "A", "total firms", "", name, 1, firms, levels)] * 8
    columns = ["drivers", "region", "variable", "segment", "forecaster", "horizon"]
    table = pd.DataFrame(rows, columns=[*columns, "crps", "level"])
    return table.assign(**{"log score": 10 * table["crps"], "median": 0.1, "value": 0.0})


def test_a_ratio_is_that_to_no_change_and_every_series_counts_once():
    panels = score_panels(score_series(make_forecasts(), 0.9)).set_index(
        ["drivers", "panel", "forecaster"]
    )
    mine = panels.loc[(KNOWN, ALL, MODEL)]
    assert mine["ratio"] == pytest.approx((0.05 / 0.1 + 0.2 / 0.4) / 2)
    assert (mine["series"], mine["forecasts"]) == (2, 10)
    assert mine["log score"] == pytest.approx(10 * (0.05 - 0.1 + 0.2 - 0.4) / 2)
    assert panels.loc[(KNOWN, ADDED, MODEL), "ratio"] == pytest.approx(0.5)
    assert (panels.loc[(KNOWN, slice(None), NO_CHANGE), "ratio"] == 1).all()
    assert panels.loc[(KNOWN, ALL, NATION), "worse than the model"] == 1


def test_bars_are_missed_where_a_rival_is_ahead_and_met_elsewhere():
    panels = score_panels(score_series(make_forecasts(), 0.9))
    bars = judge_bars(panels, PROTOCOL).set_index(["bar", "drivers"])["met"]
    assert len(bars) == 2 * (1 + len(RIVALS) + 1)
    assert not bars[f"value added: not worse than {NATION}", KNOWN]
    assert bars[f"all series: better than {NATION}", KNOWN]
    # Every figure lies in the interval: that is too often.
    assert not bars["share of value added in 90% intervals", KNOWN]


@pytest.mark.parametrize(("level", "share"), [(0.04, 0.0), (0.06, 1.0), (0.94, 1.0), (0.96, 0.0)])
def test_the_interval_leaves_out_a_twentieth_on_either_side(level, share):
    series = score_series(make_forecasts(level), 0.9)
    assert (series["coverage"] == share).all()


def test_horizons_are_scored_by_the_sum_of_all_their_forecasts():
    table = score_horizons(make_forecasts(), 0.9).set_index(
        ["drivers", "panel", "forecaster", "horizon"]
    )
    whole = (0.05 + 8 * 0.2) / (0.1 + 8 * 0.4)
    assert table.loc[(KNOWN, ALL, MODEL, 1), "ratio"] == pytest.approx(whole)
    assert table.loc[(KNOWN, ALL, MODEL, 2), "ratio"] == pytest.approx(0.5)


def make_evaluation():
    forecasts = make_forecasts()
    series = score_series(forecasts, 0.9)
    panels = score_panels(series)
    left = score_regions(forecasts.assign(**{"left out": "A"}), 0.9, "left out")
    made = pd.DataFrame(
        [("town", "A", 0.5, 1990, 30, 12.5)],
        columns=["region", "like", "times its size", "year", "figures", "fitted"],
    )
    tables = {
        "forecasts": forecasts,
        "series": series,
        "panels": panels,
        "horizons": score_horizons(forecasts, 0.9),
        "bars": judge_bars(panels, PROTOCOL),
        "left-out": left,
        "unseen": score_regions(forecasts, 0.9, "region"),
        "unseen-forecasts": pd.DataFrame(
            [("town", 2020, MODEL, *np.log([2e5, 1e5, 5e4, 3e5]))],
            columns=["region", "year", "forecaster", "value", "median", "low", "high"],
        ),
        "made": made,
    }
    return Evaluation(tables, PROTOCOL, (2003, 2019), "abc" * 8, 60.0, 1000)


def test_the_page_says_first_whom_the_model_does_not_beat():
    page = write_page(make_evaluation(), "evaluation.csv")
    first = page.split("## What was done")[0]
    assert "**4 of 14 bars are missed: share of value added in 90% intervals (known" in first
    assert f"value added: not worse than {NATION} (known drivers: 0.50, at most 0.400)" in first
    assert "**It does not beat nation (0.40).**" in first
    assert "What the model is for instead" in first
    assert "Of value added the loops improve the forecasts" in first


def test_the_page_shows_every_forecaster_of_every_series():
    page = write_page(make_evaluation(), "evaluation.csv")
    (row,) = [line for line in page.splitlines() if line.startswith("| known | A | total firms |")]
    cells = ["8", "**0.50**", "0.75", "1.25", "1.25", "1.25", "1.25", "1.00"]
    assert [cell.strip() for cell in row.split("|")[4:-1]] == cells
    assert "| town | A | 0.5 | 1990 | 30 | 12.5 |" in page
    assert "| town | 100 (50-300); came 200 |" in page


def test_the_error_of_value_added_is_that_of_the_median_in_per_cent():
    table = score_regions(make_forecasts().assign(**{"left out": "A"}), 0.9, "left out")
    assert table["error"].to_numpy() == pytest.approx(10.517, abs=1e-3)
