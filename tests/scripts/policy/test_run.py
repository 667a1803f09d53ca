"""``smecluster run`` runs one strategy and writes what it says."""

import json
from pathlib import Path

import pytest
import xarray as xr

from smecluster.model.support.exports import read_csv, read_stamp
from smecluster.scripts.main import main


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["run", *arguments])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_a_run_prints_a_line_for_each_outcome_and_place(capsys):
    status, out, err = call(capsys, "as-now")
    assert (status, err) == (0, "")
    heading, *lines = out.splitlines()
    assert heading.split("\t")[:3] == ["outcome", "place", "unit"]
    assert {line.split("\t")[1] for line in lines} >= {"Wenzhou", "Pearl River Delta", "total"}


def test_a_run_writes_labelled_files_that_say_where_they_came_from(capsys, tmp_path: Path):
    status, _, _ = call(capsys, "central", "--out", str(tmp_path))
    assert status == 0
    table = read_csv(tmp_path / "outcomes.csv")
    assert {"outcome", "unit", "place", "time", "value"} == set(table.columns)
    with xr.open_dataset(tmp_path / "run.nc") as run:
        assert run["value added"].attrs["unit"] == "Myuan/Year"
        stamp = json.loads(run.attrs["stamp"])
    assert stamp["strategy"].startswith("central ")
    assert read_stamp(tmp_path / "outcomes.csv")["model hash"] == stamp["model hash"]


def test_one_region_can_be_run_alone(capsys):
    _, out, _ = call(capsys, "local", "--region", "Wenzhou")
    assert {line.split("\t")[1] for line in out.splitlines()[1:]} == {"Wenzhou", "total"}


def test_a_setting_changes_the_run(capsys):
    plain = call(capsys, "local", "--json")[1]
    changed = call(capsys, "local", "--json", "--set", "social discount rate=0.08")[1]
    assert json.loads(plain)["outcomes"] != json.loads(changed)["outcomes"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["centrl"], "unknown strategy 'centrl': did you mean 'central'?"),
        (["nowhere.toml"], "no such file: nowhere.toml"),
        (["central", "--region", "Wenzou"], "unknown region 'Wenzou': did you mean 'Wenzhou'?"),
        (["central", "--set", "social discount rate"], "is not NAME=VALUE"),
        (["central", "--set", "social discount rate=high"], "is not NAME=VALUE"),
        (["central", "--set", "social discount rate=7"], "social discount rate = 7 is outside"),
        (["central", "--set", "social discount rat=0.03"], "did you mean 'social discount rate'"),
        (["central", "--from", "no-such-folder"], "no-such-folder"),
        (["central", "--engine", "kernl"], "did you mean 'kernel'?"),
    ],
)
def test_bad_input_ends_in_one_line_and_status_2(capsys, arguments, says):
    status, out, err = call(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert says in err


def test_a_folder_that_is_a_file_is_refused_and_left_alone(capsys, tmp_path: Path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    status, _, err = call(capsys, "central", "--out", str(taken))
    assert status == 2
    assert "cannot write" in err
    assert taken.read_text() == "mine"
