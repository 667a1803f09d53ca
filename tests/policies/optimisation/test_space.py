"""Points of the search space stand for plans and strategies, and strategies for points."""

from dataclasses import replace

import numpy as np
import pytest

from smecluster import model as models
from smecluster.policies import load
from smecluster.policies.menu import read_menu
from smecluster.policies.optimisation.space import ROUGH, Space
from smecluster.policies.strategy import Strategy, validate
from smecluster.policies.strategy_file import format_strategy

MENU = read_menu(models.load())
REGIONS = MENU.regions
SPACE = Space(MENU, (1.0, 6.0, 3.0), first=2025.0, last=2035.0)
LEVERS = len(SPACE.levers)


def drawn(count):
    return np.random.default_rng(1).random((count, SPACE.size))


def test_money_is_divided_completely():
    choice = SPACE.choose(drawn(50))
    np.testing.assert_allclose(choice.money.sum(1), 1.0)
    assert (choice.money >= 0).all()
    assert np.isfinite(SPACE.choose(np.zeros((1, SPACE.size))).money).all()


def test_programmes_start_in_whole_years_within_the_span():
    starts = SPACE.choose(drawn(50)).starts
    assert (starts == np.round(starts)).all()
    assert starts.min() >= 2025
    assert starts.max() <= 2035


def test_regions_share_the_local_money_and_do_not_make_more_of_it():
    weights = SPACE.choose(drawn(50)).weights
    np.testing.assert_allclose(weights @ np.array(SPACE.sizes) / 10, 1.0)
    alone = Space(replace(MENU, regions=("Wenzhou",)), (1.0,), 2025.0, 2035.0)
    assert alone.size == SPACE.size - 3
    assert (alone.choose(np.full((2, alone.size), 0.7)).weights == 1).all()


@pytest.mark.parametrize("name", ["central", "local", "mixed"])
def test_strategies_by_hand_are_points_of_the_space(name):
    strategy = load(name)
    point = SPACE.find_point(strategy)
    share = sum(programme.share for programme in strategy.programmes)
    again = SPACE.make_strategy(point, share / ROUGH, name, strategy.title, strategy.description)
    for level in ("local", "central"):
        one, other = getattr(strategy, level), getattr(again, level)
        assert (one is None) == (other is None)
        if one is not None:
            assert other.share == pytest.approx(one.share, rel=1e-5)
            assert other.start == one.start
            assert other.allocation == pytest.approx(one.allocation, abs=1e-4)


@pytest.mark.parametrize("name", ["self-development", "end-all-policy", "as-now", "replacing"])
def test_strategies_of_another_kind_are_not(name):
    strategy = load("local" if name == "replacing" else name)
    if name == "replacing":
        strategy = strategy.model_copy(update={"money": "replaces"})
    assert SPACE.find_point(strategy) is None


def test_a_strategy_file_is_read_back_as_it_was_format_strategy(tmp_path):
    for at, point in enumerate(drawn(5)):
        title = 'A "quoted" title \\ Größe'
        strategy = SPACE.make_strategy(point, 0.03 / ROUGH, f"found-{at}", title, "For tests.")
        path = tmp_path / f"found-{at}.toml"
        path.write_text(format_strategy(strategy, ["made by\nsomebody"]), encoding="utf-8")
        assert load(path) == strategy
        assert sum(strategy.local.allocation.values()) == pytest.approx(1, abs=1e-12)


def test_every_strategy_by_hand_can_be_format_strategy(tmp_path):
    for name in ("central", "local", "mixed", "self-development", "as-now"):
        path = tmp_path / f"{name}.toml"
        path.write_text(format_strategy(load(name)), encoding="utf-8")
        assert load(path) == load(name)


def test_a_point_and_its_strategy_are_the_same_plan():
    model = models.load()
    point = drawn(1)
    strategy = SPACE.make_strategy(point[0], 1.0, "found", "Found", "For tests.")
    by_strategy, (by_point,) = (
        strategy.plan(model).inputs,
        [plan.inputs for plan in SPACE.make_plans(point)],
    )
    assert set(by_point) == set(by_strategy)
    for name, value in by_point.items():
        # A strategy's file has four digits and leaves crumbs out.
        tolerance = 0.02 if "allocation" in name else 0.02 * abs(value)
        assert by_strategy[name] == pytest.approx(value, abs=tolerance + 1e-12), name


def test_plans_of_points_come_on_top_of_policy_as_now():
    for plan in SPACE.make_plans(drawn(5)):
        assert plan.until > 2040
        assert plan.first_year >= 2025
        assert sum(one.share for one in plan.spending if one.region is None) <= ROUGH
        for one in plan.spending:
            assert sum(one.allocation.values()) == pytest.approx(1.0)


def test_crumbs_are_left_out_of_a_strategy():
    point = np.full(SPACE.size, 0.01)
    point[:2] = 1.0
    strategy = SPACE.make_strategy(point, 0.03 / ROUGH, "found", "Found", "For tests.")
    assert set(strategy.local.allocation) == set(SPACE.levers[:2])
    assert strategy.central is None
    assert validate(Strategy, strategy.model_dump(), "found") == strategy
