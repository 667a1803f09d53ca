"""Finished runs of a scenario: each part holds successive runs, and its name says which.

The name of a part is the range of its runs, ``000000000000-000000004116``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints

REASON, VARIABLE, YEAR = "failure reason", "failure variable", "failure year"
_NAME = re.compile(r"(?P<begin>\d{12})-(?P<end>\d{12})")


@dataclass(frozen=True)
class Part:
    """Some successive runs.

    Attributes
    ----------
    begin, end : int
        The first run, and the one after the last.
    path : Path
        Its file.
    design : str
        Fingerprint of the sample's rows that it was made from.
    failed : int
        How many of the runs have failed.
    """

    begin: int
    end: int
    path: Path
    design: str
    failed: int

    @property
    def name(self) -> str:
        """Name of the part among the checkpoints."""
        return _name_part(self.begin, self.end)


@dataclass(frozen=True)
class Stored:
    """The runs of a scenario that are stored.

    Attributes
    ----------
    checkpoints : Checkpoints
        Where they are.
    parts : tuple of Part
        The finished parts, in order.
    damaged : tuple of str
        Names of parts that are not what they should be, cut short for example: their runs count
        as not made.
    """

    checkpoints: Checkpoints
    parts: tuple[Part, ...]
    damaged: tuple[str, ...]


def list_parts(checkpoints: Checkpoints) -> Stored:
    """List the finished parts; every byte of them is read and checked.

    Parameters
    ----------
    checkpoints : Checkpoints
        Of a scenario; the folder need not exist.

    Returns
    -------
    Stored
    """
    parts: list[Part] = []
    damaged = list(checkpoints.damaged())
    for name in checkpoints.finished():
        part = _read_facts(checkpoints, name)
        if part is None or (parts and part.begin < parts[-1].end):
            damaged.append(name)
        else:
            parts.append(part)
    return Stored(checkpoints, tuple(parts), tuple(sorted(damaged)))


def find_gaps(parts: Sequence[Part], runs: int, size: int) -> Iterator[tuple[int, int]]:
    """List the runs that are missing.

    Parameters
    ----------
    parts : sequence of Part
        What there is, in order.
    runs : int
        How many runs there are to be.
    size : int
        How many to make at a time; a new part ends at a multiple of it.

    Yields
    ------
    (int, int)
        First run of a part to be made, and the one after its last.
    """
    begin = 0
    ends = [*((part.begin, part.end) for part in parts), (runs, runs)]
    for until, after in ends:
        until = min(until, runs)
        while begin < until:
            end = min(until, (begin // size + 1) * size)
            yield begin, end
            begin = end
        begin = max(begin, after)


def add_part(
    checkpoints: Checkpoints,
    begin: int,
    columns: Mapping[str, NDArray[np.float64]],
    failures: Mapping[str, Any],
    design: str,
) -> Part:
    """Keep finished runs: all of them, or none.

    Parameters
    ----------
    checkpoints : Checkpoints
        Of the scenario.
    begin : int
        The first run's number.
    columns : mapping of str to array of float
        The outputs.
    failures : mapping
        `REASON`, `VARIABLE`, `YEAR` of each run, empty where it has not failed.
    design : str
        Fingerprint of the sample's rows.

    Returns
    -------
    Part

    Raises
    ------
    InputError
        If it cannot be written.
    """
    reasons = [reason or None for reason in failures[REASON]]
    runs = len(reasons)
    failed = sum(reason is not None for reason in reasons)
    table = pd.DataFrame(
        {
            "run": np.arange(begin, begin + runs),
            **columns,
            REASON: pd.Series(reasons, dtype=object),
            VARIABLE: pd.Series([name or None for name in failures[VARIABLE]], dtype=object),
            YEAR: np.asarray(failures[YEAR], dtype=float),
        }
    )
    name = _name_part(begin, begin + runs)
    checkpoints.save(name, table, design=design, failed=str(failed))
    return Part(begin, begin + runs, checkpoints.path(name), design, failed)


def read_parts(
    stored: Stored, names: Sequence[str], until: int, *, failed: bool = False
) -> Iterator[tuple[Part, pd.DataFrame]]:
    """Read some columns, part by part.

    Parameters
    ----------
    stored : Stored
        The runs of a scenario.
    names : sequence of str
        The columns.
    until : int
        Parts that begin at this run or later are left out.
    failed : bool
        Whether only parts with failed runs are read.

    Yields
    ------
    (Part, pandas.DataFrame)

    Raises
    ------
    InputError
        If a file has gone or changed since it was listed.
    """
    for part in stored.parts:
        if part.begin >= until or (failed and not part.failed):
            continue
        try:
            table = stored.checkpoints.load_table(part.name, names)
        except KeyError:
            raise InputError(f"cannot read {part.path}: it has gone or has changed") from None
        yield part, table


def _read_facts(checkpoints: Checkpoints, name: str) -> Part | None:
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    begin, end = int(match["begin"]), int(match["end"])
    facts = checkpoints.facts(name)
    if facts["rows"] != str(end - begin) or not {"design", "failed"} <= facts.keys():
        return None
    return Part(begin, end, checkpoints.path(name), facts["design"], int(facts["failed"]))


def _name_part(begin: int, end: int) -> str:
    return f"{begin:012d}-{end:012d}"
