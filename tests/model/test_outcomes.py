"""Outcomes come by region and in total: quantities added, qualities weighted."""

import numpy as np
import pytest
import xarray as xr

from smecluster.model.engine.read.document import read_document
from smecluster.model.errors import InputError
from smecluster.model.file.model import SHIPPED
from smecluster.model.outcomes import (
    DISPERSION,
    OUTCOMES,
    PLACE,
    TOTAL,
    collect_outcomes,
    find_outcome,
    list_variables,
    shows_only_changes,
)
from smecluster.model.support.files import read_text


@pytest.fixture
def run() -> xr.Dataset:
    """Two regions, one year; every variable is 1 in the first and 3 in the second."""
    values = np.array([[1.0, 3.0]])
    data = {name: (("time", "Region"), values, {"unit": "u"}) for name in list_variables()}
    return xr.Dataset(data, coords={"time": [2040.0], "Region": ["A", "B"]})


def total(run: xr.Dataset, name: str) -> float:
    return float(collect_outcomes(run)[name].sel({PLACE: TOTAL}).item())


def test_quantities_are_added(run):
    assert total(run, "value added") == 4


def test_averages_are_weighted(run):
    assert total(run, "annual wage") == pytest.approx((1 * 1 + 3 * 3) / 4)


def test_an_average_without_weight_is_missing_and_not_zero(run):
    run["External firms"] = run["External firms"] * 0
    assert np.isnan(total(run, "Embeddedness"))


def test_regions_come_first_and_the_total_last(run):
    gathered = collect_outcomes(run)
    assert list(gathered[PLACE].values) == ["A", "B", TOTAL]
    assert gathered["value added"].sel({PLACE: "B"}).item() == 3
    assert gathered["value added"].attrs["unit"] == "u"


def test_dispersion_is_the_coefficient_of_variation(run):
    assert collect_outcomes(run)[DISPERSION].item() == pytest.approx(0.5)


def test_equal_regions_have_no_dispersion(run):
    run["value added per worker"] = run["value added per worker"] * 0 + 2
    assert collect_outcomes(run)[DISPERSION].item() == 0


def test_every_outcome_can_be_found_and_a_wrong_name_gets_the_nearest():
    assert all(find_outcome(outcome.name) is outcome for outcome in OUTCOMES)
    with pytest.raises(InputError, match="did you mean 'value added'"):
        find_outcome("value aded")


def test_what_is_known_up_to_a_constant_is_shown_by_its_changes_alone():
    assert shows_only_changes("Net national benefit account")
    assert shows_only_changes("log consumer index")
    assert not shows_only_changes("value added elsewhere")
    assert not shows_only_changes(DISPERSION)


def test_the_shipped_model_has_every_outcome_and_says_what_it_is():
    variables = read_document(read_text(SHIPPED)).variables
    for name in list_variables():
        assert variables[name].definition, name
