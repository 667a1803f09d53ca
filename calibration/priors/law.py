"""The prior of one constant: from three quantiles that are believed to a distribution.

A score is standard normal. The constant, on a scale on which it has no bound, is a skewed normal
function of the score, ``c + s (exp(k z) - 1) / k``, which passes exactly through the 5 per cent
point, the median and the 95 per cent point; without skew, ``k = 0``, it is normal. (Tukey's
g-distribution; Hoaglin 1985, in Exploring Data Tables, Trends, and Shapes, chapter 11.) On the
logarithmic scale that is a log-normal distribution, on the logit scale a logit-normal one.

What lies beyond the hard range is cut off. Where the believed range ends at the hard one, that
moves the quantiles by a few hundredths of the probability, and the median with them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from smecluster.model.engine.read.document import Variable
from smecluster.model.file.beliefs import Belief

Floats = NDArray[np.float64]

#: Scales: positive, negative, a share between 0 and 1, any number.
LOG, NEGATIVE, SHARE, PLAIN = "log", "negative log", "logit", "lin"
SCALES = (LOG, NEGATIVE, SHARE, PLAIN)
#: Score of the 95 per cent point.
_EDGE = float(ndtri(0.95))
# With less skew than this the normal distribution is the same to the last digits.
_NO_SKEW = 1e-9
# Hard ends further out than this cut off nothing.
_FAR = 6.0


@dataclass(frozen=True)
class Law:
    """A distribution through three quantiles, within a hard range.

    Attributes
    ----------
    scale : str
        `LOG`, `NEGATIVE`, `SHARE` or `PLAIN`.
    low, median, high : float
        5 per cent point, median and 95 per cent point, in the constant's unit.
    least, most : float
        Hard range, in the same unit.
    """

    scale: str
    low: float
    median: float
    high: float
    least: float
    most: float

    @classmethod
    def from_belief(cls, belief: Belief, variable: Variable) -> Law:
        """Make the law of a believed range, in the constant's unit.

        The scale is logarithmic for what is positive (or negative) in the whole range, the logit
        for a number without unit that is hard between 0 and 1, and plain otherwise. A median that
        is not stated is the middle on that scale.
        """
        least = -math.inf if variable.low is None else variable.low
        most = math.inf if variable.high is None else variable.high
        scale = _choose_scale(belief, variable.unit, least, most)
        middle = belief.median
        if middle is None:
            ends = _to_line(scale, np.array([belief.low, belief.high]))
            middle = float(_from_line(scale, ends.mean()))
        return cls(scale, belief.low, middle, belief.high, least, most)

    def at(self, scores: ArrayLike) -> Floats:
        """Transform scores to values in the constant's unit, rising with the score."""
        z = np.asarray(scores, dtype=float)
        return Laws([self]).transform(z[..., None])[..., 0]

    def find_scores(self, values: ArrayLike) -> Floats:
        """Transform values in the constant's unit to scores; infinite at a cut end."""
        with np.errstate(divide="ignore"):
            z = self._find_uncut(np.asarray(values, dtype=float))
        first, last = self._cut
        if first > 0 or last < 1:
            z = ndtri(np.clip((ndtr(z) - first) / (last - first), 0.0, 1.0))
        return z

    def _find_uncut(self, values: Floats) -> Floats:
        line = (_to_line(self.scale, values) - self._middle) / self._spread
        if not self._skew:
            return line
        return np.asarray(np.log(np.maximum(1 + self._skew * line, 0.0)) / self._skew)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        """The scores of the hard range, before it cuts."""
        low, high = -math.inf, math.inf
        with np.errstate(divide="ignore"):
            if math.isfinite(self.least):
                low = float(self._find_uncut(np.array(self._into_domain(self.least))))
            if math.isfinite(self.most):
                high = float(self._find_uncut(np.array(self._into_domain(self.most))))
        return low, high

    @cached_property
    def _cut(self) -> tuple[float, float]:
        """The probabilities below either end of the hard range, before it cuts."""
        below, above = self._ends
        first = float(ndtr(below)) if below > -_FAR else 0.0
        return first, float(ndtr(above)) if above < _FAR else 1.0

    def _into_domain(self, value: float) -> float:
        """Move an end of the hard range to the nearest number that the scale has."""
        if self.scale == LOG:
            return max(value, 0.0)
        if self.scale == NEGATIVE:
            return min(value, 0.0)
        return min(max(value, 0.0), 1.0) if self.scale == SHARE else value

    @cached_property
    def _line(self) -> Floats:
        return _to_line(self.scale, np.array([self.low, self.median, self.high]))

    @cached_property
    def _middle(self) -> float:
        return float(self._line[1])

    @cached_property
    def _skew(self) -> float:
        low, middle, high = self._line
        skew = math.log((high - middle) / (middle - low)) / _EDGE
        return 0.0 if abs(skew) < _NO_SKEW else skew

    @cached_property
    def _spread(self) -> float:
        low, middle, high = self._line
        if not self._skew:
            return float(high - low) / (2 * _EDGE)
        return float(high - middle) * self._skew / math.expm1(self._skew * _EDGE)


class Laws:
    """Several distributions at once, with what their transformation needs computed beforehand.

    Parameters
    ----------
    laws : sequence of Law
        The distributions.
    """

    def __init__(self, laws: Sequence[Law]) -> None:
        rows = [
            (law._middle, law._spread, law._skew, *law._cut, law.least, law.most) for law in laws
        ]
        self._middle, self._spread, skew, first, last, self._least, self._most = np.array(rows).T
        self._cut = np.flatnonzero((first > 0) | (last < 1))
        self._first, self._kept = first[self._cut], (last - first)[self._cut]
        self._skewed = np.flatnonzero(skew != 0)
        self._skew = skew[self._skewed]
        scales = np.array([law.scale for law in laws])
        self._scales = {scale: np.flatnonzero(scales == scale) for scale in SCALES}

    def transform(self, scores: ArrayLike) -> Floats:
        """Transform scores, shape (..., laws), to values in the constants' units."""
        z = np.array(scores, dtype=float)
        z[..., self._cut] = ndtri(self._first + self._kept * ndtr(z[..., self._cut]))
        z[..., self._skewed] = np.expm1(self._skew * z[..., self._skewed]) / self._skew
        line = self._middle + self._spread * z
        for scale, places in self._scales.items():
            line[..., places] = _from_line(scale, line[..., places])
        return np.asarray(np.clip(line, self._least, self._most))


def _choose_scale(belief: Belief, unit: str, least: float, most: float) -> str:
    if belief.low > 0:
        share = unit == "Dmnl" and least >= 0 and most <= 1 and belief.high < 1
        return SHARE if share else LOG
    return NEGATIVE if belief.high < 0 else PLAIN


def _to_line(scale: str, values: Floats) -> Floats:
    if scale == LOG:
        return np.asarray(np.log(values))
    if scale == NEGATIVE:
        return np.asarray(-np.log(-values))
    if scale == SHARE:
        return np.asarray(np.log(values) - np.log1p(-values))
    return values


def _from_line(scale: str, line: Floats) -> Floats:
    if scale == LOG:
        return np.asarray(np.exp(line))
    if scale == NEGATIVE:
        return np.asarray(-np.exp(-line))
    if scale == SHARE:
        return np.asarray(1 / (1 + np.exp(-line)))
    return np.asarray(line)
