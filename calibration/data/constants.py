"""A region's values in the model: constants, initial values and tables, each with its source.

``constants.csv`` has a row a value, ``tables.csv`` a row a point. The column ``element`` is filled
if the model's constant or table has another dimension (a lever). An empty ``low`` or ``high`` means
that no plausible range is stated.

Targets: levels that a region is taken to have, although no series of its own measures them.

Pass rates and exits are known for the nation only, growth after the last figure as an expectation
only. ``targets.csv`` names such levels, each with an error that includes the doubt whether it
holds for the region. A fit uses them beside the figures (those from memory only if asked to);
histories and scores of forecasts leave them out, since none of them tests the model.

Which values of a region grow with its size: what is counted in firms, people, money or land.

The unit decides. A stock or flow of such things (``Myuan``, ``firm/Year``) is extensive: twice the
region has twice as much, and two regions together have the sum. A share, a rate or an amount per
head (``Dmnl``, ``1/Year``, ``Myuan/person``) is intensive. `BY_NAME` decides where the unit does
not tell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from smecluster.calibration.data.csv_rows import parse_choice, parse_number, raise_first, scan_rows
from smecluster.model.errors import InputError

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


# Targets: levels that a region is taken to have, although no series of its own measures them.

#: The file of a case's targets.
TARGETS = "targets.csv"
#: What stands for the segment of a target where figures have theirs.
TARGET = "target"
#: ``expected`` is what institutions expect of years to come.
TARGET_STATUSES = ("read", "derived", "remembered", "judgement", "expected")
_YEARS = (1978, 2060)
_LARGEST = 2.0


@dataclass(frozen=True)
class Target:
    """A level that a region is taken to have in a year.

    Attributes
    ----------
    variable : str
        Name in the model, of a regional variable.
    year : int
        Calendar year.
    value : float
        The level, in `unit`, above 0.
    unit : str
        Unit of the model.
    error : float
        Standard deviation of its logarithm, Dmnl: of the source and of its use for the region.
    status : str
        One of `TARGET_STATUSES`: of the source's figure.
    source : str
        Where it comes from.
    line : str
        File and line that it was read from.
    """

    variable: str
    year: int
    value: float
    unit: str
    error: float
    status: str
    source: str
    line: str


_COLUMNS = tuple(field.name for field in fields(Target) if field.name != "line")


def read_targets(path: Path) -> tuple[Target, ...]:
    """Read and check a region's targets.

    Parameters
    ----------
    path : Path
        A CSV file whose columns are the attributes of `Target`, without `line`.

    Returns
    -------
    tuple of Target
        In the order of the file.

    Raises
    ------
    InputError
        With file and line, if a cell is malformed, empty or outside its range, or a variable has
        two targets in a year.
    """
    found, problems = scan_targets(path)
    raise_first(problems)
    return found


def scan_targets(path: Path) -> tuple[tuple[Target, ...], list[InputError]]:
    """Read the valid rows of a region's targets, and find the mistakes in the others.

    Parameters
    ----------
    path : Path
        As for `read_targets`.

    Returns
    -------
    tuple of Target, list of InputError
        The targets, and a problem for each other row.

    Raises
    ------
    InputError
        If the file cannot be read or its header is wrong.
    """
    seen: dict[tuple[str, int], int] = {}

    def read(line: int, record: dict[str, str]) -> Target:
        for name in ("variable", "unit", "source"):
            if not record[name]:
                raise InputError(f"column {name!r} is empty")
        year, value, error = (parse_number(record[name]) for name in ("year", "value", "error"))
        if not (year.is_integer() and _YEARS[0] <= year <= _YEARS[1]):
            raise InputError(f"year must be {_YEARS[0]} to {_YEARS[1]}, not {record['year']}")
        if value <= 0:
            raise InputError(f"value must be above 0, not {value:g}: errors are logarithmic")
        if not 0 < error <= _LARGEST:
            raise InputError(f"error must be above 0 and at most {_LARGEST:g}, not {error:g}")
        key = (record["variable"], int(year))
        if key in seen:
            raise InputError(
                f"the target of {key[0]!r} in {key[1]} is already given in line {seen[key]}"
            )
        seen[key] = line
        return Target(
            record["variable"],
            int(year),
            value,
            record["unit"],
            error,
            parse_choice("status", record["status"], TARGET_STATUSES),
            record["source"],
            f"{path}:{line}",
        )

    found, problems = scan_rows(path, _COLUMNS, read)
    return tuple(target for _, target in found), problems


# Which values of a region grow with its size: what is counted in firms, people, money or land.

#: What a larger region has more of.
SIZES = ("firm", "person", "Myuan", "yuan", "km2", "patent")
_RATES = ("Dmnl", "1", "Year")
#: Where the unit does not tell, whether a value scales, and why.
BY_NAME: Mapping[str, tuple[bool, str]] = {
    "critical mass": (
        True,
        "a number of firms; the shipped ones rise with the region, and a small region would "
        "otherwise be below it for its size alone",
    ),
    "market share at reference": (
        True,
        "a share of the whole market: twice the region sells twice as much",
    ),
    "proximity to external capital": (
        False,
        "per unit of local output; size enters the choice of site by itself",
    ),
}


def is_extensive(name: str, unit: str) -> bool:
    """Decide whether a value scales with the size of its region.

    Parameters
    ----------
    name : str
        Name in the model, without its region.
    unit : str
        Unit of the model.

    Returns
    -------
    bool
        True if twice the region has twice the value.

    Raises
    ------
    InputError
        If the unit does not tell and `BY_NAME` does not either.
    """
    if name in BY_NAME:
        return BY_NAME[name][0]
    above, _, below = unit.partition("/")
    counted, per = _count_sizes(above), _count_sizes(below)
    power = None if counted is None or per is None else counted - per
    if power not in (0, 1):
        raise InputError(
            f"{name!r} in {unit!r}: the unit does not tell whether it scales with size"
        )
    return power == 1


def _count_sizes(text: str) -> int | None:
    """Count the things in a product of units that a larger region has more of.

    None if it holds a word that is neither such a thing nor a rate: then the name must tell.
    """
    words = [word for word in re.split(r"[()*\s]+", text) if word]
    if any(word not in SIZES and word not in _RATES for word in words):
        return None
    return sum(word in SIZES for word in words)
