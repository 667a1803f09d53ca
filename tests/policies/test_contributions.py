"""What the levers of a strategy bring adds up to what the strategy does, in every draw."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.model.outcomes import TOTAL
from smecluster.policies.comparison.compute import compare
from smecluster.policies.contributions.compute import compute_contributions
from smecluster.policies.contributions.data import (
    ALONE,
    BASE,
    DISCOUNTED,
    LAST,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
    measure_step_error,
)
from smecluster.policies.contributions.result import describe_contributions
from smecluster.policies.strategy import LocalProgramme, Strategy, load

STEP = {"TIME STEP": 0.125}
DRAWS = pd.DataFrame({"preference for variety": [0.36, 0.4, 0.45]}, index=["a", "b", "c"])


def strategy(allocation, **more):
    programme = LocalProgramme(share=0.03, start=2030, allocation=allocation, **more)
    return Strategy(name="few", title="Few levers", description="For tests.", local=programme)


FEW = strategy({"talent training": 0.5, "brand promotion": 0.3, "quality supervision": 0.2})


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return compute_contributions(model, FEW, DRAWS, budget=None, settings=STEP)


def test_contributions_and_baseline_add_up_to_what_the_strategy_reaches(model, found):
    inputs = {**FEW.plan(model).inputs, **STEP}
    run = models.simulate_many(model, DRAWS, ["value added"], [2040], base=inputs)
    reached = run["value added"].sum("Region").isel(time=0).values
    last = {"time": 2040, "place": TOTAL}
    shares = found.shares["value added"].sel(last).sel(measure=ON_AVERAGE).sum("lever").values
    without = found.sums["value added"].sel(last).sel(measure=BASE).values
    assert without + shares == pytest.approx(reached, rel=1e-9)


def test_the_whole_effect_is_shared_out_in_every_draw_year_and_place(found):
    for name in found.shares.data_vars:
        shared = found.shares[name].sel(measure=ON_AVERAGE).sum("lever")
        whole = found.sums[name].sel(measure=WHOLE)
        level = abs(found.sums[name].sel(measure=BASE))
        assert float(abs(shared - whole).max()) <= 1e-9 * float(level.max())


def test_synergy_is_what_the_levers_do_beyond_what_each_does_alone(found):
    alone = found.shares["value added"].sel(measure=ALONE).sum("lever")
    whole = found.sums["value added"].sel(measure=WHOLE)
    synergy = found.sums["value added"].sel(measure=SYNERGY)
    np.testing.assert_allclose(synergy, whole - alone, rtol=1e-9, atol=1e-6)


def test_brand_and_supervision_help_one_another(found):
    # Two levers of the same loop: the index is positive, and symmetric.
    met = found.pairs.sel(lever="brand promotion", other="quality supervision")
    same = found.pairs.sel(lever="quality supervision", other="brand promotion")
    assert (met > 0).all()
    np.testing.assert_array_equal(met, same)


def test_a_single_lever_brings_everything(model):
    one = compute_contributions(model, strategy({"talent training": 1.0}), settings=STEP)
    end = one.shares[DISCOUNTED].isel(time=-1)
    whole = one.sums[DISCOUNTED].isel(time=-1).sel(measure=WHOLE)
    for measure in (ON_AVERAGE, ALONE, LAST):
        np.testing.assert_allclose(end.sel(measure=measure).isel(lever=0), whole, rtol=1e-9)
    assert (one.coalitions, one.levers) == (2, ("talent training",))


def test_regions_may_differ_in_their_allocation(model):
    mixed = strategy(
        {"talent training": 1.0},
        exceptions={"Wenzhou": {"allocation": {"brand promotion": 1.0}}},
    )
    found = compute_contributions(model, mixed, settings=STEP)
    assert set(found.levers) == {"talent training", "brand promotion"}
    shared = found.shares["value added"].sel(measure=ON_AVERAGE).sum("lever")
    assert float(abs(shared - found.sums["value added"].sel(measure=WHOLE)).max()) < 1e-3


def test_every_run_is_counted(found):
    # The strategy, policy as now, and seven coalitions in each of three draws, after one history.
    assert (found.coalitions, found.exact, found.failed) == (8, True, ())
    assert found.runs == 3 * (1 + 2 + 7)


def test_chunks_do_not_change_a_digit(model, found, monkeypatch):
    monkeypatch.setattr("smecluster.policies.contributions.compute._AT_A_TIME", 8)
    reported = []
    again = compute_contributions(
        model,
        FEW,
        DRAWS,
        budget=None,
        settings=STEP,
        progress=lambda done, of: reported.append((done, of)),
    )
    assert again.shares.equals(found.shares)
    assert [done for done, _ in reported] == sorted(done for done, _ in reported)
    assert reported[-1][0] == reported[-1][1]


def test_draws_in_which_a_run_fails_are_left_out_and_named(model):
    draws = pd.DataFrame({"critical mass[Wenzhou]": [0.0, 5e4]}, index=["bad", "good"])
    found = compute_contributions(model, strategy({"talent training": 1.0}), draws, settings=STEP)
    assert found.failed == ("bad",)
    assert list(found.shares["draw"].values) == ["good"]
    with pytest.raises(InputError, match="no draw can be run: "):
        compute_contributions(model, strategy({"talent training": 1.0}), draws[:1], settings=STEP)


def test_the_time_step_moves_contributions_little(model, found):
    fine = compute_contributions(
        model, FEW, DRAWS.iloc[:1], budget=None, settings={"TIME STEP": 1 / 32}
    )
    assert 0 < measure_step_error(found, fine) < 0.03


def test_tables_hold_every_lever_and_the_sums(found):
    tables = describe_contributions([found]).tables
    long = tables["contributions"]
    end = long[(long["year"] == 2040) & (long["place"] == TOTAL) & (long["outcome"] == DISCOUNTED)]
    assert set(end["lever"]) == {*found.levers, "all levers"}
    shares = end[end["measure"] == ON_AVERAGE]
    whole = end[end["measure"] == WHOLE]["mean"].item()
    assert shares["mean"].sum() == pytest.approx(whole, rel=1e-9)
    assert (shares["low"] <= shares["high"]).all()
    assert (shares["standard error"] == 0).all()
    assert len(tables["pairs"]) == 3


def test_figures_are_drawn(found):
    assert set(describe_contributions([found]).pictures) == {
        "wedges-few",
        "levers-few",
        "pairs-few",
    }


def test_what_cannot_be_shared_out_is_told(model):
    with pytest.raises(InputError, match="at least one lever"):
        compute_contributions(model, load("as-now"), settings=STEP)
    with pytest.raises(InputError, match="unknown outcome 'value addd'"):
        compute_contributions(model, FEW, outcomes=["value addd"], settings=STEP)
    with pytest.raises(InputError, match="'central fiscal balance' is national"):
        compute_contributions(model, FEW, outcomes=["central fiscal balance"], settings=STEP)
    for pairs in (-1, 0, 1.5, 10**21):
        with pytest.raises(InputError, match="pairs must be"):
            compute_contributions(model, FEW, pairs=pairs, settings=STEP)
    draws = pd.DataFrame({"history end": [2030.0]})
    with pytest.raises(InputError, match="'history end' is set by strategy"):
        compute_contributions(model, FEW, draws, settings=STEP)


@pytest.mark.parametrize("baseline", ["as-now", "end-all-policy"])
@pytest.mark.parametrize("name", ["local", "replacing"])
def test_baseline_rest_and_contributions_add_up_to_the_figure_of_compare(model, name, baseline):
    strategy = load("local") if name == "local" else FEW.model_copy(update={"money": "replaces"})
    base = load(baseline)
    found = compute_contributions(model, strategy, DRAWS, baseline=base, pairs=2, settings=STEP)
    gained = compare(model, [strategy], DRAWS, baseline=base, settings=STEP).gained
    at = {"time": 2040, "place": TOTAL}
    shares = found.shares[DISCOUNTED].sel(at).sel(measure=ON_AVERAGE).sum("lever")
    rest = found.sums[DISCOUNTED].sel(at).sel(measure=REST)
    wanted = gained.sel({"place": TOTAL}).isel(strategy=0, future=0).values
    np.testing.assert_allclose(shares + rest, wanted, rtol=1e-9)
    # Nothing is left without levers where both carry policy as now on.
    assert (float(abs(rest).max()) < 1e-6) == (name == "local" and baseline == "as-now")
    listed = describe_contributions([found]).tables["levers"]["lever"]
    assert ("rest" in set(listed)) == (float(abs(rest).max()) >= 1e-6)


def test_results_are_tables_figures_and_a_workbook(found, tmp_path):
    described = describe_contributions([found])
    assert list(described.table().columns[:2]) == ["strategy", "lever"]
    assert "contribution [bn yuan]" in described.table()
    assert described.figure().axes
    assert described.to_excel(tmp_path / "few.xlsx").stat().st_size > 0


def test_several_strategies_stand_on_one_page(found):
    other = replace(found, strategy=FEW.model_copy(update={"name": "same", "title": "The same"}))
    both = describe_contributions([found, other])
    assert set(both.tables["levers"]["strategy"]) == {"few", "same"}
    assert {"levers-few", "levers-same"} <= set(both.page().drawings)
    assert [line.split(":")[0] for line in both.answer() if "value added of all" in line] == [
        "Few levers",
        "The same",
    ]
