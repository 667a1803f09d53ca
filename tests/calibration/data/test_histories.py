"""The base case of the shipped model resembles the three published histories."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import calibration, model
from smecluster.calibration.benchmarks.history_figure import PANELS, draw_histories
from smecluster.calibration.data.case import load_case
from smecluster.calibration.data.histories import (
    compare_histories,
    decompose_error,
    measure_fit,
    pair_with_run,
)
from smecluster.calibration.data.series import CASES
from smecluster.model.errors import InputError

BAR = 20  # percent, mean absolute error of real value added


@pytest.fixture(scope="module")
def base():
    return model.load()


@pytest.fixture(scope="module")
def cases():
    return [load_case(name) for name in calibration.list_cases()]


@pytest.fixture(scope="module")
def found(base, cases):
    return compare_histories(base, cases, variables=PANELS)


@pytest.mark.parametrize("name", calibration.list_cases())
def test_real_value_added_is_within_a_fifth_of_the_figures_in_each_region(name, found):
    fit = found.fit
    own = (fit["region"] == load_case(name).place.name) & (fit["variable"] == "value added")
    levels = fit[own & (fit["compare"] == "level")]
    assert len(levels) == 1
    assert levels["figures"].item() >= 7
    assert levels["MAPE"].item() <= BAR


@pytest.mark.parametrize("region", ["Wenzhou", "Pearl River Delta"])
def test_growth_slows_after_2008_in_the_figures_and_in_the_model(region, found):
    turn = found.turns.set_index(["region", "variable"]).loc[region, "value added"]
    assert turn["kind"] == "slower growth"
    assert turn["years"].split("-")[1] == "2008"
    assert turn["figures after"] < turn["figures before"]
    assert turn["model after"] < turn["model before"]


def test_value_added_per_income_falls_in_zhongguancun_in_the_figures_and_in_the_model(found):
    turn = found.turns.set_index(["region", "variable"]).loc["Zhongguancun", "value added rate"]
    assert turn["kind"] == "fall"
    assert turn["figures after"] < turn["figures before"] < 0.3
    assert turn["model after"] < turn["model before"] < 0.3


def test_every_turning_point_that_the_cases_name_is_in_the_figures_and_in_the_model(found):
    assert found.turns["in figures"].all()
    assert found.turns["in model"].all()


def test_growth_is_the_compounded_rate_between_the_years(found):
    turn = found.turns.set_index("region").loc["Wenzhou"]
    table = found.table
    own = table[(table["region"] == "Wenzhou") & (table["variable"] == "value added")]
    own = own[own["compare"] == "level"].set_index("year")
    grown = own.loc[2000, "value"] * (1 + turn["figures before"] / 100) ** 8
    assert grown == pytest.approx(own.loc[2008, "value"], rel=1e-12)
    grown = own.loc[2008, "model"] * (1 + turn["model after"] / 100) ** 8
    assert grown == pytest.approx(own.loc[2016, "model"], rel=1e-12)


def test_the_base_case_is_the_model_as_its_file_gives_it(base, found):
    run = model.simulate(base, outputs=["value added"])
    row = found.table[found.table["region"] == "Zhongguancun"].iloc[0]
    expected = run["value added"].sel(Region="Zhongguancun", time=row["year"])
    assert row["variable"] == "value added"
    assert row["model"] == float(expected)


def test_figures_from_memory_are_left_out_unless_asked_for(base, cases, found):
    assert "remembered" not in set(found.table["status"])
    more = compare_histories(base, cases, include=("remembered",)).table
    assert "remembered" in set(more["status"])
    assert len(more) > len(found.table)


def test_levels_are_compared_as_they_are_and_courses_up_to_one_factor(found):
    levels = found.table["compare"] == "level"
    assert (found.table.loc[levels, "factor"] == 1).all()
    for _, series in found.table[~levels].groupby(["region", "variable", "segment"]):
        assert series["factor"].nunique() == 1
        assert np.log(series["fitted"] / series["value"]).mean() == pytest.approx(0, abs=1e-9)


def test_an_error_of_a_fitted_factor_is_not_told_from_one_figure(found):
    alone = (found.fit["compare"] == "scale") & (found.fit["figures"] == 1)
    assert alone.any()
    assert found.fit.loc[alone, "MAPE"].isna().all()


def figures_of(values, years, compare="level"):
    return pd.DataFrame(
        {
            "variable": "x",
            "region": "Here",
            "segment": "",
            "year": years,
            "value": values,
            "compare": compare,
        }
    )


def run_of(values):
    values = np.asarray(values, float)[:, np.newaxis]
    dims = ("time", "Region")
    years = np.arange(2000.0, 2000 + len(values))
    return xr.Dataset({"x": (dims, values)}, {"time": years, "Region": ["Here"]})


def test_the_error_is_the_mean_of_the_absolute_errors_in_percent():
    fit = measure_fit(
        pair_with_run(figures_of([100.0, 200.0], [2000, 2001]), run_of([110, 180]))
    ).iloc[0]
    assert fit["MAPE"] == pytest.approx(10)
    assert fit["bias"] == pytest.approx(100 * -5 / 150)
    assert np.isnan(fit["U^M"])


def test_a_course_that_is_right_up_to_a_factor_has_no_error():
    table = pair_with_run(figures_of([30.0, 60.0], [2000, 2002], "scale"), run_of([10, 0.1, 20]))
    assert table["factor"].to_numpy() == pytest.approx([3, 3])
    assert measure_fit(table)["MAPE"].item() == pytest.approx(0, abs=1e-9)


def test_figures_outside_the_years_of_the_run_are_left_out():
    assert list(pair_with_run(figures_of([1.0, 2.0], [1999, 2000]), run_of([2]))["year"]) == [2000]


@pytest.mark.parametrize(
    ("simulated", "share"),
    [([2.0, 3, 4], "bias"), ([-1.0, 2, 5], "variation"), ([3.0, 2, 1], "covariation")],
)
def test_an_error_of_one_kind_is_all_in_its_share(simulated, share):
    shares = decompose_error(np.array(simulated), np.array([1.0, 2, 3]))
    assert getattr(shares, share) == pytest.approx(1)
    assert sum(shares) == pytest.approx(1)


def test_the_shares_of_an_error_add_up_to_one(found):
    shares = found.fit[["U^M", "U^S", "U^C"]].dropna()
    assert len(shares) > 20
    assert shares.sum(axis=1).to_numpy() == pytest.approx(1, abs=1e-9)
    assert (shares > -1e-9).all(axis=None)


def test_no_error_has_no_shares():
    assert np.isnan(decompose_error(np.ones(3), np.ones(3))).all()


def test_every_panel_of_the_figure_shows_the_model_and_every_figure(found):
    drawn = draw_histories(found)
    regions = len(found.paths["Region"])
    assert len(drawn.axes) == len(PANELS) * regions
    shown = found.table[found.table["variable"].isin(PANELS)]
    markers = [
        len(line.get_xdata())
        for axis in drawn.axes
        for line in axis.lines
        if line.get_linestyle() == "None"
    ]
    assert sum(markers) == len(shown)


@pytest.fixture
def folder(tmp_path):
    """Return a copy of Wenzhou as a user's own folder."""
    return Path(shutil.copytree(CASES / "wenzhou", tmp_path / "my town"))


def edit(folder, old, new):
    path = folder / "case.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


TURN = 'kind = "slower growth"\nyears = [2000, 2008, 2016]'


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ('kind = "slower growth"\nyears = [2000, 2016]', "takes 3 years that rise"),
        ('kind = "fall"\nyears = [2016, 2000]', "takes 2 years that rise"),
        ('kind = "collapse"\nyears = [2000, 2016]', "'collapse'"),
        ('kind = "fall"\nyears = [1979, 2016]', "from 1990 to 2023"),
        ('kind = "fall"\nyears = [2000, 2016]\nsegment = "whole"', "is not measured"),
    ],
)
def test_a_malformed_turning_point_is_refused_in_one_line(folder, new, expected):
    edit(folder, TURN, new)
    with pytest.raises(InputError) as caught:
        load_case(folder)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('variable = "annual wage"', 'variable = "anual wage"', "did you mean 'annual wage'"),
        ('variable = "SME loans"', 'variable = "talent outside"', "unknown regional variable"),
        ('unit = "yuan/(Year*person)"', 'unit = "yuan/Year"', "the model has it in"),
    ],
)
def test_a_measure_that_the_model_does_not_have_is_refused_in_one_line(
    base, folder, old, new, expected
):
    edit(folder, old, new)
    with pytest.raises(InputError) as caught:
        compare_histories(base, [load_case(folder)])
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)
