"""``smecluster list levers`` lists what a government can spend on."""

import json
import re

import pytest

from smecluster import model
from smecluster.scripts.main import main


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["list", "levers", *arguments])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_every_lever_has_a_line(capsys):
    status, out, _ = call(capsys)
    assert status == 0
    rows = [line.split("\t") for line in out.splitlines()[1:]]
    assert [row[0] for row in rows] == list(model.load().subscripts["Lever"])
    assert {row[1] for row in rows} == {"regions", "centre", "both", "nobody"}


def test_tables_fit_a_terminal_of_80_columns(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    _, out, _ = call(capsys)
    assert max(map(len, out.splitlines())) <= 80
    rows = [line for line in out.splitlines() if re.search(r"[a-z] +[\d.]+ *$", line)]
    assert len(rows) == 15  # no row is broken


@pytest.mark.parametrize(("level", "task"), [("central", "centre"), ("local", "regions")])
def test_what_the_paper_gives_to_one_level_can_be_asked_for(capsys, level, task):
    _, out, _ = call(capsys, "--level", level)
    assert {line.split("\t")[1] for line in out.splitlines()[1:]} == {task, "both"}


def test_json_is_for_machines(capsys):
    _, out, _ = call(capsys, "talent training", "--json")
    (lever,) = json.loads(out)
    assert lever["paper"] == ["6.1"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["talent traning"],
            "unknown lever 'talent traning': did you mean 'talent training'?",
        ),
        (
            ["brand promotion", "--level", "central"],
            "the paper does not give 'brand promotion' to the central level, though it can run "
            "it: leave out --level",
        ),
        (["--level", "centrl"], "unknown level 'centrl': did you mean 'central'?"),
    ],
)
def test_a_wrong_name_ends_in_one_line_and_status_2(capsys, arguments, says):
    status, out, err = call(capsys, *arguments)
    assert (status, out, err) == (2, "", f"error: {says}\n")


def test_returns_are_written_as_page_and_table(capsys, tmp_path):
    page = tmp_path / "returns.md"
    arguments = ["exit mechanism", "--returns", "--calibration", "none", "--out", str(page)]
    status, out, _ = call(capsys, *arguments)
    assert status == 0
    assert len(out.splitlines()) == 1 + 2 * 4 * 3  # levels, places, sums
    text = page.read_text(encoding="utf-8")
    assert "| exit mechanism |" in text
    assert "## Above 5 or below -1" in text
    assert page.with_suffix(".csv").exists()


def test_options_of_returns_are_refused_without_them(capsys):
    status, out, err = call(capsys, "--out", "returns.md")
    assert (status, out) == (2, "")
    assert err == "error: --out, --calibration, --from and --model belong to --returns\n"


def test_returns_of_a_region_of_ones_own(capsys, monkeypatch):
    from smecluster.policies.returns import compute

    monkeypatch.setattr(compute, "SHARES", (0.01,))
    monkeypatch.setattr(compute.compute_returns, "__defaults__", ((), (0.01,)))
    status, out, _ = call(capsys, "exit mechanism", "--returns", "--from", "suzhou", "--json")
    assert status == 0
    told = json.loads(out)
    assert {row["place"] for row in told["returns"]} >= {"suzhou", "Wenzhou", "all regions"}
    assert "suzhou" in told["stamp"]["calibration"]
