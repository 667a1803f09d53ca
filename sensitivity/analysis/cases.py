"""The stored runs that a method can take: which rows, which of them whole, and what to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.errors import InputError
from smecluster.sensitivity.analysis.index_table import OUTPUT
from smecluster.sensitivity.design.outputs import Column
from smecluster.sensitivity.methods import METHODS, Method
from smecluster.sensitivity.methods.estimates import Array, Sample
from smecluster.sensitivity.store.results import Results

_NONE = np.empty((0, 0))
# Rows of a design drawn at a time.
_TOGETHER = 65_536
# Principal outputs beyond these are in the tables, not in sentences and figures.
_PRINCIPAL = 8


@dataclass(frozen=True)
class Rows:
    """The runs of a scenario that a method takes.

    Parameters
    ----------
    method : Method
        The method.
    runs : ndarray of int
        Numbers of the runs in the design.
    unit : int
        How many successive ones of them belong together.
    cube : ndarray (runs, factors)
        The factors between 0 and 1; empty where the method does without.
    """

    method: Method
    runs: NDArray[np.int64]
    unit: int
    cube: Array

    @property
    def size(self) -> int:
        """Number of units: base points, trajectories, curves or runs."""
        return len(self.runs) // self.unit

    @property
    def units(self) -> str:
        """What the units are called."""
        return "curves" if self.method.name == "fast" else self.method.sized


def arrange_rows(results: Results, method: Method) -> Rows:
    """Choose the runs that a method takes of a study.

    Parameters
    ----------
    results : Results
        The stored runs.
    method : Method
        The method; the study's own, or one that takes any random sample.

    Returns
    -------
    Rows

    Raises
    ------
    InputError
        If the method needs runs that are laid out otherwise.
    """
    unit, every = results.design.unit, np.arange(results.runs)
    if method.name == results.method:
        wanted = method.given_data or method.name == "morris"
        return Rows(method, every, unit, select_cube(results, every) if wanted else _NONE)
    if not method.given_data or not results.is_random:
        allowed = [results.method]
        if results.is_random:
            allowed += [name for name, one in METHODS.items() if one.given_data]
        raise InputError(
            f"runs laid out for {results.method} cannot be analysed by {method.name}; allowed: "
            f"{', '.join(dict.fromkeys(allowed))}"
        )
    chosen = results.random_runs
    return Rows(method, chosen, 1, select_cube(results, chosen))


def select_cube(results: Results, runs: NDArray[np.int64]) -> Array:
    """Draw the factors of some runs, between 0 and 1, without drawing all runs at once."""
    parts = []
    for begin in range(0, results.runs, _TOGETHER):
        end = min(begin + _TOGETHER, results.runs)
        chosen = runs[np.searchsorted(runs, begin) : np.searchsorted(runs, end)]
        if len(chosen):
            parts.append(results.design.cube(begin, end)[chosen - begin])
    return np.concatenate(parts)


def select_principal(results: Results) -> tuple[Column, ...]:
    """Choose the outputs that sentences and figures are about.

    Those that the study asks to be known well enough; otherwise the last year of each outcome
    at each place, the first eight.
    """
    if results.study.enough and results.study.enough.outputs:
        wanted = set(results.study.enough.outputs)
        return tuple(column for column in results.columns if column.name in wanted)
    last: dict[tuple[str, str], Column] = {}
    for column in results.columns:
        key = (column.outcome, column.place)
        if key not in last or column.year > last[key].year:
            last[key] = column
    return tuple(last.values())[:_PRINCIPAL]


def describe_outputs(columns: Sequence[Column], scenario: str) -> pd.DataFrame:
    """Describe outputs as `sensitivity.analysis.index_table.build_index_table` wants it."""
    rows = [
        (scenario, column.name, column.outcome, column.place, column.year, column.unit)
        for column in columns
    ]
    return pd.DataFrame(rows, columns=list(OUTPUT))


@dataclass(frozen=True)
class Prepared:
    """Runs and outputs that a method can be given at once.

    Parameters
    ----------
    sample : Sample
        The runs, all finite.
    outputs : pandas.DataFrame
        What the columns of its outputs are.
    size : int
        Units that are left.
    left_out : int
        Units that are not, because a run of theirs has failed or has no value.
    """

    sample: Sample
    outputs: pd.DataFrame
    size: int
    left_out: int


def prepare_outputs(
    results: Results,
    rows: Rows,
    values: Mapping[str, Array],
    outputs: pd.DataFrame,
    units: int | None = None,
) -> Iterator[Prepared]:
    """Put outputs with the same whole units together.

    Parameters
    ----------
    results : Results
        The study.
    rows : Rows
        The runs that the method takes.
    values : mapping of str to ndarray (runs of the design,)
        The outputs by name; NaN where there is no value.
    outputs : pandas.DataFrame
        A row for each of them, see `describe_outputs`.
    units : int, optional
        Take only the first units.

    Yields
    ------
    Prepared
        Outputs without a single whole unit are passed over.
    """
    end = rows.size * rows.unit if units is None else units * rows.unit
    runs = rows.runs[:end]
    masks: dict[bytes, list[int]] = {}
    for at, name in enumerate(outputs["output"]):
        whole = np.isfinite(values[name][runs]).reshape(-1, rows.unit).all(axis=1)
        masks.setdefault(np.packbits(whole).tobytes(), []).append(at)
    for mask, places in masks.items():
        count = len(runs) // rows.unit
        whole = np.unpackbits(np.frombuffer(mask, np.uint8), count=count).astype(bool)
        if not whole.any():
            continue
        kept = np.repeat(whole, rows.unit)
        part = outputs.iloc[places].reset_index(drop=True)
        y = np.stack([values[name][runs[kept]] for name in part["output"]], axis=1)
        x = rows.cube[:end][kept] if rows.cube.size else _NONE
        yield Prepared(
            _make_sample(results, rows, x, y, whole), part, int(whole.sum()), int((~whole).sum())
        )


def _make_sample(
    results: Results, rows: Rows, x: Array, y: Array, whole: NDArray[np.bool_]
) -> Sample:
    names = results.factors
    own = rows.method.name == results.method
    if own and rows.method.name == "fast":
        # A curve belongs to its factor: without the curve there is no index of that factor.
        names = tuple(name for name, kept in zip(names, whole, strict=True) if kept)
    return Sample(
        names,
        x,
        y,
        results.groups if own and results.by_group else None,
        results.study.method.second_order,
        results.study.method.levels,
    )
