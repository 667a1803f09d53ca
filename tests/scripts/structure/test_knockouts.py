"""``smecluster check knockouts`` prints what each mechanism does and writes the page."""

import json

import pytest

from smecluster.scripts.main import main


def run(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["check", "knockouts", *arguments])
    return caught.value.code


def test_one_mechanism_as_table_and_page(tmp_path, capsys):
    page = tmp_path / "mechanisms.md"
    assert run("--only", "bank credit", "--out", str(page)) == 0
    out = capsys.readouterr().out
    assert "4.2, 6.1\tbank credit\t" in out
    assert "of 1 expectations met" in out
    assert "### Bank credit" in page.read_text(encoding="utf-8")


def test_every_change_as_json(capsys):
    assert run("--only", "bank credit", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    # Cut and doubled, four years, three regions.
    assert len(record["changes"]) == 24
    assert record["summary"][0]["mechanism"] == "bank credit"


def test_an_unknown_mechanism_brings_the_nearest(capsys):
    assert run("--only", "bank creddit") == 2
    assert "did you mean 'bank credit'?" in capsys.readouterr().err
