"""``smecluster contributions`` prints sentences and a table, and writes what they rest on."""

import json

import pandas as pd
import pytest

from smecluster.scripts.main import main

FEW = """
title = "Few levers"
description = "For tests."
[history]
until = 2025
[local]
share = 0.03
start = 2030
[local.allocation]
"talent training" = 0.6
"brand promotion" = 0.4
"""


@pytest.fixture
def few(tmp_path):
    path = tmp_path / "few.toml"
    path.write_text(FEW)
    return str(path)


def smecluster(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_one_strategy_without_draws(few, tmp_path, capsys):
    out = tmp_path / "out"
    assert smecluster("contributions", few, "--calibration", "none", "--out", str(out)) == 0
    printed = capsys.readouterr().out
    assert "Few levers: value added of all regions gains" in printed
    assert "talent training\t" in printed
    assert "4 runs: 4 coalitions of 2 levers in 1 draw, with a time step of 1/64 year." in printed
    table = pd.read_csv(out / "contributions.csv", comment="#")
    assert set(table["lever"]) == {"talent training", "brand promotion", "all levers"}
    for name in ("contributions.parquet", "contributions.json", "pairs.csv", "wedges-few.png"):
        assert (out / name).stat().st_size > 0
    page = (out / "contributions.html").read_text()
    assert "Few levers: value added of all regions gains" in page
    assert page.count("data:image/png") == 3


def test_strategies_are_brought_to_one_cost_and_a_long_step_is_checked(few, tmp_path, capsys):
    arguments = ["contributions", few, "central", "--budget", "500000", "--step", "0.125"]
    arguments += ["--calibration", "none", "--out", str(tmp_path / "out"), "--json"]
    assert smecluster(*arguments) == 0
    record = json.loads(capsys.readouterr().out)
    assert len(record["answer"]) >= 4
    assert record["stamp"]["seed"] == "1"
    page = (tmp_path / "out" / "contributions.html").read_text()
    assert "With the model's own step, tried in 1 draw, no lever's contribution" in page


def test_a_wrong_outcome_is_one_line(few, tmp_path, capsys):
    assert smecluster("contributions", few, "--outcome", "jobs", "--out", str(tmp_path)) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: unknown outcome 'jobs'")
    assert told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["few.toml"]


def test_a_study_says_what_the_command_line_does_not(few, tmp_path, capsys):
    study = tmp_path / "study.toml"
    study.write_text('title = "Few"\nstrategies = ["few.toml"]\ndraws = 1\nseed = 7\n')
    arguments = ["contributions", "--study", str(study), "--draws", "0", "--json"]
    arguments += ["--calibration", "none", "--out", str(tmp_path / "out")]
    assert smecluster(*arguments) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["stamp"]["seed"] == "7"
    assert record["answer"][0].startswith("Few levers:")


def test_nothing_to_share_out_is_one_line(tmp_path, capsys):
    assert smecluster("contributions", "--out", str(tmp_path)) == 2
    assert "name a strategy, or a study with --study" in capsys.readouterr().err
