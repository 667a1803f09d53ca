"""Structures are as probable as the evidence for them says, which is exact of linear ones."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from smecluster.calibration.posterior.mode import find_mode
from smecluster.calibration.posterior.structures import judge_structures
from smecluster.calibration.posterior.target import Target
from smecluster.calibration.posterior.walkers import walk_posterior, warm_up
from smecluster.calibration.priors.table import Switch
from smecluster.model.support.checkpoints import Checkpoints

DATA = np.array([0.4, -1.0, 0.2])
SLOPE = np.random.default_rng(2).standard_normal((3, 6))
TOLD = Switch("told", value=1.0, state=1.0, share=0.7, low=0.0, high=0.0)
UNTOLD = Switch("untold", value=0.0, state=0.0, share=0.4, low=0.3, high=0.7)


@pytest.fixture
def table(linear, tmp_path):
    """Judge a switch that moves the first figure by 1.5, and one that moves none."""
    terms = replace(linear[0].terms, precision=np.eye(3))

    def errors(points):
        return points[:, :6] @ SLOPE.T + 1.5 * points[:, [6]] - DATA

    target = Target(6, errors, terms, (TOLD, UNTOLD))
    mode = find_mode(target, np.zeros(6))
    with Checkpoints(tmp_path, {"problem": "test"}) as checkpoints:
        ready = warm_up(target, mode, 1, checkpoints, lambda *_: None)
        names = [f"x{number}" for number in range(6)]
        walks = walk_posterior(target, ready, names, 2, checkpoints, most=20_000)
    assert {"told", "untold"} <= {*walks.diagnostics.index}
    return judge_structures(target.switches, walks.states).set_index(["switch", "state"])


def test_a_switch_has_the_probability_that_prior_and_evidence_give_it(table):
    def density(offset):
        return multivariate_normal.pdf(DATA - offset, cov=np.eye(3) + SLOPE @ SLOPE.T)

    odds = 0.7 / 0.3 * density(1.5) / density(0.0)
    found = table.loc[("told", "1")]
    assert abs(found["posterior"] - odds / (1 + odds)) < 4 * found["error"] + 0.02
    assert found["error"] < 0.05


def test_a_switch_that_moves_no_figure_keeps_its_prior(table):
    assert table.loc[("untold", "0"), "posterior"] == pytest.approx(0.4, abs=0.1)
    assert table.loc[("untold", "0.3 to 0.7"), "prior"] == pytest.approx(0.6)
