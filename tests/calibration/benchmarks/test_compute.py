"""Series beside rivals: the nation's growth, and what counts as explained."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster.calibration import list_cases, load_case
from smecluster.calibration.benchmarks.compute import EXPLAINED, LITTLE, NOT, Benchmarks, judge
from smecluster.calibration.benchmarks.page import write_page
from smecluster.calibration.forecasts.outlook import DRIVERS, follow_nation, list_drivers


def test_a_series_that_grows_like_the_nation_is_met_exactly():
    years = np.array([2000, 2005, 2010])
    run = xr.Dataset(
        {name: ("time", np.array([1.0, 2.0, 3.0]) + at) for at, name in enumerate(list_drivers())},
        {"time": years},
    )
    growth = (run["national market index"] * run["financial depth"]).to_numpy()
    figures = pd.DataFrame(
        {
            "region": "Wenzhou",
            "variable": "SME loans",
            "segment": "",
            "year": years,
            "value": 7 * growth,
        }
    )
    assert np.allclose(follow_nation(figures, run), figures["value"])


def test_every_measured_variable_has_a_national_counterpart():
    measured = {
        name for case in list_cases() for name in load_case(case).measurements(())["variable"]
    }
    assert measured - set(DRIVERS) <= {"national wage"}


@pytest.mark.parametrize(
    ("model", "rival", "verdict"),
    [(8.0, 10.0, EXPLAINED), (9.0, 10.0, LITTLE), (10.0, 10.0, NOT), (12.0, 10.0, NOT)],
)
def test_a_series_is_explained_where_the_model_is_a_fifth_better(model, rival, verdict):
    assert judge(model, rival) == verdict


def test_the_page_counts_and_sorts_the_series():
    row = {"region": "Wenzhou", "segment": "", "figures": 9, "first": 1990, "last": 2000}
    errors = {"model": 4.0, "like the nation": 9.0, "loops cut": 8.0}
    table = pd.DataFrame(
        [
            {**row, "variable": "value added", **errors, "verdict": EXPLAINED},
            {**row, "variable": "SME loans", **errors, "model": 9.0, "verdict": NOT},
        ]
    )
    page = write_page(Benchmarks(table, {"a[Wenzhou]": 1.0}), "abc", "none", "histories.csv")
    assert "**1 series are explained, 0 come out a little better, 1 are not explained.**" in page
    assert page.index("| Wenzhou | value added |") < page.index("| Wenzhou | SME loans |")
