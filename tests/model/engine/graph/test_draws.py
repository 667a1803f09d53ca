"""Random numbers have the moments that they should, and depend on seed, place and step alone."""

from pathlib import Path

import numpy as np
from scipy import stats

from smecluster import model
from smecluster.model.engine.compile import kernel

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 4000 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = 1 ~~|\n"
TEXT = (
    "u = RANDOM UNIFORM(-2, 6, 3) ~~|\nv = RANDOM UNIFORM(-2, 6, 3) ~~|\nz = RANDOM 0 1() ~~|\n"
    "n = RANDOM NORMAL(-100, 100, 5, 2, 8) ~~|\ncut = RANDOM NORMAL(4, 6, 5, 2, 8) ~~|\n"
    "e = RANDOM EXPONENTIAL(0, 1000, 1, 3, 9) ~~|\n"
)


def read(tmp_path: Path, text: str = TEXT) -> model.Model:
    path = tmp_path / "m.mdl"
    path.write_text("{UTF-8}\n" + text + CLOCK)
    return model.load(path)


def test_numbers_follow_their_distributions(tmp_path: Path) -> None:
    names = ["u", "v", "z", "n", "cut", "e"]
    result = model.simulate_many(read(tmp_path), {"NOISE SEED": range(12)}, names)
    shares = {
        "u": stats.uniform(-2, 8),
        "v": stats.uniform(-2, 8),
        "z": stats.uniform(0, 1),
        "n": stats.norm(5, 2),
        "cut": stats.truncnorm(-0.5, 0.5, 5, 2),
        "e": stats.expon(1, 3),
    }
    for name, law in shares.items():
        values = result[name].values.ravel()
        # A right generator fails each of these once in a thousand times; the seeds are fixed.
        assert stats.kstest(values, law.cdf).pvalue > 1e-3, name
        error = law.std() / np.sqrt(values.size)
        assert abs(values.mean() - law.mean()) < 4 * error, name
        # The variance of the square of a deviation is the kurtosis, 3 more than its excess, less 1.
        spread = np.sqrt((float(law.stats("k")) + 2) / values.size)
        assert abs(values.var() / law.var() - 1) < 4 * spread, name


def test_numbers_of_different_steps_places_and_seeds_have_nothing_in_common(tmp_path: Path) -> None:
    m = read(tmp_path)
    runs = model.simulate_many(m, {"NOISE SEED": [0, 1, 2]}, ["u", "v", "z", "n"])
    columns = [runs[name].values[run] for name in ("u", "v", "z", "n") for run in range(3)]
    columns += [np.roll(columns[0], lag) for lag in (1, 2, 7)]
    likeness = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(likeness).max() < 4 / np.sqrt(columns[0].size)


def test_a_run_has_the_numbers_of_its_seed_whatever_runs_beside_it(tmp_path: Path) -> None:
    m = read(tmp_path)
    many = model.simulate_many(m, {"NOISE SEED": [5, 9, 5]}, ["u", "e"])
    alone = model.simulate(m, {"NOISE SEED": 5}, outputs=["u", "e"])
    for name in ("u", "e"):
        assert np.array_equal(many[name][0], alone[name])
        assert np.array_equal(many[name][2], alone[name])
        assert not np.array_equal(many[name][1], alone[name])


def test_both_compilers_draw_the_same_numbers(tmp_path: Path, monkeypatch) -> None:
    m = read(tmp_path)
    expected = model.simulate(m)
    monkeypatch.setattr(kernel, "_MANY", 0)
    monkeypatch.setattr(kernel, "_LOADED", {})
    monkeypatch.setenv("SMECLUSTER_CACHE", str(tmp_path / "cache"))
    found = model.simulate(m)
    for name in expected.data_vars:
        assert np.array_equal(found[name], expected[name]), name


def test_the_seed_of_the_file_is_the_model_s(tmp_path: Path) -> None:
    plain = model.simulate(read(tmp_path), {"NOISE SEED": 4}, outputs=["u"])
    own = model.simulate(read(tmp_path, TEXT + "NOISE SEED = 4 ~~|\n"), outputs=["u"])
    assert np.array_equal(plain["u"], own["u"])


def test_every_element_draws_its_own(tmp_path: Path) -> None:
    m = read(tmp_path, "Town: a, b ~~|\nx[Town] = RANDOM UNIFORM(0, 1, 0) ~~|\ny = x[a] ~~|\n")
    result = model.simulate(m)
    x = result["x"].values
    assert abs(np.corrcoef(x.T)[0, 1]) < 0.07
    assert np.array_equal(result["y"].values, x[:, 0])


def test_pink_noise_keeps_mean_spread_and_memory_at_any_time_step(tmp_path: Path) -> None:
    text = "p = RANDOM PINK NOISE(3, 2, 5, 1) ~~|\nq = RANDOM PINK NOISE(3, 0, 5, 1) ~~|\n"
    for step in (1, 0.25):
        m = read(tmp_path, text)
        runs = model.simulate_many(
            m, {"NOISE SEED": range(40)}, ["p", "q"], base={"TIME STEP": step}
        )
        values = runs["p"].values
        # Forty runs of eight hundred times their memory: errors of about a hundredth.
        assert abs(values.mean() - 3) < 0.08
        assert abs(values.std() - 2) < 0.08
        lagged = np.corrcoef(values[:, 5:].ravel(), values[:, :-5].ravel())[0, 1]
        assert abs(lagged - (1 - step / 5) ** (5 / step)) < 0.03
        assert abs(values[:, 0].std() - 2) < 0.8  # it begins as it goes on
        assert (runs["q"] == 3).all()
