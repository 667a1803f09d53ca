"""Value added is scored beside growth like the nation and no change, from one figure."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster.calibration.data.histories import NATION, Histories, compare_with_rivals
from smecluster.model.errors import InputError

YEARS = np.arange(1990, 1994)


def compare(values, fitted, nation, origin=1990, years=YEARS):
    table = pd.DataFrame(
        {
            "variable": "value added",
            "region": "Town",
            "segment": "",
            "year": years,
            "value": values,
            "fitted": fitted,
        }
    )
    paths = xr.Dataset({NATION: ("time", np.array(nation, dtype=float))}, {"time": YEARS})
    return compare_with_rivals(Histories(paths, table, table, table), origin).iloc[0]


def test_only_figures_after_the_origin_count():
    row = compare([10, 20, 20, 20], [99, 20, 20, 20], [1, 1, 1, 1])
    assert (row["figures"], row["first"], row["last"]) == (3, 1991, 1993)
    assert row["model"] == 0
    assert row["no change"] == pytest.approx(50)


def test_the_nation_grows_from_the_figure_of_the_origin():
    row = compare([10, 12, 14, 16], [10, 10, 10, 8], [5, 6, 7, 8])
    assert row["like the nation"] == pytest.approx(0)
    assert row["model at last"] == pytest.approx(0.5)
    assert row["like the nation at last"] == pytest.approx(1)


def test_an_origin_without_a_figure_is_refused_with_the_years_that_there_are():
    with pytest.raises(
        InputError, match=r"no value added has a figure of 1990 .* Town begins in 1"
    ):
        compare([1, 1], [1, 1], [1, 1, 1, 1], years=YEARS[2:])
    with pytest.raises(InputError, match="--rivals 2050: the run has the years 1990 to 1993"):
        compare([1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1], origin=2050)
