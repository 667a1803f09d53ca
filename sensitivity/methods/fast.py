"""FAST and RBD-FAST, for all outputs at once.

Both, with their intervals, are SALib's (`SALib.analyze.fast`, `SALib.analyze.rbd_fast`), to its
digits; SALib transforms one output and resample at a time, here all outputs of a resample go
through one transform.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from smecluster.model.errors import InputError
from smecluster.sensitivity.methods.estimates import (
    Array,
    Bootstrap,
    Estimate,
    Estimates,
    Sample,
    estimate_single,
)

# Harmonics that are summed: the default of SALib's samplers and analyses.
FAST_HARMONICS = 4
BALANCED_HARMONICS = 10


def estimate_fast(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Estimate first-order and total indices from FAST's search curves.

    Parameters
    ----------
    sample : Sample
        One curve for each factor, one after the other; no output constant.
    bootstrap : Bootstrap
        Over halves of each curve that the interval is taken from. SALib calls these intervals
        indicative: half a curve is not a smaller study (SALib issue 649).

    Returns
    -------
    Estimates
        ``"first order"`` and ``"total"`` (Saltelli et al. 1999,
        doi:10.1080/00401706.1999.10485594), shares of variance, Dmnl.

    Raises
    ------
    InputError
        If the number of runs does not fit the design.
    """
    factors = len(sample.names)
    points = len(sample.y) // factors
    needed = 4 * FAST_HARMONICS**2 + 1
    if len(sample.y) % factors or points < needed:
        raise InputError(
            f"a FAST design of {factors} factors has {factors} curves of {needed} or more runs, "
            f"not {len(sample.y)} runs"
        )
    # SALib's stream of random numbers.
    random = np.random.RandomState(bootstrap.seed)
    half = math.ceil(points / 2)
    values, spreads = [], []
    for curve in sample.y.reshape(factors, points, -1):
        values.append(_compute_orders(curve))
        begins = random.randint(0, points, size=bootstrap.resamples)
        ring = np.concatenate([curve, curve])
        parts = np.array([_compute_orders(ring[begin : begin + half]) for begin in begins])
        spreads.append(bootstrap.half(parts))
    value, spread = np.array(values), np.array(spreads)
    rows = estimate_single(sample.names)
    return Estimates(
        {
            "first order": Estimate(rows, value[:, 0], spread[:, 0]),
            "total": Estimate(rows, value[:, 1], spread[:, 1]),
        }
    )


def estimate_rbd_fast(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Estimate first-order indices from any sample by random balance designs.

    Parameters
    ----------
    sample : Sample
        Runs at points drawn at random (Latin hypercube, Sobol' sequence, posterior).
    bootstrap : Bootstrap
        Over half the runs each, as SALib does it: the intervals are wide by about the square
        root of two.

    Returns
    -------
    Estimates
        ``"first order"`` (Tarantola et al. 2006, doi:10.1016/j.ress.2005.06.003, with the
        bias removed as in Tissot and Prieur 2012), shares of variance, Dmnl. Where factors
        depend on each other it holds what a factor shares with the others, too.

    Raises
    ------
    InputError
        If there are too few runs for the harmonics.
    """
    rng = bootstrap.generator()
    runs = len(sample.y)
    needed = 4 * BALANCED_HARMONICS + 2
    if runs < needed:
        raise InputError(f"RBD-FAST needs {needed} or more runs, not {runs}")
    values, spreads = [], []
    for x in sample.x.T:
        values.append(_estimate_balanced(x, sample.y))
        parts = []
        for _ in range(bootstrap.resamples):
            drawn = rng.choice(runs, replace=True, size=runs // 2)
            parts.append(_estimate_balanced(x[drawn], sample.y[drawn]))
        spreads.append(bootstrap.half(np.array(parts)))
    rows = estimate_single(sample.names)
    return Estimates({"first order": Estimate(rows, np.array(values), np.array(spreads))})


def _compute_orders(curve: Array) -> Array:
    """First-order and total index along one curve: (2, outputs)."""
    points = len(curve)
    omega = math.floor((points - 1) / (2 * FAST_HARMONICS))
    waves = np.fft.fft(curve, axis=0)[1 : math.ceil(points / 2)]
    power = (np.abs(waves) / points) ** 2
    variance = 2.0 * power.sum(axis=0)
    own = 2.0 * power[np.arange(1, FAST_HARMONICS + 1) * omega - 1].sum(axis=0)
    others = 2.0 * power[: math.floor(omega / 2)].sum(axis=0)
    return np.array([own / variance, 1.0 - others / variance])


def _estimate_balanced(x: Array, y: Array) -> Array:
    """First-order index of one factor for each output."""
    order = np.argsort(x)
    there_and_back = np.concatenate([order[::2], order[1::2][::-1]])
    centred = y - y.mean(axis=0)
    # Of the periodogram only these harmonics are needed, and its sum, which Parseval gives.
    power = 2 * ((_list_harmonics(len(y)) @ centred[there_and_back]) ** 2).sum(axis=0)
    raw = power / (len(y) * (centred**2).sum(axis=0))
    skew = 2 * BALANCED_HARMONICS / len(y)
    unskewed: Array = raw - skew / (1 - skew) * (1 - raw)
    return unskewed


@lru_cache(maxsize=8)
def _list_harmonics(runs: int) -> Array:
    """Cosines and sines of the harmonics that are summed: (2 harmonics, runs)."""
    phase = 2 * np.pi * np.outer(np.arange(1, BALANCED_HARMONICS + 1), np.arange(runs)) / runs
    return np.concatenate([np.cos(phase), np.sin(phase)])
