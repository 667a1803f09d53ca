"""The cases and the model file say the same, so that neither can drift from the other."""

import itertools

import pytest

from smecluster import calibration
from smecluster.calibration.data.case import load_case, make_region
from smecluster.model.engine.read.blocks import read_points
from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.source import parse
from smecluster.model.file.model import SHIPPED
from smecluster.model.file.regions import REGION, Region, read_regions, set_regions
from tests.region_values import extract_values


@pytest.fixture(scope="module")
def text():
    return SHIPPED.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def variables(text):
    return read_document(text).variables


def table(text, name):
    return dict(read_points(next(block for block in parse(text).blocks if block.name == name)))


@pytest.mark.parametrize("name", calibration.list_cases())
def test_a_case_holds_the_models_own_values_of_its_region(name, text):
    case = load_case(name)
    renew = "run python -m tests.region_values"
    assert (case.constants, case.points) == extract_values(text, case.place.name), renew


def test_only_what_a_strategy_sets_is_left_out_of_the_cases(text, variables):
    own = make_region(load_case("wenzhou"))
    shipped = {each.name: each for each in read_regions(text)}["Wenzhou"]
    left_out = set(shipped.constants) - set(own.constants)
    assert left_out
    assert all(variables[name].source.startswith("input of a strategy") for name in left_out)
    assert set(own.tables) == set(shipped.tables)


def test_the_model_written_from_the_cases_is_the_shipped_model(text):
    regions = {
        own.name: own for own in (make_region(load_case(name)) for name in calibration.list_cases())
    }
    ordered = [regions[name] for name in read_document(text).subscripts[REGION]]
    assert read_document(set_regions(text, ordered)).hash == read_document(text).hash


def test_a_made_up_region_with_a_cases_values_can_stand_beside_the_three(text):
    regions = [make_region(load_case(name)) for name in calibration.list_cases()]
    wenzhou = make_region(load_case("wenzhou"))
    twin = Region("Twin", wenzhou.constants, wenzhou.tables)
    written = {each.name: each for each in read_regions(set_regions(text, [*regions, twin]))}
    assert written["Twin"].tables == written["Wenzhou"].tables
    assert written["Twin"].constants == written["Wenzhou"].constants


@pytest.mark.parametrize("name", calibration.list_cases())
def test_every_measure_names_a_regional_variable_of_the_model_in_its_unit(name, variables):
    for measure in load_case(name).measures:
        assert measure.variable in variables
        assert REGION in variables[measure.variable].dims
        if measure.compare == "level":
            assert measure.unit == variables[measure.variable].unit


def test_the_national_market_of_the_model_is_the_chained_growth_of_the_nation(text):
    rows = [row for row in load_case("national").rows if row.series == "gdp_real_growth"]
    growth = {row.year: row.value / 100 for row in rows}
    years = sorted(growth)
    factors = itertools.accumulate((1 + growth[year] for year in years), lambda a, b: a * b)
    market = table(text, "national market table")
    for year, level in zip(years, factors, strict=True):
        assert market[year] == pytest.approx(level, rel=1e-3)


def test_the_national_wage_of_the_model_is_the_nations_at_2010_prices(text):
    measured = (
        load_case("national").measurements(include=("remembered",)).set_index("year")["value"]
    )
    wage = table(text, "national wage table")
    for year, value in measured.items():
        assert wage[year] == pytest.approx(value, rel=1e-3)
