"""Parts of sentences keep what numbers say."""

import numpy as np
import pandas as pd
import pytest

from smecluster.policies.wording.prose import (
    describe_draws,
    format_change,
    format_draws,
    format_share,
    join_names,
    split_sign,
)


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.004, "less than 1 %"), (0.5, "50 %"), (0.996, "more than 99 %"), (1, "100 %")],
)
def test_nothing_is_rounded_to_all_or_none(share, words):
    assert format_share(share) == words


def test_sizes_keep_the_draws_that_go_the_other_way_below_zero():
    more, sizes = split_sign(np.array([-3.0, -2.0, 1.0, np.nan]))
    assert not more
    np.testing.assert_array_equal(sizes, [3.0, 2.0, -1.0, np.nan])
    assert split_sign(np.array([3.0, -1.0, 2.0]))[0]


def test_a_change_that_goes_both_ways_says_of_each_end_which_way():
    values = np.linspace(-30.0, 10.0, 101)
    assert format_change(values) == (False, "10 (from 28 lower to 8 higher)")
    assert format_change(-values) == (True, "10 (from 8 lower to 28 higher)")
    assert format_change(values - 20) == (False, "30 (12 to 48)")
    assert format_change(values[:1]) == (False, "30")


def test_names_are_joined_as_in_a_sentence():
    assert [join_names(["a"]), join_names(["a", "b"]), join_names(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]


@pytest.mark.parametrize(
    ("count", "total", "words"),
    [
        (72, 100, "in 72 of 100 draws"),
        (100, 100, "in all 100 draws that were run (95 % bound: at least 97 of 100)"),
        (0, 100, "in none of the 100 draws that were run (95 % bound: at most 3 of 100)"),
        (1000, 1000, "in all 1,000 draws that were run (95 % bound: at least 99 of 100)"),
        (3, 3, "in all 3 draws that were run (95 % bound: at least 36 of 100)"),
    ],
)
def test_what_holds_in_all_draws_is_claimed_only_of_those_that_were_run(count, total, words):
    assert format_draws(count, total) == words


def test_what_draws_vary_is_said_and_one_draw_carries_no_uncertainty():
    draws = pd.DataFrame({"a[Wenzhou]": [1.0, 2.0], "a[Delta]": [1.0, 2.0], "b": [0.0, 1.0]})
    assert describe_draws(draws).startswith("The 2 draws vary 3 constants that")
    assert "no uncertainty" in describe_draws(draws.iloc[:1])
    assert "no uncertainty" in describe_draws(pd.DataFrame(index=["model"]))
