"""The same model with other values of its constants and tables."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smecluster.model.engine.read.values import read_values, set_values
from smecluster.model.errors import InputError

TOWNS = (Path(__file__).parents[2] / "data").joinpath("two_towns.mdl").read_text(encoding="utf-8")


def test_values_are_set_by_name_by_element_and_as_points():
    text = set_values(
        TOWNS,
        {
            "stay": 20,
            "initial people[River Town]": 5,
            "budget": {("Hill Town", "roads"): 9},
            "attraction table[Hill Town]": [(1978, 2), (2040, 2)],
        },
    )
    values = read_values(text)
    assert values["stay"] == {(): 20}
    assert values["initial people"] == {("Hill Town",): 100, ("River Town",): 5}
    assert values["budget"][("Hill Town", "roads")] == 9
    assert values["budget"][("River Town", "roads")] == 4.5
    assert values["attraction table"][("Hill Town",)] == ((1978, 2), (2040, 2))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sty": 1}, "did you mean 'stay'?"),
        ({"arrivals": 1}, "'arrivals' is computed by the model"),
        ({"initial people[Hil Town]": 1}, "did you mean 'Hill Town'?"),
    ],
)
def test_a_value_that_has_no_place_is_refused(values, message):
    with pytest.raises(InputError) as caught:
        set_values(TOWNS, values)
    assert message in str(caught.value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_value_that_is_written_is_read_back_exactly(value):
    assert read_values(set_values(TOWNS, {"stay": value}))["stay"] == {(): value}
