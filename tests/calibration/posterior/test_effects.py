"""Published effects weigh draws: those of the third that is left out have no say."""

import numpy as np
import pytest
from scipy.stats import t

from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.posterior.effects import (
    FREEDOM,
    Effect,
    can_weigh,
    select_effects,
    select_tested,
    tabulate_published,
    weigh_draws,
)
from smecluster.model import load


def test_only_effects_that_may_be_used_are():
    m = load()
    reforms = {reform.name: reform for reform in read_reforms()}
    effects = select_effects(m, list(reforms.values()))
    assert len(effects) > 10
    for effect in effects:
        reform = reforms[effect.reform]
        assert reform.role == "fit"
        assert not reform.used
        (response,) = (one for one in reform.response if one.name == effect.response)
        assert response.kind == "sized"
        assert not response.pair
        assert effect.error > 0


def test_draws_weigh_as_the_density_of_the_effect_does():
    values = np.random.default_rng(1).uniform(0.0, 6.0, 200)
    values[-1] = np.nan
    effect = Effect("a", "b", 1.0, 2.0, -2.3, 4.3)
    weights, table, facts = weigh_draws([effect], {("a", "b"): values})
    density = t.pdf(np.append((values[:-1] - 1.0) / 2.0, 10.0), FREEDOM)
    assert weights == pytest.approx(density / density.sum(), rel=0.1)
    assert facts["effects"] == 1
    assert can_weigh(facts)
    assert table.loc[0, "before"] > table.loc[0, "after"]


def test_weighing_draws_of_the_prior_gives_the_posterior():
    rng = np.random.default_rng(4)
    draws = rng.standard_normal(20_000)
    weights, table, facts = weigh_draws([Effect("a", "b", 1.0, 0.5, 0.2, 1.8)], {("a", "b"): draws})
    assert can_weigh(facts)
    even = np.linspace(-8, 8, 4001)
    density = np.exp(-(even**2) / 2) * t.pdf((even - 1.0) / 0.5, FREEDOM)
    exact = (even * density).sum() / density.sum()
    assert weights @ draws == pytest.approx(exact, abs=0.02)
    assert table.loc[0, "after"] == pytest.approx(exact, abs=0.05)


def test_effects_left_out_are_counted_beside_those_used_and_a_pair_counts_once():
    used = [Effect("a", "b", 1.0, 0.5, 0.2, 1.8), Effect("c", "d", 1.0, 0.5, 0.2, 1.8)]
    tested = [
        Effect("e", "f", 1.0, 0.5, 0.2, 1.8, "twins"),
        Effect("g", "f", -1.0, 0.5, -1.8, -0.2, "twins"),
        Effect("h", "i", 1.0, 0.5, 0.2, 1.8),
        Effect("cannot", "run", 1.0, 0.5, 0.2, 1.8),
    ]
    ones = np.linspace(0.9, 1.1, 100)
    values = {("a", "b"): ones, ("c", "d"): 5 * ones, ("e", "f"): ones, ("g", "f"): ones}
    table, counts = tabulate_published(used, tested, {**values, ("h", "i"): np.nan * ones})
    assert counts == {"used": 2, "used within": 1, "left out": 1, "left out within": 1}
    assert table["within"].tolist() == [True, False, True, False]


def test_no_effect_is_both_used_and_left_out():
    model, reforms = load(), read_reforms()
    used, tested = select_effects(model, reforms), select_tested(model, reforms)
    roles = {reform.name: reform.role for reform in reforms}
    assert {roles[effect.reform] for effect in used} == {"fit"}
    assert {roles[effect.reform] for effect in tested} == {"test"}
    assert len(tested) > 3
