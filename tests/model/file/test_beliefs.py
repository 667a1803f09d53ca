"""What the file believes of a constant is read in one form, and a fault is named."""

from types import SimpleNamespace

import pytest

from smecluster.model.errors import InputError
from smecluster.model.file.beliefs import (
    EXACT,
    INPUT,
    RANGE,
    SWITCH,
    Belief,
    find_belief,
    find_faults,
    read_beliefs,
)


def constant(text, low=0.0, high=10.0):
    definition = f"What it is. Believed 90 %: {text}"
    return SimpleNamespace(name="c", line=7, definition=definition, low=low, high=high)


@pytest.mark.parametrize(
    ("text", "belief"),
    [
        ("0.03 to 0.16, median 0.08, top 1.2 to 3.", Belief(RANGE, 0.03, 0.16, 0.08)),
        ("-2 to -0.3.", Belief(RANGE, -2.0, -0.3)),
        ("0.5 to 2 times the value.", Belief(RANGE, 0.5, 2.0, None, True)),
        ("0.33 to 3 times the value, median the value.", Belief(RANGE, 0.33, 3.0, 1.0, True)),
        ("1 with probability 0.7, 0 otherwise.", Belief(SWITCH, 0.0, 0.0, state=1.0, share=0.7)),
        (
            "0 with probability 0.5, 0.3 to 0.7 otherwise, disputed.",
            Belief(SWITCH, 0.3, 0.7, state=0.0, share=0.5),
        ),
        ("exact, a convention.", Belief(EXACT)),
        ("an input.", Belief(INPUT)),
    ],
)
def test_each_form_is_read(text, belief):
    assert read_beliefs(constant(text)) == (belief,)


def test_what_is_not_stated_is_the_same_in_two_beliefs_and_what_is_stated_is_not():
    assert Belief(RANGE, 1.0, float("nan")) == Belief(RANGE, 1.0, float("nan"))
    assert Belief(RANGE, 1.0, float("nan")) != Belief(RANGE, 1.0, 2.0)
    assert Belief(RANGE, 1.0, 2.0) != Belief(RANGE, 1.0, 2.0, 1.5)
    assert len({Belief(EXACT), Belief(EXACT)}) == 1


def test_elements_have_beliefs_of_their_own():
    found = read_beliefs(constant("exact for a, 0.1 to 0.2, median 0.12 for b and c, why."))
    assert [belief.kind for belief in found] == [EXACT, RANGE]
    assert find_belief(found, ("Wenzhou", "C")).median == 0.12
    assert find_belief(found, ("a",)).kind == EXACT
    assert find_belief(found, ("d",)) is None


def test_a_relative_range_lies_around_the_value_and_is_cut_at_the_hard_one():
    (belief,) = read_beliefs(constant("0.5 to 2 times the value."))
    own = belief.around(4.0, 0.0, 10.0)
    assert (own.low, own.median, own.high) == (2.0, 4.0, 8.0)
    cut = belief.around(8.0, 0.0, 10.0)
    assert (cut.low, cut.median, cut.high) == (4.0, 8.0, 10.0)
    end = belief.around(10.0, 0.0, 10.0)
    assert (end.low, end.median, end.high) == (5.0, None, 10.0)
    under = belief.around(-1.0, -10.0, 10.0)
    assert (under.low, under.median, under.high) == (-2.0, -1.0, -0.5)
    assert belief.around(0.0, 0.0, 10.0).kind == EXACT


def test_a_constant_without_the_sentence_has_no_belief():
    silent = SimpleNamespace(name="c", line=7, definition="What it is.", low=0.0, high=1.0)
    assert read_beliefs(silent) == ()
    assert find_faults(silent, {(): 1.0}) == ["line 7, c"]


@pytest.mark.parametrize("text", ["about 3.", "0.1 or 0.2.", "1 with probability 2, 0 otherwise."])
def test_another_form_is_refused(text):
    with pytest.raises(InputError, match="line 7, c: what is believed cannot be read: write"):
        read_beliefs(constant(text))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("3 to 2.", "line 7, c: 3 to 2 is not in order"),
        ("2 to 3, median 4.", "line 7, c: 2 to 3, median 4 is not in order"),
        ("2 to 30.", "line 7, c: 2 to 30 is outside 0 to 10"),
        ("11 with probability 0.5, 1 otherwise.", "line 7, c: 1 to 1 is outside 0 to 10"),
        ("1 to 2 for a.", "line 7, c: nothing is believed of this element"),
    ],
)
def test_a_fault_is_named(text, fault):
    assert find_faults(constant(text), {(): 1.0}) == [fault]
