"""The whole way on a small problem: data from known constants give them back."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from smecluster.calibration.posterior.convergence import NotConvergedError, smooth_weights
from smecluster.calibration.posterior.correlations import FAMILIES
from smecluster.calibration.posterior.errors import SeriesErrors
from smecluster.calibration.posterior.guide import guide_from_mode
from smecluster.calibration.posterior.mode import find_mode
from smecluster.calibration.posterior.run import LIKELIHOOD, Effort, find_posterior
from smecluster.calibration.posterior.target import Target
from smecluster.calibration.priors.law import Law
from smecluster.calibration.priors.table import Prior, Priors
from smecluster.calibration.problem.criteria import ESS, PRIOR, R_HAT
from smecluster.calibration.stages import Stages

QUICK = Effort(starts=2, draws=200, steps=8000)


def priors_of(objective):
    found = []
    for at, name in enumerate(objective.names):
        mean, sd = objective.prior_mean[at], objective.prior_sd[at]
        low, middle, high = np.exp(mean + sd * np.array([-1.6448536, 0.0, 1.6448536]))
        law = Law("log", low, middle, high, 0.0, np.inf)
        share = 0.5 if name.startswith("capacity") else 0.0
        found.append(
            Prior(name, "m", middle, law, share, name.partition("[")[0] if share else name)
        )
    return Priors(found)


def prepare(objective, values=None):
    """Make priors, problem and target of an objective with other figures."""
    priors = priors_of(objective)
    other = objective if values is None else objective.with_measurements(values)
    other.problem.observables["error"] = other.problem.observables["sigma"]
    terms = SeriesErrors(other.problem, FAMILIES[LIKELIHOOD]())
    logs = np.log(other.values)

    def compute_errors(points):
        return np.log(other.simulate(np.log(priors.to_values(points)))) - logs

    return other, priors, Target(len(priors), compute_errors, terms)


def find(objective, folder, values=None, effort=QUICK, tell=lambda *_: None):
    other, priors, target = prepare(objective, values)
    with Stages(folder, {"problem": "test"}, tell) as stages:
        return find_posterior(other.problem, priors, target, effort, stages), priors


@pytest.fixture(scope="module")
def found(logistic, tmp_path_factory):
    return find(logistic, tmp_path_factory.mktemp("whole"))


def test_the_constants_are_found(found, logistic):
    posterior, _ = found
    table = posterior.tables["constants"].set_index("name")
    truth = pd.Series(np.exp(logistic.truth), index=logistic.names)
    inside = (table["low"] < truth) & (truth < table["high"])
    assert inside.sum() >= 5
    assert table.loc["growth", "contraction"] > 0.9
    assert len(posterior.draws) == QUICK.draws


def test_a_constant_without_effect_repeats_its_prior(found):
    table = found[0].tables["constants"].set_index("name")
    assert table.loc["idle", "verdict"] == PRIOR


def test_the_facts_say_how_far_the_walks_agree(found):
    facts = found[0].facts
    assert facts["largest R-hat"] < R_HAT
    assert facts["smallest effective draws"] > ESS
    assert 0.1 < facts["acceptance"] < 1.0


def test_walks_agree_with_weighted_draws_of_the_normal_approximation(found, logistic):
    posterior, priors = found
    _, _, target = prepare(logistic)
    guide = guide_from_mode(posterior.mode)
    noise = np.random.default_rng(4).standard_normal((20_000, len(priors)))
    points = guide.unwhiten(noise)
    weights, shape = smooth_weights(0.5 * (noise**2).sum(axis=1) - target.cost(points))
    assert shape < 0.7
    middle = weights @ points
    spread = np.sqrt(weights @ (points - middle) ** 2)
    assert posterior.points.mean(axis=0) == pytest.approx(middle, abs=0.25)
    assert posterior.points.std(axis=0) == pytest.approx(spread, rel=0.25)


def test_coarser_steps_are_made_up_for(found, logistic, tmp_path):
    """Walks whose errors are shifted, and a little distorted, give the same draws once weighed."""
    other, priors, target = prepare(logistic)

    def distort(points):
        return target.compute_errors(points) * 1.02 + 0.3

    with Stages(tmp_path, {"problem": "test"}, lambda *_: None) as stages:
        coarse = replace(target, compute_errors=distort)
        again = find_posterior(other.problem, priors, target, QUICK, stages, coarse)
    assert again.facts["weights k"] < 0.7
    assert again.facts["weights worth"] > 200
    assert again.mode.cost == pytest.approx(found[0].mode.cost, abs=0.05)
    first, second = found[0].points, again.points
    assert second.mean(axis=0) == pytest.approx(first.mean(axis=0), abs=0.3)


def test_the_other_likelihood_is_always_reported(found):
    posterior, _ = found
    assert posterior.facts["discrepancy effective draws"] > 1
    assert set(posterior.tables["likelihoods"]["name"]) == set(posterior.draws.columns)


@pytest.mark.parametrize(
    ("where", "at"), [("parts of the warm-up", 3), ("moves of the walkers", 30)]
)
def test_an_interrupted_posterior_resumes_to_the_same(found, logistic, tmp_path, where, at):
    class StopError(Exception):
        pass

    def stop(stage, done, total):
        if stage == where and done >= at:
            raise StopError

    with pytest.raises(StopError):
        find(logistic, tmp_path, tell=stop)
    again, _ = find(logistic, tmp_path)
    assert (again.points == found[0].points).all()


def test_what_has_not_converged_gives_no_draws(logistic, tmp_path):
    few = Effort(starts=2, draws=50, steps=1)
    with pytest.raises(NotConvergedError, match="have not converged after 10 steps"):
        find(logistic, tmp_path, effort=few)


@pytest.mark.slow
def test_intervals_around_the_mode_hold_what_they_promise(logistic):
    rng = np.random.default_rng(11)
    _, priors, target = prepare(logistic)
    sets, held = 100, []
    for _ in range(sets):
        truth = rng.standard_normal(len(priors))
        values = priors.to_values(truth)
        series = logistic.simulate(np.log(values))[0] * np.exp(target.terms.draw(rng))
        _, _, now = prepare(logistic, series)
        mode = find_mode(now, np.zeros(len(priors)))
        off = (mode.point - truth) / np.sqrt(np.diag(mode.covariance))
        held.append(np.abs(off) < 1.645)
    covered = np.mean(held, axis=0)
    low, high = binom.interval(0.999, sets, 0.9)
    assert (low / sets <= covered).all()
    assert (covered <= high / sets).all()


def test_the_walks_are_compared_with_a_second_sampler(found):
    table = found[0].tables["samplers"]
    assert len(table) >= 2
    # The problem is nearly linear along its best informed directions.
    assert table["shift"].abs().max() < 0.5
    assert table["sd ratio"].between(0.6, 1.5).all()
