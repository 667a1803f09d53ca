"""The stylised facts: reported as they come out, never failed; and their vocabulary."""

import math
import re
from pathlib import Path

import pytest

from smecluster.model.checking.stylised_facts import (
    Case,
    _replace_here,
    judge_facts,
    run_facts,
)
from smecluster.model.errors import InputError
from smecluster.model.support.files import write_atomic

TOWNS = (Path(__file__).parents[1] / "data") / "two_towns.mdl"
LIMITATIONS = Path(__file__).parents[3] / "docs" / "limitations.md"

# A fact of two made-up towns.
FACT = """
fact: {fact}
section: "1"
means: in words
scenarios: {{more pull: {{"pull[here]": {{times: 2}}}}, no stay: {{stay: 0}}}}
starts: [1980, 1990]
numbers:
  more people: {{of: People, scenario: more pull, gain over: base, after: 5}}
  people: {{of: People, after: [0, 2]}}
  twice: {{from: more people + more people}}
comes out where:
  - {{of: twice, {claim}}}
"""


@pytest.fixture(scope="module")
def facts():
    return run_facts()


def case(holds):
    return Case("Here", 2000.0, {}, holds)


def towns(tmp_path, text, file="fact.yaml"):
    write_atomic(tmp_path / file, text)
    return run_facts(TOWNS, tmp_path)


def test_the_nine_facts_are_judged_in_every_region_from_every_start(facts):
    assert len(facts) == 9
    for fact in facts:
        assert {case.region for case in fact.cases} == {
            "Wenzhou",
            "Pearl River Delta",
            "Zhongguancun",
        }
        assert all(case.holds is not None for case in fact.cases), fact.title


def test_every_fact_says_beforehand_what_must_be_seen(facts):
    for fact in facts:
        assert len(fact.means) > 100
        assert fact.section


def test_the_limitations_say_of_every_fact_whether_it_comes_out(facts):
    lines = LIMITATIONS.read_text(encoding="utf-8").splitlines()
    told = {
        cells[1]: cells[2] for cells in (re.split(r"\s*\|\s*", line) for line in lines) if cells[3:]
    }
    words = {"everywhere": "comes out", "nowhere": "does not come out"}
    for fact in facts:
        assert fact.title in told, f"docs/limitations.md should tell of: {fact.title}"
        assert words.get(told[fact.title], "depends") == fact.verdict, fact.title


def test_a_fact_comes_out_in_all_cases_in_none_or_depends():
    assert judge_facts([case(True), case(True)]) == "comes out"
    assert judge_facts([case(False), case(False)]) == "does not come out"
    assert judge_facts([case(True), case(False)]) == "depends"
    assert judge_facts([case(True), case(None)]) == "comes out"
    assert judge_facts([case(None)]) == "cannot be judged"


@pytest.mark.parametrize(
    ("claim", "expected"), [("above: 0", "comes out"), ("below: 0", "does not come out")]
)
def test_more_pull_brings_more_people_in_the_region_that_has_it(tmp_path, claim, expected):
    (fact,) = towns(tmp_path, FACT.format(fact="Pull", claim=claim))
    assert fact.verdict == expected
    assert [(c.region, c.start) for c in fact.cases] == [
        ("Hill Town", 1980.0),
        ("Hill Town", 1990.0),
        ("River Town", 1980.0),
        ("River Town", 1990.0),
    ]
    for found in fact.cases:
        assert found.numbers["twice"] == pytest.approx(2 * found.numbers["more people"])
        assert found.numbers["people"] > 0


def test_a_number_beyond_the_run_is_missing_and_the_case_is_not_judged(tmp_path):
    text = FACT.format(fact="Late", claim="above: 0").replace("after: 5", "after: 55")
    (fact,) = towns(tmp_path, text)
    assert [c.holds for c in fact.cases] == [True, None, True, None]
    assert math.isnan(fact.cases[1].numbers["twice"])
    assert fact.verdict == "comes out"


def test_a_run_that_leaves_its_domain_is_a_missing_number(tmp_path):
    text = FACT.format(fact="Broken", claim="above: 0")
    text = text.replace("scenario: more pull", "scenario: no stay")
    (fact,) = towns(tmp_path, text)
    assert fact.verdict == "cannot be judged"


def test_the_region_of_the_case_may_stand_anywhere_in_brackets():
    assert _replace_here("share[local, here]", "Wenzhou") == "share[local, Wenzhou]"
    assert _replace_here("share[here,A]", r"a\1b") == r"share[a\1b,A]"
    assert _replace_here("heretic[there, heres]", "Wenzhou") == "heretic[there, heres]"


def test_a_start_may_be_the_year_in_which_something_is_reached(tmp_path):
    text = FACT.format(fact="Reached", claim="above: 0")
    for level, missing in (("0", False), ("1.0e+12", True)):
        own = f"after: 5, start: {{People: {level}}}"
        (fact,) = towns(tmp_path, text.replace("after: 5", own))
        assert math.isnan(fact.cases[0].numbers["more people"]) is missing


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("starts:", "strats:", "did you mean 'starts'?"),
        ("scenario: more pull", "scenario: more pul", "did you mean 'more pull'?"),
        ("of: People, scenario", "of: Peple, scenario", "did you mean 'People'?"),
        ("gain over: base", "gane over: base", "did you mean 'gain over'?"),
        ("above: 0", "abov: 0", "did you mean 'above'?"),
        ("of: twice", "of: twise", "did you mean 'twice'?"),
        ("{from: more people", "{form: more people", "needs either 'of' or 'from'"),
        ("pull[here]", "pul[here]", "did you mean 'pull'?"),
        ("means: in words", "", "a fact needs 'means'"),
        ("starts: [1980, 1990]", "starts: []", "needs a start"),
        ("starts: [1980, 1990]", "starts: [1980, 1e]", "'1e' is not a number"),
        ("starts: [1980, 1990]", "starts: 1980", "starts of 'A' must be a list"),
        ("starts: [1980, 1990]", "starts: [{a: 1}]", "is not a number"),
        ("after: [0, 2]", "after: [0, 2, 4]", "is a year or [first, last]"),
        ("after: [0, 2]", "after: [0, x]", "'x' is not a number"),
        ("after: [0, 2]", "start: {People: much}", "'much' is not a number"),
        ("after: [0, 2]", "start: {People: 1, stay: 2}", "is a year or {formula: level}"),
        ("  - {of: twice, above: 0}", "", "claims of 'A' must be a list"),
        ("of: People, after", "of: change(People), after", "facts concern years, not steps"),
        ("fact: A", "fact: [", "is not valid YAML"),
    ],
)
def test_a_fact_that_cannot_be_read_is_refused_before_any_run(tmp_path, old, new, message):
    text = FACT.format(fact="A", claim="above: 0")
    assert old in text
    with pytest.raises(InputError) as caught:
        towns(tmp_path, text.replace(old, new))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_folder_an_unknown_fact_and_a_scenario_given_twice_are_refused(tmp_path):
    with pytest.raises(InputError, match="no facts"):
        run_facts(TOWNS, tmp_path)
    write_atomic(tmp_path / "a.yaml", FACT.format(fact="Pull", claim="above: 0"))
    with pytest.raises(InputError, match="unknown fact 'Pulll': did you mean 'Pull'"):
        run_facts(TOWNS, tmp_path, only="Pulll")
    write_atomic(tmp_path / "b.yaml", FACT.format(fact="Other", claim="above: 0"))
    with pytest.raises(InputError, match="'more pull' is defined twice"):
        run_facts(TOWNS, tmp_path)
