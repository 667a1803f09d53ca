"""Leave one region out: the other regions' shared parameters, and the region's own."""

from dataclasses import replace

import numpy as np
import pytest

from smecluster.calibration import list_cases, load_case
from smecluster.calibration.estimate.fit import descend
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.calibration.problem.objective import Objective
from smecluster.calibration.validation.leave_out import leave_out
from smecluster.model import load as load_model
from smecluster.model.errors import InputError

SHARED = ["upgrading rate", "elasticity of wage to tightness"]
OWN = ["market share at reference[Zhongguancun, national]", "initial wage premium[Wenzhou]"]


@pytest.fixture(scope="module")
def small():
    whole = assemble_problem(
        load_model(), [load_case(name) for name in list_cases()], base={"TIME STEP": 0.25}
    )
    return whole.with_parameters([*SHARED, *OWN])


@pytest.fixture(scope="module")
def true(small):
    """The same problem with figures that the model has made, and where it stood."""
    objective = Objective(small)
    made = objective.simulate(objective.prior_mean)[0]
    return replace(small, measurements=small.measurements.assign(value=made)), objective.prior_mean


@pytest.fixture(scope="module")
def found(small):
    objective = Objective(small)
    return leave_out(small, descend(objective, objective.prior_mean).x)


def test_where_all_regions_tell_the_same_nothing_moves(true):
    problem_, truth = true
    left = leave_out(problem_, truth)
    assert np.allclose(left.parameters["moved in prior sd"], 0, atol=1e-3)
    assert left.parameters["inside"].all()
    assert np.allclose(left.costs["cost"], left.costs["cost without"], atol=1e-3)


def test_each_shared_parameter_is_told_for_each_region_left_out(found):
    assert len(found.parameters) == 3 * len(SHARED)
    assert set(found.parameters["name"]) == set(SHARED)
    assert found.parameters["left out"].nunique() == 3


def test_an_estimate_is_inside_when_it_lies_between_the_bounds(found):
    table = found.parameters
    between = (table["estimate"] >= table["low"]) & (table["estimate"] <= table["high"])
    assert (between == table["inside"]).all()


def test_only_the_left_out_regions_series_are_compared(found):
    assert (found.fits["left out"] == found.fits["region"]).all()
    assert set(found.costs["left out"]) == set(found.fits["region"])


def test_figures_of_the_left_out_region_do_not_move_the_shared_parameters(small, found):
    table = small.measurements
    own = table["region"] == "Wenzhou"
    other = replace(small, measurements=table.assign(value=table["value"] * np.where(own, 1.5, 1)))
    objective = Objective(small)
    again = leave_out(other, descend(objective, objective.prior_mean).x, ("Wenzhou",))
    before = found.parameters[found.parameters["left out"] == "Wenzhou"]
    assert np.allclose(again.parameters["estimate"], before["estimate"], rtol=1e-6)


def test_what_cannot_be_left_out_is_refused(small):
    objective = Objective(small)
    with pytest.raises(InputError, match="did you mean 'Wenzhou'"):
        leave_out(small, objective.prior_mean, ("Wenzhu",))
    one = small.select(small.measurements["region"] == "Wenzhou")
    with pytest.raises(InputError, match="leaves none"):
        leave_out(one, objective.prior_mean)
    with pytest.raises(InputError, match="no shared parameter"):
        leave_out(small.with_parameters(OWN), objective.prior_mean[2:])
