"""Effects move the draws if enough of them are left, and never those of the third left out."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from smecluster.calibration.experiments.reform import read_reforms
from smecluster.calibration.posterior.effects import select_effects
from smecluster.calibration.posterior.reweighing import reweigh
from smecluster.calibration.posterior.run import Posterior
from smecluster.calibration.priors.law import Law
from smecluster.calibration.priors.table import Prior, Priors
from smecluster.calibration.stages import Stages
from smecluster.model import load

PRIORS = Priors([Prior("a", "m", 0.0, Law("lin", -1.645, 0.0, 1.645, -9.0, 9.0), 0.0, "a")])


def weigh(folder, slope, count=2000):
    points = np.random.default_rng(1).standard_normal((count, 1))
    draws = pd.DataFrame(PRIORS.to_values(points), columns=["a"])
    before = Posterior(points, draws, SimpleNamespace(), {}, {})
    model, reforms = load(), read_reforms()
    effects = select_effects(model, reforms)
    ran = []

    def simulate(_, chosen, given):
        ran.append({reform.role for reform in chosen})
        first = effects[0]
        values = first.estimate + first.error * slope * (given["a"].to_numpy() - 1.0)
        return {(first.reform, first.response): values}

    with Stages(folder, {"problem": "test"}, lambda *_: None) as stages:
        return reweigh(model, reforms, PRIORS, before, stages, simulate), ran


def test_draws_move_to_where_the_effect_is(tmp_path):
    after, ran = weigh(tmp_path, 1.0)
    # Those left out are run by themselves, after the weights.
    assert ran == [{"fit"}, {"test"}]
    assert after.facts["effects applied"]
    assert after.facts["effects used"] == 1
    assert 0.2 < after.draws["a"].mean() < 0.8
    assert after.tables["constants"]["shift"].iloc[0] == pytest.approx(after.points.mean())


def test_too_few_draws_are_left_as_they_were(tmp_path):
    after, _ = weigh(tmp_path, 1000.0, 200)
    assert not after.facts["effects applied"]
    assert len(after.draws) == 200
    assert abs(after.draws["a"].mean()) < 0.2
    assert len(after.tables["effects"]) == 1
