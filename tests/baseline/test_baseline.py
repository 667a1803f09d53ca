"""Shipped results stay as they are stored, and a change is put into words."""

import json

import pytest

from . import __main__ as command
from . import store
from .parts import PARTS, Part
from .store import Tolerance, compare, describe

EXACT = Tolerance(1e-9, "only rounding may differ")


@pytest.mark.parametrize(
    "part",
    [
        pytest.param(part, id=part.name, marks=[pytest.mark.slow] if part.slow else [])
        for part in PARTS
    ],
)
def test_results_are_those_stored(part: Part):
    stored = store.load(part.name)
    assert stored, f"nothing is stored: python -m tests.baseline --renew --only {part.name}"
    differences = compare(stored, store.round_values(part.values()), part.tolerance)
    assert not differences, (
        f"{describe(part.name, differences)}\n"
        f"if on purpose: python -m tests.baseline --renew --only {part.name}, "
        "and mark it **results** in CHANGELOG.md"
    )


def test_a_value_that_moves_is_told_with_place_unit_and_change():
    stored = {"local": {"gain [bn yuan]": 6271.0}}
    (moved,) = compare(stored, {"local": {"gain [bn yuan]": 5610.0}}, EXACT)
    assert str(moved) == "local: gain 6,271 -> 5,610 bn yuan (-11 %)"


def test_small_changes_are_told_with_as_many_digits_as_it_takes():
    (moved,) = compare({"MAPE [%]": 9.123456}, {"MAPE [%]": 9.123457}, EXACT)
    assert str(moved).startswith("MAPE 9.123456 -> 9.123457 %")


def test_rounding_is_no_change_and_words_must_be_equal():
    stored = {"share": 0.1, "verdict": "matches", "missing": None}
    assert not compare(stored, {**stored, "share": 0.1 + 1e-12}, EXACT)
    (moved,) = compare(stored, {**stored, "verdict": "too weak"}, EXACT)
    assert str(moved) == "verdict matches -> too weak"


def test_values_that_are_new_or_gone_are_told():
    gone, new = compare({"Wenzhou": {"a": 1}}, {"Wenzhou": {"b": 2}}, EXACT)
    assert str(gone) == "Wenzhou: a 1 is gone"
    assert str(new) == "Wenzhou: b 2 is new"


def test_a_number_that_is_missing_today_has_moved():
    (moved,) = compare({"gain": 1.5}, {"gain": None}, EXACT)
    assert str(moved) == "gain 1.500 -> missing"


def test_many_changes_are_counted():
    stored = {str(at): at for at in range(50)}
    told = describe("part", compare(stored, {str(at): at + 1 for at in range(50)}, EXACT))
    assert len(told.splitlines()) == 21
    assert told.endswith("part: and 30 more")


def test_stored_values_come_back_and_stand_a_line_a_row(tmp_path):
    values = {"value added [Myuan/Year]": {"Wenzhou": {"2000": 1 / 3, "2040": float("nan")}}}
    path = store.save("base", "A run.", EXACT, values, tmp_path)
    assert '"Wenzhou": {"2000": 0.333333333333, "2040": null}' in path.read_text()
    loaded = store.load("base", tmp_path)
    assert not compare(loaded, store.round_values(values), EXACT)


def test_another_format_is_refused(tmp_path):
    (tmp_path / "old.json").write_text(json.dumps({"format": 0, "values": {}}))
    with pytest.raises(ValueError, match="renew it"):
        store.load("old", tmp_path)


def test_the_command_ends_with_status_1_where_a_value_has_moved(tmp_path, monkeypatch, capsys):
    part = Part("part", "Something.", EXACT, lambda: {"gain [bn yuan]": 2.0})
    monkeypatch.setattr(command, "PARTS", (part,))
    monkeypatch.setattr(store.load, "__defaults__", (tmp_path,))
    monkeypatch.setattr(store.save, "__defaults__", (tmp_path,))
    store.save("part", "Something.", EXACT, {"gain [bn yuan]": 1.0}, tmp_path)
    assert command.main([]) == 1
    assert "part: gain 1.000 -> 2.000 bn yuan (+100 %)" in capsys.readouterr().out
    assert command.main(["--renew"]) == 0
    assert command.main([]) == 0
