"""Draws are called worlds that fit the history only where every judgement is drawn."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.file.beliefs import RANGE, SWITCH, read_beliefs
from smecluster.policies.wording.worlds import Odds, count_odds


@pytest.fixture(scope="module")
def model():
    return models.load()


def judged(model):
    return [
        name
        for name, variable in model.document.variables.items()
        if variable.kind == "constant"
        and any(one.kind in (RANGE, SWITCH) for one in read_beliefs(variable))
    ]


def test_all_judgements_are_varied_only_if_none_is_left_out(model):
    names = judged(model)
    draws = pd.DataFrame({name: [1.0, 2.0] for name in names})
    assert count_odds(model, draws).all_varied
    claims = [name for name in names if name != "social discount rate"]
    assert count_odds(model, draws[claims]).all_varied
    for left_out in (claims[0], claims[-1]):
        assert not count_odds(model, draws.drop(columns=left_out)).all_varied
    assert not count_odds(model, pd.DataFrame(index=["model"])).all_varied


def test_elements_of_a_constant_stand_for_it(model):
    draws = pd.DataFrame({f"{name}[Wenzhou]": [1.0, 2.0] for name in judged(model)})
    assert count_odds(model, draws).all_varied


@pytest.mark.parametrize(
    ("varied", "values", "words"),
    [
        (False, [1, -1, 2, 0], "in 2 of 4 draws"),
        (True, [1, -1, 2, 0], "in 2 of 4 worlds that fit the history, all judgements varied"),
        (True, [1, np.nan, 2, 1], "in all 3 worlds that fit the history, all judgements varied"),
        (False, [-1] * 4, "in none of the 4 draws that were run (95 % bound: at most 53 of 100)"),
        (False, [np.nan] * 4, ""),
    ],
)
def test_counts_are_said_of_what_was_drawn(varied, values, words):
    assert Odds(varied, 4).say(np.array(values, dtype=float), short=False).startswith(words)
    assert bool(words) == bool(Odds(varied, 4).say(np.array(values, dtype=float)))


def test_one_draw_has_no_odds():
    assert Odds(False, 1).say(np.array([1.0])) == ""


def test_what_the_draws_vary_is_said_as_it_is():
    draws = pd.DataFrame({"a": [1.0, 2.0], "b": [1.0, 2.0]})
    assert Odds(False, 2).describe(draws).startswith("The 2 draws vary 2 constants that")
    assert Odds(True, 2).describe(draws).startswith("The 2 worlds vary 2 values: all constants")
    assert "no uncertainty" in Odds(True, 1).describe(draws.iloc[:1])
