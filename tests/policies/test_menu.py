"""Both levels choose from one menu, and only the menu knows what the model calls it."""

import ast
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import smecluster
from smecluster import model as models
from smecluster import policies
from smecluster.model.errors import InputError
from smecluster.policies.comparison.result import Comparison
from smecluster.policies.ensemble.accounts import ACCOUNTS
from smecluster.policies.ensemble.worlds import EXACT, Ensemble
from smecluster.policies.levers import check_catalogue, read_levers
from smecluster.policies.menu import (
    CENTRAL_ACCOUNT,
    LEVELS,
    LOCAL_ACCOUNT,
    Menu,
    find_menu,
    read_menu,
)
from smecluster.policies.strategy import load

HOUSE = Path(smecluster.__file__).parent
DATA = Path(__file__).with_name("data")
PAIR = (DATA / "regions-training.toml", DATA / "centre-training.toml")
STEP = {"TIME STEP": 0.125}
REGIONS = ("North", "South")
ONE = find_menu({"Region": REGIONS, "Lever": ("training", "law"), "Level": LEVELS})
BY_REGIONS, BY_CENTRE = (path.stem for path in PAIR)


@pytest.fixture(scope="module")
def shipped() -> models.Model:
    return models.load()


@pytest.fixture(scope="module")
def found(shipped: models.Model) -> Comparison:
    return policies.compare(PAIR, model=shipped, settings=STEP)


def test_the_catalogue_has_the_levers_of_the_model_in_its_order(shipped):
    check_catalogue(shipped)
    assert tuple(lever.name for lever in read_levers()) == read_menu(shipped).levers


def test_the_levers_are_read_from_the_ranges():
    assert ONE.levers == ("training", "law")
    assert find_menu({}).levers == find_menu({"Lever": ("training",)}).levers == ()


def test_the_centre_gives_each_region_the_same_share_and_divides_an_amount():
    share = ONE.set_programme("programme share", None, 0.01)
    assert share == dict.fromkeys((f"programme share[central, {one}]" for one in REGIONS), 0.01)
    amount = ONE.set_programme("programme amount", None, 90.0)
    assert sum(amount.values()) == 90
    assert ONE.set_programme("programme amount", "North", 90.0) == {
        "programme amount[local, North]": 90
    }


def test_every_name_that_the_menu_gives_is_one_of_the_model(shipped):
    named = {*Menu.allocations.values(), Menu.budget}
    for names in (Menu.efforts, Menu.spending, Menu.masses):
        named |= set(names.values())
    assert named <= set(shipped.variables)
    assert Menu.dimension in shipped.subscripts


def test_a_strategy_meets_the_levers_of_the_model_that_it_is_used_with(shipped):
    assert "central allocation[Wenzhou, talent training]" in load(PAIR[1]).plan(shipped).inputs
    other = models.load(Path(__file__).parents[1] / "model" / "data" / "two_towns.mdl")
    with pytest.raises(InputError, match=f"lever in strategy '{BY_CENTRE}' 'talent training'"):
        load(PAIR[1]).plan(other)


def test_both_levels_spend_the_same_money_on_the_same_levers(found):
    money = found.money.sel(strategy=[BY_REGIONS, BY_CENTRE])
    np.testing.assert_allclose(money, found.budget.money, rtol=2 * EXACT)


def test_gains_are_told_by_region_and_in_total(found, shipped):
    gained = found.gained.isel(future=0, draw=0)
    assert bool(np.isfinite(gained).all())
    parts = gained.sel(place=list(shipped.regions)).sum("place")
    np.testing.assert_allclose(parts, gained.sel(place="total"), rtol=1e-9)
    local, central = (gained.sel(strategy=name) for name in (BY_REGIONS, BY_CENTRE))
    assert bool((local != central).all())


def test_each_level_pays_its_own_programme_less_what_the_other_pays(found, shipped):
    """The regions pay a tenth of what the centre spends, policy as now included."""
    plan = load(PAIR[1]).plan(shipped)
    worlds = Ensemble(shipped, pd.DataFrame(index=["model"]), settings=STEP)
    plans, years = [plan.without_programmes(), plan], [2025, 2040]
    run = worlds.run(plans, ACCOUNTS, years, budget=found.budget.money).isel(future=0, draw=0)
    spent = run[list(ACCOUNTS)].diff("time").isel(time=0)
    as_now, own = (spent.sel(strategy=one.name) for one in plans)
    lent = 0.1 * float(own[CENTRAL_ACCOUNT])
    paid = found.paid.isel(future=0, draw=0).sel(strategy=plan.name)
    assert float(paid.sel(payer="centre")) == pytest.approx(
        float(own[CENTRAL_ACCOUNT] - as_now[CENTRAL_ACCOUNT]) - lent, rel=20 * EXACT
    )
    assert float(paid.sel(payer=list(shipped.regions)).sum()) == pytest.approx(
        float((own[LOCAL_ACCOUNT] - as_now[LOCAL_ACCOUNT]).sum()) + lent, rel=20 * EXACT
    )
    np.testing.assert_allclose(found.paid.sum("payer"), found.money, rtol=1e-9)


def test_nothing_but_the_menu_knows_the_layout():
    """No other file names the range of levers, or an input or table that the menu names."""
    names = {*Menu.allocations.values(), Menu.budget, Menu.dimension, *Menu.efforts.values()}
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
