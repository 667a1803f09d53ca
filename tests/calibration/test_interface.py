"""One call calibrates, and gives estimates, pictures and a workbook."""

import subprocess
import sys

import matplotlib.figure
import openpyxl
import pytest

from smecluster import calibration
from smecluster.calibration.interface import assemble_together
from smecluster.calibration.store.named import DRAWN, open_calibration
from smecluster.model import load
from smecluster.model.errors import InputError

QUICK = {"quick": True, "starts": 1, "time_step": 0.5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, write_town):
    return write_town(tmp_path_factory.mktemp("regions") / "town")


@pytest.fixture(scope="module")
def result(folder):
    return calibration.calibrate(folder, out=folder / "calibration", **QUICK)


def test_the_table_holds_each_estimate_with_its_interval_and_its_prior(result):
    table = result.tables["estimates"]
    assert len(table) == 3
    assert table["parameter"].str.contains("[town", regex=False).all()
    variables = load().variables
    for row in table.to_dict("records"):
        assert row["unit"] == variables[row["parameter"].partition("[")[0]].unit
        assert row["90 % low"] < row["90 % high"]
        assert row["prior low"] < row["prior high"]


def test_what_is_saved_is_a_calibration_that_commands_take(folder, result):
    saved = open_calibration(folder / "calibration")
    assert saved.name == "town"
    assert set(saved.values) == set(result.tables["estimates"]["parameter"])
    assert not saved.has_draws


def test_pictures_and_workbook_are_there(result, tmp_path):
    assert {"fit-town", "knowledge"} <= set(result.pictures)
    assert isinstance(result.figure("fit-town"), matplotlib.figure.Figure)
    book = openpyxl.load_workbook(result.to_excel(tmp_path / "town.xlsx"))
    assert {"estimates", "fits", "notes"} <= set(book.sheetnames)


def test_without_a_folder_nothing_is_kept_and_the_result_is_the_same(folder, result, monkeypatch):
    monkeypatch.chdir(folder.parent)
    again = calibration.calibrate(calibration.load_case(folder), **QUICK)
    assert {path.name for path in folder.parent.iterdir()} == {"town"}
    assert again.table().equals(result.table())


def test_a_full_fit_has_draws_that_bracket_the_quick_estimate(folder, result, tmp_path):
    calibration.calibrate(folder, out=tmp_path / "full", draws=200, time_step=0.5)
    saved = open_calibration(tmp_path / "full")
    assert len(saved.draws) == 200
    for row in result.tables["estimates"].to_dict("records"):
        low, high = saved.draws[row["parameter"]].quantile([0.01, 0.99])
        assert low < row["estimate"] < high
    with pytest.raises(InputError, match=r"a full fit with 200 draws.*--anew replaces it"):
        calibration.calibrate(folder, out=tmp_path / "full", **QUICK)


def test_the_shipped_cases_together_are_the_problem_of_the_shipped_calibration():
    problem = assemble_together(calibration.list_cases(), (), {})
    assert problem.hash == open_calibration(DRAWN).manifest["data hash"]


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
        (None, {"likelihood": "autoregresion"}, "did you mean 'autoregression'"),
        (
            None,
            {"calibration": "every-constant"},
            "holds the other regions while one case is fitted",
        ),
    ],
)
def test_mistakes_are_refused_in_one_line(cases, options, message):
    with pytest.raises(InputError, match=message):
        calibration.calibrate(cases, **{**QUICK, **options})


def test_importing_the_package_loads_no_library_for_tables():
    code = "import sys, smecluster.calibration; print({'pandas', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
