"""The sentences about contributions follow the numbers."""

from dataclasses import replace

import numpy as np
import xarray as xr

from smecluster.policies.budget import Budget
from smecluster.policies.contributions.data import (
    ALONE,
    BASE,
    DISCOUNTED,
    LAST,
    MONEY,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
    Contributions,
)
from smecluster.policies.contributions.result import describe_contributions
from smecluster.policies.strategy import Strategy

LEVERS = ("talent training", "brand promotion", "exit mechanism")


def found(brought, synergy, met=None, draws=2, rest=0.0):
    """Contributions of three levers, Myuan; the second draw is twice the first."""
    scale = np.arange(1.0, draws + 1)
    labels = {"draw": np.arange(draws), "time": [2040.0], "place": ["total"]}
    shares = scale[:, None] * np.asarray(brought, dtype=float)
    whole = shares.sum(1)
    dims = ("measure", "draw", "lever", "time", "place")
    shares = np.broadcast_to(shares[None, :, :, None, None], (3, draws, 3, 1, 1))
    whole = whole + rest
    nothing = np.full(draws, rest)
    sums = np.stack([np.full(draws, 1e6), whole, nothing, synergy * scale])[..., None, None]
    pairs = None
    if met is not None:
        values = np.zeros((draws, 3, 3))
        values[:, 0, 1] = values[:, 1, 0] = met
        pairs = xr.DataArray(
            values, {"lever": list(LEVERS), "other": list(LEVERS)}, ("draw", "lever", "other")
        )
    return Contributions(
        strategy=Strategy(name="s", title="A strategy", description="For tests."),
        baseline=Strategy(name="b", title="Policy as now", description="For tests."),
        budget=Budget(money=3e6, value_added=6e8, start=2025.0, end=2040.0),
        start=2025.0,
        levers=LEVERS,
        shares=xr.Dataset(
            dict.fromkeys((DISCOUNTED, "value added"), (dims, shares)),
            {**labels, "measure": [ON_AVERAGE, ALONE, LAST], "lever": list(LEVERS)},
        ),
        sums=xr.Dataset(
            {
                DISCOUNTED: (("measure", "draw", "time", "place"), sums),
                "value added": (("measure", "draw", "time", "place"), sums),
                MONEY: ("draw", np.full(draws, 3e6)),
            },
            {**labels, "measure": [BASE, WHOLE, REST, SYNERGY]},
        ),
        errors=xr.Dataset(
            dict.fromkeys(
                (DISCOUNTED, "value added"), (("lever", "time", "place"), np.full((3, 1, 1), 500.0))
            ),
            {"lever": list(LEVERS), "time": [2040.0], "place": ["total"]},
        ),
        pairs=pairs,
        exact=met is not None,
        coalitions=8,
        runs=8 * draws,
        drawn=1,
    )


def answer(found, language="en"):
    return describe_contributions([found]).answer(language)


def basis(found, language="en", checked=0):
    body = describe_contributions([found], checked).page(language).body
    return " ".join(one.plain for one in body if hasattr(one, "plain"))


def test_gains_losses_synergy_and_pairs_are_named():
    said = answer(found([6e4, 3e4, -1e4], 2e4, met=4e4))
    assert said[0] == (
        "A strategy: value added of all regions gains 120 bn yuan (90 % interval: 84 to "
        "156) in present value from 2025 to 2040, 12 % of what it is under 'Policy as now'."
    )
    assert said[1].startswith("Most comes from talent training (90; 90 % interval: 63 to")
    assert said[1].endswith("exit mechanism (-15; 90 % interval: -19.5 to -10.5) takes away.")
    assert "more than the sum of what each brings alone (25 % of their effect)" in said[2]
    assert said[3] == "Talent training and brand promotion reinforce each other most (40 bn yuan)."


def test_synergy_that_turns_round_in_some_draws_keeps_its_sign():
    whole = found([6e4, 3e4, -1e4], 2e4, draws=3)
    turned = whole.sums.copy(deep=True)
    turned[DISCOUNTED].loc[{"measure": SYNERGY}] = np.array([-1e4, 3e4, 4e4])[:, None, None]
    said = answer(replace(whole, sums=turned))[2]
    assert "bring 30 bn yuan (90 % interval: -6 to 39) more than" in said


def test_levers_that_replace_one_another_and_a_lack_of_synergy_are_told():
    said = answer(found([5e4, 5e4, 0], 100.0, met=-5e4))
    assert said[2] == "Together the levers bring about the sum of what each brings alone."
    assert "replace each other most (-50 bn yuan)" in said[3]


def test_a_strategy_that_only_takes_away_is_called_so():
    assert answer(found([-1e4, -2e4, -3e4], 0))[1] == "No lever brings a gain."


def test_one_set_of_values_has_no_interval_and_says_so():
    one = found([6e4, 3e4, -1e4], 2e4, draws=1)
    assert "90 %" not in " ".join(answer(one))
    assert "One set of values was run" in basis(one)


def test_money_runs_and_errors_are_told():
    said = basis(replace(found([1, 1, 1], 0), step_error=0.0123), checked=2)
    assert "The strategy spends 3,000 bn yuan in present value, 2025-2040, on top of policy" in said
    assert "(0.5 % of the regions' value added), in every draw." in said
    assert "16 runs: 8 coalitions of 3 levers in 2 draws." in said
    assert "is at most 0.5 bn yuan" in said
    assert "tried in 2 draws, no lever's contribution differs by more than 1.2 %" in said


def test_money_as_written_is_told():
    said = basis(replace(found([1, 1, 1], 0), budget=None))
    assert "A strategy spends what its file says: 3,000 bn yuan (90 % interval" in said


def test_an_effect_without_levers_is_told_apart_from_that_of_the_levers():
    said = answer(found([6e4, 3e4, -1e4], 0, rest=-5e4))
    assert said[1].startswith("Of this 50 bn yuan")
    assert "is lost without any lever, because policy as now ends or goes on otherwise" in said[1]
    assert said[2].startswith("Most comes from talent training")


def test_a_loss_is_called_one():
    assert "of all regions loses 90 bn yuan" in answer(found([-6e4, 1e3, -1e3], 0))[0]
