"""Three further cities can be added to the shipped regions, and are in no default."""

import csv
from pathlib import Path

import pytest

from smecluster.calibration.authoring.case_check import check_case
from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.forecasts.unseen import FOLDER as UNUSED
from smecluster.calibration.forecasts.unseen import read_assignment
from smecluster.calibration.loading import load_calibrated
from smecluster.calibration.store.own import open_own
from smecluster.model import simulate

FOLDER = UNUSED.with_name("cities")
CITIES = [each.name for each in read_assignment().region]
SHARE = "share elsewhere at reference"


def test_there_is_a_case_for_every_region_that_was_never_used():
    assert sorted(path.parent.name for path in FOLDER.glob("*/case.toml")) == sorted(CITIES)
    assert not {*CITIES} & {*list_cases()}


@pytest.mark.parametrize("city", CITIES)
def test_a_city_is_whole_says_where_it_lies_and_was_fitted_as_it_stands(city):
    assert check_case(FOLDER / city).problems == ()
    case = load_case(FOLDER / city)
    assert "in none of the shipped regions" in case.place.boundary
    variables = {"value added", "annual wage", "SME loans", "tax revenue"}
    assert {measure.variable for measure in case.measures} == variables
    # Of another state of the case its own calibration would be refused.
    own = open_own(FOLDER / city)
    assert own is not None
    assert own.regions == (case.place.name,)


@pytest.mark.parametrize("city", CITIES)
def test_its_value_added_is_that_of_the_blind_test(city):
    def read(path):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        series = read_assignment().series
        return {
            (row["series"], row["year"]): row["value"]
            for row in rows
            if row["region"] == city and row["series"] in series
        }

    own = read(FOLDER / city / "series.csv")
    assert len(own) == 68
    assert own == read(UNUSED / read_assignment().figures)


@pytest.mark.filterwarnings("ignore::smecluster.calibration.store.mismatches.CalibrationWarning")
def test_all_six_run_together_and_each_is_taken_out_of_the_rest_of_china():
    model = load_calibrated([], [FOLDER / city for city in CITIES])
    assert len(model.regions) == 3 + len(CITIES)
    run = simulate(model, outputs=[SHARE, "market share at reference", "value added"], years=[2020])
    assert (run["value added"] > 0).all()
    whole = run[SHARE] + run["market share at reference"].sum("Region")
    assert whole.values == pytest.approx(1)
