"""A model says what each of its variables is, and what it depends on and feeds."""

from pathlib import Path

import pytest

from smecluster.model.engine.read.document import find_rate, read_document
from smecluster.model.errors import InputError
from smecluster.model.file.model import SHIPPED

TOWNS = (Path(__file__).parents[2] / "data").joinpath("two_towns.mdl").read_text(encoding="utf-8")


def test_kinds_are_told_apart():
    kinds = {name: variable.kind for name, variable in read_document(TOWNS).variables.items()}
    assert kinds["People"] == "stock"
    assert kinds["arrivals"] == kinds["departures"] == kinds["returns"] == "flow"
    assert kinds["stay"] == kinds["initial people"] == "constant"
    assert kinds["attraction table"] == "table"
    assert kinds["SAVEPER"] == "control"


def test_a_delay_and_an_auxiliary_are_no_flows():
    text = TOWNS.replace(
        "departures[Region]=", "late = SMOOTH(stay, 3) ~ Year ~ Late. |\ndepartures[Region]="
    )
    assert read_document(text).variables["late"].kind == "delay"


def test_only_what_stands_alone_in_a_net_flow_is_a_flow():
    text = TOWNS.replace(
        "arrivals[Region]-departures[Region]", "(arrivals[Region]-departures[Region])*1"
    )
    assert read_document(text).variables["arrivals"].kind == "auxiliary"
    assert read_document(text).variables["returns"].kind == "flow"


def test_causes_and_effects_are_each_others_mirror():
    variables = read_document(TOWNS).variables
    for name, variable in variables.items():
        for cause in variable.causes:
            assert name in variables[cause].effects
        for effect in variable.effects:
            assert name in variables[effect].causes
    assert variables["stay"].effects == ("departures", "returns")


def test_a_variable_defined_by_element_is_one_variable():
    table = read_document(TOWNS).variables["attraction table"]
    assert table.dims == ("Region",)
    assert len(table.equation.splitlines()) == 2
    assert table.definition == "Attraction by year."


def test_a_variable_is_found_in_any_case_and_a_miss_gives_the_nearest_name():
    document = read_document(TOWNS)
    assert document.variable("INITIAL_people").name == "initial people"
    with pytest.raises(InputError, match="did you mean 'departures'"):
        document.variable("departure")


def test_the_clock_is_read_and_saveper_may_repeat_the_step():
    clock = read_document(TOWNS.replace("SAVEPER  = 1", "SAVEPER = TIME STEP")).time
    assert (clock.initial, clock.final, clock.step, clock.saveper) == (1978, 2040, 0.125, 0.125)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("FINAL TIME  = 2040", "LAST TIME = 2040", "the model does not set 'FINAL TIME'"),
    ],
)
def test_a_clock_that_cannot_be_read_is_refused(old, new, message):
    with pytest.raises(InputError, match=message):
        read_document(TOWNS.replace(old, new))


def test_the_net_flow_of_a_stock_ends_at_its_own_comma():
    assert find_rate("INTEG (MAX(a, b)[x, y] - c, d)") == "MAX(a, b)[x, y] - c"
    assert find_rate("a + b") is None


def test_the_shipped_model_describes_itself():
    document = read_document(SHIPPED.read_text(encoding="utf-8"))
    assert document.variable("value added").unit == "Myuan/Year"
    assert document.variable("Firms").kind == "stock"
    assert document.time.step <= 0.125


def test_followers_leave_out_what_only_sets_an_initial_value():
    document = read_document(TOWNS)
    assert "People" in document.variables["initial people"].effects
    assert "People" not in document.followers["initial people"]
    assert "People" in document.followers["arrivals"]
