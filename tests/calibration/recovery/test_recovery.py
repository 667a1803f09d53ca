"""Recovery on a problem whose posterior is known, and scores that returning the prior fails."""

import numpy as np
import pytest
from scipy.stats import binom

from smecluster.calibration.posterior.mode import find_mode
from smecluster.calibration.posterior.target import LOST, Target
from smecluster.calibration.recovery.compute import Known, recover, simulate_set
from smecluster.calibration.recovery.protocol import read_protocol
from smecluster.calibration.recovery.scores import (
    ALL,
    DECIDED,
    judge,
    score_answer,
    score_constants,
)
from smecluster.calibration.stages import Stages

SIZE = 6


class Normal:
    """Three figures with independent errors of one tenth."""

    def cost(self, errors):
        return 0.5 * (np.atleast_2d(errors) ** 2).sum(axis=1) / 0.01

    def find_precision(self, errors):
        return np.eye(3) / 0.01

    find_information = find_precision


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    target = Target(SIZE, lambda points: points[:, :3] * [1.0, 0.5, 0.3] + 7.0, Normal())
    design = read_protocol().design.model_copy(update={"draws": 200})
    with Stages(tmp_path_factory.mktemp("sets"), {"problem": "test"}, lambda *_: None) as stages:
        return recover(target, lambda rng: 0.1 * rng.standard_normal(3), design, 60, 1, stages)


def test_intervals_of_a_linear_problem_hold_what_they_promise(found):
    table = score_constants([f"x{n}" for n in range(SIZE)], found, np.eye(SIZE), 0.9)
    low, high = binom.interval(0.9999, 60, 0.9)
    assert table["covered"].between(low / 60, high / 60).all()


def test_what_the_figures_see_is_better_known_than_before(found):
    table = score_constants([f"x{n}" for n in range(SIZE)], found, np.eye(SIZE), 0.9)
    assert (table["contraction"][:3] > 0.8).all()
    assert (table["crps ratio"][:3] < 0.5).all()
    assert table["width ratio"][3:].to_numpy() == pytest.approx(1.0, abs=0.05)
    judged = judge(table, {}, 60, read_protocol().bars).set_index("of")
    assert judged.loc[DECIDED, "constants"] == 3
    assert judged.loc[DECIDED, "better than the prior"]
    assert judged.loc[ALL, "constants"] == SIZE


def test_returning_the_prior_is_not_better_than_the_prior():
    rng = np.random.default_rng(2)
    sets = [Known(rng.standard_normal(2), rng.standard_normal((400, 2))) for _ in range(80)]
    table = score_constants(["a", "b"], sets, np.eye(2), 0.9)
    assert table["crps ratio"].to_numpy() == pytest.approx(1.0, abs=0.02)
    truth = rng.standard_normal(80)
    answer = score_answer(truth, list(rng.standard_normal((80, 400))), 0.9)
    assert answer["crps ratio"] == pytest.approx(1.0, abs=0.05)
    assert answer["covered"] == pytest.approx(0.9, abs=0.1)


def test_few_draws_give_intervals_that_hold_what_they_say():
    rng = np.random.default_rng(2)
    sets = [Known(rng.standard_normal(50), rng.standard_normal((35, 50))) for _ in range(200)]
    table = score_constants([f"x{n}" for n in range(50)], sets, np.eye(50), 0.9)
    assert table["covered"].mean() == pytest.approx(0.9, abs=0.01)


def test_an_answer_that_is_known_is_scored_as_known():
    truth = np.random.default_rng(2).standard_normal(80)
    draws = [value + 0.1 * np.random.default_rng(3).standard_normal(200) for value in truth]
    answer = score_answer(truth, draws, 0.9)
    assert answer["crps ratio"] < 0.2
    assert answer["width ratio"] < 0.2
    assert answer["sign"] > 0.9


def test_a_history_that_dies_out_is_drawn_again():
    def errors(points):
        return np.where(points[:, :1] > 0, points[:, :1], LOST)

    target = Target(1, errors, Normal())
    rng = np.random.default_rng(4)
    truths = [simulate_set(target, lambda _: np.zeros(1), rng)[0][0] for _ in range(20)]
    assert min(truths) > 0


def test_more_sets_extend_fewer(found, tmp_path):
    target = Target(SIZE, lambda points: points[:, :3] * [1.0, 0.5, 0.3] + 7.0, Normal())
    design = read_protocol().design.model_copy(update={"draws": 200})

    def run(sets):
        with Stages(tmp_path, {"problem": "test"}, lambda *_: None) as stages:
            noise = lambda rng: 0.1 * rng.standard_normal(3)  # noqa: E731
            return recover(target, noise, design, sets, 1, stages)

    run(2)
    longer = run(4)
    for one, other in zip(longer, found, strict=False):
        assert (one.points == other.points).all()
    assert find_mode(target, np.zeros(SIZE), quick=True).gradient < 1.0
