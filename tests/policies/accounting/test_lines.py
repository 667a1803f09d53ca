"""The account balances: lines, parties and the model's own sum are the same, in every draw."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.policies import load
from smecluster.policies.accounting.compute import draw_up_account
from smecluster.policies.accounting.lines import ITEMS, LINES, VARIABLES
from smecluster.policies.accounting.measures import (
    ACCOUNT,
    ITEMS_PAID,
    LINES_PAID,
    PARTY,
    sum_parties,
)
from smecluster.policies.comparison.compute import compare

STEP = {"TIME STEP": 0.125}
PAGE = Path(__file__).parents[3] / "docs" / "accounts.md"
# What the account weighs by differs among these draws: funds, rent, resources, discounting.
DRAWS = pd.DataFrame(
    {
        "marginal cost of funds": [1.25, 1.6, 1.0],
        "farm rent": [5.0, 9.0, 2.0],
        "use of resources by a lever[talent introduction]": [0.3, 0.5, 0.9],
        "use of resources by a lever[infrastructure investment]": [1.0, 0.7, 1.0],
        "social discount rate": [0.05, 0.03, 0.08],
        "soft budget": [0.5, 0.9, 0.0],
    }
)
PAIR = [load("central"), load("local")]


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def account(model):
    return draw_up_account(model, PAIR, DRAWS, horizon=2050, settings=STEP)


def test_lines_and_parties_sum_to_the_account_of_the_model(account):
    whole = account.changes[ACCOUNT]
    size = float(abs(account.changes[LINES_PAID]).max())
    lines = account.changes[LINES_PAID].sum("line")
    parties = sum_parties(account).sum(PARTY)
    np.testing.assert_allclose(lines, whole, atol=1e-9 * size)
    np.testing.assert_allclose(parties, whole, atol=1e-9 * size)
    assert account.measure_gap() < 1e-9


def test_a_line_or_an_item_that_is_left_out_is_seen(account):
    """Each part is large enough for the balance to miss it: the check can fail."""
    size = abs(account.changes[LINES_PAID]).max("line")
    for line in LINES:
        part = abs(account.changes[LINES_PAID].sel(line=line.name)) / size
        assert float(part.max()) > 1e-7, line
    for item in ITEMS:
        part = abs(account.changes[ITEMS_PAID].sel(item=item.name).sum("Region")) / size
        assert float(part.max()) > 1e-7, item


def test_to_the_last_year_of_compare_both_give_the_same_benefit(model):
    one = draw_up_account(model, PAIR, DRAWS, horizon=model.time.final, settings=STEP)
    other = compare(model, PAIR, DRAWS, settings=STEP)
    names = [strategy.name for strategy in PAIR]
    given = other.changes["Net national benefit account"].sel(future="base", strategy=names)
    np.testing.assert_allclose(one.changes[ACCOUNT], given, rtol=1e-9)
    np.testing.assert_allclose(one.money, other.money.sel(future="base", strategy=names))


def test_the_horizon_changes_what_counts_and_not_the_money(model, account):
    near = draw_up_account(model, PAIR, DRAWS, horizon=2030, settings=STEP)
    np.testing.assert_array_equal(near.money, account.money)
    assert bool((near.changes[ACCOUNT] != account.changes[ACCOUNT]).all())


def test_draws_are_run_apart_to_the_same_digits(model, account):
    for at in range(len(DRAWS)):
        alone = draw_up_account(model, PAIR, DRAWS.iloc[[at]], horizon=2050, settings=STEP)
        given = account.changes[ACCOUNT].isel(draw=[at])
        np.testing.assert_allclose(alone.changes[ACCOUNT], given, rtol=1e-5)


def test_without_a_programme_nothing_changes(model):
    idle = load("as-now").model_copy(update={"name": "idle"})
    found = draw_up_account(model, [idle], horizon=2045, settings=STEP)
    assert float(abs(found.changes[LINES_PAID]).max()) == 0
    assert "worth nothing to the nation and costs it nothing" in found.answer()[0]


@pytest.mark.parametrize("horizon", [2025, 2061, 2040.5])
def test_a_horizon_out_of_reach_is_refused(model, horizon):
    with pytest.raises(InputError, match=r"horizon must be a whole year in 2026\.\.2060"):
        draw_up_account(model, PAIR, horizon=horizon)


def test_the_end_of_runs_is_no_setting(model):
    with pytest.raises(InputError, match="is what the horizon sets"):
        draw_up_account(model, PAIR, settings={"FINAL TIME": 2050})


def test_the_page_writes_out_every_line_and_every_variable():
    text = PAGE.read_text(encoding="utf-8")
    for part in (*LINES, *ITEMS):
        assert f"| {part.name} |" in text, part
    words = " ".join(re.findall(r"`([^`]*)`", text))
    assert [name for name in VARIABLES if name not in words] == []
