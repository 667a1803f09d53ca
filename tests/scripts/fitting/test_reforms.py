"""``smecluster reforms``."""

import json

import pandas as pd
import pytest

from smecluster.model.presentation.exports import read_stamp
from smecluster.scripts.main import main


def call(*arguments):
    with pytest.raises(SystemExit) as stop:
        main(["reforms", *map(str, arguments)])
    return stop.value.code


def test_a_reform_is_printed_with_its_verdict_and_written(tmp_path, capsys):
    assert call("registration", "--out", tmp_path) == 0
    printed = capsys.readouterr().out
    assert "exit of local firms" in printed
    assert "4.35 to 13.05" in printed
    assert "cannot be run" in printed
    # All of this study was used, so none of it counts.
    assert "0 of 0 sized effects lie within range, from 0 studies" in printed
    for name in ("effects", "reforms"):
        assert {"command", "model hash"} <= set(read_stamp(tmp_path / f"{name}.csv"))


def test_sizes_and_signs_are_summed_up_apart(tmp_path, capsys):
    assert call("grants_britain", "transfers_counties", "--out", tmp_path) == 0
    printed = capsys.readouterr().out
    assert "Criscuolo et al. 2019" in printed
    assert "of 2 sized effects lie within range, from 2 studies" in printed
    assert "of 2 signs are right" in printed
    assert "signs weighing at most a third" in printed
    effects = pd.read_csv(tmp_path / "effects.csv")
    assert list(effects["response"]) == [
        *("jobs", "investment", "productivity"),
        "value added per yuan spent",
    ]


def test_json_holds_what_was_done_and_every_response(tmp_path, capsys):
    assert call("talent", "--json", "--out", tmp_path) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["reforms"][0]["name"] == "talent"
    assert len(record["responses"]) == 4
    assert record["responses"][0]["published high"] is None
    assert len(record["effects"]) == 2
    assert record["tally"]["signs"] == 0
    assert record["effects"][0]["used"] == "source of strength of introduction"


def test_an_unknown_reform_ends_in_one_line_and_writes_nothing(tmp_path, capsys):
    assert call("registratoin", "--out", tmp_path / "none") == 2
    assert "did you mean 'registration'" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_draws_without_a_calibration_are_refused(tmp_path, capsys):
    assert call("talent", "--draws", 5, "--calibration", "none", "--out", tmp_path / "none") == 2
    assert "draws need a calibration" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
