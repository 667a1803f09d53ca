"""What a check assumes: inputs for whole ranges, worked out for single elements."""

from pathlib import Path

import pytest

from smecluster.model.checking.scenario import Scenarios
from smecluster.model.errors import InputError

TOWNS = (Path(__file__).parents[1] / "data").joinpath("two_towns.mdl").read_text(encoding="utf-8")

NAMED = {
    "long stay": {"stay": 100},
    "longer stay": {"based on": "long stay", "adjustment time": 9},
}


def inputs(scenario):
    return Scenarios(TOWNS, NAMED).inputs(scenario)


def test_base_is_the_model_as_it_is():
    assert inputs("base") == {}
    assert Scenarios(TOWNS, NAMED).names == ("base", "long stay", "longer stay")


def test_a_scenario_extends_another():
    assert inputs("longer stay") == {"stay": 100, "adjustment time": 9}


def test_a_range_stands_for_its_elements_and_later_lines_overrule():
    assert inputs({"budget": 0, "budget[Region, roads]": 1, "budget[hill_town, roads]": 2}) == {
        "budget[Hill Town, training]": 0,
        "budget[Hill Town, roads]": 2,
        "budget[River Town, training]": 0,
        "budget[River Town, roads]": 1,
    }


def test_a_value_may_be_scaled_and_a_table_scaled_replaced_or_levelled():
    assert inputs({"initial people[River Town]": {"times": 2}}) == {
        "initial people[River Town]": 4000
    }
    name = "attraction table[River Town]"
    assert inputs({name: {"times": 2}}) == {name: [(1978, 2), (2040, 1)]}
    assert inputs({name: 3}) == {name: [(1978, 3), (2040, 3)]}
    assert inputs({name: [[1978, 5], [2000, 6]]}) == {name: [(1978, 5), (2000, 6)]}


def test_a_control_variable_is_an_input():
    assert inputs({"TIME STEP": 0.5}) == {"TIME STEP": 0.5}


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("long stai", "did you mean 'long stay'?"),
        ({"sty": 1}, "did you mean 'stay'?"),
        ({"arrivals": 1}, "'arrivals' is computed by the model"),
        ({"pull[Hil Town]": 1}, "did you mean 'Hill Town'?"),
        ({"stay": "long"}, "give a number or {times: number}, not 'long'"),
        ({"stay": {"plus": 1}}, "give a number or {times: number}"),
        ({"stay": True}, "give a number"),
        ({"based on": "nothing"}, "unknown scenario 'nothing'"),
    ],
)
def test_what_cannot_be_assumed_is_refused(scenario, message):
    with pytest.raises(InputError) as caught:
        inputs(scenario)
    assert message in str(caught.value)
