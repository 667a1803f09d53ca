"""Which levers a level has, and what the model calls them, is decided by the model alone."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smecluster
from smecluster import model as models
from smecluster import policies
from smecluster.model.support.errors import InputError
from smecluster.policies.comparison.result import Comparison
from smecluster.policies.ensemble.accounts import ACCOUNTS
from smecluster.policies.ensemble.worlds import EXACT, Ensemble
from smecluster.policies.levers import check_catalogue, read_levers
from smecluster.policies.menu import (
    CENTRAL_ACCOUNT,
    LEVELS,
    LOCAL_ACCOUNT,
    OneMenu,
    TwoMenus,
    find_menu,
    read_menu,
)
from smecluster.policies.strategy import load

HOUSE = Path(smecluster.__file__).parent
DRAFT = HOUSE / "model" / "drafts" / "second_edition.mdl"
DATA = Path(__file__).with_name("data")
PAIR = tuple(DATA / f"one-menu-{level}.toml" for level in LEVELS)
STEP = {"TIME STEP": 0.125}
REGIONS = ("North", "South")
ONE = find_menu({"Region": REGIONS, "Lever": ("training", "law"), "Level": LEVELS})


@pytest.fixture(scope="module")
def draft() -> models.Model:
    return models.load(DRAFT)


@pytest.fixture(scope="module")
def found(draft: models.Model) -> Comparison:
    return policies.compare(PAIR, model=draft, settings=STEP)


@pytest.mark.parametrize("path", [None, DRAFT], ids=["shipped", "draft"])
def test_the_catalogue_has_the_levers_of_the_model_in_its_order(path):
    model = models.load(path)
    check_catalogue(model)
    menu = read_menu(model)
    for level in LEVELS:
        assert tuple(lever.name for lever in read_levers(level, menu)) == menu.levers(level)


def test_the_layout_is_read_from_the_ranges():
    two = find_menu({"Region": REGIONS, "Local lever": ("training",), "Central lever": ("law",)})
    assert isinstance(two, TwoMenus)
    assert (two.local, two.central, two.every) == (("training",), ("law",), ("training", "law"))
    assert isinstance(ONE, OneMenu)
    assert ONE.local == ONE.central == ONE.every == ("training", "law")
    assert find_menu({}).every == find_menu({"Lever": ("training",)}).every == ()


def test_the_centre_s_money_is_the_same_in_either_layout():
    share = ONE.set_programme("programme share", None, 0.01)
    assert share == dict.fromkeys((f"programme share[central, {one}]" for one in REGIONS), 0.01)
    amount = ONE.set_programme("programme amount", None, 90.0)
    assert sum(amount.values()) == 90
    assert ONE.set_programme("programme amount", "North", 90.0) == {
        "programme amount[local, North]": 90
    }


@pytest.mark.parametrize("path", [None, DRAFT], ids=["shipped", "draft"])
def test_every_name_that_the_menu_gives_is_one_of_the_model(path):
    model = models.load(path)
    menu = read_menu(model)
    named = {*menu.allocations, *menu.budgets}
    for names in (menu.efforts, menu.spending, menu.masses):
        named |= set(names.values())
    assert named <= set(model.variables)
    assert set(menu.ranges.values()) <= set(model.subscripts)


def test_a_strategy_meets_the_levers_of_the_model_that_it_is_used_with(draft):
    shipped = models.load()
    assert "allocation[central, Wenzhou, talent training]" in load(PAIR[1]).plan(draft).inputs
    with pytest.raises(InputError, match="central lever in strategy 'one-menu-central' 'talent"):
        load(PAIR[1]).plan(shipped)
    with pytest.raises(InputError, match="local lever in strategy 'local' 'regional charact"):
        load("local").plan(draft)


def test_both_levels_spend_the_same_money_on_the_same_levers(found):
    money = found.money.sel(strategy=["one-menu-local", "one-menu-central"])
    np.testing.assert_allclose(money, found.budget.money, rtol=2 * EXACT)


def test_gains_are_told_by_region_and_in_total(found, draft):
    gained = found.gained.isel(future=0, draw=0)
    assert bool(np.isfinite(gained).all())
    parts = gained.sel(place=list(draft.regions)).sum("place")
    np.testing.assert_allclose(parts, gained.sel(place="total"), rtol=1e-9)
    local, central = (gained.sel(strategy=f"one-menu-{level}") for level in LEVELS)
    assert bool((local != central).all())


def test_each_level_pays_its_own_programme_less_what_the_other_pays(found, draft):
    """The regions pay a tenth of what the centre spends, policy as now included."""
    plan = load(PAIR[1]).plan(draft)
    worlds = Ensemble(draft, pd.DataFrame(index=["model"]), settings=STEP)
    plans, years = [plan.without_programmes(), plan], [2025, 2040]
    run = worlds.run(plans, ACCOUNTS, years, budget=found.budget.money).isel(future=0, draw=0)
    spent = run[list(ACCOUNTS)].diff("time").isel(time=0)
    as_now, own = (spent.sel(strategy=one.name) for one in plans)
    lent = 0.1 * float(own[CENTRAL_ACCOUNT])
    paid = found.paid.isel(future=0, draw=0).sel(strategy=plan.name)
    assert float(paid.sel(payer="centre")) == pytest.approx(
        float(own[CENTRAL_ACCOUNT] - as_now[CENTRAL_ACCOUNT]) - lent, rel=20 * EXACT
    )
    assert float(paid.sel(payer=list(draft.regions)).sum()) == pytest.approx(
        float((own[LOCAL_ACCOUNT] - as_now[LOCAL_ACCOUNT]).sum()) + lent, rel=20 * EXACT
    )
    np.testing.assert_allclose(found.paid.sum("payer"), found.money, rtol=1e-9)


def test_nothing_but_the_menu_knows_the_layout():
    """No other file names a range of levers, or an input or table that differs by layout."""
    layouts = (TwoMenus, OneMenu)
    names = {name for one in layouts for name in (*one.allocations, *one.budgets)}
    for one in layouts:
        names |= {*one.ranges.values(), *one.efforts.values(), one.masses["central"]}
    # Words of everyday use count where subscripts follow.
    names = {f"{name}[" if " " not in name else name for name in names}
    menu = HOUSE / "policies" / "menu.py"
    told = {}
    for package in ("model", "calibration", "policies", "sensitivity", "scripts"):
        for file in sorted((HOUSE / package).rglob("*.py")):
            if file == menu:
                continue
            texts = {
                node.value
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
            known = {name for name in names if any(one.startswith(name) for one in texts)}
            if known:
                told[str(file.relative_to(HOUSE))] = known
    assert told == {}
