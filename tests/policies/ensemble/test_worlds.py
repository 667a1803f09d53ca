"""Plans in many worlds: the same worlds, the same additional money, the same digits."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from smecluster import model
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.policies import load
from smecluster.policies.ensemble.accounts import ACCOUNTS, sum_money
from smecluster.policies.ensemble.cases import DRAW, FUTURE, REASON, STRATEGY
from smecluster.policies.ensemble.worlds import (
    ADDITIONAL,
    BEYOND,
    EXACT,
    FACTOR,
    MONEY,
    NOT_STARTED,
    Ensemble,
)
from smecluster.policies.futures import load_futures
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import Plan, carry_on

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
        "preference for variety": 0.36 * np.exp(0.1 * generator.standard_normal(6)),
        "spin off rate": 0.13 * np.exp(0.1 * generator.standard_normal(6)),
    }
    return pd.DataFrame(drawn, index=[f"draw {at}" for at in range(6)])


@pytest.fixture(scope="module")
def worlds(shipped, draws) -> Ensemble:
    return Ensemble(shipped, draws, load_futures(["demand"]), STEP)


@pytest.fixture(scope="module")
def plans(shipped) -> list[Plan]:
    return [load(name).plan(shipped) for name in NAMES]


@pytest.fixture(scope="module")
def matched(worlds, plans) -> xr.Dataset:
    return worlds.run(plans, ["value added"], YEARS, budget=BUDGET)


def test_every_strategy_costs_the_budget_in_every_world(matched):
    assert matched[ADDITIONAL].dims == (STRATEGY, FUTURE, DRAW)
    assert float(abs(matched[ADDITIONAL] / BUDGET - 1).max()) < 1e-6
    assert (matched[REASON] == "").all()


def test_additional_money_is_what_the_accounts_show_beyond_policy_as_now(matched, worlds, plans):
    """What the factor makes of the file, run alone, costs the budget to 1e-6 in every draw."""
    future = worlds.futures[1]

    def spend(plan: Plan, values: pd.Series) -> float:
        inputs = plan.inputs | dict(values) | STEP | future.inputs(worlds.model)
        run = model.simulate(worlds.model, inputs, outputs=ACCOUNTS, years=YEARS)
        return float(sum_money(run))

    for draw, values in worlds.draws.iterrows():
        as_now = spend(carry_on(read_menu(worlds.model)), values)
        for plan in plans:
            factor = float(matched[FACTOR].sel(strategy=plan.name, future=future.name, draw=draw))
            beyond = spend(plan.scale(factor), values) - as_now
            assert beyond == pytest.approx(BUDGET, rel=1e-6)


def test_money_that_replaces_policy_as_now_is_matched_beyond_it_too(worlds, shipped):
    instead = load("local").model_copy(update={"name": "instead", "money": "replaces"})
    both = [instead.plan(shipped), load("local").plan(shipped)]
    run = worlds.run(both, [], YEARS, budget=BUDGET)
    # What is matched is all the money, that which replaces policy as now included.
    assert bool((abs(run[ADDITIONAL] - BUDGET) < 2 * EXACT * run[MONEY]).all())
    assert float((run[MONEY].sel(strategy="instead") / run[MONEY].sel(strategy="local")).min()) == (
        pytest.approx(1, abs=1e-6)
    )
    assert (
        float((run[FACTOR].sel(strategy="instead") / run[FACTOR].sel(strategy="local")).min()) > 2
    )


def test_worlds_hold_what_a_single_run_holds(matched, worlds, plans):
    case = {STRATEGY: "mixed", FUTURE: "demand", DRAW: "draw 3"}
    inputs = plans[2].scale(float(matched[FACTOR].sel(case))).inputs
    inputs |= dict(worlds.draws.loc["draw 3"]) | STEP | worlds.futures[1].inputs(worlds.model)
    alone = model.simulate(worlds.model, inputs, outputs=["value added"], years=YEARS)
    np.testing.assert_allclose(matched["value added"].sel(case), alone["value added"], rtol=1e-12)


def test_factors_can_be_given(matched, worlds, plans):
    again = worlds.run(plans, ["value added"], YEARS, factors=matched[FACTOR])
    np.testing.assert_array_equal(again["value added"], matched["value added"])


def test_neither_threads_nor_company_change_the_result(matched, worlds, plans):
    alone = Ensemble(worlds.model, worlds.draws.iloc[2:4], worlds.futures, STEP, workers=1)
    part = alone.run(plans[1:2], ["value added"], YEARS, factors=matched[FACTOR])
    there = matched.sel(strategy=["local"], draw=["draw 2", "draw 3"])
    np.testing.assert_allclose(part["value added"], there["value added"], rtol=1e-13)


def test_the_budget_may_differ_among_worlds(worlds, plans, matched):
    budget = matched[ADDITIONAL].isel(strategy=0, drop=True) * np.array([[1.0], [1.5]])
    run = worlds.run(plans, [], YEARS, budget=budget)
    assert float(abs(run[ADDITIONAL] / budget - 1).max()) < 1e-6


def test_as_written_nothing_is_scaled(worlds, plans):
    run = worlds.run(plans, [], YEARS)
    assert (run[FACTOR] == 1).all()
    assert float(run[MONEY].std()) > 0


def test_a_plan_without_a_programme_is_run_as_it_is(worlds, plans, shipped):
    ended = load("end-all-policy").plan(shipped)
    run = worlds.run([ended, *plans], [], YEARS, budget=BUDGET)
    assert (run[ADDITIONAL].sel(strategy="end-all-policy") < 0).all()
    assert (run[FACTOR].sel(strategy="end-all-policy") == 1).all()
    assert float(abs(run[ADDITIONAL].sel(strategy="local") / BUDGET - 1).max()) < 1e-6


def test_plans_that_began_in_history_take_part(shipped, draws):
    names = ("cultivation", "combination", "as-now", "end-all-policy")
    plans = [load(name).plan(shipped) for name in names]
    run = Ensemble(shipped, draws, settings=STEP).run(plans, ["value added"], [1978.0, 2040.0])
    for plan in plans:
        inputs = plan.inputs | dict(draws.iloc[0]) | STEP
        alone = model.simulate(shipped, inputs, outputs=["value added"])["value added"]
        there = run["value added"].sel(strategy=plan.name).isel(future=0, draw=0, time=-1)
        np.testing.assert_allclose(there, alone.isel(time=-1), rtol=1e-12)


def waiting(shipped, trigger: float, *regions: str) -> Plan:
    """The local programme, from the moment at which firms pass the trigger."""
    changes = {"start": None, "trigger": trigger, "regions": regions or None}
    local = load("local").local.model_copy(update=changes)
    return load("local").model_copy(update={"name": "waiting", "local": local}).plan(shipped)


def test_a_trigger_that_was_passed_in_the_past_starts_the_programme_now(worlds, plans, shipped):
    ready = waiting(shipped, 0.01)
    run = worlds.run([ready, plans[1]], ["value added"], YEARS, budget=BUDGET)
    np.testing.assert_allclose(
        run["value added"].sel(strategy="waiting"),
        run["value added"].sel(strategy="local"),
        rtol=1e-9,
    )
    # Nothing was spent before: until 2025 it is policy as now.
    written = worlds.run([ready, carry_on(read_menu(shipped))], ["value added"], YEARS)
    before = written["value added"].isel(time=0)
    np.testing.assert_array_equal(before.isel(strategy=0), before.isel(strategy=1))


def test_a_trigger_that_is_never_met_is_refused_in_one_line(worlds, plans, shipped):
    never = [plans[0], waiting(shipped, 100.0, "Wenzhou")]
    with pytest.raises(InputError, match="'waiting' never starts: its trigger of 100 times") as one:
        Ensemble(shipped, worlds.draws.iloc[:2], worlds.futures, STEP).run(
            never, [], YEARS, budget=BUDGET
        )
    assert "\n" not in str(one.value)


def test_a_trigger_that_is_met_in_some_worlds_has_results_there_and_a_reason_elsewhere(
    worlds, shipped
):
    mass = "Perceived cluster mass"
    undisturbed = worlds.run([carry_on(read_menu(shipped))], [mass], range(2025, 2041))
    most = undisturbed[mass].sel(Region="Wenzhou").max("time").isel(strategy=0, future=0)
    middle = float(most.median())  # of six draws, between the third and the fourth
    run = worlds.run([waiting(shipped, middle, "Wenzhou")], [], YEARS, budget=1e4)
    started = run[ADDITIONAL].notnull().isel(strategy=0, future=0)
    assert started.values.tolist() == (most > middle).values.tolist()
    assert (
        run[REASON].isel(strategy=0, future=0).where(~started, NOT_STARTED) == NOT_STARTED
    ).all()


def test_a_future_that_begins_before_a_trigger_counts_is_refused(shipped, draws):
    early = load_futures(["demand"])[1].model_copy(update={"year": 2010})
    with pytest.raises(InputError, match="'demand' begins in 2010, before that"):
        Ensemble(shipped, draws, (early,), STEP).run([waiting(shipped, 1.0)], [], YEARS)


def test_who_pays_for_a_programme_changes_nothing_before_it_begins(shipped, draws):
    local = load("local").local.model_copy(update={"paid_by_centre": 0.5})
    shared = load("local").model_copy(update={"name": "shared", "local": local})
    plans = [shared.plan(shipped), load("local").plan(shipped)]
    run = Ensemble(shipped, draws, settings=STEP).run(plans, ["fiscal balance"], YEARS)
    balance = run["fiscal balance"].isel(time=0)
    # In 2025 itself the centre pays; the state of the world is the same.
    assert bool((balance.isel(strategy=0) > balance.isel(strategy=1)).all())
    supply = Ensemble(shipped, draws, settings=STEP).run(plans, ["value added"], YEARS)
    first = supply["value added"].isel(time=0)
    np.testing.assert_array_equal(first.isel(strategy=0), first.isel(strategy=1))


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


def test_a_run_that_was_stopped_after_a_future_goes_on_to_the_same_digits(
    worlds, plans, tmp_path: Path
):
    with Checkpoints(tmp_path, {"worlds": worlds.hash}) as checkpoints:
        first = worlds.run(plans, ["value added"], YEARS, budget=BUDGET, checkpoints=checkpoints)
        (last,) = (name for name in checkpoints.finished() if name.endswith("future 1"))
        checkpoints.discard(last)
        again = worlds.run(plans, ["value added"], YEARS, budget=BUDGET, checkpoints=checkpoints)
    xr.testing.assert_identical(first, again)


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
    assert float(abs(found[ADDITIONAL] / BUDGET - 1).max()) < 1e-6


def test_the_fingerprint_tells_worlds_apart(worlds, shipped, draws):
    assert worlds.hash == Ensemble(shipped, draws.copy(), load_futures(["demand"]), STEP).hash
    assert worlds.hash != Ensemble(shipped, draws * 1.01, load_futures(["demand"]), STEP).hash
    assert worlds.hash != Ensemble(shipped, draws, load_futures(["credit"]), STEP).hash


def test_bad_input_is_refused(shipped, draws, plans):
    with pytest.raises(InputError, match="is set and drawn"):
        Ensemble(shipped, draws, settings={"preference for variety": 0.3})
    clash = Ensemble(shipped, draws.assign(**{"history end": 2000.0}))
    with pytest.raises(InputError, match="'history end' is set by strategy 'central'"):
        clash.run(plans, [], YEARS)
    with pytest.raises(InputError, match="must not be below zero"):
        Ensemble(shipped, draws, settings=STEP).run(plans, [], YEARS, budget=-1.0)
