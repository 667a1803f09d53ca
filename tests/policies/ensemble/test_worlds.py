"""Strategies in many worlds: the same worlds, the same money, the same digits."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.errors import InputError
from smecluster.policies import load
from smecluster.policies.ensemble.equal_cost import programme_money
from smecluster.policies.ensemble.worlds import (
    BEYOND,
    DRAW,
    FACTOR,
    FUTURE,
    MONEY,
    REASON,
    STRATEGY,
    Ensemble,
    has_money,
    scaled,
)
from smecluster.policies.futures import futures

STEP = {"TIME STEP": 0.125}
YEARS = [2025.0, 2040.0]
BUDGET = 2e6
NAMES = ("central", "local", "mixed")


@pytest.fixture(scope="module")
def shipped() -> model.Model:
    return model.load()


@pytest.fixture(scope="module")
def draws() -> pd.DataFrame:
    generator = np.random.default_rng(1)
    drawn = {
        "price sensitivity": 0.36 * np.exp(0.1 * generator.standard_normal(6)),
        "spin off rate": 0.13 * np.exp(0.1 * generator.standard_normal(6)),
    }
    return pd.DataFrame(drawn, index=[f"draw {at}" for at in range(6)])


@pytest.fixture(scope="module")
def worlds(shipped, draws) -> Ensemble:
    return Ensemble(shipped, draws, futures(["demand"]), STEP)


@pytest.fixture(scope="module")
def plans(shipped) -> dict[str, dict[str, float]]:
    return {name: load(name).inputs(shipped) for name in NAMES}


@pytest.fixture(scope="module")
def matched(worlds, plans) -> xr.Dataset:
    return worlds.run(plans, ["value added"], YEARS, budget=BUDGET)


def test_every_strategy_costs_the_budget_in_every_world(matched):
    assert matched[MONEY].dims == (STRATEGY, FUTURE, DRAW)
    assert float(abs(matched[MONEY] / BUDGET - 1).max()) < 1e-6
    assert (matched[REASON] == "").all()


def test_the_money_in_the_account_is_the_strategy_s_money(matched, worlds, plans):
    """What the factor makes of the file, run alone, costs the same to 1e-6 in every draw."""
    future = worlds.futures[1]
    for name in NAMES:
        for draw, values in worlds.draws.iterrows():
            factor = float(matched[FACTOR].sel(strategy=name, future=future.name, draw=draw))
            inputs = scaled(plans[name], factor) | dict(values) | STEP | future.inputs(worlds.model)
            accounts = ["Programme account", "Central programme account"]
            alone = model.simulate(worlds.model, inputs, outputs=accounts)
            assert programme_money(alone, 2025) == pytest.approx(BUDGET, rel=1e-6)


def test_worlds_hold_what_a_single_run_holds(matched, worlds, plans):
    case = {STRATEGY: "mixed", FUTURE: "demand", DRAW: "draw 3"}
    inputs = scaled(plans["mixed"], float(matched[FACTOR].sel(case)))
    inputs |= dict(worlds.draws.loc["draw 3"]) | STEP | worlds.futures[1].inputs(worlds.model)
    alone = model.simulate(worlds.model, inputs, outputs=["value added"], years=YEARS)
    np.testing.assert_allclose(matched["value added"].sel(case), alone["value added"], rtol=1e-12)


def test_factors_can_be_given(matched, worlds, plans):
    again = worlds.run(plans, ["value added"], YEARS, factors=matched[FACTOR])
    np.testing.assert_array_equal(again["value added"], matched["value added"])


def test_neither_threads_nor_company_change_the_result(matched, worlds, plans):
    alone = Ensemble(worlds.model, worlds.draws.iloc[2:4], worlds.futures, STEP, workers=1)
    part = alone.run({"local": plans["local"]}, ["value added"], YEARS, factors=matched[FACTOR])
    there = matched.sel(strategy=["local"], draw=["draw 2", "draw 3"])
    np.testing.assert_allclose(part["value added"], there["value added"], rtol=1e-13)


def test_the_budget_may_differ_among_worlds(worlds, plans, matched):
    budget = matched[MONEY].isel(strategy=0, drop=True) * np.array([[1.0], [1.5]])
    found = worlds.run(plans, [], YEARS, budget=budget)
    assert float(abs(found[MONEY] / budget - 1).max()) < 1e-6


def test_as_written_nothing_is_scaled(worlds, plans):
    found = worlds.run(plans, [], YEARS)
    assert (found[FACTOR] == 1).all()
    assert float(found[MONEY].std()) > 0


def test_strategies_that_began_in_history_take_part(shipped, draws):
    names = ("cultivation", "combination", "as-now", "end-all-policy")
    plans = {name: load(name).inputs(shipped) for name in names}
    found = Ensemble(shipped, draws, settings=STEP).run(plans, ["value added"], [1978.0, 2040.0])
    for name in names:
        inputs = plans[name] | dict(draws.iloc[0]) | STEP
        alone = model.simulate(shipped, inputs, outputs=["value added"])["value added"]
        there = found["value added"].sel(strategy=name).isel(future=0, draw=0, time=-1)
        np.testing.assert_allclose(there, alone.isel(time=-1), rtol=1e-12)


def test_what_is_kept_can_be_chosen(worlds, plans):
    found = worlds.run(
        plans, ["value added"], YEARS, keep=lambda run: run[["value added"]].isel(time=-1)
    )
    assert found["value added"].dims == (STRATEGY, FUTURE, DRAW, "Region")


def test_runs_are_counted_and_told(worlds, plans):
    told: list[tuple[int, int]] = []
    found = worlds.run(
        plans, [], YEARS, budget=BUDGET, progress=lambda done, total: told.append((done, total))
    )
    assert told[-1][0] == found.attrs["runs"]
    assert all(done <= total for done, total in told)
    assert found.attrs["runs"] < 5 * len(plans) * worlds.worlds


def test_finished_futures_are_not_run_again(worlds, plans, matched, tmp_path: Path):
    with Checkpoints(tmp_path, {"worlds": worlds.hash}) as checkpoints:
        first = worlds.run(plans, ["value added"], YEARS, budget=BUDGET, checkpoints=checkpoints)
        runs: list[int] = []
        again = worlds.run(
            plans,
            ["value added"],
            YEARS,
            budget=BUDGET,
            checkpoints=checkpoints,
            progress=lambda done, total: runs.append(done),
        )
    xr.testing.assert_identical(first, again)
    np.testing.assert_array_equal(first["value added"], matched["value added"])
    assert again["value added"].attrs["unit"] == "Myuan/Year"


def test_a_failing_draw_is_told_and_the_others_go_on(shipped, draws, plans):
    broken = draws.assign(**{"yuan per Myuan": [1e6] * 5 + [0.0]})
    found = Ensemble(shipped, broken, settings=STEP).run(
        plans, ["value added"], YEARS, budget=BUDGET
    )
    reasons = found[REASON].isel(future=0)
    assert (reasons.isel(draw=5) != "").all()
    assert (reasons.isel(draw=slice(5)) == "").all()
    assert np.isnan(found["value added"].isel(draw=5)).all()
    assert np.isfinite(found["value added"].isel(draw=slice(5))).all()


def test_a_budget_beyond_the_model_is_told(shipped, draws, plans):
    found = Ensemble(shipped, draws, settings=STEP).run(plans, [], YEARS, budget=1e9)
    assert (found[REASON] == BEYOND).all()


def test_one_set_of_values_is_a_draw_too(shipped, plans):
    alone = Ensemble(shipped, pd.DataFrame(index=["model"]), settings=STEP)
    found = alone.run(plans, [], YEARS, budget=BUDGET)
    assert float(abs(found[MONEY] / BUDGET - 1).max()) < 1e-6


def test_the_fingerprint_tells_worlds_apart(worlds, shipped, draws):
    assert worlds.hash == Ensemble(shipped, draws.copy(), futures(["demand"]), STEP).hash
    assert worlds.hash != Ensemble(shipped, draws * 1.01, futures(["demand"]), STEP).hash
    assert worlds.hash != Ensemble(shipped, draws, futures(["credit"]), STEP).hash


def test_only_a_budget_makes_money(plans, shipped):
    assert has_money(plans["local"])
    assert not has_money(load("as-now").inputs(shipped))


def test_bad_input_is_refused(shipped, draws, plans):
    with pytest.raises(InputError, match="is set and drawn"):
        Ensemble(shipped, draws, settings={"price sensitivity": 0.3})
    clash = Ensemble(shipped, draws.assign(**{"history end": 2000.0}))
    with pytest.raises(InputError, match="'history end' is set by strategy 'central'"):
        clash.run(plans, [], YEARS)
    with pytest.raises(InputError, match="must be above zero"):
        Ensemble(shipped, draws, settings=STEP).run(plans, [], YEARS, budget=0.0)
    costly = {"as-now": load("as-now").inputs(shipped), "local": plans["local"]}
    with pytest.raises(InputError, match="'as-now' cannot be brought to"):
        Ensemble(shipped, draws, settings=STEP).run(costly, [], YEARS, budget=BUDGET)
