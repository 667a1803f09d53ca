"""Loops That Matter, read for the loops that the model names."""

import sys

import numpy as np
import pytest
import xarray as xr

from smecluster import model as models
from smecluster.model.errors import InputError
from smecluster.model.loops import LOOPS
from smecluster.policies import dominance, load
from smecluster.policies.comparison.compute import compare
from smecluster.policies.dominance import describe_dominance, measure_dominance, summarise_shares
from smecluster.policies.loop_scores import CHAINS

NONE, LOCAL = load("end-all-policy"), load("local")


@pytest.fixture(scope="module")
def model():
    return models.load()


@pytest.fixture(scope="module")
def shares(model):
    pytest.importorskip("simlin")
    return measure_dominance(model, [NONE, LOCAL], budget=None, step=0.25).data["share"]


def test_every_named_loop_has_a_chain_and_no_other():
    assert list(CHAINS) == [loop.label for loop in LOOPS]


def test_chains_name_variables_of_the_model(model):
    names = {name.casefold() for name in model.variables}
    for chain in (chain for chains in CHAINS.values() for chain in chains):
        for name in chain.split(","):
            assert name.strip().casefold() in names


def test_every_loop_is_followed_in_every_region_and_year(model, shares):
    assert list(shares["loop"].values) == list(CHAINS)
    assert list(shares["Region"].values) == list(model.regions)
    late = shares.sel(time=slice(1980, None))
    assert bool(late.notnull().all())


def test_shares_of_the_named_loops_add_up_to_one_at_most(shares):
    # A year's mean of signed shares: below one where a loop's sign turns within the year.
    total = abs(shares.sel(time=slice(1980, None))).sum("loop")
    assert float(total.max()) <= 1 + 1e-9
    assert float(total.mean()) > 0.8


def test_loops_have_the_sign_of_their_name(shares):
    late = shares.sel(time=slice(1980, None))
    for loop in LOOPS:
        own = late.sel(loop=loop.label)
        named = np.where(own > 0, loop.reinforcing, not loop.reinforcing)
        weight = abs(own).values
        assert (named * weight).sum() / weight.sum() > 0.7, loop.label


def test_a_strategy_that_starts_in_2025_changes_nothing_before(shares):
    before = shares.sel(time=slice(1980, 2023))
    np.testing.assert_allclose(
        before.sel(strategy="local"), before.sel(strategy="end-all-policy"), atol=1e-6
    )
    after = shares.sel(time=slice(2027, None))
    assert (
        float(abs(after.sel(strategy="local") - after.sel(strategy="end-all-policy")).max()) > 0.01
    )


def test_the_largest_loop_of_each_year_is_counted(shares):
    summed = summarise_shares(shares, 2025)
    counted = summed.groupby(["strategy", "Region"])["largest"].sum()
    assert counted.to_numpy() == pytest.approx(1.0)
    assert (summed["more than half"] <= summed["largest"] + 1e-12).all()


def test_figure_and_sentences_follow_the_shares():
    loops = list(CHAINS)
    values = np.zeros((2, len(loops), 1, 3))
    values[0, 0], values[0, 10] = 0.25, -0.75
    values[1, 0], values[1, 10] = 0.75, -0.25
    made = xr.DataArray(
        values,
        {
            "strategy": ["end-all-policy", "local"],
            "loop": loops,
            "Region": ["Wenzhou"],
            "time": [2025.0, 2026.0, 2027.0],
        },
        ("strategy", "loop", "Region", "time"),
    )
    found = describe_dominance(made, (NONE, LOCAL), budget=None, since=2025, step=0.25)
    said = found.answer()
    assert said[0].startswith(f"Wenzhou under '{NONE.title}', from 2025 on:")
    assert "B3 wages (75 %), R1 agglomeration (25 %)" in said[0]
    assert "changes most in Wenzhou: the share of" in said[1]
    assert "R1 agglomeration rises by 50 points" in said[1] or "falls by 50 points" in said[1]
    assert found.figure().axes
    whole = " ".join(one.plain for one in found.page().body if hasattr(one, "plain"))
    assert "so the shares carry no uncertainty; time step 1/4 year" in whole
    assert "“2025年终止全部政策”下，自2025年起" in found.answer("zh")[0]


def test_strategies_are_followed_with_the_money_of_a_comparison(model, monkeypatch):
    followed = []
    monkeypatch.setattr(dominance, "import_simlin", lambda: None)
    monkeypatch.setattr(
        dominance, "score_loops", lambda model, inputs, step: followed.append(inputs) or {}
    )
    monkeypatch.setattr(dominance, "_share", lambda scores: np.zeros((16, 3, 4 * 62 + 1)))
    found = measure_dominance(model, [load("as-now"), LOCAL], step=0.25)
    whole = compare(model, [LOCAL])
    factor = float(whole.factor.sel(strategy="local").squeeze())
    share = LOCAL.local.share * factor
    assert found.facts["budget"] == whole.budget
    assert followed[1]["programme share[local, Wenzhou]"] == pytest.approx(share, rel=1e-9)
    assert followed[0]["programme share[local, Wenzhou]"] == 0


def test_without_the_extra_there_is_one_clear_line(model, monkeypatch):
    monkeypatch.setitem(sys.modules, "simlin", None)
    with pytest.raises(InputError, match=r"pip install 'smecluster\[loops\]'"):
        measure_dominance(model, [NONE])


def test_a_first_year_outside_the_model_is_refused(model):
    with pytest.raises(InputError, match=r"since = 1900 is not in 1978\.\.2040"):
        measure_dominance(model, [NONE], since=1900)


@pytest.mark.parametrize("step", [float("nan"), float("inf"), 0.0, 3.0, 0.3, 1e-9])
def test_a_time_step_that_misses_the_years_is_refused_before_any_run(model, step):
    with pytest.raises(InputError, match="1 over a whole number"):
        measure_dominance(model, [load("local")], step=step)
