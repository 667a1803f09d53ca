"""Every input passes one gate: a number in its range, set once, or one line that says why not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smecluster import model
from smecluster.model.engine.run.settings import (
    check_count,
    check_inputs,
    index_inputs,
    override_inputs,
    parse_settings,
)
from smecluster.model.errors import InputError
from tests.fuzz.kinds import DATA

TOWNS = model.load(DATA / "two_towns.mdl")
ONCE = settings(max_examples=60, deadline=None, derandomize=True)


def run_one(inputs):
    return model.simulate(TOWNS, inputs, outputs=["People"])


def run_many(table, **options):
    return model.simulate_many(TOWNS, table, ["People"], **options)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"back-flow": 3000}, "back-flow = 3000 is outside 0..10"),
        ({"initial people": {"Hill Town": -5}}, "is outside 0..inf"),
        ({"initial people": [3, -5]}, "is outside 0..inf"),
        ({"stay": 10, "Stay": 11}, "inputs 'stay' and 'Stay' set the same value"),
        ({"initial people": 1, "initial people[Hill Town]": 2}, "set the same value"),
        ({"initial people": {"Hill Town": 1, "hill town": 2}}, "set the same value"),
        ({"stay": np.ma.masked}, "not a masked value"),
        ({"initial people": np.ma.masked_array([1, 2], [True, False])}, "not a masked value"),
        ({"stay": 10**400}, "below 1e308"),
        ({"stay": 1 + 2j}, "must be a number"),
        ({"stay": [12.0]}, "give a number, not a list"),
        ({"stay": []}, "give a number, not a list"),
        ({"initial people": {}}, "is an empty mapping"),
        ({"initial people": {"Hill Town": {"Hill Town": {"Hill Town": 1}}}}, "must be a number"),
        ({"attraction table": [(0, np.ma.masked), (1, 2)]}, "must be a number"),
        ([("stay", 1)], "inputs must be a mapping"),
    ],
)
def test_what_is_no_value_of_an_input_is_refused(inputs, message):
    with pytest.raises(InputError, match=message.replace("(", r"\(")):
        run_one(inputs)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"back-flow": [3.0, 3000.0]}, "back-flow = 3000 is outside 0..10"),
        ({"back-flow": [3.0], "Back-Flow": [4.0]}, "set the same value"),
        ({"initial people": [1.0], "initial people[Hill Town]": [2.0]}, "set the same value"),
        ({"initial people": [[1.0, -2.0]]}, "is outside 0..inf"),
        ({"stay": [10**400, 1]}, "below 1e308"),
    ],
)
def test_what_is_no_column_of_a_table_is_refused(table, message):
    with pytest.raises(InputError, match=message):
        run_many(table)


def test_whoever_goes_beyond_the_ranges_says_so():
    beyond = {"back-flow": 3000.0}
    one = model.simulate(TOWNS, beyond, outputs=["People"], within_ranges=False)
    many = run_many({"back-flow": [3000.0]}, within_ranges=False)
    np.testing.assert_array_equal(one["People"], many["People"].isel(run=0))


def test_a_value_at_a_bound_may_be_beyond_it_by_a_rounding():
    at_bound = float(np.nextafter(10.0, 11.0))
    assert run_one({"back-flow": at_bound})["People"].notnull().all()


def test_a_base_is_held_against_the_ranges_too_and_a_column_goes_before_it():
    with pytest.raises(InputError, match=r"outside 0\.\.10"):
        run_many({"stay": [10.0]}, base={"back-flow": 3000.0})
    both = run_many({"stay": [10.0]}, base={"STAY": 20.0})
    np.testing.assert_array_equal(both["People"], run_many({"stay": [10.0]})["People"])


@pytest.mark.parametrize("years", [["2000"], [float("inf")], [None], [10**400], 2000, "2000"])
def test_years_that_are_none_are_refused(years):
    with pytest.raises(InputError, match=r"years?"):
        model.simulate(TOWNS, years=years)
    with pytest.raises(InputError, match=r"years?"):
        run_many({"stay": [10.0]}, years=years)


@pytest.mark.parametrize("count", [0, -1, 1.5, 2.0, "2", True, None, 10**12])
def test_a_count_is_a_whole_number_above_nothing(count):
    with pytest.raises(InputError, match="workers must be"):
        check_count("workers", count)


@pytest.mark.parametrize("option", ["workers", "chunk"])
@pytest.mark.parametrize("count", [0, -1, 1.5, "2", True])
def test_a_run_takes_no_other_count(option, count):
    with pytest.raises(InputError, match=f"{option} must be"):
        run_many({"stay": [10.0]}, **{option: count})


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"FINAL TIME": 1900}, r"FINAL TIME \(1900\) is before INITIAL TIME \(1978\)"),
        ({"SAVEPER": 1e-300}, "is nothing beside TIME STEP"),
    ],
)
def test_a_clock_that_makes_no_run_is_refused(inputs, message):
    with pytest.raises(InputError, match=message):
        run_one(inputs)


def test_settings_of_the_command_line_pass_the_same_gate():
    assert parse_settings(TOWNS, ["stay=10", "Back-Flow=3"]) == {"stay": 10.0, "Back-Flow": 3.0}
    for given_, message in [
        (["Back-Flow=3000"], r"--set: Back-Flow = 3000 is outside 0\.\.10"),
        (["stay=10", "Stay=11"], "set the same value"),
        (["stay=10", "stay=11"], "'stay' twice"),
        (["stay=1e400"], "finite"),
        (["strain=1"], "did you mean"),
    ]:
        with pytest.raises(InputError, match=message):
            parse_settings(TOWNS, given_)
    with pytest.raises(InputError, match="study: stay = 0 is outside"):
        check_inputs(TOWNS, {"stay": 0}, "study")


def test_what_goes_before_may_be_spelled_otherwise():
    below = {"initial people": 7.0, "stay": 10.0, "attraction table": model.Scale(2.0)}
    above = {"Initial_People[hill town]": 9.0, "STAY": 20.0}
    assert override_inputs(TOWNS, below, above) == {
        "initial people[River Town]": 7.0,
        "attraction table": model.Scale(2.0),
        **above,
    }
    table = {"attraction table": [(0.0, 1.0), (1.0, 2.0)]}
    part = {"attraction table[Hill Town]": model.Scale(3.0)}
    assert override_inputs(TOWNS, table, part) == {
        "attraction table[River Town]": [(0.0, 1.0), (1.0, 2.0)],
        **part,
    }
    assert override_inputs(TOWNS, below, None) == below


NAMES = (
    "stay",
    "STAY",
    "initial people",
    "initial people[Hill Town]",
    "Initial_People[River Town]",
)


@ONCE
@given(
    below=st.dictionaries(st.sampled_from(NAMES), st.floats(1, 100), max_size=3),
    above=st.dictionaries(st.sampled_from(NAMES), st.floats(1, 100), max_size=3),
)
def test_what_goes_before_holds_and_nothing_is_set_twice(below, above):
    index = index_inputs(TOWNS)
    try:
        lower, upper = index.resolve(below).values, index.resolve(above).values
    except InputError:
        return  # one of the two sets a value twice
    assert index.resolve(override_inputs(TOWNS, below, above)).values == {**lower, **upper}


@pytest.mark.parametrize("path", [3, [], b"m.mdl", object()])
def test_a_model_is_loaded_from_a_path_only(path):
    with pytest.raises(InputError, match="path must be a text"):
        model.load(path)
