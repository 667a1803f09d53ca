"""Indices agree with theory within their intervals, and with SALib to the last digits."""

import sys
import warnings

import numpy as np
import pytest
from SALib.analyze import delta as salib_delta
from SALib.analyze import fast as salib_fast
from SALib.analyze import morris as salib_morris
from SALib.analyze import pawn as salib_pawn
from SALib.analyze import rbd_fast as salib_balanced
from SALib.analyze import rsa as salib_regional
from SALib.analyze import sobol as salib_sobol
from SALib.sample import fast_sampler, latin
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample
from scipy.stats import cramervonmises_2samp

from smecluster.model.errors import InputError
from smecluster.sensitivity.methods import METHODS, find_method
from smecluster.sensitivity.methods.delta import _estimate_both, count_classes
from smecluster.sensitivity.methods.estimates import Bootstrap, Sample
from smecluster.sensitivity.methods.fast import estimate_fast, estimate_rbd_fast
from smecluster.sensitivity.methods.hdmr import estimate_hdmr
from smecluster.sensitivity.methods.morris import estimate_morris
from smecluster.sensitivity.methods.pawn import estimate_pawn
from smecluster.sensitivity.methods.regional import (
    Notable,
    estimate_regional,
    measure_separation,
    measure_shift,
)
from smecluster.sensitivity.methods.sobol import estimate_sobol

BOOTSTRAP = Bootstrap(seed=3, resamples=100)


def problem(factors, groups=None):
    found = {
        "num_vars": factors,
        "names": [f"x{k}" for k in range(factors)],
        "bounds": [[0.0, 1.0]] * factors,
    }
    return found if groups is None else {**found, "groups": list(groups)}


def names(factors):
    return tuple(f"x{k}" for k in range(factors))


def ishigami(u):
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


# Exact for a = 7, b = 0.1 (Saltelli et al. 2008).
ISHIGAMI_FIRST = np.array([0.313905, 0.442411, 0.0])
ISHIGAMI_TOTAL = np.array([0.557589, 0.442411, 0.243684])

G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])


def sobol_g(u):
    return np.prod((np.abs(4 * u - 2) + G) / (1 + G), axis=1)


def sobol_g_exact():
    parts = 1 / (3 * (1 + G) ** 2)
    variance = np.prod(1 + parts) - 1
    others = np.array([np.prod(np.delete(1 + parts, k)) for k in range(len(G))])
    return parts / variance, parts * others / variance


SLOPES = np.array([4.0, 2.0, 1.0, 0.0])


def linear(u):
    return u @ SLOPES


LINEAR = SLOPES**2 / (SLOPES**2).sum()


def two(u):
    return np.stack([ishigami(u), u[:, 0] + u[:, 1] * u[:, 2]], axis=1)


def saltelli(function, factors, points, **more):
    u = sobol_sample.sample(problem(factors), points, calc_second_order=False, seed=7)
    return Sample(names(factors), u, function(u)[:, None], **more)


def at_random(function, factors, runs, seed=11):
    u = latin.sample(problem(factors), runs, seed=seed)
    return Sample(names(factors), u, function(u)[:, None])


def within(estimate, exact, slack=0.0):
    return np.abs(estimate.value[:, 0] - exact) <= estimate.half[:, 0] + slack


@pytest.mark.parametrize(
    ("function", "first", "total"),
    [
        (ishigami, ISHIGAMI_FIRST, ISHIGAMI_TOTAL),
        (sobol_g, *sobol_g_exact()),
        (linear, LINEAR, LINEAR),
    ],
)
def test_sobol_intervals_hold_the_exact_indices(function, first, total):
    found = estimate_sobol(saltelli(function, len(first), 1024), BOOTSTRAP).indices
    assert within(found["first order"], first).all()
    assert within(found["total"], total).all()
    assert within(found["interactions"], total - first).all()
    assert within(found["sum of first order"], first.sum()).all()


def test_pairs_of_ishigami_are_found_and_only_those():
    u = sobol_sample.sample(problem(3), 1024, calc_second_order=True, seed=7)
    sample = Sample(names(3), u, ishigami(u)[:, None], second_order=True)
    found = estimate_sobol(sample, BOOTSTRAP).indices["second order"]
    assert found.rows == (("x0", "x1"), ("x0", "x2"), ("x1", "x2"))
    assert within(found, [0.0, ISHIGAMI_TOTAL[2], 0.0]).all()


@pytest.mark.parametrize("method", [estimate_fast, estimate_rbd_fast, estimate_hdmr])
def test_other_methods_find_the_first_order_indices(method):
    if method is estimate_fast:
        u = fast_sampler.sample(problem(3), 1024, seed=5)
        sample = Sample(names(3), u, ishigami(u)[:, None])
    else:
        sample = at_random(ishigami, 3, 2000)
    found = method(sample, BOOTSTRAP).indices["first order"]
    assert within(found, ISHIGAMI_FIRST, slack=0.02).all()


def test_delta_gives_first_order_indices_of_a_linear_model():
    found = METHODS["delta"].estimate(at_random(linear, 4, 2000), BOOTSTRAP)
    assert within(found.indices["first order"], LINEAR).all()
    value = found.indices["delta"].value[:, 0]
    assert value[0] > value[1] > value[2]
    assert value[3] < found.floor["delta"][0] < value[2]


def test_intervals_hold_the_exact_index_about_as_often_as_they_say():
    first, total = sobol_g_exact()
    hits = []
    for seed in range(1, 21):
        u = np.random.default_rng(seed).random((256, 12))
        a, b = u[:, :6], u[:, 6:]
        mixed = [np.where(np.arange(6) == k, b, a) for k in range(6)]
        rows = np.stack([a, *mixed, b], axis=1).reshape(-1, 6)
        found = estimate_sobol(Sample(names(6), rows, sobol_g(rows)[:, None]), BOOTSTRAP).indices
        hits.append(within(found["first order"], first) & within(found["total"], total))
    assert 0.8 <= np.mean(hits) <= 1.0


def test_factors_that_play_the_same_part_get_the_same_index():
    def symmetric(u):
        return u[:, 0] * u[:, 1] + u[:, 2]

    for sample in (saltelli(symmetric, 3, 1024), at_random(symmetric, 3, 2000)):
        for name in ("sobol",) if len(sample.y) > 2000 else ("delta", "pawn", "hdmr", "rbd-fast"):
            for estimate in METHODS[name].estimate(sample, BOOTSTRAP).indices.values():
                if len(estimate.rows) == 3:
                    apart = abs(estimate.value[0, 0] - estimate.value[1, 0])
                    assert apart <= estimate.half[0, 0] + estimate.half[1, 0]


def test_morris_effects_of_a_linear_model_are_its_slopes():
    u = morris_sample.sample(problem(4), 10, seed=2)
    found = estimate_morris(Sample(names(4), u, linear(u)[:, None]), BOOTSTRAP).indices
    np.testing.assert_allclose(found["mu star"].value[:, 0], SLOPES, atol=1e-12)
    np.testing.assert_allclose(found["mu"].value[:, 0], SLOPES, atol=1e-12)
    np.testing.assert_allclose(found["sigma"].value[:, 0], 0, atol=1e-12)
    np.testing.assert_allclose(found["mu star"].half[:, 0], 0, atol=1e-12)


@pytest.mark.parametrize("pairs", [True, False])
@pytest.mark.parametrize("groups", [None, ("b", "a", "b")])
def test_sobol_is_salibs_to_the_last_digits(pairs, groups):
    u = sobol_sample.sample(problem(3, groups), 64, calc_second_order=pairs, seed=1)
    y = two(u)
    found = estimate_sobol(Sample(names(3), u, y, groups, pairs), BOOTSTRAP).indices
    for at in range(2):
        salib = salib_sobol.analyze(
            problem(3, groups), y[:, at], calc_second_order=pairs, num_resamples=100, seed=3
        )
        for name, key in (("first order", "S1"), ("total", "ST")):
            np.testing.assert_allclose(found[name].value[:, at], salib[key], atol=1e-12)
            np.testing.assert_allclose(found[name].half[:, at], salib[f"{key}_conf"], atol=1e-12)
        if pairs:
            upper = np.triu_indices(len(salib["S1"]), 1)
            both = found["second order"]
            np.testing.assert_allclose(both.value[:, at], salib["S2"][upper], atol=1e-12)
            np.testing.assert_allclose(both.half[:, at], salib["S2_conf"][upper], atol=1e-12)


def test_sobol_is_salibs_for_many_points_too():
    u = sobol_sample.sample(problem(2), 8192, calc_second_order=False, seed=1)
    y = u[:, 0] + u[:, 1] ** 2
    found = estimate_sobol(Sample(names(2), u, y[:, None]), Bootstrap(3, 10)).indices["total"]
    salib = salib_sobol.analyze(problem(2), y, calc_second_order=False, num_resamples=10, seed=3)
    np.testing.assert_allclose(found.value[:, 0], salib["ST"], atol=1e-12)
    np.testing.assert_allclose(found.half[:, 0], salib["ST_conf"], atol=1e-12)


@pytest.mark.parametrize("groups", [None, ("b", "a", "b")])
def test_morris_is_salibs_to_the_last_digits(groups):
    u = morris_sample.sample(problem(3, groups), 20, seed=1)
    y = two(u)
    found = estimate_morris(Sample(names(3), u, y, groups), BOOTSTRAP).indices
    for at in range(2):
        salib = salib_morris.analyze(problem(3, groups), u, y[:, at], num_resamples=100, seed=3)
        star = found["mu star"]
        np.testing.assert_allclose(star.value[:, at], salib["mu_star"], atol=1e-12)
        np.testing.assert_allclose(star.half[:, at], salib["mu_star_conf"], atol=1e-12)
        for name in ("mu", "sigma") if groups is None else ():
            np.testing.assert_allclose(found[name].value[:, at], salib[name], atol=1e-12)


def test_morris_intervals_do_not_depend_on_how_many_resamples_are_held(monkeypatch):
    u = morris_sample.sample(problem(3), 20, seed=1)
    sample = Sample(names(3), u, two(u))
    at_once = estimate_morris(sample, BOOTSTRAP).indices
    monkeypatch.setattr(sys.modules[estimate_morris.__module__], "_NUMBERS", 20 * 2 * 7)
    for name, found in estimate_morris(sample, BOOTSTRAP).indices.items():
        np.testing.assert_allclose(found.half, at_once[name].half, rtol=1e-12)


def test_fast_and_rbd_fast_are_salibs_to_the_last_digits():
    curves = fast_sampler.sample(problem(3), 128, seed=1)
    u = latin.sample(problem(3), 400, seed=1)
    found = estimate_fast(Sample(names(3), curves, two(curves)), BOOTSTRAP).indices
    random = estimate_rbd_fast(Sample(names(3), u, two(u)), BOOTSTRAP).indices["first order"]
    for at in range(2):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            salib = salib_fast.analyze(problem(3), two(curves)[:, at], num_resamples=100, seed=3)
        for name, key in (("first order", "S1"), ("total", "ST")):
            np.testing.assert_allclose(found[name].value[:, at], salib[key], atol=1e-12)
            np.testing.assert_allclose(found[name].half[:, at], salib[f"{key}_conf"], atol=1e-12)
        salib = salib_balanced.analyze(problem(3), u, two(u)[:, at], num_resamples=100, seed=3)
        np.testing.assert_allclose(random.value[:, at], salib["S1"], atol=1e-12)
        np.testing.assert_allclose(random.half[:, at], salib["S1_conf"], atol=1e-12)


def test_statistics_from_given_data_are_salibs_to_the_last_digits():
    u = latin.sample(problem(3), 400, seed=1)
    y = ishigami(u)
    ours = estimate_pawn(Sample(names(3), u, y[:, None]), Bootstrap(1, 2)).indices
    salib = salib_pawn.analyze(problem(3), u, y)
    np.testing.assert_allclose(ours["PAWN"].value[:, 0], salib["median"], atol=1e-12)
    np.testing.assert_allclose(ours["PAWN maximum"].value[:, 0], salib["maximum"], atol=1e-12)

    edges, grid = np.linspace(0, 400, count_classes(400) + 1), np.linspace(y.min(), y.max(), 100)
    ours = _estimate_both(u, y)
    for k in range(3):
        assert ours[0, k] == pytest.approx(salib_delta.calc_delta(y, grid, u[:, k], edges))
        assert ours[1, k] == pytest.approx(salib_delta.sobol_first(y, u[:, k], edges))

    chosen = y > np.quantile(y, 0.9)
    n, m = chosen.sum(), (~chosen).sum()
    statistic = measure_separation(u, chosen) * n * m / (3 * 400) + (1 + 1 / 400) / 6
    salib = salib_regional.analyze(problem(3), u, y, bins=10, target="Y").to_df().to_numpy()[-1]
    np.testing.assert_allclose(statistic, salib, atol=1e-10)
    assert statistic[0] == pytest.approx(
        cramervonmises_2samp(u[chosen, 0], u[~chosen, 0]).statistic
    )


def test_separation_runs_from_nothing_to_no_overlap():
    u = np.random.default_rng(1).random((1000, 2))
    high = u[:, 0] > 0.9
    apart, level = measure_separation(u, high), measure_shift(u, high)
    assert apart[0] == pytest.approx(1, abs=0.01)
    assert level[0] == pytest.approx(1)
    assert abs(apart[1]) < 0.05
    assert np.isnan(measure_separation(u, np.zeros(1000, dtype=bool))).all()


def test_regional_analysis_finds_what_makes_an_outcome_notable():
    sample = at_random(lambda u: np.where(u[:, 0] > 0.8, 10 * u[:, 1], u[:, 2]), 4, 1500)
    upper = estimate_regional(sample, BOOTSTRAP)
    value, floor = upper.indices["separation"].value[:, 0], upper.floor["separation"][0]
    assert min(value[:2]) > floor
    assert max(value[2:]) < 3 * floor
    lower = estimate_regional(sample, BOOTSTRAP, Notable(threshold=0.1, below=True)).indices
    assert np.argmax(lower["separation"].value[:, 0]) == 2
    assert lower["shift"].value[2, 0] < -0.8


def test_pawn_of_a_factor_without_influence_stays_below_the_floor():
    found = estimate_pawn(at_random(linear, 4, 1500), BOOTSTRAP)
    value = found.indices["PAWN"].value[:, 0]
    assert value[3] < found.floor["PAWN"][0] < value[2]


def test_dependent_factors_share_what_hdmr_takes_apart():
    random = np.random.default_rng(4)
    u = random.multivariate_normal([0, 0, 0], [[1, 0.8, 0], [0.8, 1, 0], [0, 0, 1]], 2000)
    # The second factor does nothing itself, but goes along with the first.
    found = estimate_hdmr(Sample(names(3), u, (2 * u[:, 0] + u[:, 2])[:, None]), BOOTSTRAP).indices
    assert found["own"].value[1, 0] < 0.05 < 0.5 < found["own"].value[0, 0]
    given = METHODS["given-data"].estimate(
        Sample(names(3), u, (2 * u[:, 0] + u[:, 2])[:, None]), BOOTSTRAP
    )
    assert given.indices["first order"].value[1, 0] > 0.3
    assert given.indices["own"].value[1, 0] < 0.05


def test_chance_is_the_seeds_alone():
    sample = at_random(ishigami, 3, 400)
    for method in METHODS.values():
        if not method.given_data:
            continue
        before = np.random.get_state()[1].copy()  # noqa: NPY002
        one, again = (method.estimate(sample, Bootstrap(5, 20)) for _ in range(2))
        assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
        for name in one.indices:
            np.testing.assert_array_equal(one.indices[name].half, again.indices[name].half)


@pytest.mark.parametrize(
    ("method", "runs", "said"),
    [
        ("sobol", 11, "a Saltelli design of 3 factors has a multiple of 5 runs, not 11"),
        ("morris", 4, "a Morris design of 3 factors has two or more times 4 runs, not 4"),
        ("fast", 30, "3 curves of 65 or more runs, not 30 runs"),
        ("rbd-fast", 20, "RBD-FAST needs 42 or more runs, not 20"),
        ("hdmr", 200, "HDMR needs 300 or more runs of two or more factors, not 200 runs of 3"),
    ],
)
def test_runs_that_do_not_fit_a_method_are_refused(method, runs, said):
    u = np.random.default_rng(1).random((runs, 3))
    with pytest.raises(InputError, match=said):
        METHODS[method].estimate(Sample(names(3), u, linear(np.c_[u, u[:, 0]])[:, None]), BOOTSTRAP)


def test_wrong_settings_are_refused():
    with pytest.raises(InputError, match="seed must be at least 1, not 0"):
        Bootstrap(0)
    with pytest.raises(InputError, match="resamples must be at least 2"):
        Bootstrap(1, 1)
    with pytest.raises(InputError, match="confidence must lie between 0 and 1, not 95"):
        Bootstrap(1, 100, 95)
    with pytest.raises(InputError, match="unknown method 'sobl': did you mean 'sobol'"):
        find_method("sobl")
