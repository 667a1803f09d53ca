"""Swings tell which way a factor moves an output, with honest intervals."""

import numpy as np
import pytest

from smecluster.sensitivity.analysis.swings import convert_effects, measure_swings


def test_swings_are_the_means_at_the_ends_of_a_factors_range():
    x = np.random.default_rng(1).random((20_000, 2))
    table = measure_swings(("a", "b"), x, 10 * x[:, 1] - x[:, 0])
    assert list(table["factor"]) == ["b", "a"]
    first = table.iloc[0]
    assert first["at low"] == pytest.approx(0.5, abs=0.1)
    assert first["at high"] == pytest.approx(8.5, abs=0.1)
    assert first["mean"] == pytest.approx(4.5, abs=0.1)


def test_the_direction_is_told_only_where_the_intervals_do_not_overlap():
    x = np.random.default_rng(1).random((2000, 3))
    y = 10 * x[:, 1] - 3 * x[:, 0] + 5 * (x[:, 2] - 0.5) ** 2
    table = measure_swings(("hurts", "helps", "both"), x, y).set_index("factor")
    assert dict(table["direction"]) == {"helps": "raises", "hurts": "lowers", "both": "unclear"}


def test_runs_that_belong_together_count_as_one():
    rng = np.random.default_rng(2)
    x, y = rng.random((500, 1)), rng.random(500)
    single = measure_swings(("a",), x, y).iloc[0]
    repeated = measure_swings(("a",), np.repeat(x, 8, axis=0), np.repeat(y, 8), unit=8).iloc[0]
    assert repeated["half low"] == pytest.approx(single["half low"], rel=0.02)
    forgotten = measure_swings(("a",), np.repeat(x, 8, axis=0), np.repeat(y, 8)).iloc[0]
    assert forgotten["half low"] < single["half low"] / 2


def test_on_fasts_curves_a_factor_is_not_taken_for_one_that_goes_along():
    """On the curve of the first factor the two others go up and down together."""
    along, other = np.linspace(0, 1, 600) * 40 % 1, np.linspace(0, 1, 600)
    x = np.concatenate(
        [
            np.stack([along, other, other], axis=1),
            np.stack([other, along, other], axis=1),
            np.stack([other, other, along], axis=1),
        ]
    )
    y = x[:, 0] + x[:, 1]
    y[3] = np.nan
    table = measure_swings(("a", "b", "nothing"), x, y, curves=True).set_index("factor")
    moved = table["at high"] - table["at low"]
    assert moved["a"] == pytest.approx(0.8, abs=0.05)
    assert abs(moved["nothing"]) < table.loc["nothing", ["half low", "half high"]].sum()
    mixed = measure_swings(("a", "b", "nothing"), x[600:], y[600:]).set_index("factor")
    assert mixed.loc["nothing", "at high"] - mixed.loc["nothing", "at low"] > 0.2


def test_morris_effects_lie_to_both_sides_of_the_mean():
    table = convert_effects(("a", "b"), 10.0, np.array([1.0, -4.0]), np.array([0.2, 0.4]))
    assert list(table["factor"]) == ["b", "a"]
    first = table.iloc[0]
    assert (first["at low"], first["at high"], first["half low"]) == (12.0, 8.0, 0.2)
