"""Targets: levels that a region is taken to have, although no series of its own measures them.

Pass rates and exits are known for the nation only, growth after the last figure as an expectation
only. ``targets.csv`` names such levels, each with an error that includes the doubt whether it
holds for the region. A fit uses them beside the figures (those from memory only if asked to);
histories and scores of forecasts leave them out, since none of them tests the model.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path

from smecluster.calibration.data.csv_rows import parse_choice, parse_number, raise_first, scan_rows
from smecluster.model.support.errors import InputError

#: The file of a case's targets.
FILE = "targets.csv"
#: What stands for the segment of a target where figures have theirs.
SEGMENT = "target"
#: ``expected`` is what institutions expect of years to come.
STATUSES = ("read", "derived", "remembered", "judgement", "expected")
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
        One of `STATUSES`: of the source's figure.
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
            parse_choice("status", record["status"], STATUSES),
            record["source"],
            f"{path}:{line}",
        )

    found, problems = scan_rows(path, _COLUMNS, read)
    return tuple(target for _, target in found), problems
