"""The best use of a budget: exact money, known optima, the same result after an interruption."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.policies import load
from smecluster.policies.budget import Budget
from smecluster.policies.comparison.compute import compare
from smecluster.policies.futures import load as load_future
from smecluster.policies.optimisation.compute import optimise
from smecluster.policies.optimisation.evaluation import (
    BALANCE,
    BENEFIT,
    DISPERSION,
    GAIN,
    LOSS,
    Evaluation,
)
from smecluster.policies.optimisation.measures import (
    AHEAD,
    BEST,
    FACTOR,
    MONEY,
    compare_by_hand,
    share_money,
    tabulate_allocations,
)
from smecluster.policies.optimisation.search import (
    Generations,
    Search,
    search_best,
    search_front,
)
from smecluster.policies.strategy import CentralProgramme, LocalProgramme, Strategy

STEP = {"TIME STEP": 0.125}
DRAWS = pd.DataFrame({"preference for variety": [0.36, 0.4, 0.44]}, index=["a", "b", "c"])
BUDGET = Budget(7e5, 1.5e8, 2025.0, 2040.0)
DEMAND, AS_NOW = load_future("demand"), load("as-now")
SMALL = Search(generations=2, population=8, climb=2)


@pytest.fixture(scope="module")
def model():
    return models.load()


def hill(points):
    """Highest at 0.3 in every direction."""
    return ((points - 0.3) ** 2).sum(1, keepdims=True) - 1


def test_a_known_optimum_is_found():
    found = search_best(hill, 6, Search(generations=30, population=20))
    assert found.points[0] == pytest.approx(np.full(6, 0.3), abs=0.01)
    assert found.values[0, 0] == pytest.approx(-1, abs=1e-3)
    assert (np.diff(found.course[:, 0]) <= 0).all()


def test_what_is_known_is_where_the_search_begins():
    found = search_best(hill, 6, Search(generations=1, population=8, climb=0), [np.full(6, 0.3)])
    assert found.values[0, 0] == -1


def test_a_known_front_is_found():
    # Two aims that pull along the first number; the others only cost.
    def pull(points):
        rest = points[:, 1:].sum(1)
        return np.column_stack([points[:, 0] + rest, 1 - points[:, 0] + rest])

    found = search_front(pull, 3, 2, Search(generations=60, population=24))
    assert found.values.sum(1) == pytest.approx(1.0, abs=0.05)
    assert np.ptp(found.points[:, 0]) > 0.9
    assert (np.diff(found.values[:, 0]) >= 0).all()


@pytest.mark.parametrize("criteria", [1, 2])
def test_a_search_that_was_stopped_ends_as_one_that_was_not(tmp_path, criteria):
    def judge(points):
        return np.column_stack([hill(points)[:, 0], points[:, 0]][:criteria])

    def search(checkpoints, judge):
        plan = Search(generations=6, population=10, climb=4)
        if criteria == 1:
            return search_best(judge, 4, plan, checkpoints=checkpoints)
        return search_front(judge, 4, 2, plan, checkpoints=checkpoints)

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


def evaluate(model, names, draws, **options):
    budget = options.pop("budget", BUDGET)
    evaluation = Evaluation(model, draws, budget, AS_NOW, settings=STEP, **options)
    return evaluation.evaluate([load(name).plan(model) for name in names]), evaluation


def test_every_strategy_spends_the_budget_in_every_draw(model):
    evaluated, evaluation = evaluate(model, ["central", "local", "mixed"], DRAWS, shock=DEMAND)
    assert np.abs(evaluated.money / BUDGET.money - 1).max() < 1e-6
    assert evaluation.runs > 9
    assert set(evaluated.values) == {BENEFIT, GAIN, DISPERSION, BALANCE, LOSS}
    assert (evaluated.values[LOSS] > 0).all()


@pytest.mark.parametrize("baseline", ["as-now", "end-all-policy"])
def test_an_evaluation_gives_the_figures_of_compare(model, baseline):
    names = ["central", "local", "mixed"]
    strategies, base = [load(name) for name in names], load(baseline)
    futures = [load_future("base"), DEMAND]
    evaluation = Evaluation(model, DRAWS, BUDGET, base, shock=DEMAND, settings=STEP)
    evaluated = evaluation.evaluate([one.plan(model) for one in strategies])
    whole = compare(model, strategies, DRAWS, futures, baseline=base, budget=BUDGET, settings=STEP)
    gained = whole.gained.sel(place="total", future="base", strategy=names)
    np.testing.assert_allclose(evaluated.values[GAIN], gained, rtol=1e-9)
    worth = whole.changes["Net national benefit account"].sel(future="base", strategy=names)
    np.testing.assert_allclose(evaluated.values[BENEFIT], worth, rtol=1e-9)
    np.testing.assert_allclose(
        evaluated.factor, whole.factor.sel(future="base", strategy=names), rtol=1e-9
    )
    lost = whole.recovered["loss"].sel(future="demand", place="total", strategy=names)
    np.testing.assert_allclose(evaluated.values[LOSS], lost, rtol=1e-9)
    dispersion = whole.changes["dispersion of value added per worker"]
    np.testing.assert_allclose(
        evaluated.values[DISPERSION], dispersion.sel(future="base", strategy=names), rtol=1e-9
    )


def test_a_budget_beyond_the_models_range_has_no_value(model):
    evaluated, _ = evaluate(model, ["local"], DRAWS, budget=Budget(5e7, 1.5e8, 2025.0, 2040.0))
    assert np.isnan(evaluated.values[GAIN]).all()
    assert (SMALL.minimise(evaluated, [GAIN]) > 1e11).all()


def test_a_quantile_counts_the_bad_end(model):
    evaluated, _ = evaluate(model, ["local"], DRAWS)
    worst = Search(quantile=1e-9).minimise(evaluated, [GAIN])[0, 0]
    assert worst == pytest.approx(-evaluated.values[GAIN].min(), rel=1e-6)


@pytest.fixture(scope="module")
def found(model):
    by_hand = [load(name) for name in ("central", "local", "mixed")]
    unseen = DRAWS.set_axis(["x", "y", "z"]) * 1.02
    return optimise(
        model, by_hand, DRAWS, unseen, SMALL, shock=DEMAND, budget=BUDGET, settings=STEP
    )


def test_the_best_use_is_a_strategy_that_beats_those_by_hand(model, found):
    assert found.best.name == BEST
    assert found.best.money == "additional"
    assert found.best.plan(model).inputs
    table = compare_by_hand(found).set_index(["criterion", "strategy"])
    assert (table.loc[BENEFIT].drop(BEST)[AHEAD] == 3).all()
    assert (table.loc[BENEFIT, "lead: mean"].dropna() > 0).all()
    assert len(found.course) >= 3


def test_all_are_compared_at_the_same_money_to_a_millionth(model, found):
    for values in (found.chosen_on, found.unseen):
        assert float(abs(values[MONEY] / found.budget.money - 1).max()) < 1e-6
    # At the model's own values the file's money is the budget.
    own = pd.DataFrame(index=["model"])
    evaluation = Evaluation(model, own, found.budget, AS_NOW, settings=STEP)
    factor = evaluation.evaluate([found.best.plan(model)]).factor
    assert factor[0, 0] == pytest.approx(1, abs=1e-4)
    assert float(found.unseen[FACTOR].min()) > 0


def test_the_front_is_evaluated_on_the_draws_used_to_choose(found):
    assert {one.name for one in found.front} <= set(found.chosen_on["strategy"].values)
    assert list(found.unseen["strategy"].values) == [BEST, "central", "local", "mixed"]


def test_allocations_are_listed(found):
    table = tabulate_allocations(found)
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
    shares = share_money(strategy, {"One": 50.0, "Other": 30.0, "centre": 120.0})
    assert list(shares.items()) == [
        (("central", "legal framework"), 0.6),
        (("local", "talent training"), 0.25),
        (("local", "brand promotion"), 0.15),
    ]


def test_the_centre_has_the_share_that_it_spends(found):
    spent = found.spent["mixed"]
    table = tabulate_allocations(found).query("strategy == 'mixed' and level == 'central'")
    share = spent["centre"] / sum(spent.values())
    assert table["share of all money"].sum() == pytest.approx(share)
    # Half the money of "mixed" is central, but it builds up more slowly.
    assert share == pytest.approx(0.5, abs=0.05)


def test_what_cannot_be_searched_is_told(model):
    local = load("local")

    def nothing(*_):
        raise AssertionError("a generation was evaluated")

    options = {"settings": STEP, "progress": nothing}
    with pytest.raises(InputError, match="'end-all-policy' has no programme"):
        optimise(model, [local, load("end-all-policy")], DRAWS, DRAWS, SMALL, **options)
    with pytest.raises(InputError, match="'local' is named twice"):
        optimise(model, [local, local], DRAWS, DRAWS, SMALL, **options)
    with pytest.raises(InputError, match=r"'cultivation' begins in 1978.*--start 1978"):
        optimise(model, [load("cultivation")], DRAWS, DRAWS, SMALL, **options)
    with pytest.raises(InputError, match=r"must lie in 2025\.\.2039, not 2050"):
        optimise(model, [local], DRAWS, DRAWS, SMALL, last=2050, **options)
    with pytest.raises(InputError, match="unknown aim 'gain'"):
        optimise(model, [local], DRAWS, DRAWS, SMALL, aim="gain", **options)
    with pytest.raises(InputError, match=r"horizon must be a whole year in 2026\.\.2060, not 2099"):
        optimise(model, [local], DRAWS, DRAWS, SMALL, horizon=2099, **options)
    with pytest.raises(InputError, match="population must be at least 8, not 2"):
        Search(population=2)
    with pytest.raises(InputError, match="population must be at most 100,000, not 100000000000"):
        Search(population=10**11)
    with pytest.raises(InputError, match=r"seed must be in 0\.\.2,147,483,647, not 4294967296"):
        Search(seed=2**32)
    with pytest.raises(InputError, match="quantile must lie between 0 and 1"):
        Search(quantile=1.0)
    with pytest.raises(InputError, match="budget must be above zero"):
        optimise(model, [local], DRAWS, DRAWS, SMALL, budget=0.0, **options)
    drawn = pd.DataFrame({"programme ramp[local, Wenzhou]": [1.0]})
    with pytest.raises(InputError, match="is set by strategy"):
        optimise(model, [local], drawn, drawn, SMALL, settings=STEP)


def test_one_region_alone_has_no_dispersion_to_judge():
    alone = models.load(regions=[models.Region("Wenzhou", {}, {})])
    found = optimise(alone, [load("local")], DRAWS, DRAWS, SMALL, settings=STEP, several=False)
    assert found.criteria == (BENEFIT, GAIN, BALANCE)
    assert found.best.local is not None
    assert not found.best.local.exceptions


def test_the_aim_decides_what_is_best(model):
    """The best by either aim is ahead of the best by the other on the draws it was chosen on."""
    local = [load("local")]
    found = {
        aim: optimise(model, local, DRAWS, DRAWS, SMALL, aim=aim, settings=STEP, several=False)
        for aim in (BENEFIT, GAIN)
    }
    for aim, other in ((BENEFIT, GAIN), (GAIN, BENEFIT)):
        assert found[aim].aim == aim
        mean = [one.chosen_on[aim].sel(strategy=BEST).mean() for one in (found[aim], found[other])]
        assert mean[0] > mean[1]


def test_results_are_tables_figures_and_a_workbook(found, tmp_path):
    assert found.table().columns[0] == "criterion"
    assert set(found.figures()) == {"spending", "lead", "search", "trade-offs"}
    assert found.to_excel(tmp_path / "best.xlsx").stat().st_size > 0


@pytest.mark.parametrize("generations", [0, 10**22])
def test_a_search_has_a_number_of_generations_that_can_end(generations):
    with pytest.raises(InputError, match="generations must be at"):
        Search(generations=generations)
