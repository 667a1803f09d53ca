"""The sentences about contributions follow the numbers."""

from dataclasses import replace

import numpy as np
import xarray as xr

from smecluster.policies.contributions.compute import (
    ALONE,
    DISCOUNTED,
    LAST,
    ON_AVERAGE,
    SYNERGY,
    WHOLE,
    WITHOUT,
    Contributions,
)
from smecluster.policies.contributions.text import answer, basis
from smecluster.policies.strategy import Strategy

LEVERS = ("talent training", "brand promotion", "exit mechanism")


def found(brought, synergy, met=None, draws=2):
    """Contributions of three levers, Myuan; the second draw is twice the first."""
    scale = np.arange(1.0, draws + 1)
    labels = {"draw": np.arange(draws), "time": [2040.0], "place": ["total"]}
    shares = scale[:, None] * np.asarray(brought, dtype=float)
    whole = shares.sum(1)
    shares = np.broadcast_to(shares[None, :, :, None, None], (3, draws, 3, 1, 1))
    sums = np.stack([np.full(draws, 1e6), whole, synergy * scale])[..., None, None]
    pairs = None
    if met is not None:
        values = np.zeros((draws, 3, 3))
        values[:, 0, 1] = values[:, 1, 0] = met
        pairs = xr.DataArray(
            values, {"lever": list(LEVERS), "other": list(LEVERS)}, ("draw", "lever", "other")
        )
    return Contributions(
        strategy=Strategy(name="s", title="A strategy", description="For tests."),
        start=2025.0,
        levers=LEVERS,
        shares=xr.Dataset(
            {DISCOUNTED: (("measure", "draw", "lever", "time", "place"), shares)},
            {**labels, "measure": [ON_AVERAGE, ALONE, LAST], "lever": list(LEVERS)},
        ),
        sums=xr.Dataset(
            {DISCOUNTED: (("measure", "draw", "time", "place"), sums)},
            {**labels, "measure": [WITHOUT, WHOLE, SYNERGY]},
        ),
        errors=xr.Dataset(
            {DISCOUNTED: (("lever", "time", "place"), np.full((3, 1, 1), 500.0))},
            {"lever": list(LEVERS), "time": [2040.0], "place": ["total"]},
        ),
        pairs=pairs,
        exact=met is not None,
        coalitions=8,
        runs=8 * draws,
        failed=(),
    )


def test_gains_losses_synergy_and_pairs_are_named():
    said = answer(found([6e4, 3e4, -1e4], 2e4, met=4e4))
    assert said[0] == (
        "A strategy: value added of all regions gains 120.0 bn yuan (90 % of draws: 84.00 to "
        "156.0) in present value from 2025 to 2040 (12 % of what it is without the programme)."
    )
    assert said[1].startswith("Most comes from talent training (90.00; 90 % of draws: 63.00 to")
    assert said[1].endswith("exit mechanism (-15.00; 90 % of draws: -19.50 to -10.50) takes away.")
    assert "more than the sum of what each brings alone (25 % of the whole)" in said[2]
    assert said[3] == "Talent training and brand promotion help one another most (40.00 bn yuan)."


def test_synergy_that_turns_round_in_some_draws_keeps_its_sign():
    whole = found([6e4, 3e4, -1e4], 2e4, draws=3)
    turned = whole.sums.copy(deep=True)
    turned[DISCOUNTED].loc[{"measure": SYNERGY}] = np.array([-1e4, 3e4, 4e4])[:, None, None]
    said = answer(replace(whole, sums=turned))[2]
    assert "bring 30.00 bn yuan (90 % of draws: -6.00 to 39.00) more than" in said


def test_levers_that_replace_one_another_and_a_lack_of_synergy_are_told():
    said = answer(found([5e4, 5e4, 0], 100.0, met=-5e4))
    assert said[2] == "Together the levers bring about the sum of what each brings alone."
    assert "replace one another most (-50.00 bn yuan)" in said[3]


def test_a_strategy_that_only_takes_away_is_called_so():
    assert answer(found([-1e4, -2e4, -3e4], 0))[1] == "No lever brings a gain."


def test_one_set_of_values_has_no_interval_and_says_so():
    one = found([6e4, 3e4, -1e4], 2e4, draws=1)
    assert "90 %" not in " ".join(answer(one))
    assert basis(one, 1 / 64, None, 0)[-1].startswith("One set of values")


def test_runs_step_and_error_of_drawn_orders_are_told():
    said = " ".join(basis(found([1, 1, 1], 0), 0.125, 0.0123, 2))
    assert "16 runs: 8 coalitions of 3 levers in 2 draws, with a time step of 1/8 year." in said
    assert "is at most 0.5000 bn yuan" in said
    assert "costs" not in said
    paid = " ".join(basis(found([1, 1, 1], 0), 0.125, None, 2, 3e6))
    assert "The whole strategy costs 3,000 bn yuan in present value from 2025 on" in paid
    assert "tried in 2 draws, no lever's contribution differs by more than 1.2 %" in said
