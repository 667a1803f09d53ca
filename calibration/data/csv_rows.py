"""Reading CSV files row by row: mistakes are reported with file and line."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from smecluster.model.errors import InputError, UnknownNameError, suggest_name
from smecluster.model.support.files import read_text

R = TypeVar("R")


def read_records(path: Path, columns: Collection[str]) -> list[tuple[int, dict[str, str]]]:
    """Read a CSV file that has exactly the given columns.

    Parameters
    ----------
    path : Path
        The file.
    columns : collection of str
        The columns that it must have, in any order.

    Returns
    -------
    list of (int, dict)
        Line number and cells of each row, stripped of blanks.

    Raises
    ------
    InputError
        If the file cannot be read, a column is unknown or missing, or a row is too short or too
        long.
    """
    records, problems = scan_records(path, columns)
    raise_first(problems)
    return records


def scan_records(
    path: Path, columns: Collection[str]
) -> tuple[list[tuple[int, dict[str, str]]], list[InputError]]:
    """Read the valid rows of a CSV file, and find the mistakes in the others.

    A row whose first cell begins with ``#`` is a comment.

    Parameters
    ----------
    path, columns
        As for `read_records`.

    Returns
    -------
    list of (int, dict), list of InputError
        The rows, and the problems by line.

    Raises
    ------
    InputError
        If the file cannot be read or its header is wrong.
    """
    reader = csv.reader(io.StringIO(read_text(path)), strict=True)
    records: list[tuple[int, dict[str, str]]] = []
    problems: list[InputError] = []
    header: list[str] | None = None
    try:
        for cells in reader:
            if not cells or cells[0].lstrip().startswith("#"):
                continue
            line, stripped = reader.line_num, [cell.strip() for cell in cells]
            if header is None:
                header = stripped
                _check_header(path, line, header, columns)
            elif len(cells) != len(header):
                text = f"{len(cells)} cells, the header has {len(header)}"
                problems.append(InputError(f"{path}:{line}: {text}"))
            else:
                records.append((line, dict(zip(header, stripped, strict=True))))
    except csv.Error as error:
        # After an unclosed quotation mark the rest of the file cannot be split into rows.
        text = f"{path}:{reader.line_num}: not a valid CSV row: {error}"
        problems.append(InputError(text))
    if header is None and not problems:
        _check_header(path, 1, [], columns)
    return records, problems


def scan_rows(
    path: Path, columns: Collection[str], read: Callable[[int, dict[str, str]], R]
) -> tuple[list[tuple[int, R]], list[InputError]]:
    """Convert a CSV file row by row; mistakes get the file and the line.

    Parameters
    ----------
    path, columns
        As for `read_records`.
    read : callable
        Converts a line's cells, or raises `InputError`.

    Returns
    -------
    list of (int, R), list of InputError
        The converted rows with their lines, and a problem for each other row.

    Raises
    ------
    InputError
        If the file cannot be read or its header is wrong.
    """
    found = []
    records, problems = scan_records(path, columns)
    for line, record in records:
        try:
            found.append((line, read(line, record)))
        except InputError as error:
            problems.append(InputError(f"{path}:{line}: {error}"))
    return found, problems


def raise_first(problems: Sequence[InputError]) -> None:
    """Raise the first of the problems, if there is one."""
    for problem in problems:
        raise problem


def _check_header(path: Path, line: int, header: Sequence[str], columns: Collection[str]) -> None:
    for name in header:
        if name not in columns:
            raise InputError(f"{path}:{line}: {UnknownNameError('column', name, columns)}")
    missing = [name for name in columns if name not in header]
    if missing:
        raise InputError(f"{path}:{line}: column {missing[0]!r} is missing: {', '.join(columns)}")
    if len(set(header)) < len(header):
        raise InputError(f"{path}:{line}: a column comes twice: {', '.join(header)}")


def parse_number(text: str) -> float:
    """Read a finite number; raise `InputError` for anything else."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    # float() also takes "1_000", which no spreadsheet writes on purpose.
    if not math.isfinite(value) or "_" in text:
        raise InputError(f"value {text!r} is not a number: write digits with a decimal point")
    return value


def parse_choice(kind: str, given: str, allowed: Iterable[str]) -> str:
    """Return `given` if it is an allowed word, else raise `InputError` with all of them."""
    names = tuple(allowed)
    if given in names:
        return given
    close = suggest_name(given, names)
    hint = f"; did you mean {close!r}?" if close else ""
    shown = ", ".join(name or "(nothing)" for name in names)
    raise InputError(f"{kind} {given!r}: allowed are {shown}{hint}")
