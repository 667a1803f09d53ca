"""The best use of a budget: exact money, known optima, the same result after an interruption."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.errors import InputError
from smecluster.policies import load
from smecluster.policies.ensemble.equal_cost import ACCOUNTS, programme_money
from smecluster.policies.futures import load as load_future
from smecluster.policies.optimisation.appraisal import (
    BALANCE,
    DISPERSION,
    EXACT,
    GAIN,
    LOSS,
    Appraisal,
)
from smecluster.policies.optimisation.compute import (
    BEST,
    FACTOR,
    MONEY,
    allocations,
    best_use,
    comparison,
    money_shares,
)
from smecluster.policies.optimisation.search import (
    Generations,
    Search,
    best,
    front,
    judged_strategies,
)
from smecluster.policies.strategy import CentralProgramme, LocalProgramme, Strategy

STEP = 0.125
DRAWS = pd.DataFrame({"price sensitivity": [0.36, 0.4, 0.44]}, index=["a", "b", "c"])
MONEY_TO_SPEND = 3e6  # Myuan
DEMAND = load_future("demand")
SMALL = Search(generations=2, population=8, climb=2)


@pytest.fixture(scope="module")
def model():
    return models.load()


def hill(points):
    """Highest at 0.3 in every direction."""
    return ((points - 0.3) ** 2).sum(1, keepdims=True) - 1


def test_a_known_optimum_is_found():
    found = best(hill, 6, Search(generations=30, population=20))
    assert found.points[0] == pytest.approx(np.full(6, 0.3), abs=0.01)
    assert found.counted[0, 0] == pytest.approx(-1, abs=1e-3)
    assert (np.diff(found.course[:, 0]) <= 0).all()


def test_what_is_known_is_where_the_search_begins():
    found = best(hill, 6, Search(generations=1, population=8, climb=0), [np.full(6, 0.3)])
    assert found.counted[0, 0] == -1


def test_a_known_front_is_found():
    # Two aims that pull along the first number; the others only cost.
    def pull(points):
        rest = points[:, 1:].sum(1)
        return np.column_stack([points[:, 0] + rest, 1 - points[:, 0] + rest])

    found = front(pull, 3, 2, Search(generations=60, population=24))
    assert found.counted.sum(1) == pytest.approx(1.0, abs=0.05)
    assert np.ptp(found.points[:, 0]) > 0.9
    assert (np.diff(found.counted[:, 0]) >= 0).all()


@pytest.mark.parametrize("criteria", [1, 2])
def test_a_search_that_was_stopped_ends_as_one_that_was_not(tmp_path, criteria):
    def judge(points):
        return np.column_stack([hill(points)[:, 0], points[:, 0]][:criteria])

    def search(checkpoints, judge):
        plan = Search(generations=6, population=10, climb=4)
        if criteria == 1:
            return best(judge, 4, plan, checkpoints=checkpoints)
        return front(judge, 4, 2, plan, checkpoints=checkpoints)

    judged = 0

    def stopped(points):
        nonlocal judged
        judged += 1
        if judged == 5:
            raise KeyboardInterrupt
        return judge(points)

    whole = search(None, judge)
    with pytest.raises(KeyboardInterrupt), Checkpoints(tmp_path, {}) as checkpoints:
        search(checkpoints, stopped)
    again = 0

    def counting(points):
        nonlocal again
        again += 1
        return judge(points)

    with Checkpoints(tmp_path, {}) as checkpoints:
        rest = search(checkpoints, counting)
    np.testing.assert_array_equal(rest.points, whole.points)
    np.testing.assert_array_equal(rest.course, whole.course)
    assert again == len(whole.course) - 4


def test_a_generation_of_other_points_is_not_taken_for_a_kept_one(tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints:
        Generations(hill, 1, checkpoints)(np.zeros((2, 3)))
        other = Generations(hill, 1, checkpoints)(np.ones((2, 3)))
    np.testing.assert_array_equal(other, hill(np.ones((2, 3))))


def test_every_strategy_costs_the_budget_in_every_draw(model):
    strategies = [load(name) for name in ("central", "local", "mixed")]
    judged, runs = judged_strategies(
        model, strategies, DRAWS, MONEY_TO_SPEND, 2025.0, step=STEP, shock=DEMAND
    )
    assert np.abs(judged.money / MONEY_TO_SPEND - 1).max() < 1e-6
    assert runs > 9
    # The same from a run of the scaled strategy by itself.
    alone = strategies[2].scaled(judged.factor[2, 1])
    inputs = {**alone.inputs(model), **DRAWS.iloc[1], "TIME STEP": STEP}
    base = {**alone.without_programme().inputs(model), **DRAWS.iloc[1], "TIME STEP": STEP}
    wanted = [*ACCOUNTS, "Discounted value added"]
    run = models.simulate(model, inputs, outputs=wanted)
    rest = models.simulate(model, base, outputs=wanted)
    assert programme_money(run, 2025.0) == pytest.approx(MONEY_TO_SPEND, rel=1e-6)
    gained = (run - rest)["Discounted value added"].sum("Region")
    assert judged.values[GAIN][2, 1] == pytest.approx(
        float(gained.sel(time=2040) - gained.sel(time=2025)), rel=1e-9
    )
    assert set(judged.values) == {GAIN, DISPERSION, BALANCE, LOSS}
    assert (judged.values[LOSS] > 0).all()


def test_a_budget_beyond_the_models_range_is_not_judged(model):
    judged, _ = judged_strategies(model, [load("local")], DRAWS, 5e7, 2025.0, step=STEP)
    assert np.isnan(judged.values[GAIN]).all()
    counted = SMALL.counted(judged, [GAIN])
    assert (counted > 1e11).all()


def test_a_quantile_counts_the_bad_end(model):
    judged, _ = judged_strategies(model, [load("local")], DRAWS, MONEY_TO_SPEND, 2025.0, step=STEP)
    worst = Search(quantile=1e-9).counted(judged, [GAIN])[0, 0]
    assert worst == pytest.approx(-judged.values[GAIN].min(), rel=1e-6)


@pytest.fixture(scope="module")
def found(model):
    written = [load(name) for name in ("central", "local", "mixed")]
    unseen = DRAWS.set_axis(["x", "y", "z"]) * 1.02
    return best_use(model, written, DRAWS, unseen, SMALL, shock=DEMAND, step=STEP)


def test_the_best_use_is_a_strategy_that_beats_those_by_hand(model, found):
    assert found.best.name == BEST
    assert found.best.inputs(model)
    table = comparison(found).set_index(["criterion", "strategy"])
    assert (table.loc[GAIN, "best use is better"].dropna() == 1).all()
    assert (table.loc[GAIN, "lead: mean"].dropna() > 0).all()
    assert len(found.course) >= 3
    assert 0 < found.step_error < 0.05


def test_all_are_compared_at_the_same_money_to_a_millionth(model, found):
    for values in (found.chosen_on, found.unseen):
        assert float(abs(values[MONEY] / found.budget - 1).max()) < 1e-6
    # At the model's own values the file's money is the budget.
    own = pd.DataFrame(index=["model"])
    judged, _ = judged_strategies(model, [found.best], own, found.budget, found.start)
    assert judged.factor[0, 0] == pytest.approx(1, abs=1e-4)
    assert float(found.unseen[FACTOR].min()) > 0


def test_allocations_are_listed(found):
    table = allocations(found)
    sums = table.groupby(["strategy", "level"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1.0, abs=1e-6)
    whole = table.groupby("strategy")["share of all money"].sum()
    assert whole.to_numpy() == pytest.approx(1.0, abs=1e-9)


def test_shares_of_all_money_count_what_each_government_spends():
    strategy = Strategy(
        name="s",
        title="S",
        description="For tests.",
        local=LocalProgramme(
            share=0.01,
            start=2025,
            allocation={"talent training": 1.0},
            exceptions={"Other": {"amount": 30.0, "allocation": {"brand promotion": 1.0}}},
        ),
        central=CentralProgramme(share=0.01, start=2025, allocation={"legal framework": 1.0}),
    )
    shares = money_shares(strategy, {"One": 50.0, "Other": 30.0, "centre": 120.0})
    assert shares == {"legal framework": 0.6, "talent training": 0.25, "brand promotion": 0.15}
    assert list(shares) == ["legal framework", "talent training", "brand promotion"]


def test_the_centre_has_the_share_that_it_pays(found, model):
    accounts = models.simulate(model, load("mixed").inputs(model), outputs=[*ACCOUNTS])
    central = accounts["Central programme account"]
    paid = float(central.isel(time=-1) - central.sel(time=found.start))
    table = allocations(found).query("strategy == 'mixed' and level == 'central'")
    whole = programme_money(accounts, found.start)
    assert table["share of all money"].sum() == pytest.approx(paid / whole)


def test_what_cannot_be_searched_is_told(model):
    local = load("local")
    with pytest.raises(InputError, match="different histories"):
        judged_strategies(model, [local, load("combination")], DRAWS, 1e6, 2025.0)
    with pytest.raises(InputError, match="'end-all-policy' has no programme"):
        best_use(model, [load("end-all-policy")], DRAWS, DRAWS, SMALL)

    def nothing(*_):
        raise AssertionError("a generation was judged")

    for other in ("end-all-policy", "combination"):
        with pytest.raises(InputError, match=r"no programme|different histories"):
            best_use(model, [local, load(other)], DRAWS, DRAWS, SMALL, progress=nothing)
    with pytest.raises(InputError, match=r"must lie in 2025\.\.2039, not 2050"):
        best_use(model, [local], DRAWS, DRAWS, SMALL, last=2050)
    with pytest.raises(InputError, match="population must be at least 8, not 2"):
        Search(population=2)
    with pytest.raises(InputError, match="quantile must lie between 0 and 1"):
        Search(quantile=1.0)
    with pytest.raises(InputError, match="budget must be above zero"):
        judged_strategies(model, [local], DRAWS, 0.0, 2025.0)
    with pytest.raises(InputError, match="set by the strategies and by the draws"):
        Appraisal(model, ("price sensitivity",), {}, DRAWS, 1.0, 2025.0)
    assert EXACT < 1e-6


def test_one_region_alone_has_no_dispersion_to_judge():
    alone = models.load(regions=[models.Region("Wenzhou", {}, {})])
    found = best_use(alone, [load("local")], DRAWS, DRAWS, SMALL, step=STEP, several=False)
    assert found.criteria == (GAIN, BALANCE)
    assert found.best.local is not None
    assert not found.best.local.exceptions
