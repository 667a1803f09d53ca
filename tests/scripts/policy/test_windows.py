"""``smecluster windows`` prints the windows and writes map, tables and page."""

import pytest

from smecluster.scripts.main import main

FEW = ["--from-year", "1985", "--to-year", "1995", "--every", "10", "--calibration", "none"]


def smecluster(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_the_windows_are_printed_and_written(tmp_path, capsys):
    assert smecluster("windows", *FEW, "--out", str(tmp_path)) == 0
    printed = capsys.readouterr().out
    assert "Wenzhou: a yuan gains most when it is spent from" in printed
    assert "42 runs" in printed
    for name in ("windows.csv", "kinds.parquet", "window-by-year.json", "window-map.png"):
        assert (tmp_path / name).stat().st_size > 0
    assert "When help pays" in (tmp_path / "windows.html").read_text()


def test_years_that_do_not_fit_are_one_line(tmp_path, capsys):
    assert smecluster("windows", *FEW, "--horizon", "60", "--out", str(tmp_path)) == 2
    told = capsys.readouterr().err
    assert "is not a whole year in 1978..1980, from which 60 years remain" in told
    assert not list(tmp_path.iterdir())
