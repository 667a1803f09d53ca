"""When a run takes steps and when its values are saved, as in PySD."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.program.graph import Points, Program
from smecluster.model.program.interpreter import Interpreter, order_nodes
from smecluster.model.program.values import read_number
from smecluster.model.support.errors import InputError
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
    """

    all: NDArray[np.float64]
    kept: NDArray[np.int64]
    labels: NDArray[np.float64]
    step: float
    final: float
    saveper: float


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
        NaN for one that changes in a run.
    """
    if parameters is None:
        parameters = [parameter.value for parameter in program.parameters]
    values = Interpreter(program, parameters, tables or {}).compute(
        order_nodes(program, program.clock), {}
    )
    initial, final, step, saveper = (float(values[node]) for node in program.clock)
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
    initial, final, step, saveper = compute_clock(program, parameters, tables)
    if not all(map(math.isfinite, (initial, final, step, saveper))):
        raise InputError("INITIAL TIME, FINAL TIME, TIME STEP and SAVEPER must not change in a run")
    if step <= 0 or saveper <= 0:
        raise InputError(f"TIME STEP ({step:g}) and SAVEPER ({saveper:g}) must be above 0")
    if final < initial:
        raise InputError(f"FINAL TIME ({final:g}) is before INITIAL TIME ({initial:g})")
    if saveper < step * PRECISION:
        raise InputError(f"SAVEPER ({saveper:g}) is nothing beside TIME STEP ({step:g})")
    if (final - initial) / step > MOST_STEPS:
        raise InputError(
            f"from {initial:g} to {final:g} by {step:g} is more than "
            f"{MOST_STEPS // 1_000_000} million steps"
        )
    every = [initial]
    while every[-1] + step * PRECISION < final:
        every.append(every[-1] + step)
    near = step * PRECISION
    if years is None:
        late = np.array(every) - initial
        keep = (np.mod(late, saveper) < near) | (np.mod(-late, saveper) < near)
    else:
        keep = np.zeros(len(every), dtype=bool)
        for year in years:
            place = int(np.argmin(np.abs(np.array(every) - year))) if math.isfinite(year) else 0
            if not abs(every[place] - year) <= max(near, near * abs(year)):
                raise InputError(
                    f"year {year:g} is not one of the run's steps: {initial:g} to "
                    f"{every[-1]:g} by {step:g}"
                )
            keep[place] = True
    kept = np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int64)
    digits = -int(np.log10(near))
    return Times(
        np.array(every), kept, np.round(np.array(every)[keep], digits), step, final, saveper
    )
