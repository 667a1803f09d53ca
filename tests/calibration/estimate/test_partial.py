"""Partial fits: a sector answers to its drivers' figures and to nothing else."""

from dataclasses import replace

import numpy as np
import pytest

from smecluster.calibration import list_cases, load_case
from smecluster.calibration.estimate.partial import (
    Driver,
    Sector,
    fit_sectors,
    isolate_sector,
    read_sectors,
)
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.calibration.problem.objective import Objective
from smecluster.model import load as load_model
from smecluster.model.errors import InputError

LABOUR = ["elasticity of wage to tightness", "initial wage premium[Wenzhou]"]
TAXES = ["VAT rate", "income tax rate"]


@pytest.fixture(scope="module")
def small():
    whole = assemble_problem(
        load_model(), [load_case(name) for name in list_cases()], base={"TIME STEP": 0.25}
    )
    return whole.with_parameters([*LABOUR, *TAXES, "upgrading rate"])


@pytest.fixture(scope="module")
def labour():
    return next(sector for sector in read_sectors() if sector.name == "labour")


def moved(problem_, name):
    objective = Objective(problem_)
    x = objective.prior_mean
    at = objective.names.index(name)
    return objective.simulate([x, x + 0.5 * objective.prior_sd * (np.arange(len(x)) == at)])


def test_every_shipped_sector_fits_the_model_and_the_cases():
    whole = assemble_problem(load_model(), [load_case(name) for name in list_cases()])
    known = {name.partition("[")[0] for name in whole.names}
    for sector in read_sectors():
        assert known & set(sector.parameters), sector.name
        assert set(sector.series) & set(whole.measurements["variable"]), sector.name


def test_a_driven_sector_does_not_see_the_rest_of_the_model(small, labour):
    kept = [*LABOUR, "upgrading rate"]
    part = isolate_sector(small.with_parameters(kept), labour, {})
    free = replace(part, parameters=small.with_parameters(kept).parameters)
    before, after = moved(free, "upgrading rate")
    wages = (part.measurements["variable"] == "annual wage").to_numpy()
    assert np.allclose(before[wages], after[wages], rtol=1e-3)
    before, after = moved(small.select(small.measurements["variable"] == "annual wage"), kept[-1])
    assert not np.allclose(before, after, rtol=1e-3)


def test_a_driver_passes_through_its_figures(small, labour):
    part = isolate_sector(small, labour, {})
    course = dict(part.base["course of cut value added of history[Wenzhou]"])
    own = small.measurements[
        (small.measurements["observable"] == "value added[Wenzhou]")
        & (small.measurements["year"] == 2010)
    ]
    assert course[2010.0] == pytest.approx(own["value"].item())


def test_a_sector_keeps_its_own_figures_and_parameters(small, labour):
    part = isolate_sector(small, labour, {})
    assert set(part.names) == set(LABOUR)
    assert set(part.measurements["variable"]) <= set(labour.series)


def test_figures_that_the_model_has_made_give_the_same_estimate_in_part_and_whole(small):
    objective = Objective(small)
    made = small.measurements.assign(value=objective.simulate(objective.prior_mean)[0])
    true = replace(small, measurements=made)
    found = fit_sectors(true, objective.prior_mean)
    assert set(found["sector"]) == {"labour", "local taxes"}
    assert (found["difference"].abs() < 0.2).all()
    assert found["agrees"].all()
    assert np.allclose(found["estimate"], found["whole"], rtol=0.05)


def test_a_problem_without_any_sector_gives_an_empty_table(small):
    few = small.with_parameters(["upgrading rate"])
    found = fit_sectors(few, Objective(few).prior_mean)
    assert found.empty
    assert "agrees" in found


def test_a_sector_that_the_problem_does_not_have_is_named(small):
    sector = Sector.model_validate(
        {
            "name": "none",
            "says": "nothing",
            "parameters": ["brand premium"],
            "series": ["Talent"],
            "driver": [{"variable": "value added", "in": ["desired employment"]}],
        }
    )
    with pytest.raises(InputError, match="'none': no region has its parameters"):
        isolate_sector(small, sector, {})


def test_an_equation_that_does_not_read_the_driver_is_refused(small, labour):
    wrong = labour.model_copy(
        update={"driver": (Driver.model_validate({"variable": "value added", "in": ["profit"]}),)}
    )
    with pytest.raises(InputError, match="does not read 'value added'"):
        isolate_sector(small, wrong, {})


def test_a_misspelt_field_is_named_with_its_place(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('[[sector]]\nname = "a"\n[[sector.driver]]\nvariabel = "b"\n')
    with pytest.raises(InputError, match="did you mean 'variable'"):
        read_sectors(path)
