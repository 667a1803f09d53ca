"""``smecluster forecast histories`` sets the base case beside the published figures."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest

from smecluster.calibration.data.series import CASES
from smecluster.model.presentation.exports import read_csv, read_stamp
from smecluster.model.support.ledger import NAME
from smecluster.scripts.main import main

REGIONS = {"Wenzhou", "Pearl River Delta", "Zhongguancun"}


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["forecast", "histories", *arguments])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("histories")
    with pytest.raises(SystemExit) as ended:
        main(["forecast", "histories", "--out", str(folder)])
    assert ended.value.code == 0
    return folder


TABLES = ("histories", "fit", "turning-points")


def read(path: Path) -> pd.DataFrame:
    return read_csv(path)


def test_three_tables_and_the_figure_are_written_and_nothing_else(written: Path):
    tables = {f"{name}.{kind}" for name in TABLES for kind in ("csv", "json")}
    assert {path.name for path in written.iterdir()} == tables | {"histories.png", NAME}


def test_every_table_says_where_it_came_from(written: Path):
    for path in written.glob("*.csv"):
        assert list(read_stamp(path))[:3] == ["command", "model hash", "figures"]


def test_the_tables_hold_the_three_regions(written: Path):
    for name in TABLES:
        assert set(read(written / f"{name}.csv")["region"]) == REGIONS


@pytest.mark.usefixtures("blank_figures")
def test_a_pipe_gets_the_fit_and_the_turning_points(capsys, tmp_path):
    status, out, err = call(capsys, "--out", str(tmp_path))
    fit, turns = (block.splitlines() for block in out.split("\n\n"))
    assert (status, err) == (0, "")
    assert fit[0].split("\t")[:6] == ["region", "series", "n", "years", "factor", "MAPE %"]
    assert fit[1].startswith("Wenzhou\tvalue added\t33\t1990-2023\t-\t")
    # The factor of a series whose level is not known is part of the fit.
    assert re.match(r"Wenzhou\tvalue added, whole GDP\t4\t1978-1992\t\d\.\d+\t", fit[2])
    assert len(turns) == 4
    assert all(line.endswith("figures and model") for line in turns[1:])


def test_one_region_is_shown_as_the_run_of_all_regions_has_it(capsys, tmp_path, written: Path):
    status, out, _ = call(capsys, "--region", "Zhongguancun", "--out", str(tmp_path), "--json")
    record = json.loads(out)
    assert status == 0
    assert {row["region"] for row in record["figures"]} == {"Zhongguancun"}
    whole = read(written / "histories.csv").query("region == 'Zhongguancun'")
    assert [row["model"] for row in record["figures"]] == pytest.approx(list(whole["model"]))
    assert len(record["files"]) == 7


@pytest.mark.usefixtures("blank_figures")
def test_figures_from_memory_come_only_when_asked_for(capsys, tmp_path, written: Path):
    status, _, _ = call(capsys, "--include", "remembered", "--out", str(tmp_path))
    assert status == 0
    assert "remembered" in set(read(tmp_path / "histories.csv")["status"])
    assert "remembered" not in set(read(written / "histories.csv")["status"])


@pytest.mark.usefixtures("blank_figures")
def test_a_users_own_region_stands_beside_the_three(capsys, tmp_path):
    folder = tmp_path / "twin"
    shutil.copytree(CASES / "wenzhou", folder)
    case = folder / "case.toml"
    text = case.read_text(encoding="utf-8")
    case.write_text(text.replace('name = "Wenzhou"', 'name = "Twin"', 1), encoding="utf-8")
    status, out, _ = call(capsys, "--from", str(folder), "--out", str(tmp_path / "out"), "--json")
    assert status == 0
    assert {row["region"] for row in json.loads(out)["fit"]} == REGIONS | {"Twin"}


def test_a_region_without_figures_is_drawn_without_points(capsys, tmp_path):
    folder = tmp_path / "bare"
    folder.mkdir()
    for name in ("constants.csv", "tables.csv"):
        shutil.copy(CASES / "wenzhou" / name, folder)
    header = (CASES / "wenzhou" / "series.csv").read_text(encoding="utf-8").split("\n")[0]
    (folder / "series.csv").write_text(header + "\n", encoding="utf-8")
    words = "".join(f'{name} = "Bare"\n' for name in ("name", "table", "title", "description"))
    (folder / "case.toml").write_text(f'[region]\n{words}boundary = "none"\n', encoding="utf-8")
    out = tmp_path / "out"
    status, printed, _ = call(
        capsys, "--from", str(folder), "--region", "Bare", "--out", str(out), "--json"
    )
    assert status == 0
    assert json.loads(printed)["fit"] == []
    assert (out / "histories.png").stat().st_size > 10_000


def test_two_rivals_stand_beside_the_model_where_asked_for(capsys, tmp_path):
    out = tmp_path / "out"
    status, printed, _ = call(
        capsys, "--region", "Wenzhou", "--rivals", "2000", "--out", str(out), "--json"
    )
    assert status == 0
    rows = json.loads(printed)["rivals"]
    assert [(row["region"], row["first"], row["last"]) for row in rows] == [("Wenzhou", 2001, 2023)]
    assert rows[0]["no change"] > rows[0]["like the nation"] > 0
    assert read(out / "rivals.csv")["model"].item() == pytest.approx(rows[0]["model"])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--rivals", "1970"], "--rivals 1970: the run has the years 1978 to"),
        (["--region", "Wenzhou", "--rivals", "1979"], "Wenzhou begins in"),
        (["--region", "Wenzou"], "did you mean 'Wenzhou'?"),
        (["--include", "remembred"], "did you mean 'remembered'?"),
        (["--include", "doubtful"], "doubtful figures are never used"),
        (["--from", "no-such-folder"], "no-such-folder"),
    ],
)
def test_a_mistake_ends_in_one_line_and_status_2(capsys, tmp_path, arguments, expected):
    status, out, err = call(capsys, *arguments, "--out", str(tmp_path / "out"))
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert expected in err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written_ends_in_one_line(capsys, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    status, _, err = call(capsys, "--out", str(blocked / "inside"))
    assert status == 2
    assert err.startswith("error: cannot write")
    assert err.count("\n") == 1
