"""The budget is an amount that depends on no strategy, and says what it is."""

import pytest

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.policies.budget import Amount, parse_budget, set_budget
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import carry_on


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0.5%", Amount(share=0.005)),
        ("0.5 %", Amount(share=0.005)),
        ("300 bn", Amount(money=3e5)),
        ("300bn yuan", Amount(money=3e5)),
        ("300000", Amount(money=3e5)),
        ("300,000", Amount(money=3e5)),
        (3e5, Amount(money=3e5)),
        ("0", Amount(money=0.0)),
    ],
)
def test_money_is_a_share_or_a_sum(text, amount):
    read = parse_budget(text)
    assert read.share == pytest.approx(amount.share) if amount.share else read == amount


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("much", "is no amount of money: give a share of value added (0.5%)"),
        ("-5", "is no amount of money"),
        ("nan", "is no amount of money"),
        ("0.005", "is less than a million yuan"),
        ("120%", "is more than all value added"),
    ],
)
def test_anything_else_is_refused_with_what_is_allowed(text, says):
    with pytest.raises(InputError) as refused:
        parse_budget(text)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_share_is_taken_of_value_added_under_policy_as_now():
    shipped = model.load()
    run = model.simulate(shipped, carry_on(read_menu(shipped)).inputs)
    supply = run["Discounted value added"].sum("Region")
    whole = float(supply.sel(time=2040) - supply.sel(time=2025))
    budget = set_budget(shipped, "0.5%")
    assert budget.money == pytest.approx(0.005 * whole)
    assert budget.share == pytest.approx(0.005)
    assert (budget.start, budget.end) == (2025, 2040)


def test_other_inputs_count():
    shipped = model.load()
    lower = set_budget(shipped, "0.5%", settings={"social discount rate": 0.1})
    assert lower.money < set_budget(shipped, "0.5%").money


def test_it_says_how_much_over_which_years_and_on_top_of_what():
    said = set_budget(model.load(), "300 bn").describe()
    assert said.startswith("300 bn yuan in present value, 2025-2040, on top of policy as now (0.")
