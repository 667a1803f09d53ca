"""Each rule of documentation finds the fault that it is for, and no other."""

from pathlib import Path

import pytest

from smecluster.model.errors import InputError
from smecluster.model.file.lint import RULES

GOOD = """{UTF-8}
*** .People *** ~ People. |
People = INTEG(-leaving, one) ~ person ~ People. Source: count. |
leaving = People / stay ~ person/Year ~ Leaving. Source: definition. ~ :SUPPLEMENTARY |
stay = 12 ~ Year [1, 100] ~ Stay. Believed 90 %: 5 to 20. Source: survey. |
one = 1 ~ Dmnl ~ One. Believed 90 %: exact. Source: conversion. |
*** .Control *** ~ Control. |
INITIAL TIME = 0 ~ Year ~ Start. |
FINAL TIME = 1 ~ Year ~ End. |
TIME STEP = 1 ~ Year ~ Step. |
SAVEPER = 1 ~ Year ~ Kept. |
\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*People
10,1,People,1,1,1,1,3,3,0,0,0,0,0,0
10,2,leaving,1,1,1,1,8,3,0,0,0,0,0,0
10,3,stay,1,1,1,1,8,3,0,0,0,0,0,0
10,4,"one",1,1,1,1,8,3,0,0,0,0,0,0
///---\\\\\\
"""


def test_a_documented_model_breaks_no_rule():
    assert {rule: find(GOOD) for rule, find in RULES.items()} == {rule: [] for rule in RULES}


@pytest.mark.parametrize(
    ("rule", "old", "new", "place"),
    [
        ("has a unit", "~ person/Year ~", "~ ~", "line 4, leaving"),
        ("has a definition", "~ Stay. Believed 90 %: 5 to 20. Source", "~ Source", "line 5, stay"),
        ("has a source", "Source: survey.", "", "line 5, stay"),
        ("has a range", "[1, 100]", "[1, ?]", "line 5, stay"),
        (
            "states a believed range",
            "5 to 20",
            "5 to 200",
            "line 5, stay: 5 to 200 is outside 1 to 100",
        ),
        ("lies in its range", "stay = 12", "stay = 120", "line 5, stay = 120, range 1 to 100"),
        ("holds no number", "People / stay", "People / 12", "line 4, leaving: 12"),
        ("is used", "~ :SUPPLEMENTARY", "", None),
        ("knows its names", "People / stay", "People / sty", "line 4, leaving: sty"),
        ("is drawn", "10,3,stay", "10,3,other", "line 5, stay"),
        (
            "has a view",
            "10,3,stay",
            "///---\\\\\\\n\\\\\\---///\n*Firms\n10,3,stay",
            "People without one, stay",
        ),
    ],
)
def test_a_fault_is_found_by_its_own_rule(rule, old, new, place):
    assert old in GOOD
    found = RULES[rule](GOOD.replace(old, new))
    assert found == ([] if place is None else [place])


def test_an_unused_constant_is_found():
    text = GOOD.replace("stay = 12", "spare = 1 ~ Year [0, 2] ~ Spare. Source: x. |\nstay = 12")
    assert RULES["is used"](text) == ["line 5, spare"]


def test_units_that_do_not_agree_are_found():
    pytest.importorskip("simlin")
    from smecluster.model.file.unit_check import find_unit_errors

    towns = (
        (Path(__file__).parents[1] / "data").joinpath("two_towns.mdl").read_text(encoding="utf-8")
    )
    assert find_unit_errors(towns) == []
    wrong = towns.replace("~\tYear [1,100]\n\t~\tHow long", "~\tDmnl [1,100]\n\t~\tHow long")
    assert any(line.startswith("departures: ") for line in find_unit_errors(wrong))


def test_units_that_cannot_be_read_end_in_one_line() -> None:
    pytest.importorskip("simlin")
    from smecluster.model.file.unit_check import find_unit_errors

    with pytest.raises(InputError, match="the units cannot be checked: ") as caught:
        find_unit_errors(GOOD.replace("~ person/Year ~", "~ person, Year ~"))
    assert "\n" not in str(caught.value)
