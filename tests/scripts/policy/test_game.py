"""``smecluster game`` prints and writes what governments choose."""

import json

import pytest

from smecluster.scripts.main import main

FEW = ["--draws", "0", "--starts", "1", "--information", "none", "--calibration", "none"]
FEW += ["--aim", "welfare", "--set", "TIME STEP=0.125"]


def smecluster(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_what_governments_choose_is_printed_and_written(tmp_path, capsys):
    out, page = tmp_path / "game", tmp_path / "game.md"
    assert smecluster("game", "local", *FEW, "--out", str(out), "--page", str(page)) == 0
    printed = capsys.readouterr().out
    assert "a planner's choice brings the nation" in printed
    assert "if each wants the best for its residents" in printed
    assert "Each region spends 0.5 % of its value added a year" in printed
    for name in ("arrangements.csv", "mixes.parquet", "decomposition.json", "worth.png"):
        assert (out / name).stat().st_size > 0
    assert (tmp_path / "game.csv").stat().st_size > 0
    assert page.read_text().startswith("# What governments choose")
    assert smecluster("game", "local", *FEW, "--out", str(out), "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert [row["arrangement"] for row in record["equilibria"]] == [
        "rivals for welfare",
        "coordinated",
        "planner",
    ]
    assert record["runs"] > 1000
    # Another game in the same folder is refused, not mixed in.
    assert smecluster("game", "local", *FEW, "--money", "1%", "--out", str(out)) == 2
    assert "created with a different" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--aim", "growht"], "growth"),
        (["--money", "300 bn"], "each government spends a share of its value added"),
        (["--horizon", "2030"], "the horizon must be a whole year in 2031..2060, not 2030"),
        (["--region", "Wenzhou"], "a game needs at least two regions"),
        (["--centre", "--leader-draws", "4"], "the centre goes first on 4 draws"),
        (["--page", "game.txt"], "give a name that ends in .md"),
        (["--synthetic", "2"], "synthetic regions must number 3..100, not 2"),
        (["--synthetic", "30", "--centre"], "--synthetic plays growth and welfare"),
        (["--synthetic", "30", "--aim", "growth"], "--synthetic plays growth and welfare"),
    ],
)
def test_what_cannot_be_played_is_one_line_before_any_run(given, told, tmp_path, capsys):
    arguments = ["--draws", "0", "--calibration", "none", "--out", str(tmp_path / "out")]
    assert smecluster("game", *arguments, *given) == 2
    error = capsys.readouterr().err
    assert told in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_reforms_among_synthetic_regions_are_printed_and_written_with_their_runs(tmp_path, capsys):
    out, page = tmp_path / "out", tmp_path / "coordination.md"
    asked = ["game", "--synthetic", "3", "--horizon", "2031", "--calibration", "none"]
    asked += ["--set", "TIME STEP=0.125", "--out", str(out)]
    assert smecluster(*asked, "--page", str(page)) == 0
    printed = capsys.readouterr().out
    assert "published sizes lie within range" in printed
    assert "runs of 3 synthetic regions" in printed
    for name in ("studies.csv", "reforms.json", "spending.parquet", "plays.csv", "regions.csv"):
        assert (out / name).stat().st_size > 0
    assert (tmp_path / "coordination.csv").stat().st_size > 0
    assert "expected.toml" in page.read_text()
    assert smecluster(*asked, "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert f"{record['runs']:,} runs of 3" in printed
