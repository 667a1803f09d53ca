"""The map: one programme read in several years, cells as the numbers, words as the cells."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.policies import load
from smecluster.policies.accounting.compute import draw_up_account
from smecluster.policies.budget import Budget
from smecluster.policies.ensemble.gains import BENEFIT, GAINED
from smecluster.policies.ensemble.worlds import ADDITIONAL
from smecluster.policies.money_map.compute import draw_map
from smecluster.policies.money_map.figures import draw_figures
from smecluster.policies.money_map.measures import find_first, find_limits
from smecluster.policies.money_map.result import MoneyMap
from smecluster.policies.wording.worlds import Odds

STEP = {"TIME STEP": 0.125}
PAIR = [load("central"), load("local")]
DRAWS = pd.DataFrame({"preference for variety": [0.18, 0.2, 0.24]})
WHOLE = 143.5e6  # Myuan; any value will do


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return draw_map(model, PAIR, DRAWS, ("3%", "0.1%"), (2030, 2040, 2045), settings=STEP)


def test_each_cell_is_that_of_the_account(model, found):
    for budget in found.budgets:
        for horizon in (2030, 2045):
            alone = draw_up_account(
                model, PAIR, DRAWS, budget=budget, horizon=horizon, settings=STEP
            )
            given = found.changes[BENEFIT].sel(money=budget.money, horizon=horizon)
            np.testing.assert_allclose(given, alone.changes[BENEFIT], rtol=1e-6)


def test_budgets_are_in_order_and_each_is_spent(found):
    sums = [budget.money for budget in found.budgets]
    assert sums == sorted(sums)
    for money in sums:
        np.testing.assert_allclose(found.changes[ADDITIONAL].sel(money=money), money, rtol=1e-6)


def test_workers_change_no_digit(model, found):
    again = draw_map(
        model, PAIR, DRAWS, ("0.1%", "3%"), (2030, 2040, 2045), settings=STEP, workers=1
    )
    np.testing.assert_array_equal(again.changes[BENEFIT], found.changes[BENEFIT])


def test_kept_budgets_give_the_same_map(model, found, tmp_path):
    from smecluster.model.support.checkpoints import Checkpoints

    class Stop(Exception):
        pass

    def stop(done, about):
        calls.append(done / about)
        if calls[-1] > 0.6:
            raise Stop

    calls: list[float] = []
    options = ("0.1%", "3%"), (2030, 2040, 2045)
    with pytest.raises(Stop), Checkpoints(tmp_path / "kept", {"a": "b"}) as kept:
        draw_map(model, PAIR, DRAWS, *options, settings=STEP, checkpoints=kept, progress=stop)
    with Checkpoints(tmp_path / "kept", {"a": "b"}) as kept:
        again = draw_map(model, PAIR, DRAWS, *options, settings=STEP, checkpoints=kept)
    np.testing.assert_array_equal(again.changes[BENEFIT], found.changes[BENEFIT])


@pytest.mark.parametrize(
    ("names", "budgets", "horizons", "message"),
    [
        (["central"], ["0.5%"], [2040], "at least two strategies, not 1"),
        (["central", "local"], ["0.5%", "0.5%"], [2040], "'0.5%' is given twice"),
        (["central", "local"], ["0%"], [2040], "nothing to compare"),
        (["central", "local"], ["x"], [2040], "is no amount of money"),
        (["central", "local"], ["0.5%"], [2040, 2040], "horizon 2040 is given twice"),
        (["central", "local"], ["0.5%"], [2061], "must be a whole year"),
        (["central", "end-all-policy"], ["0.5%"], [2040], "has no programme"),
        (["central", "as-now"], ["0.5%"], [2040], "is what the others are compared with"),
    ],
)
def test_what_cannot_be_mapped_is_refused(model, names, budgets, horizons, message):
    with pytest.raises(InputError, match=message):
        draw_map(model, [load(name) for name in names], None, budgets, horizons)


# Cells and words, on injected results


def inject(central, local, *, horizons=(2040.0, 2060.0), varied=False, shares=(0.001, 0.03)):
    """Make a map from worths along (budget, horizon, draw), Myuan; the last axes may be left out.

    Value added gained is the opposite of what the first is worth, so that no word can be taken
    from the wrong measure.
    """
    size = (len(shares), len(horizons), 4)
    worth = np.stack(
        [np.broadcast_to(np.array(one, dtype=float), size) for one in (central, local)]
    )
    dims = ("strategy", "money", "horizon", "draw")
    coords = {
        "strategy": [one.name for one in PAIR],
        "money": [share * WHOLE for share in shares],
        "horizon": list(horizons),
        "draw": range(4),
    }
    changes = xr.Dataset(
        {BENEFIT: (dims, worth), GAINED: (dims, -worth), ADDITIONAL: (dims, 0 * worth)}, coords
    )
    return MoneyMap(
        strategies=tuple(PAIR),
        baseline=load("as-now"),
        budgets=tuple(Budget(share * WHOLE, WHOLE, 2025.0, 2040.0) for share in shares),
        draws=pd.DataFrame({"a": range(4)}),
        changes=changes.transpose("money", "strategy", "draw", "horizon"),
        failed=int(np.isnan(worth).sum()),
        runs=9,
        spans=((),) * len(shares),
        odds=Odds(varied, 4),
    )


def test_the_order_of_each_measure_is_its_own():
    said = inject(2e5, 1e5).answer()
    assert said[0].startswith("At 0.1 % of value added and counted to 2060, central is worth more")
    assert "by 100 bn yuan and in all 4 draws that were run" in said[0]
    assert said[1] == (
        "By net national benefit the first is: to each of the 2 horizons, central at every budget "
        "that was run."
    )
    assert said[3] == (
        "By value added of the regions the first is: to each of the 2 horizons, local at every "
        "budget that was run."
    )


def test_where_the_order_turns_both_are_named_with_their_budgets():
    flat = np.ones(4) * 1e5
    central = np.array([[2 * flat, flat], [0 * flat, flat]])
    local = np.array([[flat, 2 * flat], [flat, 2 * flat]])
    said = inject(central, local).answer()[1]
    assert "to 2040, central at 0.1 % and local at 3 %" in said
    assert "to 2060, local at every budget that was run" in said


def test_a_lead_in_too_few_draws_is_open():
    said = inject(2e5, np.array([3e5, 1e5, 1e5, 3e5])).answer()
    assert "(open: all of it)" in said[1]
    most = inject(np.array([2e5] * 4), np.array([3e5, 1e5, 1e5, 1e5])).answer()
    assert "in 3 of 4 draws" in most[0]
    assert "(open:" in most[1]


def test_what_is_level_is_nobodys():
    even = inject(1e5, 1e5)
    assert "central and local are level" in even.answer()[0]
    assert "neither at every budget" in even.answer()[1]
    assert draw_figures(even)


@pytest.mark.parametrize(
    ("small", "large", "words"),
    [
        (1e5, -1.9e5, "pays up to about 1.1 % of value added"),
        (-1e5, 1e5, "pays from 3 % on"),
        (-1e5, -2e5, "pays at none of these sums"),
        (1e5, 2e5, "pays at all of these sums"),
        (0.0, 0.0, "pays at none of these sums"),
    ],
)
@pytest.mark.parametrize("horizon", [2040.0, 2060.0])
def test_where_it_stops_paying_follows_the_sign(small, large, words, horizon):
    worth = np.array([small, large])[:, None, None]
    found = inject(worth, worth - 1, horizons=(horizon,))
    (paying,) = (line for line in found.answer() if line.startswith("Where it stops paying"))
    central, _ = paying.split("; ")
    assert f"Central {words} to {horizon:g}" in central
    if small < 0 and large < 0:
        assert "costs the nation" in found.answer()[0]


def test_limits_lie_between_the_budgets_at_the_crossing():
    worth = np.array([3.0, 1.0, -1.0])[:, None, None]
    found = inject(worth, worth, shares=(0.01, 0.02, 0.03))
    limits = find_limits(found, "central", 2040.0)
    assert limits.until == pytest.approx(0.025 * WHOLE)
    assert limits.best == pytest.approx(0.01 * WHOLE)


def test_failures_are_counted_and_a_strategy_without_result_is_not_ahead():
    lost = np.array([1e5, np.nan, 1e5, 1e5])
    part = inject(lost, 0.5e5)
    cell = find_first(part, BENEFIT, part.budgets[0].money, 2060.0)
    assert (cell.ahead, cell.known) == (3, 3)
    gone = inject(np.nan, 1e5)
    assert "only local has a result" in gone.answer()[0]
    assert "Central has no result to 2040 and 2060" in " ".join(gone.answer())
    assert "16 cases have no result and are left out." in gone.basis()
    assert draw_figures(gone)


def test_worlds_are_called_so_only_where_all_is_varied():
    said = inject(2e5, np.array([3e5, 1e5, 1e5, 1e5]), varied=True).answer()[0]
    assert "in 3 of 4 worlds that fit the history, all judgements varied" in said
    assert "worlds" not in " ".join(inject(2e5, 1e5).answer())


def test_nothing_is_said_to_hold_in_every_draw(found):
    said = " ".join([*found.answer(), *found.basis()])
    assert "every draw" not in said
    assert "100 %" not in said


def test_one_set_of_values_has_no_odds(model):
    one = draw_map(model, PAIR, None, ("0.5%",), (2041,), settings=STEP)
    said = " ".join(one.answer())
    assert "draws" not in said
    assert "open" not in said
    assert draw_figures(dataclasses.replace(one, odds=Odds(False, 1)))
