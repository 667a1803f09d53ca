"""One figure a year is chosen by a rule, not by hand."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smecluster.calibration.data.series import (
    Row,
    choose_figures,
    count_digits,
    read_finality,
    read_grade,
)
from smecluster.model.errors import InputError

PLAIN = Row(
    region="town",
    series="gdp",
    year=2000,
    value=100.0,
    text="100.0",
    qualifier="exact",
    unit="100 million yuan",
    price_basis="current prices",
    status="read",
    source="S002",
    note="",
    line=2,
)


def better(first, second):
    """Return whether the first of two rows wins in either order."""
    return all(
        choose_figures(rows, include=("remembered",))[2000] is first
        for rows in ((first, second), (second, first))
    )


def test_a_figure_that_was_read_beats_a_derived_one_and_that_a_remembered_one():
    derived = replace(PLAIN, status="derived", note="[A]")
    remembered = replace(PLAIN, status="remembered", note="[A]")
    assert better(PLAIN, derived)
    assert better(derived, remembered)


def test_among_equal_statuses_the_better_grade_wins():
    yearbook, panel, press, ungraded, trade = (
        replace(PLAIN, note=note) for note in ("[A] x", "[A-] x", "[B] x", "x", "[C] x")
    )
    assert better(yearbook, panel)
    assert better(panel, press)
    assert better(press, ungraded)
    assert better(ungraded, trade)


def test_an_exact_figure_beats_at_least():
    assert better(PLAIN, replace(PLAIN, qualifier="at least", source="S001"))


def test_final_beats_rounded_beats_preliminary_beats_second_hand():
    rounded, flash, secondary = (
        replace(PLAIN, note=note, source="S001")
        for note in ("rounded", "FLASH figure, +20.9%", "secondary")
    )
    assert better(PLAIN, rounded)
    assert better(rounded, flash)
    assert better(flash, secondary)


def test_the_secondary_sector_is_not_a_second_hand_source():
    assert read_finality(replace(PLAIN, note="secondary industry plus construction")) == 0


def test_more_digits_beat_fewer():
    assert better(replace(PLAIN, text="903.57"), replace(PLAIN, text="9000", source="S001"))


@pytest.mark.parametrize(
    ("text", "count"), [("903.57", 5), ("9000", 1), ("0.05", 1), ("1.30", 3), ("-120", 2)]
)
def test_digits_are_counted_as_written(text, count):
    assert count_digits(replace(PLAIN, text=text)) == count


def test_a_grade_stands_at_the_start_of_the_note():
    assert read_grade(replace(PLAIN, note="[A-] matches")) == "A-"
    assert read_grade(replace(PLAIN, note="see table [A]")) == ""


def test_remembered_figures_are_off_by_default_and_doubtful_ones_never_used():
    rows = (replace(PLAIN, status="remembered"), replace(PLAIN, status="doubtful", year=2001))
    assert choose_figures(rows) == {}
    assert list(choose_figures(rows, include=("remembered",))) == [2000]
    with pytest.raises(InputError, match="never used"):
        choose_figures(rows, include=("doubtful",))
    with pytest.raises(InputError, match="did you mean 'remembered'"):
        choose_figures(rows, include=("remember",))


@given(
    st.permutations(
        [
            PLAIN,
            replace(PLAIN, source="S001"),
            replace(PLAIN, note="[B]"),
            replace(PLAIN, status="derived"),
            replace(PLAIN, year=2001, qualifier="about"),
            replace(PLAIN, year=2001, text="1.234", status="remembered"),
        ]
    )
)
def test_the_choice_does_not_depend_on_the_order_of_rows(rows):
    chosen = choose_figures(rows, include=("remembered",))
    assert chosen[2000].note == "[B]"
    assert chosen[2001].qualifier == "about"
    assert list(chosen) == [2000, 2001]
