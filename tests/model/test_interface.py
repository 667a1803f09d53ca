"""Runs for a notebook: values with names and units, a table, a picture, a workbook."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from openpyxl import load_workbook

from smecluster.model import interface, load
from smecluster.model import simulate as run_model
from smecluster.model.errors import InputError
from smecluster.model.interface import Runs, simulate, simulate_many

TOWNS = load(Path(__file__).parent / "data" / "two_towns.mdl")


@pytest.fixture(scope="module")
def one() -> Runs:
    return simulate({"stay": 10}, model=TOWNS)


@pytest.fixture(scope="module")
def many() -> Runs:
    table = {"stay": [8, 10, 0], "adjustment time": [4, 5, 6]}
    return simulate_many(table, ["People", "arrivals"], model=TOWNS, within_ranges=False)


def test_the_values_are_those_of_the_model(one: Runs) -> None:
    usual = run_model(TOWNS, {"stay": 10})
    np.testing.assert_array_equal(one.data["People"], usual["People"])
    assert one.data["People"].attrs["unit"] == "person"
    assert one.inputs["stay"].tolist() == [10]


def test_a_table_has_a_row_for_every_value_in_readable_units(one: Runs) -> None:
    table = one.table(["people"], [1978, 2000])
    assert list(table.columns) == ["year", "variable", "element", "unit", "value"]
    assert list(table["element"]) == ["Hill Town", "Hill Town", "River Town", "River Town"]
    assert list(table["year"]) == [1978, 2000, 1978, 2000]
    assert set(table["unit"]) == {"thousand persons"}
    assert table["value"][0] == one.data["People"].values[0, 0] / 1000
    assert len(one.table()) == sum(variable.size for variable in one.data.values())


def test_one_element_can_be_chosen(one: Runs) -> None:
    whole, part = one.table(["budget"], [1978]), one.table(["budget[roads]"], [1978])
    assert list(part["element"]) == ["Hill Town, roads", "River Town, roads"]
    assert set(part["value"]) <= set(whole["value"])
    single = one.table(["budget[River Town, roads]"], [1978])
    assert single["value"].tolist() == pytest.approx([0.0045])
    assert single["unit"].tolist() == ["thousand persons"]


def test_many_runs_have_a_column_for_the_run(many: Runs) -> None:
    table = many.table(["People[River Town]"], [2000])
    assert list(table["run"]) == [0, 1, 2]
    assert repr(many) == "<Runs: 3 runs, 2 variables, 1978-2040>"


def test_a_failed_run_is_listed_with_reason_and_inputs(many: Runs, one: Runs) -> None:
    (failed,) = many.failures().to_dict("records")
    assert failed["failure reason"] == "division by zero"
    assert failed["stay"] == 0
    assert one.failures().empty


@pytest.mark.parametrize(
    ("variables", "years", "message"),
    [
        (["Peple"], None, "did you mean 'People'?"),
        (["People[Hil Town]"], None, "did you mean 'Hill Town'?"),
        (["People"], [1977], "they have 63 years from 1978 to 2040"),
        ([], None, "name at least one"),
    ],
)
def test_what_the_runs_lack_is_refused_in_one_line(one, variables, years, message) -> None:
    with pytest.raises(InputError) as caught:
        one.table(variables, years)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_figure_has_a_panel_a_variable_and_a_line_a_region(one: Runs, many: Runs) -> None:
    single = one.figure(["People", "arrivals[Hill Town]"])
    assert [axes.get_title(loc="left") for axes in single.axes] == ["People", "Arrivals"]
    assert [len(axes.lines) for axes in single.axes] == [2, 1]
    band = many.figure().axes[0]
    assert len(band.collections) == len(band.lines) == 2
    assert band.get_ylabel() == "thousand persons"


def test_a_variable_of_another_dimension_or_one_year_is_not_drawn(one: Runs) -> None:
    with pytest.raises(InputError, match=r"a line for each Lever.*'budget\[training\]'"):
        one.figure(["budget"])
    short = simulate(model=TOWNS, years=[2000])
    with pytest.raises(InputError, match="two years at least"):
        short.figure(["People"])


def test_a_workbook_holds_values_inputs_definitions_and_provenance(many: Runs, tmp_path) -> None:
    book = load_workbook(many.to_excel(tmp_path / "runs.xlsx"))
    assert book.sheetnames == ["values", "inputs", "variables", "failures", "notes"]
    rows = list(book["values"].values)
    assert rows[0][:3] == ("run", "year", "People, Hill Town [thousand persons]")
    assert len(rows) == 1 + 3 * 63
    assert [row[0] for row in book["variables"].values] == ["variable", "People", "arrivals"]
    assert any("model hash" in row for row in book["notes"].values)


def test_what_does_not_fit_a_sheet_is_refused_before_anything_is_written(
    many: Runs, tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(interface, "_SHEET", (100, 16_384))
    with pytest.raises(InputError, match="189 rows and 6 columns do not fit"):
        many.to_excel(tmp_path / "runs.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_inputs_may_be_a_table_of_pandas() -> None:
    table = pd.DataFrame({"stay": [8.0, 9.0]}, index=["a", "b"])
    assert list(simulate_many(table, ["People"], [2000], model=TOWNS).table()["run"].unique()) == [
        "a",
        "b",
    ]
