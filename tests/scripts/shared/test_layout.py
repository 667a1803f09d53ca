"""Tables fit the terminal: no word is broken, nothing is lost, what repeats is said once."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smecluster.scripts.shared.layout import lay_out, measure

PLACES = ("Wenzhou", "Pearl River Delta", "Zhongguancun", "total")
OUTCOMES = {"Discounted value added": "bn yuan", "Annual wage": "thousand yuan per person and year"}
RUN = [
    [outcome, place, unit, *("123,456" for _ in range(7))]
    for outcome, unit in OUTCOMES.items()
    for place in PLACES
]
YEARS = [str(year) for year in range(1980, 2041, 10)]


def text(lines):
    return [line for _, line in lines]


def kinds(lines, kind):
    return [line for each, line in lines if each == kind]


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width):
    lines = lay_out(["outcome", "place", "unit", *YEARS], RUN, width)
    assert max(map(measure, text(lines))) <= width


def test_a_table_that_fits_has_a_line_a_row():
    lines = lay_out(["name", "value"], [["x", 1.5], ["long name", 10]], 80)
    assert text(lines) == [
        "name       value",
        "────────────────",
        "x            1.5",
        "long name     10",
    ]


def test_what_repeats_becomes_a_line_with_its_unit():
    lines = lay_out(["outcome", "place", "unit", *YEARS], RUN, 80)
    assert kinds(lines, "group") == [
        "Discounted value added, bn yuan",
        "Annual wage, thousand yuan per person and year",
    ]
    assert len(kinds(lines, "row")) == len(RUN)
    assert kinds(lines, "heading")[0].split() == ["place", *YEARS]


def test_a_wide_terminal_keeps_the_columns():
    lines = lay_out(["outcome", "place", "unit", *YEARS], RUN, 160)
    assert not kinds(lines, "group")
    assert len(lines) == len(RUN) + 2


def test_headings_wrap_between_words_and_stand_on_the_rule():
    lines = lay_out(["outcome", "Policy as now"], [["a name", 153571.0]], 16)
    assert kinds(lines, "heading") == ["          Policy", "outcome   as now"]


def test_an_interval_stays_in_one_piece():
    rows = [["Employment", "3,820 (3,520 to 4,270)"], ["a long name of an outcome", "-"]]
    lines = lay_out(["outcome", "central"], rows, 40)
    assert any("(3,520 to 4,270)" in line for line in text(lines))


def test_numbers_stand_to_the_right_and_text_to_the_left():
    rows = [["a", "12 %", "yes"], ["b", "-", "no"]]
    assert text(lay_out(["name", "share", "met"], rows, 80))[2:] == [
        "a      12 %  yes",
        "b         -  no",
    ]


def test_chinese_takes_two_columns():
    assert measure("温州") == 4
    lines = lay_out(["name", "n"], [["温州", 1], ["ab", 2]], 80)
    assert text(lines)[2:] == ["温州  1", "ab    2"]


def test_a_very_narrow_terminal_gets_a_paragraph_a_row():
    lines = lay_out(["place", "outcome", "central"], [["Wenzhou", "Employment", "1,000"]], 20)
    assert text(lines) == ["Wenzhou", "  outcome: Employment;", "  central: 1,000"]


CELLS = st.one_of(
    st.integers(-(10**6), 10**6),
    st.sampled_from(["-", "", "12 %", "3,820 (3,520 to 4,270)", "温州 市", "a few words of text"]),
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8),
    st.sampled_from([40, 80, 120]),
)
def test_no_word_is_lost_or_broken(rows, width):
    lines = lay_out(["one", "two words", "three"], rows, width)
    assert max(map(measure, text(lines))) <= width
    words = set(" ".join(text(lines)).replace(",", " ").replace(";", " ").split())
    for row in rows:
        for cell in row:
            known = set(str(cell).replace(",", " ").split()) - {"-"}
            assert known <= words
