"""An index rests on as many runs as matter: the hits of a rare event, few of a heavy tail."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from smecluster.sensitivity.analysis.index_table import OUTPUT, build_index_table
from smecluster.sensitivity.analysis.trust import remark_on_indices
from smecluster.sensitivity.methods import METHODS
from smecluster.sensitivity.methods.effective import LEAST_RUNS, count_effective, count_hits
from smecluster.sensitivity.methods.estimates import Bootstrap, Sample
from smecluster.sensitivity.methods.regional import Notable, count_notable

RUNS = 1024


def column(values):
    return np.asarray(values, dtype=float)[:, None]


def hit(count):
    return column(np.arange(RUNS) < count)


@pytest.mark.parametrize("hits", [1, 5, 29])
def test_an_event_rests_on_its_hits(hits):
    assert count_hits(hit(hits)) == hits
    assert count_effective(hit(hits)) == pytest.approx(hits, rel=0.05)
    assert count_effective(hit(hits)) < LEAST_RUNS
    # An event that nearly always happens is as rare as its opposite.
    assert count_effective(1 - hit(hits)) == pytest.approx(count_effective(hit(hits)))


def test_the_size_of_the_event_and_its_unit_are_nothing_to_it():
    assert count_effective(1e9 * hit(12) - 3) == pytest.approx(count_effective(hit(12)))


def test_an_outcome_of_every_run_rests_on_its_runs_by_kurtosis():
    even = norm.ppf((np.arange(RUNS) + 0.5) / RUNS)
    assert count_effective(column(even)) == pytest.approx(RUNS / 3, rel=0.05)
    assert count_effective(column(np.exp(2 * even))) < 10
    outweighed = column(np.where(np.arange(RUNS) == 7, 1e6, even))
    assert count_effective(outweighed) == pytest.approx(1, rel=0.01)
    assert count_effective(column(np.zeros(RUNS))) == 0


def test_every_method_counts_what_its_indices_rest_on():
    x = np.random.default_rng(1).random((RUNS, 3))
    rare = Sample(("a", "b", "c"), x, hit(5))
    for method in METHODS.values():
        if method.given_data and method.name != "regional":
            assert method.count_effective(rare) == pytest.approx(5, rel=0.1)
    tail = Sample(("a", "b", "c"), x, np.exp(3 * norm.ppf(x[:, :1])))
    assert METHODS["delta"].count_effective(tail) < LEAST_RUNS
    # Ranks do not know how far a tail reaches.
    assert METHODS["pawn"].count_effective(tail) > RUNS / 2


def test_saltelli_designs_count_their_independent_runs_and_fast_each_curve():
    blocks = np.zeros((64, 5))
    blocks[:3] = 1.0
    sample = Sample(("a", "b", "c"), np.zeros((320, 3)), column(blocks.ravel()))
    assert METHODS["sobol"].count_effective(sample) == pytest.approx(6, rel=0.1)
    curves = np.sin(np.arange(600.0))
    curves[:200] = np.arange(200) == 50
    sample = Sample(("a", "b", "c"), np.zeros((600, 3)), column(curves))
    assert METHODS["fast"].count_effective(sample) == pytest.approx(1, rel=0.1)


def test_trajectories_count_as_one_each():
    paths = np.zeros((20, 4))
    paths[:2, 2:] = 1.0
    sample = Sample(("a", "b", "c"), np.zeros((80, 3)), column(paths.ravel()))
    method = METHODS["morris"]
    assert method.count_effective(sample) == pytest.approx(2, rel=0.3)
    assert method.count_effective(sample) < method.least


def test_a_notable_outcome_counts_its_runs_on_the_rarer_side():
    sample = Sample(("a",), np.zeros((RUNS, 1)), column(np.arange(RUNS)))
    assert count_notable(sample, Notable(threshold=1010.5)) == 13
    assert count_notable(sample, Notable(threshold=1010.5, below=True)) == 13
    assert count_notable(sample) == pytest.approx(RUNS / 10, abs=1)


@pytest.mark.parametrize("method", ["delta", "given-data"])
def test_intervals_that_leave_out_a_bias_are_never_trusted(method):
    x = np.random.default_rng(1).random((400, 2))
    sample = Sample(("a", "b"), x, x[:, :1] + 0.1 * x[:, 1:])
    outputs = pd.DataFrame([("", "y", "", "", 0.0, "Dmnl")], columns=list(OUTPUT))
    found = build_index_table(sample, outputs, METHODS[method], Bootstrap(1, 5))
    trusted = found.groupby("index")["trusted"].all()
    assert not trusted["delta"]
    assert not trusted["first order"]
    (note,) = (one for one in remark_on_indices(found, METHODS[method]) if "bias" in one.text)
    assert note.text.startswith("Intervals of delta and first order are only indicative")
