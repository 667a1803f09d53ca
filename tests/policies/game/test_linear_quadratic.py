"""Oates' question in its linear-quadratic case: the search centralises where the formula says.

The formula is written here, from the variances of normal beliefs; the code knows neither.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import brentq

from smecluster.model import InputError
from smecluster.policies.game.linear_quadratic import Task, choose, gain_of_centralising

TOLERANCE = 1e-6


def draw_task(seed: int) -> Task:
    chance = np.random.default_rng(seed)
    return Task(
        mean=chance.uniform(-2, 4),
        spread=chance.uniform(0.3, 2),
        curvature=chance.uniform(0.5, 3),
        spill_over=chance.uniform(-0.8, 1.5),
        local_error=chance.uniform(0.1, 1),
        central_error=chance.uniform(0.1, 3),
        fixed_cost=chance.uniform(0, 1),
        places=int(chance.integers(1, 30)),
    )


def left_over(task: Task, error: float) -> float:
    """Variance of a normal belief after one look."""
    return 1 / (1 / task.spread**2 + 1 / error**2)


def margin(task: Task) -> float:
    """Left less right side of the formula, over 2 b: the gain of centralising on paper."""
    k, b = task.spill_over, task.curvature
    local, central = (left_over(task, error) for error in (task.local_error, task.central_error))
    estimate_squared = task.mean**2 + task.spread**2 - local
    left = k**2 * estimate_squared
    right = (1 + k) ** 2 * (central - local) + 2 * b * task.fixed_cost / task.places
    return (left - right) / (2 * b)


@pytest.mark.parametrize("seed", range(40))
def test_the_search_gains_what_the_formula_says(seed):
    task = draw_task(seed)
    assert gain_of_centralising(task) == pytest.approx(margin(task), abs=TOLERANCE)


def test_both_answers_occur():
    gains = [margin(draw_task(seed)) for seed in range(40)]
    assert 10 < sum(gain > 0 for gain in gains) < 30


@pytest.mark.parametrize("name", ["central_error", "fixed_cost", "spill_over"])
def test_the_search_turns_where_the_formula_turns(name):
    base = Task(2.0, 1.0, 1.5, 0.4, 0.4, 0.6, 0.3, 4)
    ends = {"central_error": (0.4, 5.0), "fixed_cost": (0.0, 3.0), "spill_over": (0.0, 2.0)}[name]

    def find_turn(gain):
        return brentq(lambda value: gain(replace(base, **{name: value})), *ends, xtol=1e-10)

    assert find_turn(gain_of_centralising) == pytest.approx(find_turn(margin), abs=TOLERANCE)


def test_a_better_view_and_no_spill_over_leave_the_task_to_places():
    task = Task(1.0, 1.0, 1.0, 0.0, 0.3, 0.9)
    assert gain_of_centralising(task) < 0
    assert choose(task, "local").welfare > choose(task, "central").welfare > 0


def test_a_local_government_ignores_what_others_gain():
    alone, near = (choose(Task(1.0, 1.0, 1.0, k, 0.3, 0.3), "local") for k in (0.0, 0.7))
    assert np.allclose(alone.amount, near.amount, atol=1e-9)


@pytest.mark.parametrize("change", [{"curvature": 0.0}, {"local_error": -1.0}, {"places": 0}])
def test_a_task_outside_its_domain_is_refused(change):
    with pytest.raises(InputError):
        replace(Task(1.0, 1.0, 1.0, 0.5, 0.3, 0.9), **change)
