"""How a factor is distributed: from a number between 0 and 1 to a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.special import ndtri

from smecluster.calibration.priors.law import SCALES, Law

# Samples reach 0 and 1: tails without an end are cut where they hold this much probability.
TAIL = 1e-3


@dataclass(frozen=True)
class Distribution:
    """A distribution with two ends.

    Attributes
    ----------
    kind : str
        As in `sensitivity.study.Distribution`; besides, ``"halves"`` and ``"log-halves"``: half of
        the probability evenly below the median and half above, or evenly in the logarithm;
        ``"switch"``: a state with a probability, otherwise evenly between two others; and the
        scales of `calibration.priors.law`: a believed range.
    low, high : float
        Its ends; a tail without an end is cut at its 0.1 per cent point.
    first, second : float
        Mode (triangular); mean and standard deviation (normal); median, and standard deviation
        of the logarithm (lognormal); mean (exponential); median (halves); the state of a switch and
        its probability; the hard range of a believed one. 0 where there is none.
    values : tuple of float
        The values of a choice; the two ends of what a switch is otherwise; the 5 per cent point,
        median and 95 per cent point of a believed range.
    """

    kind: str
    low: float
    high: float
    first: float = 0.0
    second: float = 0.0
    values: tuple[float, ...] = ()

    def at(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Give the quantiles.

        Parameters
        ----------
        probability : array of float
            In [0, 1].

        Returns
        -------
        array of float
            Values in [low, high], rising with `probability`.
        """
        if self.kind == "choice":
            values = np.sort(np.array(self.values, dtype=float))
            place = (probability * len(values)).astype(int)
            chosen: NDArray[np.float64] = values[np.minimum(place, len(values) - 1)]
            return chosen
        if self.kind == "uniform":
            return self.low + probability * (self.high - self.low)
        if self.kind in ("halves", "log-halves"):
            return self._split(probability)
        if self.kind == "switch":
            return self._switch(probability)
        if self.kind in SCALES:
            low, median, high = self.values
            law = Law(self.kind, low, median, high, self.first, self.second)
            held = np.clip(probability, TAIL, 1 - TAIL)
            return np.clip(law.at(ndtri(held)), self.low, self.high)
        if self.kind == "loguniform":
            low, high = np.log(self.low), np.log(self.high)
            found = np.exp(low + probability * (high - low))
        else:
            law = _build_law(self.kind, self.first, self.second, self.low, self.high)
            begin, end = law.cdf(self.low), law.cdf(self.high)
            found = law.ppf(begin + probability * (end - begin))
        # The last digit of a logarithm or of a tail must not leave the ends.
        inside: NDArray[np.float64] = np.clip(np.asarray(found), self.low, self.high)
        return inside

    def _split(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        points = np.array([self.low, self.first, self.high])
        if self.low < self.first < self.high:
            steps = [0.0, 0.5, 1.0]
        else:
            # A median at an end has nothing on one side of it.
            points, steps = points[[0, 2]], [0.0, 1.0]
        if self.kind == "halves":
            even: NDArray[np.float64] = np.interp(probability, steps, points)
            return even
        found: NDArray[np.float64] = np.exp(np.interp(probability, steps, np.log(points)))
        # The last digit of a logarithm must not leave the ends.
        return np.clip(found, self.low, self.high)

    def _switch(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        low, high = self.values
        below = self.first <= low
        place = probability if below else 1 - probability
        beyond = np.clip((place - self.second) / (1 - self.second), 0.0, 1.0)
        rest = low + (beyond if below else 1 - beyond) * (high - low)
        return np.where(place < self.second, self.first, rest)

    def record(self) -> dict[str, Any]:
        """Give its content for a JSON file."""
        return {
            "kind": self.kind,
            "low": self.low,
            "high": self.high,
            "first": self.first,
            "second": self.second,
            "values": list(self.values),
        }

    @classmethod
    def from_record(cls, content: Mapping[str, Any]) -> Distribution:
        """Make it again from what `record` gave."""
        return cls(**{**content, "values": tuple(content["values"])})


def find_ends(kind: str, first: float, second: float) -> tuple[float, float]:
    """Give the ends of a distribution that has none of its own, its tails cut.

    Parameters
    ----------
    kind : {"normal", "lognormal", "exponential"}
        The distribution.
    first, second : float
        Its numbers, see `Distribution`.

    Returns
    -------
    low, high : float
    """
    law = _build_law(kind, first, second, 0.0, 0.0)
    low = 0.0 if kind == "exponential" else float(law.ppf(TAIL))
    return low, float(law.ppf(1 - TAIL))


def _build_law(kind: str, first: float, second: float, low: float, high: float) -> Any:
    if kind == "triangular":
        return stats.triang((first - low) / (high - low), loc=low, scale=high - low)
    if kind == "normal":
        return stats.norm(first, second)
    if kind == "lognormal":
        return stats.lognorm(second, scale=first)
    return stats.expon(scale=first)
