"""The engines that share no code give the same numbers for every strategy."""

import numpy as np
import pytest
import xarray as xr

from smecluster import model
from smecluster.policies import load

# The base case, and three strategies that differ in level, timing and trigger.
CONTRASTED = ("as-now", "central", "local", "combination")


def assert_same(one: xr.Dataset, other: xr.Dataset) -> None:
    assert set(one.data_vars) == set(other.data_vars)
    for name in one.data_vars:
        np.testing.assert_allclose(one[name], other[name], 1e-9, 1e-12, err_msg=str(name))


@pytest.mark.parametrize("name", CONTRASTED)
def test_kernel_and_pysimlin_agree_in_every_variable_and_year(name: str) -> None:
    pytest.importorskip("simlin")
    m = model.load()
    inputs = load(name).inputs(m)
    assert_same(model.simulate(m, inputs), model.simulate(m, inputs, engine="simlin"))


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTRASTED)
def test_pysd_and_pysimlin_agree_in_every_variable_and_year(name: str) -> None:
    """With a step of a quarter year, for PySD takes a third of a second a step.

    It is beyond what the model's file allows: whether engines agree does not depend on it.
    """
    pytest.importorskip("simlin")
    m = model.load()
    inputs = load(name).inputs(m) | {"TIME STEP": 0.25}
    one = model.simulate(m, inputs, engine="pysd", within_ranges=False)
    assert_same(one, model.simulate(m, inputs, engine="simlin", within_ranges=False))
