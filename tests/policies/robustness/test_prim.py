"""Scenario discovery finds the boxes that a case was made of, and none where there is none."""

import numpy as np
import pandas as pd
import pytest

from smecluster.model.errors import InputError
from smecluster.policies.robustness.prim import MOST_LIMITS, TRUSTED, describe_limits, discover


@pytest.fixture(scope="module")
def worlds() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    columns = {name: generator.random(1500) for name in "abcdef"}
    columns["weather"] = generator.choice(["rain", "snow", "sun"], 1500)
    return pd.DataFrame(columns)


def test_a_box_of_two_limits_is_found_where_it_was_put(worlds):
    found = discover(worlds, (worlds["a"] > 0.6) & (worlds["b"] < 0.5))
    (box,) = found.boxes
    assert set(box.limits) == {"a", "b"}
    assert box.limits["a"] == (pytest.approx(0.6, abs=0.01), np.inf)
    assert box.limits["b"] == (-np.inf, pytest.approx(0.5, abs=0.01))
    assert box.density == pytest.approx(1, abs=0.02)
    assert box.coverage == pytest.approx(1, abs=0.02)
    assert box.mass == pytest.approx(found.share, abs=0.01)


def test_coverage_density_and_mass_are_what_they_are_defined_as(worlds):
    interest = ((worlds["a"] > 0.5) & (worlds["c"] > 0.3)).to_numpy()
    box = discover(worlds, interest).boxes[0]
    inside = box.contains(worlds)
    assert box.coverage == interest[inside].sum() / interest.sum()
    assert box.density == interest[inside].mean()
    assert box.mass == inside.mean()


def test_a_slab_in_the_middle_has_two_ends(worlds):
    (box,) = discover(worlds, worlds["d"].between(0.4, 0.6)).boxes
    low, high = box.limits["d"]
    assert (low, high) == (pytest.approx(0.4, abs=0.03), pytest.approx(0.6, abs=0.03))


def test_names_are_limited_to_a_set(worlds):
    (box,) = discover(worlds, (worlds["weather"] != "sun") & (worlds["a"] > 0.5)).boxes
    assert box.limits["weather"] == {"rain", "snow"}
    assert "weather is rain or snow" in describe_limits(box.limits, worlds)


def test_two_separate_boxes_are_found_one_after_the_other(worlds):
    one = (worlds["a"] > 0.75) & (worlds["b"] > 0.5)
    other = (worlds["c"] < 0.2) & (worlds["d"] < 0.6)
    found = discover(worlds, one | other)
    assert [set(box.limits) for box in found.boxes] == [{"a", "b"}, {"c", "d"}]
    assert found.coverage == pytest.approx(1, abs=0.06)


def test_noise_has_no_box(worlds):
    noise = np.random.default_rng(7).random(len(worlds)) < 0.3
    assert discover(worlds, noise).boxes == ()


def test_limits_that_chance_explains_are_dropped(worlds):
    blurred = np.random.default_rng(2).random(len(worlds)) < np.where(worlds["a"] > 0.7, 0.9, 0.05)
    (box,) = discover(worlds, blurred).boxes
    assert set(box.limits) == {"a"}
    assert box.quasi_p["a"] < TRUSTED
    assert box.reproduced["a"] == 1


def test_no_more_limits_than_can_be_told(worlds):
    everything = (worlds[list("abcdef")] > 0.15).all(axis=1).to_numpy()
    for box in discover(worlds, everything).boxes:
        assert len(box.limits) <= MOST_LIMITS


@pytest.mark.parametrize("interest", [False, True])
def test_nothing_or_everything_needs_no_box(worlds, interest):
    found = discover(worlds, np.full(len(worlds), interest))
    assert found.boxes == ()
    assert found.share == interest


def test_the_path_leads_from_all_worlds_to_few_dense_ones(worlds):
    path = discover(worlds, worlds["a"] > 0.9).path
    assert path.iloc[0]["coverage"] == 1
    assert path.iloc[0]["mass"] == 1
    assert path["mass"].is_monotonic_decreasing
    assert path["density"].is_monotonic_increasing


def test_the_same_seed_gives_the_same_answer(worlds):
    interest = (worlds["a"] > 0.6) & (worlds["b"] < 0.8)
    assert discover(worlds, interest, seed=3).boxes == discover(worlds, interest, seed=3).boxes


def test_limits_are_said_in_words(worlds):
    said = describe_limits({"a": (0.6, np.inf), "b": (-np.inf, 0.5), "c": (0.2, 0.4)}, worlds)
    assert said[0].startswith("a is above 0.6 (the upper 4")
    assert said[1].startswith("b is below 0.5 (the lower ")
    assert said[2].startswith("c is between 0.2 and 0.4 (the middle ")


def test_a_case_for_each_world_is_needed(worlds):
    with pytest.raises(InputError, match="3 cases for 1500 worlds"):
        discover(worlds, np.zeros(3, dtype=bool))


def test_a_blurred_rule_is_found_among_many_factors():
    generator = np.random.default_rng(5)
    many = pd.DataFrame(generator.random((400, 60)), columns=[f"x{at}" for at in range(60)])
    steep = 8 * (many["x3"] + many["x7"] + many["x9"] - 1.7)
    interest = generator.random(len(many)) < 1 / (1 + np.exp(-steep))
    (box, *_) = discover(many, interest).boxes
    assert set(box.limits) <= {"x3", "x7", "x9"}
    assert box.density > 1.5 * interest.mean()


def test_worlds_that_repeat_one_another_do_not_confirm_themselves():
    generator = np.random.default_rng(5)
    draws = pd.DataFrame(generator.random((80, 20)), columns=[f"x{at}" for at in range(20)])
    interest = generator.random(len(draws)) < 1 / (1 + np.exp(-6 * (draws["x3"] - 0.6)))
    worlds, again = pd.concat([draws] * 7, ignore_index=True), np.tile(interest, 7)
    (alone,) = discover(worlds, again).boxes
    (grouped,) = discover(worlds, again, groups=np.tile(np.arange(len(draws)), 7)).boxes
    assert set(alone.limits) > {"x3"}  # with what chance has put into 80 draws
    assert set(grouped.limits) == {"x3"}
