"""A file that would take hours or all memory is refused before anything is written out."""

import contextlib
import re

import pytest

from smecluster.model.engine.read.blocks import read_points
from smecluster.model.engine.read.names import list_names
from smecluster.model.engine.read.source import parse
from smecluster.model.errors import InputError
from smecluster.model.support import limits

LONG = 200_000


@pytest.mark.parametrize(
    "text",
    [
        "Big: (A1-A100000000) ~~|",
        f"Big: (A1-A{'9' * 5000}) ~~|",
        f"Big: (A1-A{limits.MOST_ELEMENTS + 1}) ~~|",
        "Part: (A1-A15000) ~~|\nRest: (B1-B15000) ~~|\nBig: Part, Rest ~~|",
        "Big: " + ", ".join(f"a{at}" for at in range(limits.MOST_ELEMENTS + 1)) + " ~~|",
    ],
)
def test_a_range_with_too_many_elements_is_refused(text):
    with pytest.raises(InputError, match="the range 'Big' has more than 20,000 elements"):
        parse(text)


def test_a_range_of_the_most_elements_is_read():
    text = f"Big: (A1-A{limits.MOST_ELEMENTS}) ~~|"
    assert len(parse(text).subscripts["Big"]) == limits.MOST_ELEMENTS


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Odd: (A3-A1) ~~|", "line 1: the range 'Odd' runs backwards"),
        ("Odd: (A1-B3) ~~|", "line 1: the range 'Odd' cannot be read"),
        ("Odd: (A-B) ~~|", "line 1: the range 'Odd' cannot be read"),
    ],
)
def test_a_numbered_range_that_makes_no_sense_is_refused(text, message):
    with pytest.raises(InputError, match=re.escape(message)):
        parse(text)


@pytest.mark.parametrize("count", [20, 24, 200])
def test_the_elements_of_many_ranges_are_counted_before_they_are_written_out(count):
    ranges = "".join(f"R{at}: r{at}a, r{at}b ~~|\n" for at in range(count))
    cells = ", ".join(f"R{at}" for at in range(count))
    with pytest.raises(InputError, match=r"with 'big' the model has more than 500,000 elements"):
        parse(f"{ranges}big[{cells}] = 1 ~~|\n")


def test_the_elements_of_all_variables_count_together():
    many = "".join(f"v{at}[Town] = 1 ~~|\n" for at in range(26))
    with pytest.raises(InputError, match="with 'v25' the model has more than 500,000 elements"):
        parse(f"Town: (A1-A20000) ~~|\n{many}")


def test_too_many_definitions_are_refused():
    text = "".join(f"v{at} = 1 ~~|\n" for at in range(limits.MOST_DEFINITIONS + 1))
    with pytest.raises(InputError, match="line 20001: the model has more than 20,000 definitions"):
        parse(text)


# Each of these took minutes to hours: a pattern that reads a character again for every other one.
@pytest.mark.parametrize(
    "text",
    [
        f"x = 1 ~ Dmnl {'[' * LONG} ~ |",
        f"x = 1 ~ {'(' * LONG} ~ |",
        f"x = 1 ~ Dmnl [0, {'9' * LONG}] ~ |",
        f"x = {'9' * LONG}y ~~|",
        f"x = a{'[' * LONG} ~~|",
        f"***{' ' * LONG}x ~~|\ny = 1 ~~|",
        f"{'*' * LONG}\n .Group\n{'*' * LONG}~ About. |\ny = 1 ~~|",
        f"x({'[(' * (LONG // 2)}) ~~|",
        f"x({'(1,' * (LONG // 3)}) ~~|",
        f"R: {'(1' * (LONG // 2)} ~~|\nx = 1 ~~|",
    ],
)
def test_a_long_run_of_one_sign_is_read_in_one_go(text):
    with contextlib.suppress(InputError):
        for block in parse(text).blocks:
            list_names(block.expression)
            read_points(block)


def test_the_last_bracket_of_a_unit_is_its_range():
    block = parse("x = 1 ~ person/[a]/(b) [0, 5] ~ |").blocks[0]
    assert (block.unit, block.low, block.high) == ("person/[a]/(b)", 0, 5)


def test_a_group_is_read_with_and_without_its_point():
    stars = "*" * 20
    text = f"{stars}\n\t.Trade and work\n{stars}~\n\t\tAbout. |\n{stars}\n\tOther\n{stars}~|"
    assert [(block.kind, block.name) for block in parse(text).blocks] == [
        ("group", "Trade and work"),
        ("group", "Other"),
    ]
