"""The answer under its conditions: from draws whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.priors.table import Switch
from smecluster.sensitivity.decision import conditions
from smecluster.sensitivity.decision.conditions import (
    BY_LIKELIHOOD,
    DRAWN,
    STRUCTURE,
    Sets,
    find_conditions,
)
from smecluster.sensitivity.decision.conditions_page import write_page
from smecluster.sensitivity.decision.worlds import YARDSTICKS

SWITCH = Switch("way", 1.0, 1.0, 0.7, 0.0, 0.0)


def compare(draws):
    """First is ahead where ``a`` is above 0, and by the second yardstick in the state 1 alone."""
    state = draws["way"] if "way" in draws else np.ones(len(draws))
    return {
        YARDSTICKS[0]: draws["a"].to_numpy(dtype=float),
        YARDSTICKS[1]: np.where(state == 1, 1.0, -1.0),
    }


@pytest.fixture
def table(monkeypatch):
    def costs(_, draws, workers):
        a = draws["a"].to_numpy(dtype=float)
        return {
            "autoregression": 0.5 * (a - 0.5) ** 2,
            "discrepancy": 0.5 * (a + 0.5) ** 2,
            "stated": 50 * (a + 3) ** 2,
        }

    monkeypatch.setattr(conditions, "compute_costs", costs)
    rng = np.random.default_rng(1)
    a = rng.standard_normal(4000)
    ways = (rng.uniform(size=4000) < 0.4).astype(float)
    everything = pd.DataFrame({"a": a, "way": ways})

    return find_conditions(None, [SWITCH], Sets(everything, everything), compare)


def pick(table, about, start, yardstick=0):
    kept = (table["about"] == about) & (table["yardstick"] == YARDSTICKS[yardstick])
    return table[kept & table["condition"].str.startswith(start)].iloc[0]


def test_believed_draws_are_counted_as_they_are(table):
    assert pick(table, DRAWN, "2 values as believed, histories").ahead == pytest.approx(
        0.5, abs=0.03
    )


def test_believed_draws_are_weighed_by_the_histories(table):
    row = pick(table, DRAWN, "2 values as believed, weighed")
    # The product of a standard normal density and one around a half lies around a quarter.
    assert row["median"] == pytest.approx(0.25, abs=0.06)
    assert row["usable"]


def test_each_state_has_its_own_answer_and_probability(table):
    one, other = (pick(table, STRUCTURE, f"way: {state}", 1) for state in (1, 0))
    assert (one["ahead"], other["ahead"]) == (1.0, 0.0)
    assert one["prior"] == 0.7
    assert one["posterior"] == pytest.approx(0.4, abs=0.03)


def test_a_likelihood_that_few_draws_survive_has_no_answer(table):
    gaussian = pick(table, BY_LIKELIHOOD, "errors of unknown scale, Gaussian")
    assert gaussian["usable"]
    assert gaussian["ahead"] < pick(table, BY_LIKELIHOOD, "errors of unknown scale, first").ahead
    assert not pick(table, BY_LIKELIHOOD, "errors and auto")["usable"]
    page = write_page(table, ("x", "y"), ("0.5%", 2040), "smecluster", "abc", "none", "t.csv")
    assert "too few draws (k " in page
    assert "| at least 99.8% |" in page
