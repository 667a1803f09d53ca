"""Sobol' indices from a Saltelli design, for all outputs at once.

The estimators and the bootstrap are SALib's (`SALib.analyze.sobol`), to its digits. SALib does
one output at a time and builds every resample; here a resample is a row of counts, so that the
resampled means of all factors and outputs are one product of matrices. A time series of 63
years takes about as long as SALib's single year.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from smecluster.model.support.errors import InputError
from smecluster.sensitivity.methods.estimates import (
    ALL,
    Array,
    Bootstrap,
    Estimate,
    Estimates,
    Sample,
    estimate_single,
)

# Numbers in a resampled block: 64 MiB.
_NUMBERS = 8_388_608
# Points whose resamples are counted, or averaged, at a time.
_POINTS = 4096


def count_block(factors: int, second_order: bool) -> int:
    """Count the runs that belong to one point of a Saltelli design."""
    return 2 * factors + 2 if second_order else factors + 2


def estimate_sobol(sample: Sample, bootstrap: Bootstrap) -> Estimates:
    """Estimate first-order and total indices, and those of pairs if the design has them.

    Parameters
    ----------
    sample : Sample
        Runs of a Saltelli design in SALib's order: A, AB of each factor (or group), BA of
        each if `second_order`, B; no output constant.
    bootstrap : Bootstrap
        Over the points of the design.

    Returns
    -------
    Estimates
        ``"first order"`` (Saltelli et al. 2010, doi:10.1016/j.cpc.2009.09.018), ``"total"``
        (Jansen's form, same paper), ``"interactions"`` (total less first order), ``"sum of
        first order"``, and ``"second order"`` (Saltelli 2002,
        doi:10.1016/S0010-4655(02)00280-1); all are shares of the output's variance, Dmnl.

    Raises
    ------
    InputError
        If the number of runs does not fit the design.
    """
    names, step = sample.rows, count_block(len(sample.rows), sample.second_order)
    if len(sample.y) % step or not len(sample.y):
        raise InputError(
            f"a Saltelli design of {len(names)} factors has a multiple of {step} runs, "
            f"not {len(sample.y)}"
        )
    points = len(sample.y) // step
    counts = _draw_counts(points, bootstrap)
    rows = len(names) ** 2 if sample.second_order else len(names)
    width = max(1, _NUMBERS // points // (rows + 2))
    parts = [
        _some(sample.y[:, begin : begin + width], names, sample.second_order, counts, bootstrap)
        for begin in range(0, sample.y.shape[1], width)
    ]
    return Estimates(
        {
            name: Estimate(
                part.rows,
                np.concatenate([each[name].value for each in parts], axis=1),
                np.concatenate([each[name].half for each in parts], axis=1),
            )
            for name, part in parts[0].items()
        }
    )


def _draw_counts(points: int, bootstrap: Bootstrap) -> NDArray[np.uint8]:
    """Count how often each resample holds each point: (resamples, points)."""
    rng, resamples = bootstrap.generator(), bootstrap.resamples
    counts = np.zeros((resamples, points), dtype=np.uint8)
    # A part at a time, in SALib's order: all draws at once would be the largest array of all.
    for begin in range(0, points, _POINTS):
        drawn = rng.integers(points, size=(min(_POINTS, points - begin), resamples))
        np.add.at(counts, (np.arange(resamples)[None, :], drawn), 1)
    return counts


def _some(
    y: Array,
    names: tuple[str, ...],
    second_order: bool,
    counts: NDArray[np.uint8],
    bootstrap: Bootstrap,
) -> dict[str, Estimate]:
    """Estimate all indices of some outputs; arrays are (points or resamples, rows, outputs)."""
    factors, step = len(names), count_block(len(names), second_order)
    y = (y - y.mean(axis=0)) / y.std(axis=0)
    cells = y.reshape(-1, step, y.shape[1])
    a, b = cells[:, :1], cells[:, -1:]
    ab = cells[:, 1 : factors + 1]

    def mean(values: Array) -> Array:
        """Average over the points, and over those of each resample below."""
        flat = values.reshape(len(values), -1)
        found = np.zeros((1 + len(counts), flat.shape[1]))
        found[0] = flat.sum(axis=0)
        for begin in range(0, len(flat), _POINTS):
            part = slice(begin, begin + _POINTS)
            found[1:] += counts[:, part].astype(float) @ flat[part]
        return (found / len(flat)).reshape(-1, *values.shape[1:])

    variance = mean(a**2 + b**2) / 2 - (mean(a + b) / 2) ** 2
    # SALib's rule: what does not vary in a resample counts as zero in it.
    varies = variance > np.finfo(float).eps

    def share(values: Array) -> Array:
        part = mean(values)
        return np.divide(part, variance, out=np.zeros_like(part), where=varies)

    first = share(b * (ab - a))
    total = share(0.5 * (a - ab) ** 2)

    def estimate(rows: tuple[tuple[str, str], ...], values: Array) -> Estimate:
        return Estimate(rows, values[0], bootstrap.half(values[1:]))

    found = {
        "first order": estimate(estimate_single(names), first),
        "total": estimate(estimate_single(names), total),
        "interactions": estimate(estimate_single(names), total - first),
        "sum of first order": estimate(((ALL, ALL),), first.sum(axis=1, keepdims=True)),
    }
    if second_order:
        ba = cells[:, factors + 1 : 2 * factors + 1]
        one, other = np.triu_indices(factors, 1)
        joint = share(ba[:, one] * ab[:, other] - a * b)
        pairs = tuple((names[i], names[j]) for i, j in zip(one, other, strict=True))
        found["second order"] = estimate(pairs, joint - first[:, one] - first[:, other])
    return found
