"""Strategies are compared at equal programme money, read from the model's accounts."""

import numpy as np
import pytest
import xarray as xr

from smecluster.model.support.errors import InputError
from smecluster.policies import Strategy, load
from smecluster.policies.ensemble.equal_cost import as_written, equalise, programme_money

START = 2025.0


def ledger(strategy: Strategy) -> xr.Dataset:
    """A world of two regions in which money breeds money, so cost is not proportional."""
    years = np.arange(2020.0, 2041.0)
    after = np.clip(years - START, 0, None)[:, None]
    local = strategy.local.share if strategy.local else 0.0
    central = strategy.central.share if strategy.central else 0.0
    size = np.array([1000.0, 3000.0]) * (1 + 5 * (local + central))
    return xr.Dataset(
        {
            "Programme account": (("time", "Region"), 7 + local * size * after),
            "Central programme account": (("time",), 3 + (central * size.sum() * after)[:, 0]),
        },
        coords={"time": years, "Region": ["A", "B"]},
    )


def test_money_before_the_start_does_not_count():
    assert programme_money(ledger(load("end-all-policy")), START) == 0


def test_budgets_are_scaled_until_the_accounts_agree():
    funded = equalise((load("central"), load("local"), load("mixed")), ledger, START)
    target = funded[0].money
    assert funded[0].factor == 1
    for item in funded:
        assert item.money == pytest.approx(target, rel=1e-3)
        assert programme_money(ledger(item.strategy), START) == item.money


def test_any_budget_can_be_asked_for():
    funded = equalise((load("central"), load("local")), ledger, START, budget=5000.0)
    assert [item.money for item in funded] == pytest.approx([5000.0, 5000.0], rel=1e-3)
    assert funded[0].written != pytest.approx(5000.0, rel=0.1)


def test_a_strategy_without_a_programme_stays_as_it_is():
    none, central = equalise((load("end-all-policy"), load("central")), ledger, START)
    assert (none.factor, none.money) == (1, 0)
    assert central.factor == 1


def history(strategy: Strategy) -> xr.Dataset:
    """The same world, in which the historical course costs 1000 without any programme."""
    run = ledger(strategy)
    if strategy.until > START:
        run["Central programme account"] += np.where(run["time"] > START, 1000.0, 0.0)
    return run


def test_history_cannot_be_scaled_so_the_others_are_brought_to_what_it_costs():
    central, past = equalise((load("central"), load("as-now")), history, START)
    assert past.money == 1000
    assert past.factor == 1
    assert central.money == pytest.approx(1000, rel=1e-3)


def test_as_written_leaves_budgets_alone():
    funded = as_written((load("central"), load("mixed")), ledger, START)
    assert [item.factor for item in funded] == [1, 1]
    assert [item.strategy for item in funded] == [load("central"), load("mixed")]


@pytest.mark.parametrize("budget", [0.0, -1.0])
def test_an_impossible_budget_is_refused(budget):
    with pytest.raises(InputError, match="cannot be brought to"):
        equalise((load("central"),), ledger, START, budget=budget)
