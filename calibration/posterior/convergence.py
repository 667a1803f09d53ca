"""Whether walks agree with one another: R-hat and effective sample sizes, and their thresholds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import arviz_stats.base
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.problem.criteria import ESS, R_HAT
from smecluster.model.errors import InputError

Floats = NDArray[np.float64]

#: Weights can be trusted if they are worth this many draws, and k is at most so much.
ENOUGH, HEAVY = 100.0, 0.7
_NAMED = 3
# Weights that are worth a larger share of the draws hardly differ.
_EQUAL = 0.9
# Of fewer draws the tail cannot be fitted.
_FEWEST = 30


class NotConvergedError(InputError):
    """The walks do not agree with one another yet: their draws would mislead."""


def diagnose_walks(walks: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Compute convergence diagnostics of walks.

    Parameters
    ----------
    walks : array of float, shape (steps, walkers, quantities)
        Without burn-in.
    names : sequence of str
        The quantities.

    Returns
    -------
    pandas.DataFrame
        By quantity as index: R-hat, bulk ESS, tail ESS.
    """
    chains = np.moveaxis(walks, (2, 1, 0), (0, 1, 2))
    # The library declares types, but its functions have none.
    library: Any = arviz_stats.base
    stats = library.array_stats
    found = {
        "R-hat": stats.rhat(chains),
        "bulk ESS": stats.ess(chains),
        "tail ESS": stats.ess(chains, method="tail", prob=(0.05, 0.95)),
    }
    return pd.DataFrame(found, index=pd.Index(names, name="name"))


def smooth_weights(log_weights: Floats) -> tuple[Floats, float]:
    """Smooth the largest importance weights, and tell how far they can be trusted.

    Parameters
    ----------
    log_weights : array of float, shape (draws,)
        Up to a constant.

    Returns
    -------
    weights : array of float, shape (draws,)
        They sum to 1.
    shape : float
        k of the Pareto distribution of the largest; above 0.7 the weights mislead. 0 where they
        hardly differ and have no tail, infinite where there are too few to have one. Source:
        Vehtari, Simpson, Gelman, Yao and Gabry 2024, Journal of Machine Learning Research 25(72).
    """
    logs = np.array(log_weights, dtype=float)
    plain = np.exp(logs - logs.max())
    plain /= plain.sum()
    if count_effective(plain) > _EQUAL * len(plain):
        return plain, 0.0
    if len(plain) < _FEWEST:
        return plain, math.inf
    library: Any = arviz_stats.base
    # The library takes the logarithms of what the weights are the inverse of.
    smoothed, shape = library.array_stats.psislw(-logs)
    weights = np.exp(smoothed - np.max(smoothed))
    return np.asarray(weights / weights.sum()), float(shape)


def count_effective(weights: Floats) -> float:
    """Count the equally weighted draws that weights, which sum to 1, are worth."""
    return float(1 / np.sum(np.square(weights)))


def resample_evenly(weights: Floats, count: int) -> NDArray[np.intp]:
    """Choose draws in proportion to weights that sum to 1, as evenly as whole numbers allow.

    Source: systematic resampling, Kitagawa 1996, J. Comput. Graph. Stat. 5(1).
    """
    at = (np.arange(count) + 0.5) / count
    return np.minimum(np.searchsorted(np.cumsum(weights), at), len(weights) - 1)


def has_converged(diagnostics: pd.DataFrame) -> bool:
    """Whether R-hat and effective sample sizes meet `calibration.problem.criteria`."""
    return bool((diagnostics["R-hat"] < R_HAT).all()) and find_least(diagnostics) > ESS


def find_least(diagnostics: pd.DataFrame) -> float:
    """Find the smallest effective sample size."""
    return float(diagnostics[["bulk ESS", "tail ESS"]].to_numpy().min())


def refuse_unconverged(diagnostics: pd.DataFrame, steps: int) -> None:
    """Raise `NotConvergedError`, which names the worst quantities, unless walks have converged."""
    if has_converged(diagnostics):
        return
    worst = diagnostics.sort_values("R-hat", ascending=False).head(_NAMED)
    named = ", ".join(f"{name} ({row['R-hat']:.2f})" for name, row in worst.iterrows())
    raise NotConvergedError(
        f"the walks have not converged after {steps} steps: R-hat must be below {R_HAT}, "
        f"the worst are {named}; the smallest effective sample size is "
        f"{find_least(diagnostics):.0f}, and must be {ESS:.0f}: resume with more steps"
    )
