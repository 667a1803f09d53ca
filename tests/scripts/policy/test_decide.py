"""``smecluster stress decide`` writes its page, tables and figures, and refuses in one line."""

import json

import pytest

from smecluster.model.errors import InputError
from smecluster.scripts.main import main

QUICK = ["--draws", "200", "--horizon", "2028", "--calibration", "none"]


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["stress", "decide", *map(str, arguments)])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def write(value):
    return f"{value:,.0f}" if abs(value) >= 9.95 else f"{value:.2g}"


def test_page_tables_and_figures_are_written_and_json_is_for_machines(capsys, tmp_path):
    out = tmp_path / "found"
    status, printed, _ = call(capsys, "central", "local", *QUICK, "--out", out, "--json")
    assert status == 0
    record = json.loads(printed)
    assert {row["option"] for row in record["options"]} == {"central", "local", "neither"}
    assert record["stamp"]["draws"].startswith("200 ")
    page = (out / "decision.html").read_text(encoding="utf-8")
    assert "What it is worth to know" in page
    for name in ("options.csv", "information.csv", "importance.csv", "information.png"):
        assert (out / name).exists()
    assert not list(out.glob(".runs-*"))
    for row in record["options"]:
        if row["option"] != "neither" and row["yardstick"] == "net national benefit":
            # The page names the mean and the median apart: other pages name the median.
            mean, middle = (row[f"{name} [bn yuan]"] for name in ("expected", "median"))
            assert f"{row['option']} {write(mean)} bn yuan (median {write(middle)}," in page


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["central"], "name two or more strategies"),
        (["central", "locl"], "did you mean 'local'?"),
        (["central", "local", "--horizon", "2100"], "horizon must be a whole year in"),
        (["central", "local", "--draws", "3"], "draws"),
    ],
)
def test_what_cannot_be_done_ends_in_one_line_and_status_2(capsys, tmp_path, arguments, says):
    status, out, err = call(capsys, *arguments, "--out", tmp_path / "o")
    assert (status, out) == (2, "")
    assert says in err
    assert err.strip().count("\n") == 0
    assert not (tmp_path / "o").exists()


def test_a_region_of_ones_own_is_decided_for_as_well(capsys, tmp_path, monkeypatch):
    """Without its runs: the model and its draws hold the region."""

    def stop(model, strategies, drawn, **_):
        own = [name for name in drawn.table if "suzhou" in name]
        raise InputError(f"{model.regions[-1]}: {len(own) > 20}")

    monkeypatch.setattr("smecluster.sensitivity.decision.compute.decide", stop)
    arguments = ["central", "local", *QUICK, "--from", "suzhou", "--out", tmp_path / "o"]
    assert call(capsys, *arguments)[2].splitlines()[-1] == "error: suzhou: True"
