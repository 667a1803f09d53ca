"""A plan is complete: what every government does, where, when, and who pays."""

import pytest

from smecluster import model
from smecluster.policies import load
from smecluster.policies.menu import LEVELS, find_menu
from smecluster.policies.plan import AS_NOW, NEVER, Plan, Spending, carry_on, inputs_before

LEVERS = ("talent training", "brand promotion", "exit mechanism")
MENU = find_menu({"Region": ("North", "South"), "Lever": LEVERS, "Level": LEVELS})


def spending(region: str | None, **changes: object) -> Spending:
    fields = {"share": 0.01, "amount": 0.0, "start": 2026.0, "trigger": None, "ramp": 2.0}
    return Spending(
        region,
        allocation={"talent training": 0.4, "brand promotion": 0.6},
        end=2041.0,
        **(fields | changes),
    )


def plan(*programmes: Spending, **fields: object) -> Plan:
    return Plan("mine", MENU, programmes, **fields)


def test_the_inputs_say_who_spends_what_on_which_lever():
    inputs = plan(spending("North", amount=5.0, paid_by_others=0.25)).inputs
    assert inputs["programme share[local, North]"] == 0.01
    assert inputs["programme amount[local, North]"] == 5
    assert inputs["local allocation[North, brand promotion]"] == 0.6
    assert inputs["local allocation[North, exit mechanism]"] == 0
    assert inputs["centre share of local programme[North]"] == 0.25
    assert inputs["programme share[local, South]"] == 0
    assert inputs["programme share[central, North]"] == 0
    assert inputs["history end"] == NEVER


def test_every_input_is_one_that_the_model_knows():
    shipped = model.load()
    names = {name.partition("[")[0] for name in load("mixed").plan(shipped).inputs}
    assert names <= set(shipped.variables)


def test_scaling_multiplies_money_and_nothing_else():
    one, two = plan(spending("North", amount=5.0)), plan(spending("North", amount=5.0)).scale(2)
    changed = {name for name in one.inputs if one.inputs[name] != two.inputs[name]}
    assert changed == {"programme share[local, North]", "programme amount[local, North]"}
    assert two.inputs["programme amount[local, North]"] == 10
    assert changed <= set(one.money_inputs)


def test_the_first_year_is_the_first_in_which_anything_differs_from_policy_as_now():
    assert plan(spending("North")).first_year == 2026
    assert plan(spending("North"), until=2020.0).first_year == 2020
    assert plan(spending("North", share=0.0)).first_year == NEVER
    assert plan(spending("North", start=None, trigger=1.0)).first_year == 2025
    assert carry_on(MENU).first_year == NEVER


def test_policy_as_now_goes_on_as_far_as_a_model_can_be_run():
    assert carry_on(MENU).inputs["history end"] > 2060


def test_only_money_makes_a_programme():
    assert plan(spending("North")).has_money
    assert plan(spending("North", share=0.0, amount=1.0)).has_money
    assert not plan(spending("North", share=0.0)).has_money
    assert carry_on(MENU).is_as_now
    assert not plan(until=2025.0).is_as_now


def test_one_government_can_be_looked_at_alone():
    whole = plan(spending("North"), spending("South"), spending(None))
    north = whole.alone_in("North")
    assert [one.region for one in north.spending] == ["North"]
    assert north.name == "mine in North"
    assert [one.region for one in whole.alone_in(None).spending] == [None]
    assert whole.without_programmes().spending == ()


def test_a_lever_left_out_leaves_its_money_unspent():
    whole = plan(spending("North"))
    assert whole.lever_inputs("brand promotion") == {
        "local allocation[North, brand promotion]": 0.6
    }
    less = whole.with_levers(["talent training"])
    assert less.inputs["local allocation[North, talent training]"] == 0.4
    assert less.inputs["local allocation[North, brand promotion]"] == 0
    assert less.inputs["programme share[local, North]"] == 0.01


def test_before_a_year_nobody_spends_and_no_trigger_counts():
    inputs = inputs_before(MENU, 2025.0)
    assert all(inputs[name] == 0 for name in carry_on(MENU).money_inputs)
    assert inputs["programme start[local, South]"] == 2025
    assert inputs["trigger switch[central, North]"] == 0
    assert inputs["history end"] == NEVER


def test_policy_as_now_has_one_name():
    assert carry_on(MENU).name == AS_NOW


@pytest.mark.parametrize("name", ["central", "local", "mixed"])
def test_the_shipped_strategies_come_on_top_of_policy_as_now(name):
    made = load(name).plan(model.load())
    assert made.until == NEVER
    assert made.first_year == 2025


def test_a_strategy_that_replaces_policy_as_now_ends_it_when_it_starts():
    instead = load("mixed").model_copy(update={"money": "replaces"})
    assert instead.plan(model.load()).until == 2025
