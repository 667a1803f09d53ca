"""What the levers of a strategy bring adds up to what the strategy does, in every draw."""

import numpy as np
import pandas as pd
import pytest

from smecluster import model as models
from smecluster.model.outcomes import TOTAL
from smecluster.model.support.errors import InputError
from smecluster.policies.contributions.compute import (
    ALONE,
    DISCOUNTED,
    LAST,
    ON_AVERAGE,
    SYNERGY,
    WHOLE,
    WITHOUT,
    contributions,
    pair_table,
    step_error,
    table,
)
from smecluster.policies.contributions.figures import figures
from smecluster.policies.strategy import LocalProgramme, Strategy

STEP = 0.125
DRAWS = pd.DataFrame({"price sensitivity": [0.36, 0.4, 0.45]}, index=["a", "b", "c"])


def strategy(allocation, **more):
    programme = LocalProgramme(share=0.03, start=2030, allocation=allocation, **more)
    return Strategy(name="few", title="Few levers", description="For tests.", local=programme)


FEW = strategy({"talent training": 0.5, "brand promotion": 0.3, "quality supervision": 0.2})


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def found(model):
    return contributions(model, FEW, DRAWS, step=STEP)


def test_contributions_and_baseline_add_up_to_what_the_strategy_reaches(model, found):
    inputs = {**FEW.inputs(model), "TIME STEP": STEP}
    run = models.simulate_many(model, DRAWS, ["value added"], [2040], base=inputs)
    reached = run["value added"].sum("Region").isel(time=0).values
    last = {"time": 2040, "place": TOTAL}
    shares = found.shares["value added"].sel(last).sel(measure=ON_AVERAGE).sum("lever").values
    without = found.sums["value added"].sel(last).sel(measure=WITHOUT).values
    assert without + shares == pytest.approx(reached, rel=1e-9)


def test_the_whole_effect_is_shared_out_in_every_draw_year_and_place(found):
    for name in found.shares.data_vars:
        shared = found.shares[name].sel(measure=ON_AVERAGE).sum("lever")
        whole = found.sums[name].sel(measure=WHOLE)
        level = abs(found.sums[name].sel(measure=WITHOUT))
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
    one = contributions(model, strategy({"talent training": 1.0}), step=STEP)
    end = one.shares[DISCOUNTED].isel(time=-1)
    whole = one.sums[DISCOUNTED].isel(time=-1).sel(measure=WHOLE)
    for measure in (ON_AVERAGE, ALONE, LAST):
        np.testing.assert_allclose(end.sel(measure=measure).isel(lever=0), whole, rtol=1e-9)
    assert one.runs == 2


def test_regions_may_differ_in_their_allocation(model):
    mixed = strategy(
        {"talent training": 1.0},
        exceptions={"Wenzhou": {"allocation": {"brand promotion": 1.0}}},
    )
    found = contributions(model, mixed, step=STEP)
    assert set(found.levers) == {"talent training", "brand promotion"}
    shared = found.shares["value added"].sel(measure=ON_AVERAGE).sum("lever")
    assert float(abs(shared - found.sums["value added"].sel(measure=WHOLE)).max()) < 1e-3


def test_every_run_is_counted(found):
    assert (found.coalitions, found.runs, found.exact, found.failed) == (8, 24, True, ())


def test_chunks_do_not_change_a_digit(model, found, monkeypatch):
    monkeypatch.setattr("smecluster.policies.contributions.compute._AT_A_TIME", 8)
    told = []
    again = contributions(
        model, FEW, DRAWS, step=STEP, progress=lambda done, of: told.append((done, of))
    )
    assert again.shares.equals(found.shares)
    assert told == [(8, 24), (16, 24), (24, 24)]


def test_draws_in_which_a_run_fails_are_left_out_and_named(model):
    draws = pd.DataFrame({"critical mass[Wenzhou]": [0.0, 5e4]}, index=["bad", "good"])
    found = contributions(model, strategy({"talent training": 1.0}), draws, step=STEP)
    assert found.failed == ("bad",)
    assert list(found.shares["draw"].values) == ["good"]
    assert found.runs == 4
    with pytest.raises(InputError, match="a run failed in every draw"):
        contributions(model, strategy({"talent training": 1.0}), draws[:1], step=STEP)


def test_the_time_step_moves_contributions_little(model, found):
    fine = contributions(model, FEW, DRAWS.iloc[:1], step=1 / 32)
    assert 0 < step_error(found, fine) < 0.03


def test_tables_hold_every_lever_and_the_sums(found):
    long = table(found)
    end = long[(long["year"] == 2040) & (long["place"] == TOTAL) & (long["outcome"] == DISCOUNTED)]
    assert set(end["lever"]) == {*found.levers, "all levers"}
    shares = end[end["measure"] == ON_AVERAGE]
    whole = end[end["measure"] == WHOLE]["mean"].item()
    assert shares["mean"].sum() == pytest.approx(whole, rel=1e-9)
    assert (shares["low"] <= shares["high"]).all()
    assert (shares["standard error"] == 0).all()
    assert len(pair_table(found)) == 3


def test_figures_are_drawn(found):
    assert set(figures(found)) == {"wedges-few", "levers-few", "pairs-few"}


def test_what_cannot_be_shared_out_is_told(model):
    with pytest.raises(InputError, match="at least one lever"):
        contributions(model, FEW.without_programme(), step=STEP)
    with pytest.raises(InputError, match="unknown outcome 'value addd'"):
        contributions(model, FEW, names=["value addd"], step=STEP)
    with pytest.raises(InputError, match="'central fiscal balance' is national"):
        contributions(model, FEW, names=["central fiscal balance"], step=STEP)
    draws = pd.DataFrame({"history end": [2030.0]})
    with pytest.raises(InputError, match="'history end' is set by strategy 'few'"):
        contributions(model, FEW, draws, step=STEP)
