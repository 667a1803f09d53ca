"""What cluster statistics are worth: the difference of two runs, with and without anticipation."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.model.file.cutting import apply_cuts
from smecluster.policies import load
from smecluster.policies.comparison.compute import compare
from smecluster.policies.ensemble.cases import REASON
from smecluster.policies.ensemble.worlds import Ensemble
from smecluster.policies.futures import load_futures
from smecluster.policies.statistics_value.compute import CUT, value_statistics
from smecluster.policies.statistics_value.figures import draw_worth as drawn
from smecluster.policies.statistics_value.measures import (
    ANTICIPATING,
    ANTICIPATORY,
    CAPACITY,
    COST,
    GAIN,
    LEVER,
    POLICY,
    REACTIVE,
    WORTH,
    tabulate_worth,
)
from smecluster.policies.statistics_value.text import write_answer as answer
from smecluster.policies.statistics_value.text import write_basis as basis

STEP = {"TIME STEP": 0.125}
DRAWS = pd.DataFrame({"preference for variety": [0.36, 0.44]}, index=["a", "b"])
LOCAL = load("local")


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return value_statistics(
        model, LOCAL, DRAWS, load_futures(["scandal"]), budget=None, settings=STEP
    )


def test_worth_is_the_difference_of_two_runs(model, found):
    inputs = {**LOCAL.plan(model).inputs, **DRAWS.loc["b"], **STEP}
    without = inputs | {f"local allocation[{region}, {LEVER}]": 0.0 for region in model.regions}
    one, other = (
        models.simulate(model, given, outputs=["Discounted value added", "Programme account"])
        for given in (inputs, without)
    )
    more = (one - other)["Discounted value added"].isel(time=-1)
    cell = found.values.sel(policy=ANTICIPATORY, future="base", draw="b")
    for region in model.regions:
        assert float(cell[WORTH].sel(place=region)) == pytest.approx(
            float(more.sel(Region=region)), rel=1e-6
        )
    assert float(cell[WORTH].sel(place="total")) == pytest.approx(float(more.sum()), rel=1e-6)
    # What policy as now spends in these years is no money of the strategy.
    as_now = {**load("as-now").plan(model).inputs, **DRAWS.loc["b"], **STEP}
    history = models.simulate(model, as_now, outputs=["Programme account"])
    account = (one - history)["Programme account"]
    spent = float((account.sel(time=2040) - account.sel(time=2025)).sum())
    assert float(cell[COST].sel(place="total")) == pytest.approx(0.02 * spent, rel=1e-6)


def test_a_reactive_policy_does_not_see_what_statistics_show(model):
    cut = replace(model, text=apply_cuts(model.text, [CUT]))
    perceived, name, usual = (
        "Perceived quality problem",
        "Collective reputation",
        "reference reputation",
    )
    runs = models.simulate_many(
        cut, {CUT.constant: [0.0, 1.0]}, [perceived, name, usual], base=STEP
    ).sel(time=slice(1990, None))
    low, full = runs.isel(run=0), runs.isel(run=1)
    damage = (1 - low[name]) / (1 - low[usual])
    assert float(abs(low[perceived] - damage).mean()) < 0.2
    assert float(abs(low[perceived] - full[perceived]).mean()) > 0.2


def test_statistics_raise_capacity_whatever_the_policy(found):
    assert bool((found.values[CAPACITY].drop_sel(place="total") > 0.01).all())
    assert bool(found.values[CAPACITY].sel(place="total").isnull().all())
    assert found.failed == 0


def test_the_table_holds_both_policies_and_their_difference(found):
    summed = tabulate_worth(found)
    assert set(summed["policy"]) == {REACTIVE, ANTICIPATORY, ANTICIPATING}
    assert set(summed["future"]) == {"base", "scandal"}
    middle = found.values[WORTH].sel(place="total", future="base")
    difference = (middle.sel(policy=ANTICIPATORY) - middle.sel(policy=REACTIVE)).median()
    row = summed[
        (summed["policy"] == ANTICIPATING)
        & (summed["future"] == "base")
        & (summed["place"] == "total")
        & (summed["measure"] == WORTH)
    ]
    assert row["median"].item() == pytest.approx(float(difference))


def made(found, reactive, anticipatory):
    """The same with other numbers, Myuan, in two draws."""
    values = found.values.copy(deep=True)
    values[COST][:] = 1e4
    for policy, numbers in ((REACTIVE, reactive), (ANTICIPATORY, anticipatory)):
        values[WORTH].loc[{"policy": policy}] = np.broadcast_to(
            np.asarray(numbers, dtype=float)[None, :, None], (2, 2, 4)
        )
    return replace(found, values=values)


def test_sentences_follow_the_numbers(found):
    said = answer(made(found, [2e4, 2e4], [5e4, 5e4]))
    assert "are worth 50.00 (50.00 to 50.00) bn yuan" in said[0]
    assert "5.00 (5.00 to 5.00) times what they cost" in said[0]
    assert said[1] == (
        "Anticipating itself adds 30.00 (30.00 to 30.00) bn yuan (60 % of the worth), in all 2 "
        "draws that were run (95 % bound: at least 22 of 100)."
    )
    assert said[2].startswith("Quality scandal as in Wenzhou 1987: the cluster statistics")


def test_anticipating_that_harms_or_is_unsure_is_told(found):
    said = answer(made(found, [5e4, 5e4], [2e4, 6e4]))
    assert "in 1 of 2 draws" in said[1]
    # The interval keeps the draws that go the other way on the other side of zero.
    assert "costs 10.00 (-8.00 to 28.00) bn yuan" in said[1]
    assert "costs 10.00" in answer(made(found, [5e4, 5e4], [4e4, 4e4]))[1]


def test_what_the_worth_rests_on_is_told(found):
    said = " ".join(basis(found))
    assert "in 2 draws and 2 futures. In brackets: 90 % intervals." in said
    assert "judgement" in said
    assert drawn(found).axes


def test_a_region_that_spends_nothing_on_statistics_has_no_ratio(model):
    alone = LOCAL.model_copy(
        update={"local": LOCAL.local.model_copy(update={"regions": ("Wenzhou",)})}
    )
    one = value_statistics(model, alone, DRAWS.iloc[:1], settings=STEP)
    ratios = tabulate_worth(one).query("measure == 'worth over cost'")
    assert set(ratios["place"]) == {"Wenzhou", "total"}
    assert "By region" not in " ".join(answer(one))
    assert drawn(one).axes


def test_a_strategy_without_statistics_is_refused(model):
    with pytest.raises(InputError, match="'central' has no money for 'cluster statistics'"):
        value_statistics(model, load("central"))


@pytest.mark.parametrize("fails", [0, 1])
def test_the_reason_is_given_whichever_policy_cannot_be_run(model, monkeypatch, fails):
    run, calls = Ensemble.run, []

    def failing(self, *arguments, **options):
        result = run(self, *arguments, **options)
        calls.append(result)
        if len(calls) - 1 == fails:
            result = result.where(False).assign(result[[REASON]])
            result[REASON][:] = "overflow in firms in 2030"
        return result.assign_attrs(calls[-1].attrs)

    monkeypatch.setattr(Ensemble, "run", failing)
    with pytest.raises(InputError, match="no world can be run: overflow in firms in 2030"):
        value_statistics(model, LOCAL, settings=STEP)


@pytest.mark.parametrize("baseline", ["as-now", "end-all-policy"])
def test_the_strategy_gains_what_compare_says(model, baseline):
    base, worlds = load(baseline), load_futures(["scandal"])
    options = {"baseline": base, "settings": STEP}
    found = value_statistics(model, LOCAL, DRAWS, worlds, **options)
    whole = compare(model, [LOCAL], DRAWS, worlds, **options)
    np.testing.assert_allclose(
        found.values[GAIN].sel({POLICY: ANTICIPATORY, "place": "total"}),
        whole.gained.sel(place="total").isel(strategy=0),
        rtol=1e-9,
    )
    assert found.budget == whole.budget


def test_one_set_of_values_has_no_shares_or_intervals(model):
    one = value_statistics(model, LOCAL, settings=STEP)
    assert not {"low", "high", "above zero"} & set(tabulate_worth(one))
    words = " ".join(answer(one))
    assert "draws" not in words
    assert " to " not in words.split("Anticipating")[1].split(".")[0]
    assert "One set of values was run" in " ".join(basis(one))


def test_results_are_tables_figures_and_a_workbook(found, tmp_path):
    assert set(found.table()["unit"]) == {"bn yuan", "index"}
    assert found.figure().axes
    assert found.to_excel(tmp_path / "statistics.xlsx").stat().st_size > 0
