"""``explain contributions`` prints sentences and a table, and writes what they rest on."""

import json

import pytest

from smecluster.model.presentation.exports import read_csv
from smecluster.scripts.main import main

FEW = """
title = "Few levers"
description = "For tests."
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
    assert (
        smecluster("explain", "contributions", few, "--calibration", "none", "--out", str(out)) == 0
    )
    printed = capsys.readouterr().out
    assert "Few levers: value added of all regions gains" in printed
    assert "talent training\t" in printed
    assert "whole effect\t" in printed
    table = read_csv(out / "contributions.csv")
    assert set(table["lever"]) == {"talent training", "brand promotion", "all levers"}
    assert "bn yuan" in set(table["unit"])
    for name in (
        "levers.csv",
        "contributions.parquet",
        "contributions.json",
        "pairs.csv",
        "wedges-few.png",
    ):
        assert (out / name).stat().st_size > 0
    page = " ".join((out / "contributions.html").read_text().split())
    assert "Few levers: value added of all regions gains" in page
    assert page.count("data:image/png") == 3
    assert "runs: 4 coalitions of 2 levers in 1 draw." in page
    assert "on top of policy as now (0.5 % of the regions" in page


@pytest.mark.usefixtures("blank_figures")
def test_strategies_have_one_budget_whatever_their_order(few, tmp_path, capsys):
    records = []
    for names in ((few, "central"), ("central", few)):
        arguments = [
            "explain",
            "contributions",
            *names,
            "--budget",
            "500 bn",
            "--step",
            "0.125",
            "--json",
        ]
        arguments += ["--calibration", "none", "--out", str(tmp_path / "out")]
        assert smecluster(*arguments) == 0
        records.append(json.loads(capsys.readouterr().out))
    one, other = records
    central = [
        [row for row in record["levers"] if row["strategy"] == "central"] for record in (one, other)
    ]
    assert central[0] == central[1] != []
    assert one["stamp"]["budget"].startswith("500 bn yuan in present value, 2025-2040")
    assert any("With the model's own time step, tried in 1 draw" in line for line in one["basis"])


def test_a_wrong_outcome_is_one_line(few, tmp_path, capsys):
    arguments = ["--outcome", "jobs", "--calibration", "none", "--out", str(tmp_path / "out")]
    assert smecluster("explain", "contributions", few, *arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: unknown outcome 'jobs'")
    assert told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["few.toml"]


@pytest.mark.usefixtures("blank_figures")
def test_a_study_says_what_the_command_line_does_not(few, tmp_path, capsys):
    study = tmp_path / "study.toml"
    study.write_text(
        'title = "Few"\nstrategies = ["few.toml"]\ndraws = 1\nseed = 7\nfutures = ["base"]\n'
    )
    arguments = ["explain", "contributions", "--study", str(study), "--draws", "0", "--json"]
    arguments += ["--calibration", "none", "--out", str(tmp_path / "out")]
    assert smecluster(*arguments) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["stamp"]["seed"] == "7"
    assert record["answer"][0].startswith("Few levers:")


def test_nothing_to_share_out_is_one_line(tmp_path, capsys):
    assert smecluster("explain", "contributions", "--out", str(tmp_path)) == 2
    assert "name strategies to compare, or a study with --study" in capsys.readouterr().err


@pytest.mark.usefixtures("blank_figures")
def test_a_share_beyond_its_span_is_a_warning(few, tmp_path, capsys):
    arguments = ["--budget", "3%", "--step", "0.125", "--json"]
    arguments += ["--calibration", "none", "--out", str(tmp_path / "out")]
    assert smecluster("explain", "contributions", few, *arguments) == 0
    record = json.loads(capsys.readouterr().out)
    assert any("'talent training'" in line and "span" in line for line in record["basis"])
