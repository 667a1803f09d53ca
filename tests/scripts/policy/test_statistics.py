"""``smecluster explain statistics`` prints what cluster statistics are worth, and writes it."""

import pytest

from smecluster.scripts.main import main


def smecluster(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_worth_is_printed_and_written(tmp_path, capsys):
    arguments = ["--calibration", "none", "--step", "0.125", "--out", str(tmp_path)]
    assert smecluster("explain", "statistics", *arguments) == 0
    printed = capsys.readouterr().out
    assert "The cluster statistics of 'Local programmes' are worth" in printed
    assert "anticipating itself\tscandal\tworth\tbn yuan" in printed
    assert "One set of values was run" in printed
    assert "100 %" not in printed
    assert "on top of policy as now (0.5 % of the regions' value added)" in printed
    for name in ("statistics.csv", "statistics.parquet", "statistics.png", "statistics.html"):
        assert (tmp_path / name).stat().st_size > 0


def test_wrong_strategies_and_futures_are_one_line(tmp_path, capsys):
    assert (
        smecluster(
            "explain", "statistics", "central", "--calibration", "none", "--out", str(tmp_path)
        )
        == 2
    )
    assert "has no money for 'cluster statistics'" in capsys.readouterr().err
    assert smecluster("explain", "statistics", "--futures", "skandal", "--out", str(tmp_path)) == 2
    assert "unknown future 'skandal': did you mean 'scandal'?" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
