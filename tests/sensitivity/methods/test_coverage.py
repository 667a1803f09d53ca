"""Intervals hold the exact index as often as they say, or the table does not trust them.

The rule, written down and committed before any candidate was measured:

Sobol' first-order and total indices of Ishigami's function, Sobol's g and three lognormal products
``prod exp(s_i Z_i)`` (kurtosis of about 10, 200 and 30,000) are estimated from N = 256 and 1,024
independent base points, 400 times each, with nominal 90 % and 95 % intervals. An interval is
*trusted* unless the table says that it is not.

1. Of the trusted intervals, pooled over factors, 85 to 97 % hold the exact index, for each
   function, N, index and level with at least 100 trusted replications.
2. Of all intervals at most 15 % are trusted and miss, also where few are trusted.
3. Mistrust is no excuse: Ishigami's function and g are trusted in at least 95 % of the replications
   at either N, the mildest lognormal product in at least 90 % at N = 1,024.
4. On the scrambled Sobol' points that studies take only the lower limits hold: a bootstrap cannot
   see that such points are even, and is too careful.

Of the candidates that pass (normal, percentile and BCa bootstrap, bootstrap-t, both on the scale of
the index and on a transformed one, median of means) the one with the shortest intervals is taken.

What came of it (400 replications, total index, nominal 90 %, N = 256 / 1,024; trusted intervals and
all others together; a trusted one rests on 30 or more effective runs):

| candidate                   | mild        | lognormal   | wild        |
|-----------------------------|-------------|-------------|-------------|
| normal (SALib's)            | .864 / .904 | .823 / .848 | .781 / .798 |
| percentile                  | .867 / .897 | .846 / .858 | .805 / .815 |
| BCa                         | .843 / .879 | .774 / .800 | .741 / .747 |
| bootstrap-t                 | .868 / .897 | .823 / .843 | .782 / .767 |
| symmetric bootstrap-t       | .888 / .912 | .872 / .904 | .823 / .840 |
| the same in the logarithm   | .884 / .915 | .899 / .917 | .899 / .907 |
| median of means (16 blocks) | .917 / .932 | .908 / .903 | .865 / .857 |

On Ishigami's function and g all cover 88 to 93 %. BCa, bootstrap-t in the logarithm and median of
means (98 % at nominal 95 %, half as wide again) break the rule. The normal and percentile intervals
pass by mistrust alone, and are 1 to 3 % shorter than the symmetric bootstrap-t: the last sentence
of the rule would have taken them. Seen the results, it was set aside for a stricter one: clause 1
must hold for all intervals, trusted or not. Only the symmetric bootstrap-t in the logarithm does
that for the total index; for the first-order index it does on either scale (.87 to .92).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, qmc

from smecluster.sensitivity.analysis.enough import judge_size
from smecluster.sensitivity.analysis.index_table import OUTPUT, build_index_table
from smecluster.sensitivity.methods import METHODS
from smecluster.sensitivity.methods.estimates import Bootstrap, Sample

Array = np.ndarray
LOWEST, HIGHEST, SILENT = 0.85, 0.97, 0.15
REPLICATIONS, COUNTED, RESAMPLES = 400, 100, 500

G = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
# Standard deviations of the logarithm, mild to wild.
LOGNORMAL = {
    "mild lognormal": np.array([0.4, 0.3, 0.2]),
    "lognormal": np.array([0.8, 0.6, 0.4]),
    "wild lognormal": np.array([1.2, 0.9, 0.6]),
}


def ishigami(u: Array) -> Array:
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def sobol_g(u: Array) -> Array:
    return np.prod((np.abs(4 * u - 2) + G) / (1 + G), axis=1)


def product(name: str) -> Callable[[Array], Array]:
    return lambda u: np.exp(norm.ppf(u) @ LOGNORMAL[name])


def share_product(parts: Array) -> tuple[Array, Array]:
    """Exact indices of a product of independent factors with these squared variations."""
    variance = np.prod(1 + parts) - 1
    others = np.array([np.prod(np.delete(1 + parts, k)) for k in range(len(parts))])
    return parts / variance, parts * others / variance


CASES: dict[str, tuple[Callable[[Array], Array], tuple[Array, Array]]] = {
    "Ishigami": (
        ishigami,
        (np.array([0.313905, 0.442411, 0.0]), np.array([0.557589, 0.442411, 0.243684])),
    ),
    "g": (sobol_g, share_product(1 / (3 * (1 + G) ** 2))),
    **{name: (product(name), share_product(np.exp(s**2) - 1)) for name, s in LOGNORMAL.items()},
}


def draw_blocks(function, factors: int, points: int, seed: int, *, even: bool) -> Sample:
    """Lay out a Saltelli design on independent points, or on scrambled Sobol' points."""
    rng = np.random.default_rng(seed)
    u = (
        qmc.Sobol(2 * factors, seed=rng).random(points)
        if even
        else rng.random((points, 2 * factors))
    )
    u = np.clip(u, 1e-15, 1 - 1e-15)
    a, b = u[:, :factors], u[:, factors:]
    mixed = [np.where(np.arange(factors) == k, b, a) for k in range(factors)]
    rows = np.stack([a, *mixed, b], axis=1).reshape(-1, factors)
    names = tuple(f"x{k}" for k in range(factors))
    return Sample(names, rows, function(rows)[:, None])


def measure_coverage(
    case: str, points: int, confidence: float, replications: int, *, even: bool = False
) -> pd.DataFrame:
    """Count how often intervals hold the exact index, and how often they are trusted.

    Returns
    -------
    pandas.DataFrame
        A row for each index: trusted (share of the intervals), replications (with a trusted
        interval), covered (share of the trusted intervals), silent (share of all intervals that
        are trusted and miss), any (coverage of all intervals), width (median).
    """
    function, exact = CASES[case]
    names = [f"x{k}" for k in range(len(exact[0]))]
    outputs = pd.DataFrame([("", "y", "", "", 0.0, "Dmnl")], columns=list(OUTPUT))
    parts = []
    for seed in range(1, replications + 1):
        sample = draw_blocks(function, len(names), points, seed, even=even)
        found = build_index_table(
            sample, outputs, METHODS["sobol"], Bootstrap(seed, RESAMPLES, confidence)
        )
        for index, truth in zip(("first order", "total"), exact, strict=True):
            part = found[found["index"] == index].set_index("factor").loc[names]
            held = (part["low"] <= truth) & (truth <= part["high"])
            parts.append(
                pd.DataFrame(
                    {
                        "index": index,
                        "held": held.to_numpy(),
                        "trusted": part["trusted"].to_numpy(dtype=bool),
                        "width": (part["high"] - part["low"]).to_numpy(),
                        "seed": seed,
                    }
                )
            )
    every = pd.concat(parts)
    return pd.DataFrame(
        {
            index: {
                "trusted": part["trusted"].mean(),
                "replications": part[part["trusted"]]["seed"].nunique(),
                "covered": part[part["trusted"]]["held"].mean(),
                "silent": (part["trusted"] & ~part["held"]).mean(),
                "any": part["held"].mean(),
                "width": part["width"].median(),
            }
            for index, part in every.groupby("index")
        }
    ).T


def find_broken(
    found: pd.DataFrame, case: str, points: int, counted: int, *, even: bool
) -> list[str]:
    """List what of the rule does not hold."""
    broken = []
    for index, row in found.iterrows():
        if row["replications"] >= counted:
            if row["covered"] < LOWEST:
                broken.append(f"{index}: covers {row['covered']:.3f}")
            if row["covered"] > HIGHEST and not even:
                broken.append(f"{index}: covers {row['covered']:.3f}, too careful")
        if row["silent"] > SILENT:
            broken.append(f"{index}: {row['silent']:.3f} miss silently")
        least = 0.95 if case in ("Ishigami", "g") else 0.0
        if case == "mild lognormal" and points == 1024:
            least = 0.9
        if row["trusted"] < least:
            broken.append(f"{index}: trusted in {row['trusted']:.3f}")
    return broken


@pytest.mark.parametrize("case", ["Ishigami", "lognormal"])
def test_a_small_sample_of_intervals_covers(case):
    found = measure_coverage(case, 128, 0.9, 40)
    # A few replications only: also those that the table does not trust.
    assert (found["any"] >= LOWEST).all(), found.to_string()
    assert (found["silent"] <= SILENT).all()


def test_a_wild_tail_is_never_trusted_silently():
    found = measure_coverage("wild lognormal", 128, 0.9, 20)
    assert (found["trusted"] <= 0.1).all()


@pytest.mark.parametrize("share", [0.002, 0.01])
def test_an_event_that_was_hit_a_handful_of_times_is_never_called_enough(share):
    spread = np.sqrt((LOGNORMAL["lognormal"] ** 2).sum())
    mark = np.exp(spread * norm.ppf(1 - share))

    def event(u: Array) -> Array:
        return (product("lognormal")(u) > mark).astype(float)

    outputs = pd.DataFrame([("", "y", "", "", 0.0, "Dmnl")], columns=list(OUTPUT))
    for seed in range(1, 16):
        sample = draw_blocks(event, 3, 256, seed, even=False)
        found = build_index_table(sample, outputs, METHODS["sobol"], Bootstrap(seed, 100))
        assert not found["trusted"].any()
        assert not judge_size(found, "total", 256, width=0.5).enough


@pytest.mark.slow
@pytest.mark.parametrize("even", [False, True], ids=["independent", "even"])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
@pytest.mark.parametrize("points", [256, 1024])
@pytest.mark.parametrize("case", list(CASES))
def test_trusted_intervals_of_sobol_indices_cover(case, points, confidence, even):
    found = measure_coverage(case, points, confidence, REPLICATIONS, even=even)
    assert not find_broken(found, case, points, COUNTED, even=even), found.to_string()
