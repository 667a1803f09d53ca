"""One call calibrates, and gives estimates, figures and a workbook."""

import shutil
import subprocess
import sys

import matplotlib.figure
import openpyxl
import pytest

from smecluster import calibration
from smecluster.calibration.interface import TIME_STEP, assemble_together
from smecluster.calibration.store.findings import MANIFEST
from smecluster.calibration.store.named import RESULTS, open_calibration
from smecluster.model import load
from smecluster.model.errors import InputError

QUICK = {"quick": True, "starts": 1, "time_step": 0.5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, write_town):
    return write_town(tmp_path_factory.mktemp("regions") / "town")


@pytest.fixture(scope="module")
def result(folder):
    return calibration.calibrate(folder, out=folder / "calibration", **QUICK)


def test_a_quick_fit_does_not_replace_a_full_one_unasked(tmp_path):
    shutil.copytree(RESULTS / "three-cases", tmp_path / "full")
    with pytest.raises(InputError, match=r"a full fit with 1,000 draws.*--anew replaces it"):
        calibration.calibrate("wenzhou", out=tmp_path / "full", **QUICK)


def test_the_table_holds_each_estimate_within_its_interval_and_bounds(result):
    table = result.table()
    assert len(table) == 3
    assert table["parameter"].str.contains("[town", regex=False).all()
    variables = load().variables
    for row in table.to_dict("records"):
        assert row["unit"] == variables[row["parameter"].partition("[")[0]].unit
        assert row["lower bound"] <= row["90 % low"] <= row["estimate"]
        assert row["estimate"] <= row["90 % high"] <= row["upper bound"]


def test_what_is_saved_is_a_calibration_that_commands_take(result):
    assert (result.folder / MANIFEST).is_file()
    saved = open_calibration(result.folder)
    assert saved.name == "town"
    assert list(saved.values) == list(result.table()["parameter"])


def test_figures_are_drawn_by_name(result):
    figures = result.figures()
    assert {"fits-1", "parameters-regional-1", "starts"} <= set(figures)
    assert all(isinstance(figure, matplotlib.figure.Figure) for figure in figures.values())
    assert isinstance(result.figure(), matplotlib.figure.Figure)
    assert isinstance(result.figure("starts"), matplotlib.figure.Figure)
    with pytest.raises(InputError, match="did you mean 'starts'"):
        result.figure("start")


def test_the_workbook_has_the_estimates_and_says_where_they_came_from(result, tmp_path):
    book = openpyxl.load_workbook(result.to_excel(tmp_path / "town.xlsx"))
    assert {"parameters", "fits", "notes"} <= set(book.sheetnames)
    rows = list(book["parameters"].values)
    assert list(rows[0]) == list(result.table().columns)
    assert [row[0] for row in rows[1:]] == list(result.table()["parameter"])
    notes = {row[0]: row[1] for row in book["notes"].values}
    assert notes["How well does it fit?"].startswith("Value added is met")
    assert notes["model hash"]


def test_without_a_folder_nothing_is_kept_and_the_result_is_the_same(folder, result, monkeypatch):
    monkeypatch.chdir(folder.parent)
    again = calibration.calibrate(calibration.load_case(folder), **QUICK)
    assert again.folder is None
    assert {path.name for path in folder.parent.iterdir()} == {"town"}
    assert again.table().equals(result.table())
    assert again.answers() == result.answers()


def test_the_shipped_cases_together_are_the_problem_of_the_shipped_calibration():
    problem = assemble_together(calibration.list_cases(), (), {"TIME STEP": TIME_STEP})
    assert problem.hash == open_calibration("three-cases").manifest["data hash"]


def test_an_added_case_is_fitted_together_with_shipped_ones(folder):
    problem = assemble_together(["wenzhou", folder], (), {})
    assert set(problem.measurements["region"]) == {"Wenzhou", "town"}
    assert any(parameter.shared for parameter in problem.parameters)
    assert {"Wenzhou", "Zhongguancun", "town"} <= set(problem.model.regions)


@pytest.mark.parametrize(
    ("cases", "options", "message"),
    [
        (None, {"time_step": 0.3}, "time step 0.3: 1 over a whole number"),
        ("nowhere", {}, "unknown case 'nowhere'"),
        (["wenzhu"], {}, "did you mean 'wenzhou'"),
        (None, {"starts": 10**22}, "starts must be at most 100,000"),
        (None, {"steps": 10**22}, "steps must be at most"),
        (None, {"calibration": "three-cases"}, "holds the other regions while one case is fitted"),
    ],
)
def test_mistakes_are_refused_in_one_line(cases, options, message):
    with pytest.raises(InputError, match=message):
        calibration.calibrate(cases, **{**QUICK, **options})


def test_importing_the_package_loads_no_library_for_tables():
    code = "import sys, smecluster.calibration; print({'pandas', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
