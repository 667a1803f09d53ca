"""Shipped results stay as they are stored, and a change is told."""

import pytest

from . import __main__ as command
from . import store
from .parts import PARTS, PLAIN, Part
from .store import compare, describe


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if part.slow else [])
        for name, part in PARTS.items()
    ],
)
def test_results_are_those_stored(name):
    stored = store.load()[name]
    today = store.round_values(PARTS[name].collect())
    differences = compare(stored, today, PARTS[name].tolerance)
    assert not differences, (
        f"{describe(name, differences)}\n"
        f"if on purpose: python -m tests.baseline --renew --only {name}, "
        "and mark it **results** in CHANGELOG.md"
    )


def test_nothing_is_stored_that_is_not_checked():
    assert sorted(PARTS) == list(store.load())


def test_what_has_moved_is_told_with_its_place_and_how_far():
    assert compare({"local": {"gain": 6000.0}}, {"local": {"gain": 5400.0}}, PLAIN) == [
        "local, gain: 6000.0 -> 5400.0 (-0.1)"
    ]
    stored = {"share": 0.1, "verdict": "matches", "missing": None}
    assert not compare(stored, {**stored, "share": 0.1 + 1e-12}, PLAIN)
    moved = compare(stored, {"share": None, "verdict": "too weak", "new": 1}, PLAIN)
    assert moved == [
        "share: 0.1 -> None",
        "verdict: matches -> too weak",
        "missing: None is gone",
        "new: 1 is new",
    ]


def test_many_changes_are_counted():
    stored = {str(at): at for at in range(50)}
    told = describe("part", compare(stored, {str(at): at + 1 for at in range(50)}, PLAIN))
    assert len(told.splitlines()) == 21
    assert told.endswith("part: and 30 more")


def test_stored_values_come_back_and_stand_a_line_a_row(tmp_path):
    file = tmp_path / "values.json"
    values = {"base": {"Wenzhou": {"2000": 1 / 3, "2040": float("nan")}}}
    store.save(store.round_values(values), file)
    assert '"Wenzhou": {"2000": 0.333333333333, "2040": null}' in file.read_text()
    assert not compare(store.load(file), store.round_values(values), PLAIN)


def test_the_command_ends_with_status_1_where_a_value_has_moved(tmp_path, monkeypatch, capsys):
    file = tmp_path / "values.json"
    monkeypatch.setattr(command, "PARTS", {"part": Part(PLAIN, lambda: {"gain": 2.0})})
    monkeypatch.setattr(store.load, "__defaults__", (file,))
    monkeypatch.setattr(store.save, "__defaults__", (file,))
    store.save({"part": {"gain": 1.0}})
    assert command.main([]) == 1
    assert "part: gain: 1.0 -> 2.0 (+1)" in capsys.readouterr().out
    assert command.main(["--renew"]) == 0
    assert command.main([]) == 0
