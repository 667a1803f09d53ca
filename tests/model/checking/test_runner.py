"""The checks: the shipped model passes them, and a broken copy fails the right one."""

from pathlib import Path

import pytest
import yaml

from smecluster.model.checking.runner import CHECKS, run_checks
from smecluster.model.engine.read.document import read_document
from smecluster.model.errors import InputError
from smecluster.model.file.model import SHIPPED
from smecluster.model.file.regions import Region, set_regions
from smecluster.model.support.files import read_text, write_atomic

DATA = Path(__file__).parents[1] / "data"
TOWNS = DATA / "two_towns.mdl"
TOWN_CHECKS = DATA / "town_checks"


def broken(path, original, *changes):
    text = read_text(original)
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the model"
        text = text.replace(old, new)
    return write_atomic(path, text)


def failed(path, folder=CHECKS, only=None):
    return {
        f.statement: f.detail for f in run_checks(path, folder, only=only) if f.status == "failed"
    }


@pytest.fixture(scope="module")
def findings():
    return list(run_checks())


def test_the_shipped_model_passes_every_check(findings):
    wrong = [f"{f.group}: {f.statement}: {f.detail}" for f in findings if f.status == "failed"]
    assert not wrong, "\n".join(wrong)


def test_few_statements_besides_episodes_stand_as_misses(findings):
    missed = [f for f in findings if f.status == "missed"]
    assert sum(f.group != "episodes" for f in missed) <= 3


def test_no_statement_of_the_shipped_model_says_it_is_missed_though_it_comes_out(findings):
    files = [yaml.safe_load(read_text(path)) for path in CHECKS.glob("*.yaml")]
    said = {entry["it"] for file in files for entry in file["checks"] if "missed" in entry}
    assert {f.statement for f in findings if f.status == "missed"} == said


def test_there_are_sixty_statements_about_extreme_conditions(findings):
    assert sum(f.group == "Extreme conditions" for f in findings) >= 60


def test_every_lever_is_checked_at_either_level(findings):
    levers = read_document(read_text(SHIPPED)).subscripts["Lever"]
    said = [f.statement for f in findings if f.group == "Levers"]
    for level in ("local", "central"):
        assert sum(it.startswith(f"{level} money for ") for it in said) >= len(levers)


def test_no_statement_is_made_twice(findings):
    statements = [f.statement for f in findings]
    assert len(statements) == len(set(statements))


def test_two_towns_pass_their_checks():
    assert failed(TOWNS, TOWN_CHECKS) == {}


@pytest.mark.parametrize(
    ("old", "new", "statement", "words"),
    [
        (
            "arrivals[Region]-departures[Region]+returns[Region]",
            "arrivals[Region]-departures[Region]*1.01+returns[Region]",
            "people change by moving alone",
            "change(People)",
        ),
        (
            "People[Region]/stay",
            "initial people[Region]/stay*8",
            "no town is emptied below zero",
            "must be at least 0",
        ),
        (
            "pull[Region] * attraction",
            "1 / pull[Region] * attraction",
            "more pull, more people",
            "must be above 1",
        ),
        (
            "arrivals[Region]-departures[Region]+returns[Region]",
            "departures[Region]-arrivals[Region]-returns[Region]",
            "nobody leaves, then towns grow",
            "falls there",
        ),
        (
            "People[Region]/stay",
            "People[Region]/(stay+adjustment time)",
            "those who stay longer leave later",
            "must be equals 0.5",
        ),
        (
            "~\tYear [1,100]\n\t~\tHow long",
            "~\tDmnl [1,100]\n\t~\tHow long",
            "every equation's units agree",
            "departures",
        ),
    ],
)
def test_a_broken_copy_of_the_towns_fails_the_right_check(tmp_path, old, new, statement, words):
    path = broken(tmp_path / "broken.mdl", TOWNS, (old, new))
    wrong = failed(path, TOWN_CHECKS)
    assert words in wrong[statement]


# A fault in the shipped model, and the check that must see it.
FAULTS = {
    "a leak": (
        "balances.yaml",
        "- conversion out[Region, Kind] - exit[Region, Kind], initial firms",
        "- conversion out[Region, Kind] * 1.001 - exit[Region, Kind], initial firms",
        "firms are founded or arrive, close or leave",
        "change(total firms)",
    ),
    "an outflow that does not vanish": (
        "stocks.yaml",
        "- Credit fear[Region] / time to forget fear, 0)",
        "- capital share / time to forget fear, 0)",
        "no stock falls below zero",
        "Credit fear",
    ),
    "a wrong sign": (
        "extremes.yaml",
        "weight of reputation = 1.2",
        "weight of reputation = -1.2",
        "in a permanent scandal goods are less wanted",
        "must be below 0.8",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_the_shipped_model_fails_the_right_check(tmp_path, fault):
    file, old, new, statement, words = FAULTS[fault]
    path = broken(tmp_path / "broken.mdl", SHIPPED, (old, new))
    # The file alone: without the others' scenarios "every" means the model as it is.
    write_atomic(tmp_path / "checks" / file, read_text(CHECKS / file))
    assert words in failed(path, tmp_path / "checks", only=statement)[statement]


def test_a_wrong_unit_in_the_shipped_model_is_seen(tmp_path):
    text = read_text(SHIPPED)
    place = text.index("~ 1/Year", text.index("\nspin off rate ="))
    path = write_atomic(tmp_path / "x.mdl", text[:place] + "~ Year" + text[place + 8 :])
    assert (
        "wanted entry" in failed(path, only="units of every")["the units of every equation agree"]
    )


def test_an_unexplained_number_in_the_shipped_model_is_seen(tmp_path):
    text = read_text(SHIPPED)
    place = text.index("=", text.index("\nwage bill[Region]")) + 1
    path = write_atomic(tmp_path / "x.mdl", f"{text[:place]} 1.05 *{text[place:]}")
    statement = "no equation contains a number other than 0 and 1"
    assert failed(path, only=statement)[statement].endswith("wage bill: 1.05")


def test_a_run_that_leaves_its_domain_fails_the_check_and_says_why(tmp_path):
    path = broken(tmp_path / "x.mdl", TOWNS, ("People[Region]/stay", "People[Region]/(stay-12)"))
    wrong = failed(path, TOWN_CHECKS, only="people change")
    assert (
        "no run of base (the run fails in 1978: division by zero in 'departures"
        in (wrong["people change by moving alone"])
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("checks: [", "is not valid YAML"),
        ("- a", "is not a file of checks"),
        ("group: A\nchexks: []", "did you mean 'checks'?"),
        ("checks: [{scenario: base}]", "a check needs 'it'"),
        ("checks: [{it: a, datset: {}}]", "did you mean 'dataset'?"),
        ("checks: [{it: a}]", "check 'a' needs a dataset"),
        ("checks: [{it: a, dataset: {of: People}}]", "check 'a' needs a predicate"),
        ("checks: [{it: a, dataset: {of: People}, predicate: {within: 1}}]", "has no predicate"),
        ("checks: [{it: a, dataset: {}, predicate: {above: 1}}]", "without 'of'"),
        ("checks: [{it: a, dataset: {of: Peple}, predicate: {above: 1}}]", "'People'?"),
        ("checks: [{it: a, dataset: {of: People}, predicate: {abov: 1}}]", "'above'?"),
        ("checks: [{it: a, dataset: {of: People}, predicate: {rises: x}}]", "not a number"),
        ("checks: [{it: a, dataset: {of: People}, predicate: {above: 1, within: ''}}]", "within"),
        (
            "checks: [{it: a, dataset: {of: People, years: [1980, 2001-01-01]}, "
            "predicate: {above: 1}}]",
            "years of 'a': datetime.date(2001, 1, 1) is not a number",
        ),
        (
            "checks: [{it: a, dataset: {of: People, years: [1]}, predicate: {above: 1}}]",
            "[first, last]",
        ),
        (
            "checks: [{it: a, scenario: 3, dataset: {of: People}, predicate: {above: 1}}]",
            "scenario must be a name",
        ),
        (
            "scenarios: {b: {null: 3}}\nchecks: [{it: a, scenario: b, dataset: {of: People}, "
            "predicate: {above: 1}}]",
            "name of an input",
        ),
        (
            "scenarios: {b: {stay: {times: x}}}\nchecks: [{it: a, scenario: b, "
            "dataset: {of: People}, predicate: {above: 1}}]",
            "not a number",
        ),
        ("checks: [{it: a, dataset: {of: People, yeers: 1}, predicate: {above: 1}}]", "'years'?"),
        ("checks: [{it: a, scenario: bas, dataset: {of: stay}, predicate: {above: 1}}]", "'base'?"),
        ("checks: [{it: a, documentation: has unit}]", "did you mean 'has a unit'?"),
        ("checks: [{it: a, units: agree, missed: true}]", "'missed' says why, in words"),
    ],
)
def test_a_check_that_cannot_be_read_is_refused_before_any_run(tmp_path, content, message):
    write_atomic(tmp_path / "checks.yaml", content)
    with pytest.raises(InputError) as caught:
        run_checks(TOWNS, tmp_path)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_miss_that_stands_is_shown_with_its_reason_and_does_not_fail(tmp_path):
    check = "checks: [{it: a, dataset: {of: People}, predicate: {above: 1.0e+9}, missed: too few}]"
    write_atomic(tmp_path / "checks.yaml", check)
    (found,) = run_checks(TOWNS, tmp_path)
    assert found.status == "missed"
    assert "must be above 1e+09" in found.detail
    assert found.detail.endswith(": too few")


def test_a_statement_that_says_it_is_missed_but_comes_out_has_passed(tmp_path):
    check = "checks: [{it: a, dataset: {of: People}, predicate: {above: 0}, missed: too few}]"
    write_atomic(tmp_path / "checks.yaml", check)
    (found,) = run_checks(TOWNS, tmp_path)
    assert (found.status, found.detail) == ("passed", "")


def test_a_folder_without_checks_and_a_filter_without_a_hit_are_refused(tmp_path):
    with pytest.raises(InputError, match="no checks"):
        run_checks(TOWNS, tmp_path)
    with pytest.raises(InputError, match="unknown check 'Twns': did you mean 'Towns'"):
        run_checks(TOWNS, TOWN_CHECKS, only="Twns")


def test_without_the_unit_checker_the_check_is_skipped_and_says_what_to_install(monkeypatch):
    monkeypatch.setattr("smecluster.model.checking.runner.can_check_units", lambda: False)
    (finding,) = run_checks(TOWNS, TOWN_CHECKS, only="units")
    assert finding.status == "skipped"
    assert "smecluster[loops]" in finding.detail


def test_a_statement_about_a_region_that_the_model_lacks_is_skipped(tmp_path: Path) -> None:
    alone = tmp_path / "alone.mdl"
    text = read_text(SHIPPED)
    alone.write_text(set_regions(text, [Region("Wenzhou", {}, {})]), encoding="utf-8")
    (found,) = run_checks(alone, only="talent that one region draws")
    assert found.status == "skipped"
    assert found.detail == "the model has no Pearl River Delta"
