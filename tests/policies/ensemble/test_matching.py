"""Many budgets are matched at once, also where cost does not follow money on a line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smecluster.policies.ensemble.matching import Matching

TOLERANCE = 1e-9


def solved(cost, target, first=1.0) -> tuple[Matching, int]:
    """Match until no case is open, and count the trials."""
    target = np.asarray(target, dtype=float)
    start = np.full(target.shape, float(first))
    matching = Matching(target, start, np.ones(target.shape), TOLERANCE)
    trials = 0
    while matching.open.any():
        matching.update(cost(matching.factor))
        trials += 1
    return matching, trials


def test_what_is_proportional_takes_two_trials():
    matching, trials = solved(lambda factor: 7 * factor, [3.5, 14.0, 70.0])
    np.testing.assert_allclose(matching.factor, [0.5, 2, 10], rtol=1e-8)
    assert trials == 2
    assert not matching.missed.any()


@given(
    st.lists(st.floats(0.4, 1.8), min_size=1, max_size=6), st.floats(0.05, 20), st.floats(0.1, 3)
)
def test_any_power_is_matched(powers, target, size):
    powers = np.array(powers)
    matching, trials = solved(lambda factor: size * factor**powers, np.full(len(powers), target))
    np.testing.assert_allclose(size * matching.factor**powers, target, rtol=1e-8)
    assert trials < 15


def test_money_that_breeds_money_is_matched():
    matching, trials = solved(lambda factor: factor * (1 + 0.4 * factor**1.5), [0.3, 2.0, 25.0])
    got = matching.factor * (1 + 0.4 * matching.factor**1.5)
    np.testing.assert_allclose(got, [0.3, 2, 25], rtol=1e-8)
    assert trials < 10


def test_a_jump_is_bracketed():
    def cost(factor):
        return np.where(factor < 0.8, factor, 3 * factor)

    matching, _ = solved(cost, [0.5, 6.0])
    np.testing.assert_allclose(cost(matching.factor), [0.5, 6.0], rtol=1e-8)
    assert solved(cost, [1.6])[0].missed.all()


def test_cases_that_are_done_stay_as_they_are():
    matching = Matching(np.array([1.0, 5.0]), np.ones(2), np.ones(2), TOLERANCE)
    done = matching.update(matching.factor.copy())
    assert list(done) == [True, False]
    matching.update(np.array([np.nan, 5.0]))
    assert matching.factor == pytest.approx([1, 5])


@pytest.mark.parametrize("cost", [0.0, np.nan, np.inf])
def test_what_has_no_cost_is_given_up(cost):
    matching = Matching(np.array([1.0]), np.ones(1), np.ones(1), TOLERANCE)
    matching.update(np.array([cost]))
    assert matching.missed.all()
    assert not matching.open.any()


def test_what_cannot_be_reached_is_given_up_after_some_trials():
    matching, _ = solved(lambda factor: np.minimum(factor, 2.0), [5.0])
    assert matching.missed.all()
