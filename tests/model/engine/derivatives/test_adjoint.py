"""Derivatives of runs taken backwards are those that differences show."""

from pathlib import Path

import numpy as np
import pytest

from smecluster import model
from smecluster.model.engine.derivatives.rules import NoDerivativeError
from smecluster.model.engine.run.evaluator import Evaluator
from smecluster.model.errors import InputError

TEXT = """{UTF-8}
Place: east, west ~~|
growth[Place] = 0.3, 0.7 ~~|
power = 1.7 ~~|
first = 2 ~~|
none = 0 ~~|
still = EXP(power) * SQRT(first) + LN(first) ~~|
course((0,1),(1,3),(2,2),(4,5)) ~~|
Stock[east] = INTEG(growth[east] * Stock[east] ^ 0.5 - 0.1 * Other, first) ~~|
Stock[west] = INTEG(flow / still, still) ~~|
Other = INTEG(SUM(Stock[Place!]) / power - ABS(Other - 3) * growth[west], first ^ power) ~~|
flow = IF THEN ELSE(Stock[east] > 3, SIN(Stock[east]), COS(first * Time)) + ZIDZ(Other, none) ~~|
result[Place] = course(Stock[Place] * growth[Place]) ~~|
most = MAX(Stock[east], Other) - MIN(Stock[west], power * 2) ~~|
turned = ARCTAN(Other) * TANH(growth[west]) + INTEGER(Other) + Other ^ power - Stock[east] ~~|
unread = INTEG(1 / none, 0) ~~|
INITIAL TIME = 0 ~~|
FINAL TIME = 3 ~~|
TIME STEP = 0.25 ~~|
SAVEPER = 0.25 ~~|
"""
INPUTS = ("growth[east]", "growth[west]", "power", "first")
OUTPUTS = ("result[east]", "result[west]", "most", "turned", "still")
YEARS = (0.0, 1.0, 3.0)


def make(text=TEXT, base=None, inputs=INPUTS, outputs=OUTPUTS):
    small = model.Model(text, Path("small.mdl"))
    return Evaluator(small, inputs, outputs, YEARS, base)


def differ(evaluator, values, weights, step=1e-6):
    """Derivatives of the weighted sum of the outputs by central differences."""
    found = np.empty(values.shape)
    for column in range(values.shape[1]):
        ends = []
        for side in (step, -step):
            moved = values.copy()
            moved[:, column] += side
            ends.append((evaluator.run(moved) * weights).sum(axis=(1, 2)))
        found[:, column] = (ends[0] - ends[1]) / (2 * step)
    return found


@pytest.mark.parametrize("base", [None, {"TIME STEP": 0.125, "course": [(0, 0), (5, 10)]}])
def test_derivatives_equal_differences(base):
    evaluator, rng = make(base=base), np.random.default_rng(2)
    values = np.array([0.3, 0.7, 1.7, 2.0]) * rng.uniform(0.9, 1.1, (20, 4))
    weights = rng.standard_normal((20, len(OUTPUTS), len(YEARS)))
    outputs, pull = evaluator.run_both_ways(values)
    assert (outputs == evaluator.run(values)).all()
    assert pull(weights) == pytest.approx(differ(evaluator, values, weights), rel=1e-5, abs=1e-5)


def test_the_number_of_threads_changes_no_digit():
    evaluator, rng = make(), np.random.default_rng(2)
    values = np.array([0.3, 0.7, 1.7, 2.0]) * rng.uniform(0.9, 1.1, (40, 4))
    weights = rng.standard_normal((40, len(OUTPUTS), len(YEARS)))
    one, two = (evaluator.run_both_ways(values, workers)[1](weights) for workers in (1, 2))
    assert (one == two).all()
    alone = evaluator.run_both_ways(values[37:38])[1](weights[37:38])
    assert (alone[0] == one[37]).all()


def test_a_run_that_fails_has_no_derivatives_and_leaves_those_of_others():
    text = TEXT.replace("turned = ", "turned = LN(first - 1) + ")
    evaluator = make(text, outputs=("turned",))
    values = np.array([[0.3, 0.7, 1.7, 2.0], [0.3, 0.7, 1.7, 0.5]])
    outputs, pull = evaluator.run_both_ways(values)
    found = pull(np.ones(outputs.shape))
    assert np.isfinite(found[0]).all()
    assert np.isnan(outputs[1]).all()
    assert np.isnan(found[1]).any()


def test_a_model_with_a_fixed_delay_says_that_it_has_no_derivatives():
    text = TEXT.replace("unread = INTEG(1 / none, 0)", "late = DELAY FIXED(Other, 1, 0)")
    evaluator = make(text)
    assert not evaluator.has_derivatives
    with pytest.raises(NoDerivativeError, match="fixed delay"):
        evaluator.run_both_ways(np.ones((1, 4)))


def test_values_of_another_shape_are_refused():
    with pytest.raises(InputError, match=r"\(runs, 4\) is needed"):
        make().run_both_ways(np.ones((1, 3)))


@pytest.mark.slow  # compiling the search backwards takes seconds
def test_shares_of_a_scarce_supply_have_derivatives():
    """The search for the priority halves a span: it ends with a line, and its slope counts."""
    text = (
        "{UTF-8}\nPlace: east, west ~~|\nPart: kind, rank, spread, more ~~|\n"
        "want[Place] = 6, 7 ~~|\nrank[Place] = 1, 1.4 ~~|\nsupply = 5 ~~|\nwidth = 1.5 ~~|\n"
        "type[Place] = 3 ~~|\ncurve[Place, kind] = type[Place] ~~|\n"
        "curve[Place, rank] = rank[Place] ~~|\ncurve[Place, spread] = width ~~|\n"
        "curve[Place, more] = 0 ~~|\n"
        "smooth[Place] = ALLOCATE AVAILABLE(want[Place], curve[Place, kind], supply + Time) ~~|\n"
        "even[Place] = ALLOCATE BY PRIORITY(want[Place], rank[Place], 2, width, supply) ~~|\n"
        "INITIAL TIME = 0 ~~|\nFINAL TIME = 3 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 0.5 ~~|\n"
    )
    inputs = ("want[east]", "rank[west]", "supply", "width")
    outputs = ("smooth[east]", "smooth[west]", "even[east]", "even[west]")
    evaluator, rng = make(text, inputs=inputs, outputs=outputs), np.random.default_rng(5)
    values = np.array([6, 1.4, 5, 1.5]) * rng.uniform(0.9, 1.1, (8, 4))
    weights = rng.standard_normal((8, len(outputs), len(YEARS)))
    found = evaluator.run_both_ways(values)[1](weights)
    assert found == pytest.approx(differ(evaluator, values, weights), rel=1e-5, abs=1e-5)
