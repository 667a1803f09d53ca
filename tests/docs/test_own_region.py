"""The page about a region of one's own: its commands lead from spreadsheet to comparison."""

import csv
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest

from smecluster.calibration.forecasts.unseen import FOLDER
from smecluster.scripts.main import main

CITIES = FOLDER.with_name("cities")
PAGE = Path(__file__).parents[2] / "docs" / "own-region.md"
COMMANDS = re.findall(r"(?m)^    (smecluster .+)$", PAGE.read_text(encoding="utf-8"))
SPREADSHEET = CITIES / "suzhou-yearbook.csv"
# The same work with the least effort, so that it is done in every run of the tests.
LEAST = {"calibrate": ["--starts", "1", "--time-step", "0.5"], "study": ["--size", "4"]}
SLOW = ("calibrate", "forecast", "compare", "study")

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "calibration" / "cities").mkdir(parents=True)
    target = tmp_path / "calibration" / "cities" / SPREADSHEET.name
    target.write_bytes(SPREADSHEET.read_bytes())
    return tmp_path


def carry_out(line, *more):
    with pytest.raises(SystemExit) as caught:
        main([*shlex.split(line)[1:], *more])
    assert caught.value.code == 0, line


def test_ten_commands_lead_from_a_spreadsheet_to_a_comparison():
    assert len(COMMANDS) <= 10
    used = [line.split()[1] for line in COMMANDS]
    assert used.index("case") < used.index("calibrate") < used.index("compare")


def test_the_spreadsheet_holds_the_figures_of_the_shipped_case():
    with (CITIES / "suzhou" / "series.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    table = pd.read_csv(SPREADSHEET).dropna(axis="columns", how="all")
    used = {
        name: [
            float(row["value"]) for row in rows if row["series"] == name and row["status"] == "read"
        ]
        for name in ("gdp_secondary_nominal", "average_wage_urban_staff")
    }
    assert table["第二产业增加值(亿元)"].dropna().tolist() == used["gdp_secondary_nominal"]
    assert table["在岗职工平均工资（元）"].dropna().tolist() == used["average_wage_urban_staff"]


def test_the_quick_commands_of_the_page_work(folder):
    for line in COMMANDS:
        if line.split()[1] not in SLOW:
            carry_out(line)
    assert (folder / "with-suzhou.mdl").is_file()
    assert "my suzhou" in (folder / "with-suzhou.mdl").read_text(encoding="utf-8")


@pytest.mark.slow
def test_all_commands_of_the_page_work_with_the_least_effort(folder):
    for line in COMMANDS:
        carry_out(line, *LEAST.get(line.split()[1], ()))
    fit = pd.read_csv(folder / "results" / "after" / "fit.csv", comment="#")
    assert fit["region"].unique().tolist() == ["my suzhou"]
    assert (folder / "results" / "comparison" / "brief.html").is_file()
