"""Parts of sentences keep what numbers say."""

import numpy as np
import pytest

from smecluster.policies.prose import format_share, join_names, split_sign


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


def test_names_are_joined_as_in_a_sentence():
    assert [join_names(["a"]), join_names(["a", "b"]), join_names(["a", "b", "c"])] == [
        "a",
        "a and b",
        "a, b and c",
    ]
