"""The paths of a calibrated model agree with what its objective compares with the figures."""

import numpy as np
import pytest

from smecluster import model
from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.posterior.paths import simulate_paths
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.calibration.problem.objective import Objective


@pytest.fixture(scope="module")
def objective():
    whole = assemble_problem(
        model.load(), [load_case(name) for name in list_cases()], base={"TIME STEP": 0.125}
    )
    return Objective(whole.with_parameters(["upgrading rate", "working capital need"]))


@pytest.fixture(scope="module")
def table(objective):
    points = objective.prior_mean + objective.prior_sd * np.linspace(-1, 1, 9)[:, None]
    return simulate_paths(objective, objective.prior_mean, points)


def test_a_path_passes_through_what_is_compared_with_the_figures(objective, table):
    figures = objective.problem.measurements.assign(
        model=objective.simulate(objective.prior_mean)[0]
    ).merge(table[["region", "variable", "year", "value"]], on=["region", "variable", "year"])
    assert len(figures) == len(objective.problem.measurements)
    assert figures["value_y"].to_numpy() == pytest.approx(figures["model"].to_numpy(), rel=1e-12)


def test_the_draws_enclose_the_path(table):
    assert (table["low"] <= table["value"] * (1 + 1e-9)).mean() > 0.95
    assert (table["high"] >= table["value"] * (1 - 1e-9)).mean() > 0.95


def test_draws_are_level_where_only_the_course_is_known(objective, table):
    figures = objective.problem.measurements
    mine = (figures["region"] == "Wenzhou") & (figures["variable"] == "SME loans")
    path = table[(table["region"] == "Wenzhou") & (table["variable"] == "SME loans")]
    known = path[path["year"].isin(figures["year"][mine])]
    # Every draw crosses the path somewhere, so that the bounds cannot both lie on one side.
    assert (known["low"] <= known["value"]).any()
    assert (known["high"] >= known["value"]).any()
    assert (
        np.log(known["high"] / known["low"]).min() < 0.5 * np.log(path["high"] / path["low"]).max()
    )


def test_without_draws_there_are_no_bounds(objective):
    table = simulate_paths(objective, objective.prior_mean)
    assert table[["low", "high"]].isna().all(axis=None)
    assert table["value"].notna().all()
