"""A table of runs, a row a run: read, checked, and parted into runs that are made at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.engine.graph.clock import list_ruling
from smecluster.model.engine.graph.graph import Points, Program
from smecluster.model.engine.graph.inputs import InputIndex, Inputs
from smecluster.model.errors import InputError

Floats = NDArray[np.float64]


def read_table(table: pd.DataFrame | Mapping[str, Any]) -> pd.DataFrame:
    """Take a table of runs in any form that a caller may give.

    Parameters
    ----------
    table : pandas.DataFrame or mapping of str to array_like
        A column an input.

    Returns
    -------
    pandas.DataFrame
        The table.

    Raises
    ------
    InputError
        If it is neither, or its columns differ in length or hold numbers that are too large.
    """
    if isinstance(table, pd.DataFrame):
        return table
    if not isinstance(table, Mapping):
        raise InputError("the runs must be a pandas.DataFrame or a mapping of columns")
    try:
        return pd.DataFrame(dict(table))
    except ValueError as error:
        raise InputError(f"the columns make no table: {error}") from None
    except OverflowError:  # of older versions of pandas
        raise InputError("the columns must hold numbers below 1e308 in size") from None


@dataclass(frozen=True)
class Group:
    """Runs with the same clock and the same points of all tables.

    Attributes
    ----------
    rows : numpy.ndarray
        Where they stand in the table, of the shape (runs,).
    parameters : numpy.ndarray
        The program's parameters, of the shape (parameters,), in their units.
    varied : dict of int to numpy.ndarray
        Those that differ among the runs, by place, each of the shape (runs,).
    tables : dict of int to tuple
        The points of tables that are set, by place.
    """

    rows: NDArray[np.int64]
    parameters: Floats
    varied: dict[int, Floats]
    tables: dict[int, Points]


def group_runs(
    program: Program,
    directory: InputIndex,
    frame: pd.DataFrame,
    common: Inputs,
    within_ranges: bool,
) -> list[Group]:
    """Read a table of runs and group those that can be made at once.

    Parameters
    ----------
    program : Program
        The program.
    directory : InputIndex
        Its inputs.
    frame : pandas.DataFrame
        A row a run, a column an input.
    common : Inputs
        What all runs set.
    within_ranges : bool
        Whether an input must lie within the range that the model states.

    Returns
    -------
    list of Group
        Every row stands in one of them.

    Raises
    ------
    InputError
        If the table is empty, has a column twice, or an input cannot be used or is not finite.
    """
    if not len(frame):
        raise InputError("the table of runs is empty: give at least one row")
    base = common.parameters(program)
    varied: dict[int, Floats] = {}
    tables: list[dict[int, Points]] = [dict(common.tables) for _ in range(len(frame))]
    claims = Inputs()
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise InputError(f"the table of runs has two columns {twice!r}: give one of them")
    block = _read_block(frame)
    for at, column in enumerate(frame.columns):
        numbers = _read_numbers(frame, column) if block is None else block[at]
        if numbers is not None:
            bad = np.flatnonzero(~np.isfinite(numbers))
            if len(bad):
                raise InputError(
                    f"input {str(column)!r} must be a finite number, not {numbers[bad[0]]} "
                    f"(run {frame.index[bad[0]]})"
                )
            places = directory.find_set(column, float(numbers[0]))
            claims.claim(column, places)
            limit = directory.find_range(column) if within_ranges else None
            if limit is not None:
                limit.check(column, numbers)
            varied.update(dict.fromkeys(places, numbers))
            continue
        for row, value in enumerate(frame[column]):
            one = directory.resolve({column: value}, within_ranges)
            claims.claim(column, one.written)
            for place, number in one.values.items():
                varied.setdefault(place, np.full(len(frame), base[place]))[row] = number
            tables[row].update(one.tables)
    # Runs that are made at once begin, end and are saved at the same times.
    ruling = [place for place in list_ruling(program) if place in varied]
    members: dict[Any, list[int]] = {}
    if ruling or any(chosen is not tables[0] and chosen != tables[0] for chosen in tables):
        for row, chosen in enumerate(tables):
            same = (tuple(varied[place][row] for place in ruling), tuple(sorted(chosen.items())))
            members.setdefault(same, []).append(row)
    else:
        members[None] = list(range(len(frame)))
    groups = []
    for rows in members.values():
        chosen_rows = np.array(rows, dtype=np.int64)
        parameters = base.copy()
        for place in ruling:
            parameters[place] = varied[place][rows[0]]
        own = {
            place: numbers[chosen_rows] for place, numbers in varied.items() if place not in ruling
        }
        groups.append(Group(chosen_rows, parameters, own, tables[rows[0]]))
    return groups


def _read_block(frame: pd.DataFrame) -> Floats | None:
    """Read a table of numbers at once, a row an input; None where some column is not of numbers.

    Taking hundreds of columns out of a small table, one by one, takes longer than its runs.
    """
    if all(isinstance(kind, np.dtype) and kind.kind in "fiu" for kind in frame.dtypes):
        return np.ascontiguousarray(frame.to_numpy(dtype=float).T)
    return None


def _read_numbers(frame: pd.DataFrame, column: Any) -> Floats | None:
    """Read a column of numbers; None where it holds something else."""
    series = frame[column]
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_complex_dtype(series):
        return np.asarray(series.to_numpy(dtype=float, na_value=np.nan))
    return None
