"""Finished runs in a folder: a file a part, each whole or not there.

The name of a part says which runs it holds and what its bytes must be, so that the folder
alone tells what is done: ``000000000000-000000004116.5a1e….parquet``.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from smecluster.model.support.errors import InputError
from smecluster.model.support.files import write_atomic

REASON, VARIABLE, YEAR = "failure reason", "failure variable", "failure year"
_NAME = re.compile(r"(?P<begin>\d{12})-(?P<end>\d{12})\.(?P<sum>[0-9a-f]{16})\.parquet")
_DESIGN = b"smecluster design"
_FAILED = b"smecluster failed"


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


@dataclass(frozen=True)
class Found:
    """What a folder holds.

    Attributes
    ----------
    parts : tuple of Part
        The finished parts, in order.
    damaged : tuple of Path
        Files that are not what their names say, cut short for example: their runs count as not
        made.
    """

    parts: tuple[Part, ...]
    damaged: tuple[Path, ...]


def scan(folder: Path) -> Found:
    """Find the finished parts; every byte of them is read and checked.

    Parameters
    ----------
    folder : Path
        The folder; it need not exist.

    Returns
    -------
    Found
    """
    parts: list[Part] = []
    damaged: list[Path] = []
    for path in sorted(folder.glob("*.parquet")):
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue  # being written, or left by a process that was killed
        part = _read(path, int(match["begin"]), int(match["end"]), match["sum"])
        if part is None or (parts and part.begin < parts[-1].end):
            damaged.append(path)
        else:
            parts.append(part)
    return Found(tuple(parts), tuple(damaged))


def gaps(parts: Sequence[Part], runs: int, size: int) -> Iterator[tuple[int, int]]:
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


def add(
    folder: Path,
    begin: int,
    columns: Mapping[str, NDArray[np.float64]],
    failures: Mapping[str, Any],
    design: str,
) -> Part:
    """Keep finished runs: all of them, or none.

    Parameters
    ----------
    folder : Path
        The folder; made if it is missing.
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
    table = pa.table(
        {
            "run": pa.array(np.arange(begin, begin + runs)),
            **{name: pa.array(values) for name, values in columns.items()},
            REASON: pa.array(reasons, pa.string()),
            VARIABLE: pa.array([name or None for name in failures[VARIABLE]], pa.string()),
            YEAR: pa.array(np.asarray(failures[YEAR], dtype=float), from_pandas=True),
        }
    ).replace_schema_metadata({_DESIGN: design, _FAILED: str(failed)})
    sink = io.BytesIO()
    pq.write_table(table, sink)
    content = sink.getvalue()
    path = folder / f"{begin:012d}-{begin + runs:012d}.{_sum(content)}.parquet"
    write_atomic(path, content)
    return Part(begin, begin + runs, path, design, failed)


def column(parts: Sequence[Part], names: Sequence[str]) -> Iterator[tuple[Part, pa.Table]]:
    """Read some columns, part by part.

    Parameters
    ----------
    parts : sequence of Part
        The parts.
    names : sequence of str
        The columns.

    Yields
    ------
    (Part, pyarrow.Table)

    Raises
    ------
    InputError
        If a file has gone or changed since it was found.
    """
    for part in parts:
        try:
            yield part, pq.read_table(part.path, columns=list(names))
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(f"cannot read {part.path}: {str(error).splitlines()[0]}") from None


def clean(folder: Path) -> None:
    """Remove what a killed process has left half-written; only for the one that holds the store."""
    for path in folder.glob(".*.parquet"):
        path.unlink(missing_ok=True)


def _read(path: Path, begin: int, end: int, checksum: str) -> Part | None:
    try:
        content = path.read_bytes()
        if _sum(content) != checksum:
            return None
        schema = pq.read_metadata(io.BytesIO(content))
    except (OSError, pa.ArrowInvalid):
        return None
    told = schema.metadata or {}
    if schema.num_rows != end - begin or _DESIGN not in told or _FAILED not in told:
        return None
    return Part(begin, end, path, told[_DESIGN].decode(), int(told[_FAILED]))


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
