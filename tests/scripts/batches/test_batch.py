"""``smecluster batch`` carries out a table of runs and loses none."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smecluster import model
from smecluster.policies import load
from smecluster.scripts.main import main

HEAD = 'preference for variety,"initial talent[Wenzhou]"\n'


def run(*arguments: object) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["batch", *map(str, arguments)])
    return caught.value.code


@pytest.fixture
def table(tmp_path: Path):
    def write(text: str) -> Path:
        path = tmp_path / "runs.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_row_gives_what_a_single_run_gives(table, tmp_path):
    out = tmp_path / "result.csv"
    inputs = table(HEAD + "0.35,40000\n0.45,60000\n")
    options = ["--output", "value added", "--year", 2040, "--strategy", "central"]
    assert run(inputs, *options, "--out", out) == 0
    found = pd.read_csv(out, comment="#")
    m = model.load()
    row = {"preference for variety": 0.45, "initial talent[Wenzhou]": 60000.0}
    alone = model.simulate(m, {**load("central").inputs(m), **row}, outputs=["value added"])
    second = found[found["run"] == 1].set_index("Region")["value added"]
    for region in m.regions:
        expected = float(alone["value added"].sel(Region=region, time=2040))
        # What does not vary among the runs is computed beforehand, with other rounding.
        assert second[region] == pytest.approx(expected, rel=1e-12)


def test_digits_do_not_depend_on_the_number_of_workers(table, tmp_path):
    draw = np.random.default_rng(5)
    rows = "".join(f"{draw.uniform(0.3, 0.5)},{draw.uniform(3e4, 7e4)}\n" for _ in range(70))
    inputs = table(HEAD + rows)
    results = []
    for workers in (1, 2):
        out = tmp_path / f"{workers}.csv"
        run(inputs, "--output", "total value added", "--out", out, "--workers", workers)
        results.append(pd.read_csv(out, comment="#"))
    pd.testing.assert_frame_equal(*results)


def test_a_run_that_fails_is_listed_with_its_inputs_and_the_rest_go_on(table, tmp_path, capsys):
    out = tmp_path / "result.csv"
    inputs = table('"initial infrastructure capital[Wenzhou]"\n4000\n-1\n')
    options = ["--output", "value added", "--year", 2040, "--out", out, "--json"]
    assert run(inputs, *options, "--beyond-ranges") == 0
    record = json.loads(capsys.readouterr().out)
    assert record["runs"] == 2
    assert record["failed"] == 1
    lost = pd.read_csv(record["failures"], comment="#")
    assert list(lost["run"]) == [1]
    assert lost["initial infrastructure capital[Wenzhou]"].item() == -1
    assert lost["failure reason"].item()
    found = pd.read_csv(out, comment="#")
    assert found[found["run"] == 0]["value added"].notna().all()
    assert found[found["run"] == 1]["value added"].isna().all()


def test_an_excel_table_is_read_as_a_csv_file_is(table, tmp_path):
    text = table(HEAD + "0.35,40000\n0.45,60000\n")
    excel = tmp_path / "runs.xlsx"
    pd.read_csv(text).to_excel(excel, index=False)
    outs = []
    for inputs in (text, excel):
        outs.append(tmp_path / f"{inputs.suffix[1:]}-result.csv")
        assert run(inputs, "--output", "total value added", "--year", 2040, "--out", outs[-1]) == 0
    assert outs[0].read_bytes() == outs[1].read_bytes()


@pytest.mark.parametrize(
    ("name", "said"), [("runs.xlsx", "not an Excel table"), ("runs.ods", "neither a CSV file nor")]
)
def test_a_file_of_another_kind_is_refused_in_one_line(name, said, tmp_path, capsys):
    path = tmp_path / name
    path.write_text("1,2\n")
    assert run(path, "--output", "value added", "--out", tmp_path / "r.csv") == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_the_range_of_each_output_is_printed_and_in_the_json(table, tmp_path, capsys):
    out = tmp_path / "result.csv"
    inputs = table(HEAD + "0.35,40000\n0.45,60000\n0.4,50000\n")
    options = ["--output", "value added", "--year", 2030, "--year", 2040, "--out", out]
    assert run(inputs, *options, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    rows = {row["element"]: row for row in record["outputs"]}
    found = pd.read_csv(out, encoding="utf-8-sig")
    last = found[found["time"] == 2040].set_index("Region")["value added"]
    assert rows["Wenzhou"]["lowest"] == pytest.approx(last["Wenzhou"].min())
    assert rows["Wenzhou"]["mean"] == pytest.approx(last["Wenzhou"].mean())
    assert rows["Wenzhou"]["highest"] == pytest.approx(last["Wenzhou"].max())
    assert rows["Wenzhou"]["year"] == 2040
    assert record["stamp"]["strategy"].startswith("as-now ")
    assert run(inputs, *options) == 0
    printed = capsys.readouterr().out
    assert "value added\tWenzhou\t2040\t" in printed
    assert "bn yuan a year" in printed


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("preference of variety\n0.4\n", [], "did you mean 'preference for variety'"),
        (HEAD + "0.4,many\n", [], "'many', not a number"),
        (HEAD, [], "has no runs"),
        ("", [], "is not a table"),
        ("spin off rate,spin off rate\n0.1,0.1\n", [], "has two columns"),
        (HEAD + "0.4,1\n", ["--year", "1900"], "1900"),
        (HEAD + "0.4,1\n", ["--strategy", "centrl"], "did you mean 'central'"),
    ],
)
def test_a_mistake_ends_in_one_line_and_writes_nothing(
    content, options, said, table, tmp_path, capsys
):
    inputs = table(content)
    out = tmp_path / "out" / "result.csv"
    assert run(inputs, "--output", "value added", "--out", out, *options) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert not out.exists()


def test_failures_of_an_earlier_batch_to_the_same_file_are_removed(table, tmp_path):
    out = tmp_path / "result.csv"
    options = ["--output", "value added", "--year", 1990, "--out", out, "--beyond-ranges"]
    assert run(table('"initial infrastructure capital[Wenzhou]"\n-1\n'), *options) == 0
    assert (tmp_path / "result.failed.csv").exists()
    assert (tmp_path / "result.failed.json").exists()
    assert run(table('"initial infrastructure capital[Wenzhou]"\n4000\n'), *options) == 0
    assert not (tmp_path / "result.failed.csv").exists()
    assert not (tmp_path / "result.failed.json").exists()


def test_failures_that_somebody_else_wrote_stay(table, tmp_path, capsys):
    out, other = tmp_path / "result.csv", tmp_path / "result.failed.csv"
    other.write_text("mine\n")
    options = ["--output", "value added", "--year", 1990, "--out", out]
    assert run(table(HEAD + "0.35,40000\n"), *options) == 2
    assert "result.failed.csv is not a file that smecluster wrote" in capsys.readouterr().err
    assert other.read_text() == "mine\n"


def test_an_empty_strategy_is_not_the_default_one(table, tmp_path, capsys):
    out = tmp_path / "result.csv"
    inputs = table(HEAD + "0.35,40000\n")
    options = ["--output", "value added", "--year", 2040, "--strategy", ""]
    assert run(inputs, *options, "--out", out) == 2
    assert "unknown strategy ''" in capsys.readouterr().err
    assert not out.exists()
