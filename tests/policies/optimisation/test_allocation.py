"""Points of the search space stand for strategies, and strategies for points."""

import numpy as np
import pytest

from smecluster import model as models
from smecluster.policies import load
from smecluster.policies.optimisation.allocation import Space, written
from smecluster.policies.strategy import Strategy, validate

REGIONS = ("Wenzhou", "Pearl River Delta", "Zhongguancun")
SPACE = Space(REGIONS, (1.0, 6.0, 3.0), until=2025.0, first=2025.0, last=2035.0)
LEVERS = len(SPACE.local) + len(SPACE.central)


def drawn(count):
    return np.random.default_rng(1).random((count, SPACE.size))


def test_money_is_divided_completely():
    choice = SPACE.choice(drawn(50))
    np.testing.assert_allclose(choice.money.sum(1), 1.0)
    assert (choice.money >= 0).all()
    assert np.isfinite(SPACE.choice(np.zeros((1, SPACE.size))).money).all()


def test_programmes_start_in_whole_years_within_the_span():
    starts = SPACE.choice(drawn(50)).starts
    assert (starts == np.round(starts)).all()
    assert starts.min() >= 2025
    assert starts.max() <= 2035


def test_regions_share_the_local_money_and_do_not_make_more_of_it():
    weights = SPACE.choice(drawn(50)).weights
    np.testing.assert_allclose(weights @ np.array(SPACE.sizes) / 10, 1.0)
    alone = Space(("Wenzhou",), (1.0,), 2025.0, 2025.0, 2035.0)
    assert alone.size == SPACE.size - 3
    assert (alone.choice(np.full((2, alone.size), 0.7)).weights == 1).all()


@pytest.mark.parametrize("name", ["central", "local", "mixed"])
def test_strategies_by_hand_are_points_of_the_space(name):
    strategy = load(name)
    point = SPACE.point(strategy)
    share = sum(programme.share for programme in strategy.programmes)
    again = SPACE.strategy(point, share, name, strategy.title, strategy.description)
    for level in ("local", "central"):
        one, other = getattr(strategy, level), getattr(again, level)
        assert (one is None) == (other is None)
        if one is not None:
            assert other.share == pytest.approx(one.share, rel=1e-5)
            assert other.start == one.start
            assert other.allocation == pytest.approx(one.allocation, abs=1e-4)


@pytest.mark.parametrize("name", ["self-development", "end-all-policy", "as-now"])
def test_strategies_of_another_kind_are_not(name):
    assert SPACE.point(load(name)) is None


def test_a_strategy_file_is_read_back_as_it_was_written(tmp_path):
    for at, point in enumerate(drawn(5)):
        title = 'A "quoted" title \\ Größe'
        strategy = SPACE.strategy(point, 0.03, f"found-{at}", title, "For tests.")
        path = tmp_path / f"found-{at}.toml"
        path.write_text(written(strategy, ["made by\nsomebody"]), encoding="utf-8")
        assert load(path) == strategy
        assert sum(strategy.local.allocation.values()) == pytest.approx(1, abs=1e-12)


def test_every_strategy_by_hand_can_be_written(tmp_path):
    for name in ("central", "local", "mixed", "self-development", "as-now"):
        path = tmp_path / f"{name}.toml"
        path.write_text(written(load(name)), encoding="utf-8")
        assert load(path) == load(name)


def test_a_point_and_its_strategy_set_the_same_inputs():
    model = models.load()
    point = drawn(1)
    strategy = SPACE.strategy(point[0], 0.02, "found", "Found", "For tests.")
    by_strategy = strategy.inputs(model)
    by_point = SPACE.inputs(SPACE.choice(point), np.array([0.02]))
    for region in REGIONS:
        name = f"local programme share[{region}]"
        assert by_point[name][0] == pytest.approx(by_strategy[name], rel=0.02)
        for lever in SPACE.local:
            exact = by_point[f"local allocation[Region, {lever}]"][0]
            assert by_strategy[f"local allocation[{region}, {lever}]"] == pytest.approx(
                exact, abs=0.02
            )
    for lever in SPACE.central:
        exact = by_point[f"central allocation[{lever}]"][0]
        assert by_strategy[f"central allocation[{lever}]"] == pytest.approx(exact, abs=0.02)


def test_crumbs_are_left_out_of_a_strategy():
    point = np.full(SPACE.size, 0.01)
    point[:2] = 1.0
    strategy = SPACE.strategy(point, 0.03, "found", "Found", "For tests.")
    assert set(strategy.local.allocation) == set(SPACE.local[:2])
    assert strategy.central is None
    assert validate(Strategy, strategy.model_dump(), "found") == strategy
