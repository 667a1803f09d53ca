"""Who gets what: the parts sum to the model's net national benefit, in every year."""

from dataclasses import replace

import numpy as np
import pytest

from smecluster.model.engine.run.runs import simulate
from smecluster.policies.ensemble.worlds import ADDITIONAL, Ensemble
from smecluster.policies.game.accounts import OUTPUTS, read_account, split_benefit
from smecluster.policies.game.simulator import STEP, Simulator, read_mix
from smecluster.policies.plan import carry_on
from smecluster.policies.strategy import load

NATION = "Net national benefit account"


@pytest.mark.parametrize("name", ["as-now", "central", "local", "mixed"])
def test_residents_and_the_rest_of_china_sum_to_the_nation_in_every_year(shipped, name):
    plan = load(name).plan(shipped)
    years = [2025.0, 2026.0, 2030.0, 2040.0]
    names = [*OUTPUTS, "net benefit flow"]
    run = simulate(shipped, plan.inputs, outputs=names, years=years).expand_dims("run")
    flow, common = {}, {}
    for key in OUTPUTS:
        values = run[key]
        if "Market" in values.dims:
            continue
        if "Region" in values.dims:
            flow[key] = values.transpose("run", "time", "Region").values
        elif "time" in values.dims:
            common[key] = values.transpose("run", "time").values
        else:
            common[key] = np.broadcast_to(values.values[:, None], (1, len(years)))
    spent = run["expenditure"].sel(Market="national").transpose("run", "time").values
    residents, elsewhere = split_benefit(flow, common, spent)
    whole = run["net benefit flow"].transpose("run", "time").values
    assert np.allclose(residents.sum(axis=-1) + elsewhere, whole, rtol=1e-9)
    assert (residents[0, 1] != residents[0, 0]).all()


def test_nothing_done_is_policy_as_now(simulator: Simulator, shipped, draws):
    worlds = Ensemble(shipped, draws, settings={"TIME STEP": STEP})
    run = worlds.run([carry_on(simulator.menu)], [NATION], [2025.0, 2040.0])
    known = run[NATION].isel(strategy=0, future=0)
    account = simulator.idle(2040.0)
    gained = (known.isel(time=1) - known.isel(time=0)).values
    assert np.allclose(account.nation[0], gained, rtol=1e-12)
    assert np.allclose(account.money[0], run["programme money"].values.ravel(), rtol=1e-12)


def test_an_action_is_the_strategy_that_spends_the_same(simulator: Simulator, shipped, draws):
    strategy = load("local")
    local = replace_share(strategy, 0.005)
    worlds = Ensemble(shipped, draws, settings={"TIME STEP": STEP})
    plans = [carry_on(simulator.menu), local.plan(shipped)]
    run = worlds.run(plans, [NATION], [2025.0, 2040.0]).isel(future=0)
    known = (run[NATION].isel(time=1) - run[NATION].isel(time=0)).values
    mix = read_mix(simulator.menu, strategy.local.allocation)
    actions = np.broadcast_to(np.tile(mix, 3), (1, len(draws), simulator.size))
    account, idle = simulator.run(actions, 2040.0), simulator.idle(2040.0)
    assert np.allclose(account.nation[0] - idle.nation[0], known[1] - known[0], rtol=1e-6)
    spent = run[ADDITIONAL].values[1]
    assert np.allclose(account.money[0] - idle.money[0], spent, rtol=1e-6)


def replace_share(strategy, share):
    return strategy.model_copy(update={"local": strategy.local.model_copy(update={"share": share})})


def test_threads_and_other_profiles_change_no_digit(simulator: Simulator):
    random = np.random.default_rng(0)
    actions = random.dirichlet(np.ones(15), (5, 6, 3)).reshape(5, 6, 45)
    alone = replace(simulator, workers=1)
    together = replace(simulator, workers=2).run(actions, 2030.0)
    for at in range(5):
        account = alone.run(actions[at : at + 1], 2030.0)
        assert np.array_equal(account.residents[0], together.residents[at])
        assert np.array_equal(account.growth[0], together.growth[at])


def test_what_a_region_pays_is_its_own_programme(simulator: Simulator):
    actions = np.zeros((1, 6, simulator.size))
    actions[..., :15] = 1 / 15
    account, idle = simulator.run(actions, 2040.0), simulator.idle(2040.0)
    more = account.paid[0] - idle.paid[0]
    assert (more[:, 0] > 0).all()
    assert np.allclose(more.sum(axis=-1), account.money[0] - idle.money[0], rtol=0.02)
    assert (np.abs(more[:, 1:]) < 0.05 * more[:, :1]).all()


def test_an_account_reads_the_highest_debt(shipped):
    years = [2025.0, 2030.0, 2040.0]
    run = simulate(shipped, carry_on_inputs(shipped), outputs=list(OUTPUTS), years=years)
    account = read_account(run.expand_dims("run"))
    assert np.allclose(account.debt[0], run["debt over its limit"].max("time").values)


def carry_on_inputs(shipped):
    return load("as-now").plan(shipped).inputs
