"""Whether computed results are the published ones, at the tolerance of SDXorg's own comparison."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from tests.parity.published import Key, Series

# From compare.py of SDXorg/test-models: relative to the larger value; so near to 0 all is alike.
RELATIVE = 1e-4
ZERO = 1e-6
# Stella publishes times with three digits, so 0.031 means 0.03125.
_NEAR = 6e-4


@dataclass(frozen=True)
class Gap:
    """A value that is not the published one.

    Attributes
    ----------
    key : tuple of str
        Variable and elements.
    time : float
        The published time.
    published, computed : float
        The values.
    """

    key: Key
    time: float
    published: float
    computed: float

    def __str__(self) -> str:
        name = f"{self.key[0]}[{', '.join(self.key[1:])}]" if self.key[1:] else self.key[0]
        return f"{name} at {self.time:g}: {self.computed:.7g}, published {self.published:.7g}"


@dataclass(frozen=True)
class Verdict:
    """How computed results compare.

    Attributes
    ----------
    compared : int
        How many series were compared.
    missing : tuple of tuple of str
        Published series that were not computed.
    gaps : tuple of Gap
        The first value of each series that is not the published one.
    rounded : tuple of Gap
        The first value of each series that is it only within the last digit that was printed, or
        within what single precision loses.
    """

    compared: int
    missing: tuple[Key, ...]
    gaps: tuple[Gap, ...]
    rounded: tuple[Gap, ...]


def compare(
    published: Mapping[Key, Series],
    computed: Mapping[Key, Series],
    loss: Mapping[str, float] | None = None,
) -> Verdict:
    """Hold computed results against published ones.

    Parameters
    ----------
    published, computed : mapping of tuple of str to Series
        By variable and elements.
    loss : mapping of str to float, optional
        By variable, what the published values have lost in single precision.

    Returns
    -------
    Verdict
    """
    missing: list[Key] = []
    gaps, rounded = {}, {}
    compared = 0
    for key, series in published.items():
        own = computed.get(key)
        found = [] if own is None else [_find(own, time) for time in series.times]
        if not any(value is not None for value in found):
            missing.append(key)
            continue
        compared += 1
        lost = (loss or {}).get(key[0], 0.0)
        halves = series.halves or (0.0,) * len(series.times)
        for time, value, half, mine in zip(series.times, series.values, halves, found, strict=True):
            if mine is None or is_close(value, mine):
                continue
            near = abs(value - mine) <= max(lost, half * (1 + 1e-9))
            (rounded if near else gaps).setdefault(key, Gap(key, time, value, mine))
    return Verdict(compared, tuple(missing), tuple(gaps.values()), tuple(rounded.values()))


def is_close(published: float, computed: float) -> bool:
    """Say whether two values are alike; what is no number is like nothing."""
    if abs(published) <= ZERO and abs(computed) <= ZERO:
        return True
    return abs(published - computed) <= RELATIVE * max(abs(published), abs(computed))


def _find(series: Series, time: float) -> float | None:
    place = bisect_left(series.times, time)
    best = min(
        range(max(place - 1, 0), min(place + 1, len(series.times))),
        key=lambda at: abs(series.times[at] - time),
        default=None,
    )
    if best is None or abs(series.times[best] - time) > _NEAR * max(1.0, abs(time) * 1e-3):
        return None
    return series.values[best]
