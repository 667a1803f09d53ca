"""What every method takes and gives: runs as arrays, and indices with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from smecluster.model.errors import InputError

Array = NDArray[np.float64]

# The row of an index that belongs to no single factor.
ALL = ""


@dataclass(frozen=True)
class Bootstrap:
    """How intervals are drawn.

    Parameters
    ----------
    seed : int
        At least 1: SALib takes 0 for "no seed".
    resamples : int
        Number of resamples of the runs, at least 2.
    confidence : float
        Share of studies whose interval holds the true value, between 0 and 1.

    Raises
    ------
    InputError
        If one of them is out of its range.
    """

    seed: int
    resamples: int = 500
    confidence: float = 0.95

    def __post_init__(self) -> None:
        if self.seed < 1:
            raise InputError(f"seed must be at least 1, not {self.seed}")
        if self.resamples < 2:
            raise InputError(f"resamples must be at least 2, not {self.resamples}")
        if not 0 < self.confidence < 1:
            raise InputError(f"confidence must lie between 0 and 1, not {self.confidence:g}")

    def generator(self) -> np.random.Generator:
        """Give a fresh source of chance: the same for every output and every method."""
        return np.random.default_rng(self.seed)

    def half(self, resampled: Array, axis: int = 0) -> Array:
        """Half the width of the interval: SALib's, from the normal distribution."""
        spread: Array = norm.ppf(0.5 + self.confidence / 2) * resampled.std(axis=axis, ddof=1)
        return spread


@dataclass(frozen=True)
class Sample:
    """Runs as the methods want them.

    Parameters
    ----------
    names : tuple of str
        The factors, in the order of the columns of `x`.
    x : ndarray (runs, factors)
        What was varied, in each factor's unit.
    y : ndarray (runs, outputs)
        What came out, finite.
    groups : tuple of str, optional
        The group of each factor; methods that know groups give one index for each.
    second_order : bool
        Whether a Saltelli design has the rows for pairs of factors.
    levels : int
        Levels of a Morris design, Dmnl.
    """

    names: tuple[str, ...]
    x: Array
    y: Array
    groups: tuple[str, ...] | None = None
    second_order: bool = False
    levels: int = 4

    @property
    def rows(self) -> tuple[str, ...]:
        """What has an index: the groups in order of appearance, or else the factors."""
        return self.names if self.groups is None else tuple(dict.fromkeys(self.groups))

    def taken(self, runs: NDArray[np.int64] | slice) -> Sample:
        """Keep some runs."""
        return replace(self, x=self.x[runs], y=self.y[runs])


@dataclass(frozen=True)
class Estimate:
    """An index of each factor for each output.

    Parameters
    ----------
    rows : tuple of (str, str)
        Factor and, for an index of pairs, the other factor; `ALL` where there is none.
    value : ndarray (rows, outputs)
        The index; NaN where it is not defined.
    half : ndarray (rows, outputs)
        Half the width of its confidence interval by the normal distribution, as SALib gives it.
    ends : tuple of ndarray (rows, outputs), optional
        Lower and upper end of a better interval, where the method has one.
    """

    rows: tuple[tuple[str, str], ...]
    value: Array
    half: Array
    ends: tuple[Array, Array] | None = None

    @property
    def low(self) -> Array:
        """Lower end of the interval."""
        return self.value - self.half if self.ends is None else self.ends[0]

    @property
    def high(self) -> Array:
        """Upper end of the interval."""
        return self.value + self.half if self.ends is None else self.ends[1]


@dataclass(frozen=True)
class Estimates:
    """All indices of a method.

    Parameters
    ----------
    indices : mapping of str to Estimate
        By the index's name, see `sensitivity.methods`.
    floor : mapping of str to ndarray (outputs,)
        For indices that stay above zero by chance: the value that a factor without any
        influence stays below in 95 of 100 cases.
    """

    indices: Mapping[str, Estimate]
    floor: Mapping[str, Array] = field(default_factory=dict)


def estimate_single(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Rows of an index of single factors."""
    return tuple((name, ALL) for name in names)
