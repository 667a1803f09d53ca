"""Names are joined and things are counted as a sentence does."""

from smecluster.model.presentation.prose import format_count, join_names


def test_names_are_joined_and_a_long_list_is_cut():
    assert join_names([]) == ""
    assert join_names(["a"]) == "a"
    assert join_names(["a", "b", "c"]) == "a, b and c"
    assert join_names(["a", "b"], "or") == "a or b"
    assert join_names([str(at) for at in range(9)], most=5) == "0, 1, 2, 3, 4 and 4 more"
    assert join_names([str(at) for at in range(6)], most=5) == "0, 1, 2, 3, 4 and 5"


def test_counts_agree_with_their_noun():
    assert format_count(1, "region") == "1 region"
    assert format_count(1200, "run") == "1,200 runs"
    assert format_count(3, "series", "series") == "3 series"
