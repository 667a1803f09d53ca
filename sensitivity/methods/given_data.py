"""Intervals and floors for indices that any sample of runs gives."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np

from smecluster.sensitivity.methods.estimates import (
    Array,
    Bootstrap,
    Estimate,
    Estimates,
    Sample,
    estimate_single,
)

# Takes factors (runs, factors) and one output (runs,); gives (indices, factors).
Statistic = Callable[[Array, Array], Array]

# Shuffled samples that a floor is taken from; each factor of each is a case.
_SHUFFLES = 20
# Where each is resampled too, so many of so many resamples.
_SHUFFLES_OF_FEWER, _RESAMPLES_OF_FEWER = 2, 10


def estimate_from_given_data(
    statistic: Statistic,
    names: tuple[str, ...],
    sample: Sample,
    bootstrap: Bootstrap,
    *,
    reduce_bias: bool = False,
) -> Estimates:
    """Compute indices from runs as they are, with a bootstrap over runs.

    Parameters
    ----------
    statistic : callable
        The indices of all factors for one output.
    names : tuple of str
        Of the indices.
    sample : Sample
        Runs, independent of each other; no output constant.
    bootstrap : Bootstrap
        Over runs.
    reduce_bias : bool
        Whether the resamples' mean excess is taken off (Plischke et al. 2013, equation 30).

    Returns
    -------
    Estimates
        The indices, and the floor that a factor without influence stays below: the 95 %
        quantile over factors after the outputs have been shuffled among the runs.
    """
    one_output = partial(_estimate_one, statistic, sample.x, bootstrap, reduce_bias)
    # NumPy lets other threads go on; each output has its own chance, so their order is nothing.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = list(pool.map(one_output, sample.y.T))
    value, half = (np.stack([one[part] for one in found], axis=-1) for part in (0, 1))
    floor = np.stack([one[2] for one in found], axis=-1)
    rows = estimate_single(sample.names)
    return Estimates(
        {name: Estimate(rows, value[i], half[i]) for i, name in enumerate(names)},
        {name: floor[i] for i, name in enumerate(names)},
    )


def _estimate_one(
    statistic: Statistic, x: Array, bootstrap: Bootstrap, reduce_bias: bool, y: Array
) -> tuple[Array, Array, Array]:
    """Index and half its interval (indices, factors), and the floor (indices,)."""
    rng = bootstrap.generator()

    def resampled(y: Array, times: int) -> Array:
        drawn = (rng.integers(len(y), size=len(y)) for _ in range(times))
        return np.array([statistic(x[rows], y[rows]) for rows in drawn])

    value = statistic(x, y)
    parts = resampled(y, bootstrap.resamples)
    # A resample may hold none of a few notable runs, and so have no index.
    parts = parts[np.isfinite(parts).all(axis=(1, 2))]
    if len(parts) < 2:
        return value, np.full(value.shape, np.nan), np.full(len(value), np.nan)
    if reduce_bias:
        value = 2 * value - parts.mean(axis=0)
        chance = [
            2 * statistic(x, shuffled) - resampled(shuffled, _RESAMPLES_OF_FEWER).mean(axis=0)
            for shuffled in (rng.permutation(y) for _ in range(_SHUFFLES_OF_FEWER))
        ]
    else:
        chance = [statistic(x, rng.permutation(y)) for _ in range(_SHUFFLES)]
    return value, bootstrap.half(parts), np.quantile(np.array(chance), 0.95, axis=(0, 2))
