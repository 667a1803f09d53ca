"""``smecluster explain dominance`` prints sentences and shares, and says what is missing."""

import sys

import pytest

from smecluster.scripts.main import main


def smecluster(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_shares_are_printed_and_written(tmp_path, capsys):
    pytest.importorskip("simlin")
    arguments = [
        "explain",
        "dominance",
        "end-all-policy",
        "local",
        "--step",
        "0.25",
        "--calibration",
        "none",
    ]
    assert smecluster(*arguments, "--out", str(tmp_path)) == 0
    printed = capsys.readouterr().out
    assert "Wenzhou under 'All policy ends in 2025', from 2025 on: of the named loops" in printed
    assert "Wenzhou\tB3 wages\t" in printed
    for name in ("dominance.csv", "dominance-by-year.parquet", "dominance.png", "dominance.html"):
        assert (tmp_path / name).stat().st_size > 0


def test_a_missing_extra_and_a_wrong_year_are_one_line(tmp_path, capsys, monkeypatch):
    assert smecluster("explain", "dominance", "--since", "1900", "--out", str(tmp_path)) == 2
    assert "since = 1900 is not in 1978..2040" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "simlin", None)
    assert smecluster("explain", "dominance", "--out", str(tmp_path)) == 2
    told = capsys.readouterr().err
    assert "needs pysimlin" in told
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())
