"""One line in a notebook runs a study, and gives its tables, figures and a workbook."""

import openpyxl
import pytest

import smecluster as sc
from smecluster.model.errors import InputError
from smecluster.sensitivity.interface import Sensitivity, run_sensitivity
from smecluster.sensitivity.store.folder import read_store


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sensitivity")
    return sc.sensitivity("quick", size=4, out=folder / "quick")


def test_the_package_is_the_verb(found):
    assert isinstance(found, Sensitivity)
    assert sc.sensitivity.interface.run_sensitivity is run_sensitivity
    assert found.results.complete
    assert str(found).startswith("Value added")


def test_the_table_ranks_factors_with_intervals_and_direction(found):
    table = found.table()
    assert list(table) == [
        "scenario",
        "output",
        "factor",
        "mu star",
        "low",
        "high",
        "unit",
        "trusted",
        "direction",
    ]
    # Four trajectories: whatever they give is not to be trusted.
    assert set(table["trusted"]) == {"no"}
    total = table[table["output"] == "value added, total, 2040"]
    assert total["mu star"].is_monotonic_decreasing
    assert set(total["unit"]) == {"bn yuan a year"}
    assert set(total["direction"]) <= {"raises", "lowers", "unclear"}


def test_a_figure_is_found_by_name_and_an_unknown_one_is_refused(found):
    assert found.figure().get_suptitle()
    assert found.figure("tornado").get_suptitle()
    with pytest.raises(InputError, match="did you mean 'tornado'"):
        found.figure("tornada")


def test_the_workbook_says_where_its_numbers_come_from(found, tmp_path):
    path = found.to_excel(tmp_path / "quick.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[0] == "ranking of factors"
    notes = {row[0].value: row[1].value for row in book["notes"].iter_rows(min_row=2)}
    assert notes["model hash"] == found.results.stamp()["model hash"]
    assert "on top of policy as now" in notes["budget"]


def test_runs_are_shared_with_the_command_and_never_made_twice(found, tmp_path):
    folder = found.results.folder
    before = {path: path.stat().st_mtime_ns for path in folder.glob("runs/*/*/*.parquet")}
    again = run_sensitivity("quick", size=4, out=folder)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert again.table().equals(found.table())
    assert read_store(folder).complete
