"""When an expression is evaluated, and the times of the run that it belongs to, as nodes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """The time at which an expression is evaluated.

    Attributes
    ----------
    time : int
        Node of the time.
    find_step : callable
        Gives the node of the time step there. It is asked only by what needs it, since the time
        step may depend on the time.
    """

    time: int
    find_step: Callable[[], int]

    @property
    def step(self) -> int:
        """Node of the time step."""
        return self.find_step()


@dataclass(frozen=True)
class Span:
    """The times of a whole run.

    Attributes
    ----------
    initial, final, step : int
        Nodes of ``INITIAL TIME``, ``FINAL TIME`` and ``TIME STEP``.
    """

    initial: int
    final: int
    step: int
