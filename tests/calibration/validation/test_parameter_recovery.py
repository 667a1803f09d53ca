"""Intervals hold the truth as often as they say."""

import numpy as np
import pytest
from scipy.stats import binom

from smecluster.calibration.validation.parameter_recovery import LEVEL, run_recovery
from smecluster.model.support.checkpoints import Checkpoints

SETS = 50


@pytest.fixture(scope="module")
def found(logistic, tmp_path_factory):
    with Checkpoints(tmp_path_factory.mktemp("recovery"), {}) as checkpoints:
        return run_recovery(logistic, SETS, 1, checkpoints)


def test_intervals_of_90_percent_hold_the_truth_of_each_parameter_about_that_often(found):
    table = found.coverage.set_index("name")["covered"]
    # Chance alone gives fewer or more once in a thousand times.
    few, many = binom.ppf([0.0005, 0.9995], SETS, LEVEL) / SETS
    assert table.between(few, many).all()


def test_over_all_parameters_coverage_is_between_80_and_97_percent(found):
    assert 0.80 <= found.coverage.set_index("name").loc["all", "covered"] <= 0.97


def test_truths_differ_and_estimates_follow_them(logistic, found):
    growth = logistic.names.index("growth")
    assert np.corrcoef(found.truth[:, growth], found.estimate[:, growth])[0, 1] > 0.9
    idle = logistic.names.index("idle")
    assert found.estimate[:, idle].std() < 0.01


def test_intervals_enclose_the_estimate_and_keep_to_the_bounds(logistic, found):
    assert (found.low < found.estimate).all()
    assert (found.estimate < found.high).all()
    assert (found.low >= logistic.lower).all()
    assert (found.high <= logistic.upper).all()


def test_workers_and_interruptions_change_no_digit(logistic, found, tmp_path):
    class KilledError(Exception):
        pass

    def kill(done, total):
        if done == 7:
            raise KilledError

    several = logistic.with_measurements(logistic.values)
    several.workers = 2
    with Checkpoints(tmp_path, {}) as checkpoints, pytest.raises(KilledError):
        run_recovery(several, SETS, 1, checkpoints, tell=kill)
    with Checkpoints(tmp_path, {}) as checkpoints:
        resumed = run_recovery(several, SETS, 1, checkpoints)
    assert resumed.coverage.equals(found.coverage)
    np.testing.assert_array_equal(resumed.low, found.low)


@pytest.mark.slow
def test_of_the_shipped_cases_coverage_is_between_80_and_97_percent(shipped, tmp_path):
    objective, _ = shipped
    with Checkpoints(tmp_path, {}) as checkpoints:
        table = run_recovery(objective, SETS, 1, checkpoints).coverage.set_index("name")["covered"]
    assert 0.80 <= table["all"] <= 0.97
    assert table.min() >= binom.ppf(0.0005, SETS, LEVEL) / SETS
