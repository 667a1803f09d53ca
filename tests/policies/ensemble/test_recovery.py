"""Shocks bend the model's tables, and recovery is measured against the undisturbed path."""

import numpy as np
import pytest
import xarray as xr

from smecluster import model
from smecluster.policies.ensemble.recovery import LOSS, YEARS, measure_recovery
from smecluster.policies.futures import load

TIME = np.arange(2025.0, 2041.0)


def path(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, dims="time", coords={"time": TIME})


def test_no_shock_is_no_loss():
    still = measure_recovery(path(np.full(16, 100.0)), path(np.full(16, 100.0)), 2030)
    assert still[LOSS] == 0
    assert still[YEARS] == 0


def test_loss_and_time_are_counted_from_the_shock():
    hit = np.full(16, 100.0)
    hit[6:9] = [90.0, 95.0, 98.0]  # 2031 to 2033
    measured = measure_recovery(path(np.full(16, 100.0)), path(hit), 2030)
    assert measured[LOSS] == pytest.approx(10 + 5 + 2)
    assert measured[YEARS] == 4


def test_what_has_not_come_back_has_no_time():
    falling = path(np.linspace(100.0, 80.0, 16))
    assert np.isnan(measure_recovery(path(np.full(16, 100.0)), falling, 2030)[YEARS])


@pytest.mark.parametrize("name", ["credit", "demand", "scandal"])
def test_a_shock_leaves_the_past_alone_and_hurts_afterwards(name):
    shock = load(name)
    shipped = model.load()
    plain, hit = (
        model.simulate(shipped, inputs, outputs=["value added"])["value added"]
        for inputs in ({}, shock.inputs(shipped))
    )
    # Tables are read in the middle of a step: the first step of the shock's year is its own.
    before = slice(None, shock.year - 1)
    assert bool((hit.sel(time=before) == plain.sel(time=before)).all())
    assert bool((hit.sel(time=shock.year + 2) < plain.sel(time=shock.year + 2)).all())


def test_a_run_without_a_result_neither_loses_nor_recovers():
    time = np.arange(2028.0, 2034.0)
    calm = xr.DataArray(np.ones((2, 6)), {"time": time}, ("draw", "time"))
    failed = calm.where(calm["draw"] == 0)
    found = measure_recovery(calm, failed, 2030)
    np.testing.assert_array_equal(found[LOSS], [0, np.nan])
    np.testing.assert_array_equal(found[YEARS], [0, np.nan])
