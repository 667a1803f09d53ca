"""The bootstrap shows how estimates would scatter, had the errors fallen otherwise."""

import numpy as np
import pytest

from smecluster.calibration.estimate.bootstrap import BATCH, Resampling, run_bootstrap
from smecluster.calibration.estimate.fit import Optimum, compute_jacobian, descend
from smecluster.calibration.problem.ar1 import Ar1
from smecluster.model.support.checkpoints import Checkpoints

MANY = 200


@pytest.fixture(scope="module")
def optimum(logistic):
    return descend(logistic, logistic.start)


@pytest.fixture(scope="module")
def found(logistic, optimum, tmp_path_factory):
    with Checkpoints(tmp_path_factory.mktemp("bootstrap"), {}) as checkpoints:
        return run_bootstrap(logistic, optimum, MANY, 1, checkpoints)


def test_new_figures_scatter_around_the_fit_as_the_errors_do(logistic, optimum):
    resampling = Resampling(logistic, optimum.x)
    rng = np.random.default_rng(1)
    drawn = np.log([resampling.draw_figures(rng) for _ in range(2000)]) - np.log(resampling.fitted)
    sigma = logistic.problem.measurements["sigma"].to_numpy()
    assert np.abs(drawn.mean(axis=0)).max() < 0.5 * sigma.min()
    np.testing.assert_allclose(drawn.std(axis=0), sigma, rtol=0.25)


def test_new_errors_last_as_the_errors_do(logistic, optimum):
    figures, observables = logistic.problem.measurements, logistic.problem.observables
    rng = np.random.default_rng(2)
    drawn = []
    for _ in range(30):
        errors = Ar1(logistic.problem).build_errors(rng.normal(size=len(figures)))
        given = logistic.simulate(optimum.x)[0] * np.exp(errors)
        resampling = Resampling(logistic.with_measurements(given), optimum.x)
        drawn += [np.log(resampling.draw_figures(rng) / resampling.fitted) for _ in range(50)]
    together = np.corrcoef(np.array(drawn).T)
    for name, series in figures.groupby("observable"):
        found = together[series.index[:-1], series.index[1:]]
        expected = observables.loc[name, "rho"] ** np.diff(series["year"])
        assert found.mean() == pytest.approx(expected.mean(), abs=0.1)


def test_what_moves_all_series_in_a_year_stays_together(logistic, optimum):
    # Every series is hit in the same year; whenever one of them shows it, so do the others.
    figures = logistic.problem.measurements
    rng = np.random.default_rng(3)
    calm = 0.05 * rng.normal(size=len(figures))
    errors = Ar1(logistic.problem).build_errors(np.where(figures["year"] == 2004, 8.0, calm))
    hit = logistic.with_measurements(logistic.simulate(optimum.x)[0] * np.exp(errors))
    resampling = Resampling(hit, optimum.x)
    innovations = Ar1(hit.problem)
    north, south = (
        figures.index[(figures["observable"] == name) & (figures["year"] == 2015)][0]
        for name in ("output[North]", "output[South]")
    )
    seen = []
    for _ in range(400):
        new = np.log(resampling.draw_figures(rng) / resampling.fitted)
        seen.append(innovations.extract_innovations(new)[[north, south]] > 2)
    both = np.array(seen)
    assert 3 < both[:, 0].sum() < 60
    assert (both[:, 0] == both[:, 1]).mean() > 0.97


def test_of_many_figures_the_intervals_are_near_those_of_the_normal_posterior(
    logistic, optimum, found
):
    slope = compute_jacobian(logistic, optimum.x)
    sd = np.sqrt(np.diag(np.linalg.inv(slope.T @ slope)))
    assert found.failed == 0
    np.testing.assert_allclose(found.points.std(axis=0), sd, rtol=0.35)
    assert ((found.intervals["low"] < found.intervals["low 90"]).to_numpy()).all()
    assert (found.intervals.index == list(logistic.names)).all()


def test_what_no_figure_tells_scatters_as_its_prior_does(logistic, found):
    idle = found.points[:, logistic.names.index("idle")]
    assert idle.std() == pytest.approx(logistic.prior_sd[-1], rel=0.15)


def test_workers_and_interruptions_change_no_digit(logistic, optimum, found, tmp_path):
    several = logistic.with_measurements(logistic.values)
    several.workers = 2

    class KilledError(Exception):
        pass

    def kill(done, total):
        if done >= 3 * BATCH:
            raise KilledError

    with Checkpoints(tmp_path, {}) as checkpoints, pytest.raises(KilledError):
        run_bootstrap(several, optimum, MANY, 1, checkpoints, tell=kill)
    with Checkpoints(tmp_path, {}) as checkpoints:
        resumed = run_bootstrap(several, optimum, MANY, 1, checkpoints)
    np.testing.assert_array_equal(resumed.points, found.points)


def test_another_seed_draws_other_figures(logistic, optimum, found, tmp_path):
    with Checkpoints(tmp_path, {}) as checkpoints:
        other = run_bootstrap(logistic, optimum, BATCH, 2, checkpoints)
    assert not np.isin(other.points, found.points).any()


def test_replicates_that_do_not_end_are_counted_and_left_out(logistic, optimum, tmp_path):
    arrays = {
        "optimum": optimum.x,
        "x": np.tile(optimum.x, (BATCH, 1)),
        "ended": np.arange(BATCH) > 1,
    }
    with Checkpoints(tmp_path, {}) as checkpoints:
        checkpoints.save("bootstrap 0", arrays)
        kept = run_bootstrap(logistic, optimum, BATCH, 1, checkpoints)
    assert kept.failed == 2
    assert len(kept.points) == BATCH - 2


def test_replicates_of_another_optimum_are_made_anew(logistic, optimum, tmp_path):
    moved = Optimum(optimum.x + 1e-3, optimum.cost, 0.0, 1, "")
    with Checkpoints(tmp_path, {}) as checkpoints:
        one = run_bootstrap(logistic, optimum, BATCH, 1, checkpoints)
        other = run_bootstrap(logistic, moved, BATCH, 1, checkpoints)
    assert not np.array_equal(one.points, other.points)
