"""What the account says follows its numbers: sign, odds, losers, ties, failures."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster.policies import load
from smecluster.policies.accounting.lines import ITEMS, LINES, NATION, RESIDENTS, WAGES
from smecluster.policies.accounting.measures import (
    ACCOUNT,
    BESIDE,
    DEBT,
    ITEMS_PAID,
    LINES_PAID,
)
from smecluster.policies.accounting.result import Account
from smecluster.policies.budget import Budget
from smecluster.policies.ensemble.worlds import ADDITIONAL
from smecluster.policies.wording.worlds import Odds

BOTH = ("central", "local")


def inject(central, local, *, budget=717e3, horizon=2060.0, varied=False, residents=0.0):
    """Make an account in which the first line carries all, and the first item.

    Parameters
    ----------
    central, local : sequence of float
        Net national benefit in each draw, Myuan.
    residents : float
        What Wenzhou's residents gain in every draw, Myuan; owners gain the rest.
    """
    values = np.array([central, local], dtype=float)
    draws = values.shape[1]
    lines = np.zeros((2, draws, len(LINES)))
    lines[..., 0] = values
    places = ["Wenzhou", "Delta", NATION]
    items = np.zeros((2, draws, len(ITEMS), len(places)))
    names = [item.name for item in ITEMS]
    items[..., names.index(WAGES.name), 0] = residents
    items[..., [item.party for item in ITEMS].index("owners and lenders"), 1] = values - residents
    where = ("strategy", "draw")
    beside = {
        name: (
            (*where, "year"),
            np.where(np.isfinite(values), 0.02 if name == DEBT else 0.0, np.nan)[..., None]
            * np.ones(2),
            {"unit": "Myuan"},
        )
        for name in BESIDE
    }
    changes = xr.Dataset(
        {
            ACCOUNT: (where, values, {"unit": "Myuan"}),
            LINES_PAID: ((*where, "line"), lines),
            ITEMS_PAID: ((*where, "item", "Region"), items),
            ADDITIONAL: (where, np.where(np.isfinite(values), budget, np.nan)),
            **beside,
        },
        {
            "strategy": list(BOTH),
            "draw": np.arange(draws),
            "line": [line.name for line in LINES],
            "item": names,
            "Region": places,
            "year": [2040, 2060],
        },
    )
    levels = xr.Dataset({n: (("draw", "year"), np.ones((draws, 2))) for n in BESIDE})
    table = pd.DataFrame({"a": np.arange(draws)})
    return Account(
        strategies=tuple(load(name) for name in BOTH),
        baseline=load("as-now"),
        budget=Budget(budget, 143.5e6, 2025.0, 2040.0),
        horizon=horizon,
        draws=table,
        changes=changes,
        levels=levels.assign_coords(draw=np.arange(draws), year=[2040, 2060]),
        failed=int(np.isnan(values).sum()),
        runs=6,
        spans=(),
        odds=Odds(varied, draws),
    )


@pytest.mark.parametrize("horizon", [2040.0, 2060.0])
@pytest.mark.parametrize("budget", [143.5e3, 4305e3])
def test_a_gain_is_worth_something_and_a_loss_costs(horizon, budget):
    account = inject([5e5, 6e5, 7e5], [-1e5, -2e5, 3e5], budget=budget, horizon=horizon)
    first, second, between, *_ = account.answer()
    assert first.startswith("Central is worth 600 bn yuan (90 % interval 510 to 690) to the nation")
    assert f"to {horizon:g}, in present value" in first
    assert f"{600e3 / budget:.3g} for each yuan of additional money" in first
    assert "above zero in all 3 draws that were run (95 % bound: at least 36 of 100)" in first
    assert second.startswith("Local costs the nation 100 bn yuan")
    assert "above zero in 1 of 3 draws" in second
    assert "worth" not in second
    assert between.startswith("Central is worth 600 bn yuan")
    assert "more than local, more in all 3 draws that were run" in between


def test_worlds_are_called_so_only_where_all_judgements_are_varied():
    values = [5e5, -6e5, 7e5, 8e5]
    varied = inject(values, values, varied=True).answer()[0]
    assert "in 3 of 4 worlds that fit the history, all judgements varied" in varied
    assert "worlds" not in " ".join(inject(values, values).answer())


def test_nothing_is_said_to_hold_in_every_draw():
    for numbers in ([1e5] * 4, [-1e5] * 4, [0.0] * 4, [1e5, -1e5, 2e5, 0.0]):
        said = " ".join(inject(numbers, numbers[::-1]).answer())
        assert "every draw" not in said
        assert "100 %" not in said


def test_a_tie_is_no_lead():
    account = inject([5e5, 6e5], [5e5, 6e5])
    between = account.answer()[2]
    assert between == "Central is worth as much as local."


def test_a_result_of_nothing_has_no_sign():
    said = inject([0.0, 0.0], [1e5, 2e5]).answer()
    assert said[0].startswith("Central is worth nothing to the nation and costs it nothing")
    assert "Under central nobody gains and nobody loses." in said


def test_losers_are_named_with_the_draws_in_which_they_gain():
    account = inject([5e5, 6e5], [4e5, 4e5], residents=-1e5)
    said = " ".join(account.answer())
    assert f"Who loses under central, in bn yuan: {RESIDENTS} 100." in said
    assert "Who gains: the owners and lenders 650." in said
    gained = " ".join(inject([5e5, 6e5], [4e5, 4e5], residents=1e5).answer())
    assert "Under central no party loses." in gained


def test_failures_are_counted_and_left_out():
    account = inject([5e5, np.nan, 7e5, 6e5], [np.nan] * 4)
    said = account.answer()
    assert "above zero in all 3 draws that were run" in said[0]
    assert said[1] == "Local has no result in any draw."
    assert "5 runs have no result and are left out." in account.basis()
    assert account.tables()["account"]["draws"].iloc[0] == 3


def test_one_set_of_values_has_no_odds():
    one = inject([5e5], [-1e5])
    said = " ".join(one.answer())
    assert "draws" not in said
    assert "interval" not in said
    assert "carry no uncertainty" in " ".join(one.basis())


def test_debt_beside_the_account_says_its_direction():
    said = " ".join(inject([5e5, 6e5], [4e5, 4e5]).answer())
    assert "local public debt is 2 % higher in 2040" in said
    less = inject([5e5, 6e5], [4e5, 4e5])
    lower = dataclasses.replace(less, changes=less.changes.assign({DEBT: -less.changes[DEBT]}))
    assert "local public debt is 2 % lower in 2040" in " ".join(lower.answer())
    assert "employment is hardly different in 2040" in said
