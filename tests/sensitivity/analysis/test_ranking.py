"""Strategies are ranked in every draw, and what turns their order is found."""

import numpy as np
import pytest

from smecluster.model.errors import InputError
from smecluster.sensitivity.analysis.ranking import rank_strategies
from smecluster.sensitivity.methods.estimates import Bootstrap
from smecluster.sensitivity.report.sentences import describe_ranking

BOOTSTRAP = Bootstrap(seed=3, resamples=50)
FACTORS = ("a", "b")


def ranked(values, x, **more):
    names = [f"s{k}" for k in range(values.shape[1])]
    return rank_strategies(values, names, FACTORS, x, BOOTSTRAP, **more)


@pytest.fixture
def x():
    return np.random.default_rng(1).random((1000, 2))


def test_a_ranking_that_always_holds_is_known_to_hold_nearly_always(x):
    found = ranked(np.stack([x[:, 0], x[:, 0] + 1], axis=1), x)
    assert found.strategies == ("s1", "s0")
    assert found.share[0] == found.share[1] == 0
    assert 0 < found.share[2] < 0.01
    assert found.causes.empty
    np.testing.assert_array_equal(found.best, [1, 0])


def test_the_factor_that_turns_the_ranking_is_found(x):
    found = ranked(np.stack([x[:, 0], np.full(1000, 0.3)], axis=1), x, output="y")
    assert found.share[0] == pytest.approx(0.3, abs=0.04)
    assert found.share[1] < 0.3 < found.share[2]
    first, other = found.causes.iloc[0], found.causes.iloc[1]
    assert first["factor"] == "a"
    assert first["separation"] == pytest.approx(1, abs=0.05)
    assert first["shift"] == pytest.approx(-1, abs=0.01)
    assert first["where low"] == 1
    assert first["where high"] == 0
    assert other["separation"] < 0.05
    said = describe_ranking(found)
    assert "What changes it most is a: the order differs in 0 % of the draws where it" in said


def test_equals_do_not_change_a_ranking(x):
    same = np.stack([x[:, 0], x[:, 0], x[:, 0] - 1], axis=1)
    found = ranked(same, x)
    assert found.share[0] == 0
    np.testing.assert_array_equal(found.best, [1, 1, 0])


def test_any_two_strategies_that_change_places_change_the_ranking(x):
    values = np.stack([x[:, 0] + 5, x[:, 0], x[:, 1] + 0.05], axis=1)
    found = ranked(values, x)
    assert found.strategies[0] == "s0"
    assert found.best[0] == 1
    assert found.share[0] == pytest.approx(0.45, abs=0.05)
    pairs = found.advantage.set_index(["better", "worse"])["share"]
    assert pairs["s0", "s1"] == 1
    assert pairs[found.strategies[1], found.strategies[2]] == pytest.approx(1 - found.share[0])


def test_few_changes_have_no_causes(x):
    values = np.stack([np.ones(1000), np.zeros(1000)], axis=1)
    values[:5, 1] = 2
    found = ranked(values, x, output="y")
    assert found.causes.empty
    assert "too few draws of one kind" in describe_ranking(found)


def test_a_ranking_needs_strategies_and_numbers(x):
    with pytest.raises(InputError, match="needs two strategies and a draw, not 1 and 1000"):
        ranked(x[:, :1], x)
    broken = x.copy()
    broken[3, 0] = np.inf
    with pytest.raises(InputError, match="not finite in all draws"):
        ranked(broken, x)
