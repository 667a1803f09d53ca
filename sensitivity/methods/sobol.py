"""Sobol' indices from a Saltelli design, for all outputs at once.

The estimators and the resamples are SALib's (`SALib.analyze.sobol`), to its digits. SALib does
one output at a time and builds every resample; here a resample is a row of counts, so that the
resampled means of all factors and outputs are one product of matrices. SALib's intervals are too
narrow for outputs with heavy tails; the reported ones are studentised, see
`sensitivity.methods.studentised`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smecluster.model.errors import InputError
from smecluster.sensitivity.methods.estimates import (
    ALL,
    Array,
    Bootstrap,
    Estimate,
    Estimates,
    Sample,
    estimate_single,
)
from smecluster.sensitivity.methods.studentised import estimate_ends

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
        doi:10.1016/S0010-4655(02)00280-1); all are shares of the output's variance, Dmnl. The
        ends are those of symmetric bootstrap-t intervals, for the total index in its logarithm,
        and NaN where a resample often holds no run that differs.

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
    # Four arrays of the size of an index are in memory at a time.
    width = max(1, _NUMBERS // 4 // points // (rows + 2))
    parts = [
        _some(sample.y[:, begin : begin + width], names, sample.second_order, counts, bootstrap)
        for begin in range(0, sample.y.shape[1], width)
    ]
    return Estimates({name: _join_outputs([each[name] for each in parts]) for name in parts[0]})


def _join_outputs(parts: list[Estimate]) -> Estimate:
    def join(arrays: list[Array]) -> Array:
        return np.concatenate(arrays, axis=1)

    return Estimate(
        parts[0].rows,
        join([part.value for part in parts]),
        join([part.half for part in parts]),
        (join([part.low for part in parts]), join([part.high for part in parts])),
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

    means = _Means(counts, a, b)
    first = b * (ab - a)
    total = 0.5 * (a - ab) ** 2

    def estimate(
        rows: tuple[tuple[str, str], ...], parts: Array, *, positive: bool = False
    ) -> Estimate:
        share, error = means.share(parts)
        ends = estimate_ends(share, error, bootstrap.confidence, positive=positive)
        return Estimate(rows, share[0], bootstrap.half(share[1:]), ends)

    single = estimate_single(names)
    found = {
        "first order": estimate(single, first),
        "total": estimate(single, total, positive=True),
        "interactions": estimate(single, total - first),
        "sum of first order": estimate(((ALL, ALL),), first.sum(axis=1, keepdims=True)),
    }
    if second_order:
        ba = cells[:, factors + 1 : 2 * factors + 1]
        one, other = np.triu_indices(factors, 1)
        joint = ba[:, one] * ab[:, other] - a * b - first[:, one] - first[:, other]
        pairs = tuple((names[i], names[j]) for i, j in zip(one, other, strict=True))
        found["second order"] = estimate(pairs, joint)
    return found


@dataclass(frozen=True)
class _Means:
    """Averages over the points, ahead, and over those of each resample.

    Parameters
    ----------
    counts : ndarray (resamples, points)
        How often each resample holds each point.
    a, b : ndarray (points, 1, outputs)
        The independent runs, which the variance is taken from.
    """

    counts: NDArray[np.uint8]
    a: Array
    b: Array

    def average(self, values: Array) -> Array:
        """Average (points, rows, outputs): (1 + resamples, rows, outputs)."""
        flat = values.reshape(len(values), -1)
        found = np.zeros((1 + len(self.counts), flat.shape[1]))
        found[0] = flat.sum(axis=0)
        for begin in range(0, len(flat), _POINTS):
            part = slice(begin, begin + _POINTS)
            found[1:] += self.counts[:, part].astype(float) @ flat[part]
        return (found / len(flat)).reshape(-1, *values.shape[1:])

    @cached_property
    def variance(self) -> tuple[Array, Array, Array, Array]:
        """Variance of the output, its two means, and the variance of their part in the error."""
        squares, sums = (self.a**2 + self.b**2) / 2, self.a + self.b
        square, total = self.average(squares), self.average(sums)
        own = self.average(squares**2) - square**2
        both = self.average(squares * sums) - square * total
        spread = own - total * both + total**2 / 4 * (self.average(sums**2) - total**2)
        return square - (total / 2) ** 2, square, total, spread

    def share(self, parts: Array) -> tuple[Array, Array]:
        """Divide the means of parts by the variance; the standard error by the delta method.

        Returns
        -------
        share, error : ndarray (1 + resamples, rows, outputs)
            As SALib, a share of 0 where a resample does not vary; its error is NaN.
        """
        variance, square, total, spread = self.variance
        varies = variance > np.finfo(float).eps

        def divide(values: Array, missing: float) -> Array:
            return np.divide(values, variance, out=np.full_like(values, missing), where=varies)

        mean = self.average(parts)
        share = divide(mean, 0.0)
        # The variance of parts - share * (squares - total / 2 * sums), term by term.
        with_squares = self.average(parts * (self.a**2 + self.b**2) / 2) - mean * square
        with_sums = self.average(parts * (self.a + self.b)) - mean * total
        scatter = self.average(parts**2) - mean**2
        scatter -= 2 * share * (with_squares - total / 2 * with_sums)
        scatter += share**2 * spread
        return share, divide(np.sqrt(np.maximum(scatter, 0.0) / len(parts)), np.nan)
