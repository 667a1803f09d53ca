"""A region's values of the model carry unit, range, status and source."""

import pytest

from smecluster.calibration.data.constants import (
    Constant,
    Point,
    arrange_constants,
    arrange_tables,
    format_rows,
    read_constants,
    read_tables,
)
from smecluster.model.errors import InputError

CONSTANTS = (
    Constant("initial talent", "", 120.0, "person", 10.0, None, "judgement", "order of size"),
    Constant("local allocation", "talent training", 0.25, "Dmnl", 0.0, 1.0, "read", "report"),
    Constant("local allocation", "land servicing", 0.75, "Dmnl", 0.0, 1.0, "read", "report"),
)
POINTS = (
    Point("market", "", 1978.0, 0.0, "Dmnl", "judgement", "start"),
    Point("market", "", 2040.0, 1.5, "Dmnl", "remembered", "end"),
    Point("effort", "talent training", 1978.0, 0.01, "Dmnl", "judgement", "start"),
)


@pytest.fixture
def constants(tmp_path):
    path = tmp_path / "constants.csv"
    path.write_text(format_rows(CONSTANTS, Constant))
    return path


@pytest.fixture
def tables(tmp_path):
    path = tmp_path / "tables.csv"
    path.write_text(format_rows(POINTS, Point))
    return path


def test_what_is_written_is_read_back(constants, tables):
    assert read_constants(constants) == CONSTANTS
    assert read_tables(tables) == POINTS


def test_values_are_arranged_as_the_model_takes_them():
    assert arrange_constants(CONSTANTS) == {
        "initial talent": 120.0,
        "local allocation": {"talent training": 0.25, "land servicing": 0.75},
    }
    assert arrange_tables(POINTS) == {
        "market": ((1978.0, 0.0), (2040.0, 1.5)),
        "effort[talent training]": ((1978.0, 0.01),),
    }


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("120", "5", "its range is 10 to"),
        ("120", "many", "is not a number"),
        ("judgement", "guess", "read, derived, remembered, judgement"),
        ("order of size", "", "column 'source' is empty"),
        ("land servicing", "talent training", "already given in line 3"),
    ],
)
def test_a_bad_constant_is_named_with_its_line(constants, old, new, expected):
    constants.write_text(constants.read_text().replace(old, new))
    with pytest.raises(InputError, match=r"constants\.csv:\d: .*" + expected):
        read_constants(constants)


def test_points_of_a_table_rise(tables):
    tables.write_text(tables.read_text().replace("2040", "1970"))
    with pytest.raises(InputError, match=r"tables\.csv:3: x 1970 follows 1978"):
        read_tables(tables)
