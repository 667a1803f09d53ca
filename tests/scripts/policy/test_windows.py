"""``smecluster explain timing`` prints the windows and writes map, tables and page."""

import pytest

from smecluster.scripts.main import main

FEW = ["--from-year", "2010", "--to-year", "2020", "--every", "10", "--step", "0.125"]
FEW += ["--calibration", "none"]


def smecluster(*arguments):
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return ended.value.code


def test_the_windows_are_printed_and_written(tmp_path, capsys):
    assert smecluster("explain", "timing", *FEW, "--out", str(tmp_path)) == 0
    printed = capsys.readouterr().out
    assert "Wenzhou: a yuan spent from 2020 on gains" in printed
    assert "100 %" not in printed
    for name in ("windows.csv", "kinds.parquet", "map.json", "window-map.png"):
        assert (tmp_path / name).stat().st_size > 0
    page = (tmp_path / "timing.html").read_text()
    assert "When help pays" in page
    assert "42 runs in 1 draw." in page
    assert "spends 0.5 % of its value added a year for 5 years" in " ".join(page.split())
    assert "One set of values was run" in page


def test_years_that_do_not_fit_are_one_line(tmp_path, capsys):
    assert smecluster("explain", "timing", *FEW, "--years", "60", "--out", str(tmp_path)) == 2
    told = capsys.readouterr().err
    assert "is not a whole year in 2000..1980, from which 60 years remain" in told
    assert not list(tmp_path.iterdir())


def test_years_that_the_limitations_rule_out_are_one_line(tmp_path, capsys):
    arguments = ["--from-year", "1980", "--calibration", "none", "--out", str(tmp_path)]
    assert smecluster("explain", "timing", *arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: start = 1980 is before 2000, the first year allowed: ")
    assert "docs/limitations.md" in told
    assert told.count("\n") == 1
    assert not list(tmp_path.iterdir())
