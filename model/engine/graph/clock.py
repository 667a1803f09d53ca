"""When a run takes steps and when its values are saved, as in PySD.

``FINAL TIME``, ``TIME STEP`` and ``SAVEPER`` may change with the time: each step then asks anew how
long it is, whether it is the last, and whether its values are saved (``control_vars`` of
SDXorg/test-models).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.graph.graph import Points, Program, list_reached
from smecluster.model.engine.graph.interpreter import Interpreter
from smecluster.model.engine.graph.values import read_number
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_STEPS

# PySD's relative precision for the final time and the times saved.
PRECISION = 1e-5


@dataclass(frozen=True)
class Times:
    """The times of a run.

    Attributes
    ----------
    all : array of float
        Every time, including the first and the last.
    kept : array of int
        For each of them its place among the times saved, -1 if it is not saved.
    labels : array of float
        The times saved, without the rounding errors of adding up steps.
    step : float
        The time step.
    final : float
        ``FINAL TIME``; the last step may end after it.
    saveper : float
        ``SAVEPER``.
    steady : bool
        Whether these three stay the same; where they do not, they are those of the first step.
    """

    all: NDArray[np.float64]
    kept: NDArray[np.int64]
    labels: NDArray[np.float64]
    step: float
    final: float
    saveper: float
    steady: bool = True

    def require_steady(self, what: str) -> None:
        """Refuse a clock that changes in a run.

        Parameters
        ----------
        what : str
            What needs one that does not.

        Raises
        ------
        InputError
            If it changes.
        """
        if not self.steady:
            raise InputError(
                f"FINAL TIME, TIME STEP or SAVEPER changes in a run, and {what} needs them to stay "
                "the same"
            )


def read_years(years: Any) -> list[float]:
    """Read the times that a user wants.

    Parameters
    ----------
    years : iterable of float
        As given.

    Returns
    -------
    list of float
        Finite numbers.

    Raises
    ------
    InputError
        If it is no list of them.
    """
    if isinstance(years, str | bytes) or not isinstance(years, Iterable):
        raise InputError(f"years must be a list of numbers, not {years!r}")
    return [read_number("years", year) for year in years]


def compute_clock(
    program: Program,
    parameters: Sequence[float] | NDArray[np.float64] | None = None,
    tables: dict[int, Points] | None = None,
) -> tuple[float, float, float, float]:
    """Compute ``INITIAL TIME``, ``FINAL TIME``, ``TIME STEP`` and ``SAVEPER``.

    Parameters
    ----------
    program : Program
        The model.
    parameters : sequence of float, optional
        The value of every parameter; the model's own if left out.
    tables : dict, optional
        Replaced tables.

    Returns
    -------
    tuple of float
        As they are at ``INITIAL TIME``.
    """
    if parameters is None:
        parameters = [parameter.value for parameter in program.parameters]
    return _Clock(program, parameters, tables or {}).read(None)


def list_ruling(program: Program) -> list[int]:
    """List the parameters that decide when a run begins, ends, takes steps and is saved.

    Parameters
    ----------
    program : Program
        The model.

    Returns
    -------
    list of int
        The four control variables, where they are numbers, and what they depend on.
    """
    used = [program.nodes[place] for place in list_reached(program.nodes, program.clock)]
    return sorted(node[1] for node in used if node[0] == "param")


class _Clock:
    """What steers a run, at any time."""

    def __init__(self, program: Program, parameters: Any, tables: dict[int, Points]) -> None:
        self._program = program
        self._interpreter = Interpreter(program, parameters, tables)
        self._order = list_reached(program.nodes, program.clock)
        self.steady = all(program.nodes[node][0] != "time" for node in self._order)
        first = program.clock[0]
        values = self._interpreter.compute(list_reached(program.nodes, [first]), {})
        self.initial = float(values[first])

    def read(self, time: float | None) -> tuple[float, float, float, float]:
        """Compute ``INITIAL TIME``, and the three others at a time or, without one, there."""
        now = self.initial if time is None else time
        values = self._interpreter.compute(self._order, {}, now)
        initial, final, step, saveper = (float(values[node]) for node in self._program.clock)
        return initial, final, step, saveper


def compute_times(
    program: Program,
    parameters: Sequence[float] | NDArray[np.float64],
    tables: dict[int, Points],
    years: Sequence[float] | None = None,
) -> Times:
    """Compute the times of a run.

    Parameters
    ----------
    program : Program
        The model.
    parameters : sequence of float
        The value of every parameter.
    tables : dict
        Replaced tables.
    years : sequence of float, optional
        Times to save; every ``SAVEPER`` if left out.

    Returns
    -------
    Times

    Raises
    ------
    InputError
        If the control variables allow no run, the last time is before the first, or a year is
        not one of its steps.
    """
    clock = _Clock(program, parameters, tables)
    initial, final, step, saveper = clock.read(None)
    _check_step(initial, final, step, saveper)
    if final < initial:
        raise InputError(f"FINAL TIME ({final:g}) is before INITIAL TIME ({initial:g})")
    if (final - initial) / step > MOST_STEPS:
        raise InputError(
            f"from {initial:g} to {final:g} by {step:g} is more than "
            f"{MOST_STEPS // 1_000_000} million steps"
        )
    if not clock.steady:
        return _follow_clock(clock, years)
    every = [initial]
    while every[-1] + step * PRECISION < final:
        every.append(every[-1] + step)
    near = step * PRECISION
    if years is None:
        late = np.array(every) - initial
        keep = (np.mod(late, saveper) < near) | (np.mod(-late, saveper) < near)
    else:
        keep = _find_years(every, years, step)
    kept = np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int64)
    digits = -int(np.log10(near))
    return Times(
        np.array(every), kept, np.round(np.array(every)[keep], digits), step, final, saveper
    )


def _check_step(initial: float, final: float, step: float, saveper: float) -> None:
    if not all(map(math.isfinite, (initial, final, step, saveper))):
        raise InputError("INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER must be finite numbers")
    if step <= 0 or saveper <= 0:
        raise InputError(f"TIME STEP ({step:g}) and SAVEPER ({saveper:g}) must be above 0")
    if saveper < step * PRECISION:
        raise InputError(f"SAVEPER ({saveper:g}) is nothing beside TIME STEP ({step:g})")


def _find_years(every: Sequence[float], years: Sequence[float], step: float) -> NDArray[np.bool_]:
    """Find which of all times are the years that a user wants."""
    near = step * PRECISION
    keep = np.zeros(len(every), dtype=bool)
    for year in years:
        place = int(np.argmin(np.abs(np.array(every) - year))) if math.isfinite(year) else 0
        if not abs(every[place] - year) <= max(near, near * abs(year)):
            raise InputError(
                f"year {year:g} is not one of the run's steps: {every[0]:g} to "
                f"{every[-1]:g} by {step:g}"
            )
        keep[place] = True
    return keep


def _follow_clock(clock: _Clock, years: Sequence[float] | None) -> Times:
    """Compute the times of a run whose clock changes with the time.

    A time is saved if it is a whole number of ``SAVEPER`` after the beginning and, what no
    published result tells apart, one ``SAVEPER`` after the last that was saved.
    """
    every: list[float] = []
    keep: list[bool] = []
    time, least, due = clock.initial, math.inf, clock.initial
    while True:
        _, final, step, saveper = clock.read(time)
        _check_step(time, final, step, saveper)
        every.append(time)
        least = min(least, step)
        near = step * PRECISION
        late = time - clock.initial
        whole = late % saveper < near or -late % saveper < near
        if years is None and whole != (time > due - near):
            raise InputError(
                f"SAVEPER changes so that time {time:g} is a multiple of it or has been waited "
                "for, but not both: let it change at a time that is saved before and after"
            )
        if whole:
            due = time + saveper
        keep.append(whole)
        if time + near >= final:
            break
        if len(every) > MOST_STEPS:
            raise InputError(f"the run has more than {MOST_STEPS // 1_000_000} million steps")
        time += step
    kept = np.array(keep) if years is None else _find_years(every, years, least)
    digits = -int(np.log10(least * PRECISION))
    _, _, step, saveper = clock.read(None)
    return Times(
        np.array(every),
        np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int64),
        np.round(np.array(every)[kept], digits),
        step,
        every[-1],
        saveper,
        steady=False,
    )
