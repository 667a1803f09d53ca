"""``stress tipping`` prints what turns the order of two strategies, and writes the page."""

import json

import pytest

from smecluster.scripts.main import main

# One constant and one comparison, so that the command takes seconds.
QUICK = ["--budget", "0.5%", "--horizon", "2040", "--constant", "brand premium"]


def call(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["stress", "tipping", *arguments])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_page_and_table_are_written(capsys, tmp_path):
    page = tmp_path / "knife-edge.md"
    status, out, _ = call(
        capsys, "central", "local", *QUICK, "--calibration", "none", "--out", str(page)
    )
    assert status == 0
    assert "0.5%\t2040\tvalue added of the regions\t" in out
    assert "# What turns central against local" in page.read_text(encoding="utf-8")
    assert page.with_suffix(".csv").exists()


def test_json_is_for_machines(capsys):
    status, out, _ = call(capsys, "central", "local", *QUICK, "--calibration", "none", "--json")
    assert status == 0
    record = json.loads(out)
    assert record["tried"] == 1
    assert len(record["comparisons"]) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["central", "--calibration", "none"], "name two strategies to compare, not 1"),
        (["central", "locl"], "did you mean 'local'?"),
        (["central", "local", "--out", "page.html"], "give a name that ends in .md"),
    ],
)
def test_what_cannot_be_done_ends_in_one_line_and_status_2(capsys, arguments, says):
    status, out, err = call(capsys, *arguments)
    assert (status, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1
