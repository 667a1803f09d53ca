"""The parts of the baseline: what each protects, and how far its numbers may move."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from .store import Tolerance

#: A run has the same digits on every processor; rounding moves the sixteenth.
PLAIN = Tolerance(1e-9)
#: Effects are differences of runs that are nearly alike.
EFFECT = Tolerance(1e-7, absolute=1e-10)
#: Small differences of runs at rest, and eigenvalues.
GAIN = Tolerance(1e-6, absolute=1e-9)
#: Money is matched to within a tolerance of its own.
COST = Tolerance(1e-6, absolute=1e-6)
#: A search ends at a tolerance.
SEARCH = Tolerance(1e-3, absolute=1e-3)

#: Computes values: mappings within mappings, down to values.
Collect: TypeAlias = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Part:
    """One part of the baseline.

    Attributes
    ----------
    tolerance : Tolerance
        How far a number may move.
    collect : callable
        Computes the values; its docstring says what they are.
    slow : bool
        Whether it takes so long that it is left to ``make test-slow`` and ``make baseline``.
    """

    tolerance: Tolerance
    collect: Collect
    slow: bool = False


PARTS: dict[str, Part] = {}


def part(name: str, tolerance: Tolerance, *, slow: bool = False) -> Callable[[Collect], Collect]:
    """Make a function that collects values a part of the baseline."""

    def add(collect: Collect) -> Collect:
        PARTS[name] = Part(tolerance, collect, slow)
        return collect

    return add
