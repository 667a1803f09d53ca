"""A region's values in the model: constants, initial values and tables, each with its source.

``constants.csv`` has a row a value, ``tables.csv`` a row a point. The column ``element`` is filled
if the model's constant or table has another dimension (a lever). An empty ``low`` or ``high`` means
that no plausible range is stated.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from smecluster.calibration.data.csv_rows import parse_choice, parse_number, raise_first, scan_rows
from smecluster.model.support.errors import InputError

STATUSES = ("read", "derived", "remembered", "judgement")
#: The start of the status of what was taken from a region of another size; its name follows.
SCALED = "scaled from "


@dataclass(frozen=True)
class Constant:
    """One value of a region.

    Attributes
    ----------
    variable, element : str
        Name in the model; element of another dimension, or empty.
    value : float
        In `unit`.
    unit : str
        Unit of the model.
    low, high : float or None
        Plausible range.
    status : str
        One of `STATUSES`, or `SCALED` and a region.
    source : str
        Where it comes from, or the reasoning behind it.
    """

    variable: str
    element: str
    value: float
    unit: str
    low: float | None
    high: float | None
    status: str
    source: str


@dataclass(frozen=True)
class Point:
    """One point of a region's table; `x` is a year if the table runs over time."""

    variable: str
    element: str
    x: float
    y: float
    unit: str
    status: str
    source: str


def read_constants(path: Path) -> tuple[Constant, ...]:
    """Read and check a region's constants.

    Parameters
    ----------
    path : Path
        A CSV file whose columns are the attributes of `Constant`.

    Returns
    -------
    tuple of Constant
        In the order of the file.

    Raises
    ------
    InputError
        With file and line, if a cell is malformed or empty, a value is outside its range, or a
        name is repeated.
    """
    found, problems = scan_constants(path)
    raise_first(problems)
    return tuple(value for _, value in found)


def scan_constants(path: Path) -> tuple[list[tuple[int, Constant]], list[InputError]]:
    """Read the valid rows of a region's constants, and find the mistakes in the others.

    Parameters
    ----------
    path : Path
        As for `read_constants`.

    Returns
    -------
    list of (int, Constant), list of InputError
        The values with their lines, and a problem for each other row.

    Raises
    ------
    InputError
        If the file cannot be read or its header is wrong.
    """
    seen: dict[tuple[str, str], int] = {}

    def read(line: int, record: dict[str, str]) -> Constant:
        value = _parse_constant(record)
        _require_once(seen, (value.variable, value.element), line)
        return value

    return scan_rows(path, [field.name for field in fields(Constant)], read)


def read_tables(path: Path) -> tuple[Point, ...]:
    """Read and check a region's tables.

    Parameters
    ----------
    path : Path
        A CSV file whose columns are the attributes of `Point`.

    Returns
    -------
    tuple of Point
        In the order of the file.

    Raises
    ------
    InputError
        With file and line, if a cell is malformed or empty, or the points of a table are not in
        the order of x.
    """
    found, problems = scan_tables(path)
    raise_first(problems)
    return tuple(point for _, point in found)


def scan_tables(path: Path) -> tuple[list[tuple[int, Point]], list[InputError]]:
    """Read the valid rows of a region's tables, and find the mistakes in the others.

    Parameters
    ----------
    path : Path
        As for `read_tables`.

    Returns
    -------
    list of (int, Point), list of InputError
        The points with their lines, and a problem for each other row.

    Raises
    ------
    InputError
        If the file cannot be read or its header is wrong.
    """
    last: dict[tuple[str, str], float] = {}

    def read(line: int, record: dict[str, str]) -> Point:
        point = _parse_point(record)
        key = (point.variable, point.element)
        if key in last and point.x <= last[key]:
            raise InputError(
                f"x {point.x:g} follows {last[key]:g} in {join_element(*key)!r}: "
                "write a table's points by rising x, each once"
            )
        last[key] = point.x
        return point

    return scan_rows(path, [field.name for field in fields(Point)], read)


def arrange_constants(values: Iterable[Constant]) -> dict[str, float | Mapping[str, float]]:
    """Arrange constants by name, as `model.Region` takes them."""
    arranged: dict[str, float | Mapping[str, float]] = {}
    inner: dict[str, dict[str, float]] = {}
    for value in values:
        if value.element:
            arranged[value.variable] = inner.setdefault(value.variable, {})
            inner[value.variable][value.element] = value.value
        else:
            arranged[value.variable] = value.value
    return arranged


def arrange_tables(points: Iterable[Point]) -> dict[str, tuple[tuple[float, float], ...]]:
    """Arrange tables by ``name`` or ``name[element]``, as `model.Region` takes them."""
    arranged: dict[str, tuple[tuple[float, float], ...]] = {}
    for point in points:
        name = join_element(point.variable, point.element)
        arranged[name] = (*arranged.get(name, ()), (point.x, point.y))
    return arranged


def format_rows(
    rows: Iterable[Constant] | Iterable[Point], kind: type[Constant] | type[Point]
) -> str:
    """Format constants or points as CSV text for `read_constants` or `read_tables`."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = [field.name for field in fields(kind)]
    writer.writerow(names)
    for row in rows:
        cells = (getattr(row, name) for name in names)
        writer.writerow([_format_cell(cell) for cell in cells])
    return out.getvalue()


def parse_status(given: str, allowed: Iterable[str]) -> str:
    """Return a status that is allowed, or says which region a value was scaled from.

    Parameters
    ----------
    given : str
        What the table has.
    allowed : iterable of str
        The other statuses.

    Returns
    -------
    str
        `given`.

    Raises
    ------
    InputError
        If it is neither.
    """
    return given if given.startswith(SCALED) else parse_choice("status", given, allowed)


def join_element(variable: str, element: str) -> str:
    """Join a name with its element, if it has one."""
    return f"{variable}[{element}]" if element else variable


def _parse_point(record: Mapping[str, str]) -> Point:
    _require_filled(record, ("variable", "unit", "source"))
    return Point(
        variable=record["variable"],
        element=record["element"],
        x=parse_number(record["x"]),
        y=parse_number(record["y"]),
        unit=record["unit"],
        status=parse_status(record["status"], STATUSES),
        source=record["source"],
    )


def _parse_constant(record: Mapping[str, str]) -> Constant:
    _require_filled(record, ("variable", "unit", "source"))
    low, high = (parse_number(record[name]) if record[name] else None for name in ("low", "high"))
    value = parse_number(record["value"])
    if low is not None and high is not None and low > high:
        raise InputError(
            f"the range of {record['variable']!r} is crossed: low {low:g} is above high {high:g}"
        )
    if (low is not None and value < low) or (high is not None and value > high):
        raise InputError(
            f"{record['variable']!r} is {value:g}: its range is {record['low']} to {record['high']}"
        )
    return Constant(
        variable=record["variable"],
        element=record["element"],
        value=value,
        unit=record["unit"],
        low=low,
        high=high,
        status=parse_status(record["status"], STATUSES),
        source=record["source"],
    )


def _require_filled(record: Mapping[str, str], names: Iterable[str]) -> None:
    for name in names:
        if not record[name]:
            raise InputError(f"column {name!r} is empty")


def _require_once(seen: dict[tuple[str, str], int], key: tuple[str, str], line: int) -> None:
    if key in seen:
        raise InputError(f"{join_element(*key)!r} is already given in line {seen[key]}")
    seen[key] = line


def _format_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value).removesuffix(".0")
    return str(value)
