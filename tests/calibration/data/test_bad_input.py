"""A mistake in a case folder ends in one line: file, line, what was given, what is allowed."""

import shutil
from pathlib import Path

import pytest

from smecluster.calibration.data.case import load_case, make_region
from smecluster.calibration.data.series import CASES
from smecluster.model.errors import InputError


@pytest.fixture
def folder(tmp_path):
    """Return a copy of Wenzhou as a user's own folder."""
    return Path(shutil.copytree(CASES / "wenzhou", tmp_path / "my town"))


def edit(path, old, new, count=1):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, count), encoding="utf-8")


def message(folder):
    with pytest.raises(InputError) as caught:
        load_case(folder)
    text = str(caught.value)
    assert "\n" not in text
    assert str(folder) in text
    return text


def line_of(path, part):
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if part in line)


WAGE = "wenzhou,average_wage_staff_and_workers,1998,10105,exact,yuan,current prices,read,S101"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (WAGE.replace("average_wage_staff", "averge_wage_staff"), "unknown series"),
        (WAGE.replace("average_wage_staff", "averge_wage_staff"), "average_wage_staff_and_workers"),
        (WAGE.replace(",yuan,", ",yaun,"), "did you mean 'yuan'"),
        (WAGE.replace(",yuan,", ",km2,"), "allowed are yuan"),
        (WAGE.replace("1998", "1897"), "whole years from 1949 to 2030"),
        (WAGE.replace("1998", "1998.5"), "whole years from 1949 to 2030"),
        (WAGE.replace("10105", "ten thousand"), "is not a number"),
        (WAGE.replace("10105", "nan"), "is not a number"),
        (WAGE.replace("10105", "1_0105"), "is not a number"),
        (WAGE.replace("10105", ""), "has no value: write the figure, or leave the row out"),
        (WAGE.replace(",yuan,", ",,"), "has no unit: write the one it is published in"),
        (WAGE.replace(",read,", ",red,"), "read, derived, remembered, doubtful"),
        (WAGE.replace(",exact,", ",exactly,"), "did you mean 'exact'"),
        (WAGE.replace(",S101", ","), "no citation"),
        (WAGE.replace(",S101", ",S9999"), "unknown source 'S9999'"),
        (WAGE.replace("current prices", "constant prices"), "prices = 'current'"),
        (WAGE.replace("current prices", "curent prices"), "did you mean 'current prices'"),
        (WAGE.replace("wenzhou,average", ",average"), "column 'region' is empty"),
        (WAGE + ",one,too many", "cells, the header has 10"),
    ],
)
def test_a_bad_row_is_named_with_its_file_and_line(folder, given, expected):
    path = folder / "series.csv"
    line = line_of(path, WAGE)
    edit(path, WAGE, given)
    text = message(folder)
    assert f"series.csv:{line}:" in text
    assert expected in text


def test_one_source_gives_one_figure_a_year(folder):
    path = folder / "series.csv"
    first = line_of(path, WAGE)
    edit(path, WAGE + ",[A]\n", WAGE + ",[A]\n" + WAGE + ",[A]\n")
    assert f"in line {first}" in message(folder)


def test_an_unknown_column_gets_the_nearest_name(folder):
    edit(folder / "series.csv", "price_basis", "price basis")
    assert "did you mean 'price_basis'" in message(folder)


def test_a_missing_column_is_named(folder):
    edit(folder / "series.csv", "source,note", "source")
    assert "column 'note' is missing" in message(folder)


def test_a_series_without_figures_is_refused(folder):
    edit(folder / "case.toml", '"loans_outstanding_financial_institutions"', '"loans_outstanding"')
    assert "unknown series" in message(folder)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('combine = "sum"', 'combin = "sum"', "did you mean 'combine'"),
        ('combine = "sum"', 'combine = "add"', "'sum'"),
        ('combine = "sum"', "", "combine = 'one' takes one series, not 2"),
        ('unit = "Myuan/Year"', 'unit = "Mio yuan/Year"', "unknown model unit"),
        ("years = [1990, 2023]", "years = [2023, 1990]", "run backwards"),
        ("years = [1990, 2023]", "years = [1490, 2023]", "1949"),
        ('[region]\nname = "Wenzhou"', "[region]", "region name"),
        ("[region]", "[regoin]", "region"),
        ('segment = "whole GDP"', "", "measured twice"),
        ("[region]", "[region", "not valid TOML"),
    ],
)
def test_a_mistake_in_the_case_file_is_one_line(folder, old, new, expected):
    edit(folder / "case.toml", old, new)
    text = message(folder)
    assert "case.toml" in text
    assert expected in text


def test_a_missing_file_is_named(folder):
    (folder / "series.csv").unlink()
    assert "no such file" in message(folder)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(InputError, match="no such case folder"):
        load_case(tmp_path / "nowhere")


def test_a_file_that_is_not_text_is_named(folder):
    (folder / "series.csv").write_bytes(b"\xff\xfe\x00")
    assert "not UTF-8" in message(folder)


def test_a_users_folder_gives_the_same_figures_as_the_case_it_was_copied_from(folder):
    own, shipped = load_case(folder), load_case("wenzhou")
    assert own.name == "my town"
    assert own.measurements().equals(shipped.measurements())
    assert make_region(own) == make_region(shipped)


def test_a_users_folder_may_add_sources_but_not_change_shipped_ones(folder):
    (folder / "sources.csv").write_text("source,citation,where\nX1,My survey,shelf\n")
    edit(folder / "series.csv", WAGE, WAGE.replace("S101", "X1"))
    assert load_case(folder).sources["X1"] == "My survey; shelf"
    (folder / "sources.csv").write_text("source,citation,where\nS101,My survey,shelf\n")
    assert "is already" in message(folder)
