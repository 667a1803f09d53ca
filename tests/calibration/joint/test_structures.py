"""Structures are as probable as the evidence for them says, which is exact of linear ones."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from smecluster.calibration.joint.mode import find_mode
from smecluster.calibration.joint.structures import find_evidence, judge_structures
from smecluster.calibration.joint.target import Target
from smecluster.calibration.priors.table import Switch

DATA = np.array([0.4, -1.0, 0.2])
SLOPE = np.random.default_rng(2).standard_normal((3, 6))


def make(linear, offset):
    target, _, _ = linear
    terms = replace(target.terms, precision=np.eye(3))
    return Target(6, lambda points: points @ SLOPE.T + offset - DATA, terms)


def density(offset):
    return multivariate_normal.logpdf(DATA - offset, cov=np.eye(3) + SLOPE @ SLOPE.T)


def test_the_evidence_of_a_linear_problem_is_exact(linear):
    found = [find_evidence(find_mode(make(linear, at), np.zeros(6))) for at in (0.0, 1.5)]
    assert found[0] - found[1] == pytest.approx(density(0.0) - density(1.5), abs=1e-2)


def test_a_switch_has_the_probability_that_prior_and_evidence_give_it(linear):
    switch = Switch("s", value=1.0, state=1.0, share=0.7, low=0.0, high=0.0)
    mode = find_mode(make(linear, 1.5), np.zeros(6))
    table = judge_structures([switch], mode, lambda name, state: make(linear, 1.5 * state))
    odds = 0.7 / 0.3 * np.exp(density(1.5) - density(0.0))
    assert table["posterior"].tolist() == pytest.approx(
        [odds / (1 + odds), 1 / (1 + odds)], rel=0.02
    )
    assert table["moves figures"].all()


def test_a_switch_that_moves_no_figure_keeps_its_prior(linear):
    switch = Switch("s", value=0.0, state=0.0, share=0.5, low=0.3, high=0.7)
    mode = find_mode(make(linear, 0.0), np.zeros(6))
    table = judge_structures([switch], mode, lambda name, state: make(linear, 0.0))
    assert table["posterior"].tolist() == [0.5, 0.5]
    assert table["state"].tolist() == [0.0, 0.5]
    assert not table["moves figures"].any()
