"""The shipped cases hold what their histories are known by."""

import math
import tomllib

import pytest

from smecluster import calibration
from smecluster.calibration.data.case import load_case
from smecluster.calibration.data.series import CASES, STATUSES, read_series, read_sources
from smecluster.model.errors import InputError

ALL = (*calibration.list_cases(), "national")


@pytest.fixture(params=ALL)
def case(request):
    return load_case(request.param)


def series(name, variable, segment="", include=()):
    table = load_case(name).measurements(include)
    chosen = table[(table.variable == variable) & (table.segment == segment)]
    return chosen.set_index("year")["value"]


def test_there_are_three_regions():
    assert calibration.list_cases() == ("pearl_river_delta", "wenzhou", "zhongguancun")
    assert {load_case(name).place.name for name in calibration.list_cases()} == {
        "Wenzhou",
        "Pearl River Delta",
        "Zhongguancun",
    }


def test_measurements_are_finite_positive_and_cited(case):
    table = case.measurements(include=("remembered",))
    assert table["value"].map(math.isfinite).all()
    assert (table["value"] > 0).all()
    assert (table["source"] != "").all()
    assert set(table["status"]) <= set(STATUSES) - {"doubtful"}
    assert not table.duplicated(["variable", "segment", "year"]).any()


def test_nothing_remembered_is_used_by_default(case):
    assert "remembered" not in set(case.measurements()["status"])


def test_asking_for_remembered_figures_only_fills_gaps(case):
    def figures(include):
        table = case.measurements(include)
        keys = zip(table["variable"], table["segment"], table["year"], strict=True)
        return dict(zip(keys, table["value"], strict=True))

    assert figures(()).items() <= figures(("remembered",)).items()


def test_every_source_is_cited_somewhere_and_every_citation_is_listed():
    cited = {row.source for name in ALL for row in load_case(name).rows}
    assert cited == set(read_sources(CASES / "sources.csv"))


def test_conflicting_figures_are_kept_side_by_side():
    rows = [row for row in load_case("zhongguancun").rows if row.series == "total_income"]
    assert {row.source for row in rows if row.year == 2007} >= {"S015", "S016", "S034"}


def test_every_region_has_a_dated_history_with_sources():
    for name in calibration.list_cases():
        history = load_case(name).history
        years = [event.year for event in history]
        assert len(years) >= 10
        assert years == sorted(years)
        assert all(event.source for event in history)


def test_every_case_tells_its_traps(case):
    assert len((case.path / "README.md").read_text(encoding="utf-8")) > 200


def test_wenzhou_slows_down_after_2008():
    value = series("wenzhou", "value added")

    def growth(first, last):
        return (value[last] / value[first]) ** (1 / (last - first)) - 1

    assert growth(2000, 2007) > 0.10
    assert growth(2008, 2014) < 0.07


def test_the_delta_slows_down_after_2008():
    value = series("pearl_river_delta", "value added", "revised")
    assert (value[2007] / value[2000]) ** (1 / 7) > 1.12
    assert (value[2014] / value[2008]) ** (1 / 6) < 1.09


def test_the_value_added_rate_of_zhongguancun_falls_from_22_to_14_percent():
    rate = series("zhongguancun", "value added rate")
    assert rate[2002] == pytest.approx(0.222, abs=0.001)
    assert rate[2018] == pytest.approx(0.142, abs=0.001)


def test_gdp_vintages_of_the_delta_are_never_mixed():
    table = load_case("pearl_river_delta").measurements(include=("remembered",))
    value = table[table.variable == "value added"]
    level = value[value["compare"] == "level"]
    assert set(level.segment) == {"revised"}
    assert level.year.min() == 2000
    assert value[value.segment == "first release"].year.max() == 1999


def test_value_added_of_wenzhou_is_gdp_less_primary_at_2010_prices():
    # 2010: secondary 15 334 600 and tertiary 12 978 900 in 10 thousand yuan.
    assert series("wenzhou", "value added")[2010] == pytest.approx((15334600 + 12978900) / 100)


def test_investment_in_dollars_is_turned_into_yuan_of_2010():
    # 2010: 18 362.95 million dollars at 6.7696 yuan.
    value = series("pearl_river_delta", "external investment", "current scope")
    assert value[2010] == pytest.approx(18362.95 * 6.7696, rel=1e-4)
    assert 2008 not in value.index


def test_employment_of_wenzhou_is_not_joined_across_the_break_of_1998():
    employment = series("wenzhou", "Employment")
    assert list(employment.index) == [1994, 1995, 1996, 1997]
    assert employment[1994] == pytest.approx(3.869e6 * (1 - 0.402), rel=1e-6)


def test_the_better_figure_of_2007_is_the_exact_one_of_the_statistics_bureau():
    table = load_case("zhongguancun").measurements()
    row = table[(table.variable == "gross income") & (table.year == 2007)].iloc[0]
    assert row.source == "S016"


def test_rows_of_other_regions_say_so():
    rows = load_case("pearl_river_delta").rows
    assert {row.region for row in rows} == {"pearl_river_delta", "guangdong"}


def test_an_unknown_case_gets_the_nearest_name():
    with pytest.raises(InputError, match="did you mean 'wenzhou'"):
        load_case("wenzou")


def test_case_files_are_plain_toml(case):
    assert tomllib.loads((case.path / "case.toml").read_text(encoding="utf-8"))["region"]


def test_every_shipped_row_passes_the_checks(case):
    assert read_series(case.path / "series.csv", case.sources) == case.rows
