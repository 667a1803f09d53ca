"""Draws that are moved to another optimum say how far, and which were clipped at a bound."""

from types import SimpleNamespace

import numpy as np
import pytest

from smecluster.calibration.posterior.shift import (
    CLIP,
    CLIPPED,
    SHIFT,
    describe_shift,
    shift_draws,
)

BEFORE, AFTER = np.array([0.0, 0.0]), np.array([0.5, -0.1])


@pytest.fixture
def objective():
    variables = {"rate": SimpleNamespace(unit="1/Year"), "share": SimpleNamespace(unit="Dmnl")}
    return SimpleNamespace(
        names=("rate", "share[North]"),
        lower=np.array([-3.0, -9.0]),
        upper=np.array([1.0, 9.0]),
        to_natural=np.exp,
        problem=SimpleNamespace(model=SimpleNamespace(variables=variables)),
    )


@pytest.fixture
def points():
    """Draws with a standard deviation of 1; two of 400 lie beyond the bound once moved."""
    draws = np.random.default_rng(3).uniform(-1, 1, (400, 2))
    draws[:, 0] = np.linspace(-1.5, 0.49, 400)
    draws[:2, 0] = 0.6, 0.7
    return draws


def test_draws_move_as_far_as_the_optimum_and_stay_within_the_bounds(objective, points):
    moved = shift_draws(objective, points, BEFORE, AFTER)
    assert np.allclose(moved.points[2:], points[2:] + (AFTER - BEFORE))
    assert (moved.points[:2, 0] == 1.0).all()


def test_clipped_draws_are_counted_by_parameter_and_in_all(objective, points):
    moved = shift_draws(objective, points, BEFORE, AFTER)
    sd = points.std(axis=0, ddof=1)
    assert list(moved.table["name"]) == ["rate", "share[North]"]
    assert list(moved.table["unit"]) == ["1/Year", "Dmnl"]
    assert list(moved.table[CLIPPED]) == [2, 0]
    assert moved.table[CLIP][0] == pytest.approx(0.2 / sd[0])
    assert moved.table[SHIFT].to_numpy() == pytest.approx((AFTER - BEFORE) / sd)
    assert moved.facts["draws clipped"] == 2
    assert moved.facts["parameters clipped"] == {"rate": 2}
    assert moved.facts["parameter shifted most"] == "rate"


def test_the_sentence_counts_names_and_measures(objective, points):
    moved = shift_draws(objective, points, BEFORE, AFTER)
    said = describe_shift(moved.table, 400, moved.clipped)
    assert said.startswith("All 400 draws were shifted with the estimate")
    assert f"{moved.table[SHIFT][0]:.2g} posterior standard deviations (rate)" in said
    assert "2 were then clipped at a bound: rate (2, by up to" in said


def test_a_clip_of_unknown_size_is_counted_without_it(objective, points):
    moved = shift_draws(objective, points, BEFORE, AFTER)
    said = describe_shift(moved.table.assign(**{CLIP: np.nan}), 400, moved.clipped)
    assert said.endswith("2 were then clipped at a bound: rate (2).")


def test_without_a_clip_the_sentence_says_so(objective, points):
    moved = shift_draws(objective, points, BEFORE, np.array([0.1, 0.0]))
    assert moved.clipped == 0
    assert describe_shift(moved.table, 400, 0).endswith("; none met a bound.")
