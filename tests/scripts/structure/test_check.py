"""``smecluster check`` tells what holds, and its status says whether all does."""

import json
from pathlib import Path

import pytest

from smecluster.model.support.files import write_atomic
from smecluster.scripts.main import main

DATA = Path(__file__).parents[2] / "model" / "data"
TOWNS = DATA / "two_towns.mdl"


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["check", "--checks", str(DATA / "town_checks"), *arguments])
    return caught.value.code


def test_a_sound_model_ends_with_status_0(capsys):
    assert run("--model", str(TOWNS)) == 0
    assert capsys.readouterr().out == "6 passed, 0 failed, 0 skipped\n"


def test_a_broken_model_ends_with_status_1_and_names_statement_and_place(tmp_path, capsys):
    text = TOWNS.read_text(encoding="utf-8").replace("People[Region]/stay", "People[Region]*9")
    path = write_atomic(tmp_path / "broken.mdl", text)
    assert run("--model", str(path), "--only", "emptied") == 1
    out = capsys.readouterr().out
    assert "no town is emptied below zero" in out
    assert "0 passed, 1 failed, 0 skipped" in out


def test_all_findings_are_shown_on_request_and_as_json(capsys):
    assert run("--model", str(TOWNS), "--only", "more pull", "--all") == 0
    assert "passed\tTowns\tmore pull, more people" in capsys.readouterr().out
    assert run("--model", str(TOWNS), "--only", "more pull", "--json") == 0
    (finding,) = json.loads(capsys.readouterr().out)
    assert finding["status"] == "passed"


def test_facts_are_told_with_their_numbers_and_never_fail(capsys):
    assert run("--facts", "--only", "land") == 0
    out = capsys.readouterr().out
    assert "Land acts late" in out
    assert "gain after 20 years" in out
    assert run("--facts", "--only", "land", "--all") == 0
    assert "\tLand acts late\tZhongguancun\t2015\t" in capsys.readouterr().out
    assert run("--facts", "--only", "land", "--json") == 0
    (fact,) = json.loads(capsys.readouterr().out)
    assert {case["region"] for case in fact["cases"]} >= {"Wenzhou", "Zhongguancun"}
