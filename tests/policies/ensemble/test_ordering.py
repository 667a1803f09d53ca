"""Options over paired draws are ordered by majority."""

import numpy as np

from smecluster.policies.ensemble.ordering import order_by_majority


def test_the_first_is_ahead_in_more_draws_than_behind():
    values = {"a": np.array([10.0, 3, 3]), "b": np.array([1.0, 4, 4])}
    assert order_by_majority(values) == ["b", "a"]
    assert np.median(values["a"] - values["b"]) < 0


def test_a_large_median_does_not_make_up_for_most_draws():
    a, b = np.array([5.0, 5, 5, 1, 1]), np.array([4.9, 5.1, 4.8, 2, 2])
    assert np.median(a) > np.median(b)
    assert order_by_majority({"a": a, "b": b}) == ["b", "a"]


def test_a_circle_is_broken_by_the_median_and_a_tie_by_who_is_named_first():
    circle = {
        "a": np.array([3.0, 1, 2]),
        "b": np.array([2.0, 3, 1]),
        "c": np.array([1.0, 2, 30]),
    }
    assert order_by_majority(circle) == ["a", "b", "c"]
    same = {"x": np.zeros(3), "y": np.zeros(3)}
    assert order_by_majority(same) == ["x", "y"]


def test_what_has_no_result_is_left_out_and_gaps_count_for_neither():
    values = {"a": np.array([1.0, np.nan, 5]), "b": np.array([2.0, 9, 1]), "c": np.full(3, np.nan)}
    assert order_by_majority(values) == ["a", "b"]  # one draw each; the median of a is 3, of b 2
    assert order_by_majority({"c": np.full(2, np.nan)}) == []
