import numpy as np
import pytest

from smecluster.calibration import list_cases, load_case
from smecluster.calibration.problem.assembly import assemble_problem
from smecluster.calibration.problem.objective import Objective, find_idle, refuse_idle
from smecluster.model import load as load_model
from smecluster.model import simulate
from smecluster.model.errors import InputError

STEP = {"TIME STEP": 0.125}


@pytest.fixture(scope="module")
def whole():
    return assemble_problem(load_model(), [load_case(name) for name in list_cases()], base=STEP)


@pytest.fixture(scope="module")
def objective(whole):
    return Objective(whole)


def test_every_parameter_moves_some_figure(objective):
    assert find_idle(objective, objective.start) == []


def test_a_parameter_that_does_nothing_is_refused_with_the_line_of_its_table(whole):
    # What happens later cannot move the first year.
    first = whole.select_until(1978).with_parameters(["upgrading rate"])
    objective = Objective(first)
    with pytest.raises(InputError, match=r"parameters.csv:\d+: 'upgrading rate' has no effect"):
        refuse_idle(objective, objective.start)


def test_a_perfect_model_costs_what_its_priors_cost(objective):
    point = objective.start
    perfect = objective.with_measurements(objective.simulate(point)[0])
    prior = 0.5 * np.sum(((point - objective.prior_mean) / objective.prior_sd) ** 2)
    assert perfect.cost(point)[0] == pytest.approx(prior, rel=1e-12)


def test_the_payoff_sees_what_a_run_of_the_model_shows(whole, objective):
    figure = whole.measurements.iloc[0]
    inputs = dict(zip(objective.names, objective.to_natural(objective.start), strict=True)) | STEP
    run = simulate(whole.model, inputs, outputs=[figure["variable"]], years=[figure["year"]])
    value = float(run[figure["variable"]].sel(Region=figure["region"]).squeeze())
    assert objective.simulate(objective.start)[0, 0] == pytest.approx(value, rel=1e-12)


def test_a_series_known_up_to_a_factor_does_not_feel_its_level(whole, objective):
    scaled = whole.measurements["observable"].map(whole.observables["compare"]) == "scale"
    values = whole.measurements["value"].to_numpy(float)
    doubled = objective.with_measurements(np.where(scaled, 2 * values, values))
    assert doubled.cost(objective.start)[0] == pytest.approx(
        objective.cost(objective.start)[0], rel=1e-9
    )


def test_the_number_of_workers_changes_no_digit(objective):
    points = objective.start + np.linspace(-0.01, 0.01, 7)[:, None]
    np.testing.assert_array_equal(objective.cost(points, 1), objective.cost(points, 2))


def test_points_and_natural_values_turn_into_each_other(objective):
    point = objective.prior_mean
    np.testing.assert_allclose(objective.to_scale(objective.to_natural(point)), point, rtol=1e-12)


def test_figures_after_a_year_can_be_left_out(whole):
    short = whole.select_until(2015)
    assert short.measurements["year"].max() <= 2015
    assert set(short.measurements["observable"]) == set(short.observables.index)
    assert (
        short.observables["figures"] <= whole.observables["figures"][short.observables.index]
    ).all()


def test_remembered_figures_are_out_unless_asked_for_and_then_count_less(whole):
    more = assemble_problem(
        whole.model, [load_case(name) for name in list_cases()], include=["remembered"]
    )
    assert "remembered" not in set(whole.measurements["status"])
    added = more.measurements[more.measurements["status"] == "remembered"]
    stated = added["observable"].map(more.observables["error"])
    assert len(added)
    np.testing.assert_allclose(added["sigma"], 2 * stated)


def test_a_series_of_n_correlated_figures_counts_as_fewer(whole):
    counted = whole.observables["effective figures"]
    assert (counted >= 1).all()
    assert (counted <= whole.observables["figures"]).all()


def test_no_figures_are_refused(whole):
    with pytest.raises(InputError, match="no figure is left"):
        whole.select_until(1900)
