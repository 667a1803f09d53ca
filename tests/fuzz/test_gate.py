"""The gate for inputs, under values that nobody would think of: a value in its range, or one line.

Strategies draw from everything that Python, NumPy and pandas offer as a number, and from much that
is none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smecluster import model
from smecluster.model.errors import InputError
from tests.fuzz.kinds import DATA

#: Range of the input that is tried, as the file gives it.
NAME, LOW, HIGH = "back-flow", 0.0, 10.0

numbers = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True),
    st.integers(),
    st.floats(LOW, HIGH),
    st.sampled_from([10**400, -(10**400), np.float32(3), np.int8(-1), np.float64("nan"), 1e-320]),
)
others = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.complex_numbers(),
    st.sampled_from([np.ma.masked, pd.NA, pd.NaT, Fraction(7, 2), object(), float, [], {}, ()]),
    st.lists(st.floats(), max_size=3),
    st.dictionaries(st.text(max_size=3), st.floats(), max_size=2),
)
quick = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def towns() -> model.Model:
    return model.load(DATA / "two_towns.mdl")


def accepts(run: Callable[[], Any]) -> bool:
    """Say whether a run was made; what refuses it must be the one error, in one line."""
    message = ""
    try:
        run()
    except InputError as error:
        message = str(error)
    assert "\n" not in message
    assert len(message) < 600
    return not message


def inside(value: Any) -> bool:
    return bool(LOW <= value <= HIGH) and not math.isnan(value)


@quick
@given(value=numbers)
def test_a_number_is_taken_within_its_range_only(towns: model.Model, value: Any) -> None:
    assert accepts(lambda: model.simulate(towns, {NAME: value})) == inside(value)


@quick
@given(value=numbers)
def test_a_column_is_taken_within_its_range_only(towns: model.Model, value: Any) -> None:
    def run() -> Any:
        return model.simulate_many(towns, {NAME: [3.0, value]}, ["People"])

    assert accepts(run) == inside(value)


@quick
@given(value=others)
def test_what_is_no_number_is_refused(towns: model.Model, value: Any) -> None:
    if isinstance(value, Fraction):
        return
    assert not accepts(lambda: model.simulate(towns, {NAME: value}))


@quick
@given(
    count=st.one_of(st.integers(max_value=0), st.floats(), st.text(max_size=3), st.booleans()),
    option=st.sampled_from(["workers", "chunk"]),
)
def test_counts_are_whole_and_above_nothing(towns: model.Model, count: Any, option: str) -> None:
    def run() -> Any:
        return model.simulate_many(towns, {NAME: [3.0]}, ["People"], **{option: count})

    assert not accepts(run)


@quick
@given(
    years=st.lists(st.one_of(st.floats(), st.text(max_size=4), st.none()), min_size=1, max_size=2)
)
def test_years_are_steps_of_the_run(towns: model.Model, years: list[Any]) -> None:
    steps = {1978 + at for at in range(200)}
    if all(isinstance(year, float) and year in steps for year in years):
        return
    assert not accepts(lambda: model.simulate(towns, years=years))
