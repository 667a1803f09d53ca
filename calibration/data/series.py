"""Reading tables of published figures; every row is checked before any is used.

A row is one figure from one source. Conflicting figures are kept side by side:
`calibration.data.series` chooses among them, never the table.

The rule that chooses among several figures for one year.

Sources often disagree about a year. The better figure is, in this order,

1. better in status: read, derived, remembered;
2. better in grade: [A] yearbook or bureau, [B] press or academic text quoting officials, no
   grade, [C] trade press or undated;
3. exact rather than "about", "at least" or "less than";
4. final rather than rounded, rounded rather than preliminary (flash, estimate), and any of
   these rather than second-hand;
5. given with more digits;
6. the one whose source has the lower code: the choice never depends on the order of rows.

`doubtful` rows are never chosen.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from smecluster.calibration.data import units
from smecluster.calibration.data.csv_rows import parse_choice, parse_number, raise_first, scan_rows
from smecluster.model.errors import InputError, UnknownNameError

#: The shipped cases, and the citations of their figures' sources.
CASES = Path(__file__).parents[1] / "cases"
SOURCES = CASES / "sources.csv"
COLUMNS = (
    "region",
    "series",
    "year",
    "value",
    "qualifier",
    "unit",
    "price_basis",
    "status",
    "source",
    "note",
)
#: What identifies a measured series: figures of one variable, region and segment.
SERIES = ["region", "variable", "segment"]
#: From most to least trusted. `remembered` is off by default, `doubtful` is never used.
STATUSES = ("read", "derived", "remembered", "doubtful")
QUALIFIERS = ("exact", "about", "at least", "less than")
PRICE_BASES = (
    "",
    "current prices",
    "current prices, year-end",
    "nominal",
    "nominal (current prices; basis not stated by source)",
    "constant 2000 prices",
    "constant 2010 prices",
    "constant prices",
    "comparable prices",
    "cumulative",
    "deflator",
    "price index",
    "n/a",
)
YEARS = (1949, 2030)
# Constant prices of any year are converted (`calibration.data.measuring`).
_CONSTANT = re.compile(r"constant (19|20)\d\d prices")


@dataclass(frozen=True)
class Row:
    """One published figure.

    Attributes
    ----------
    region, series : str
        What the figure measures.
    year : int
        Calendar year.
    value : float
        The figure, in `unit`.
    text : str
        The figure as written; its precision is read from this.
    qualifier : str
        One of `QUALIFIERS`.
    unit, price_basis : str
        As published.
    status : str
        One of `STATUSES`.
    source : str
        Code of a source in ``sources.csv``.
    note : str
        Grade in brackets and remarks.
    line : int
        Line in its file.
    """

    region: str
    series: str
    year: int
    value: float
    text: str
    qualifier: str
    unit: str
    price_basis: str
    status: str
    source: str
    note: str
    line: int

    @property
    def name(self) -> str:
        """Region and series, as case files refer to figures of other regions."""
        return f"{self.region}/{self.series}"


def read_sources(path: Path) -> dict[str, str]:
    """Read the citations of source codes.

    Parameters
    ----------
    path : Path
        A file with the columns source, citation, where.

    Returns
    -------
    dict of str to str
        Citation and place by code.

    Raises
    ------
    InputError
        If the file is malformed, or a code has no citation or is repeated.
    """
    citations, problems = scan_sources(path)
    raise_first(problems)
    return citations


def scan_sources(path: Path) -> tuple[dict[str, str], list[InputError]]:
    """Read the citations of source codes, and find mistakes; see `read_sources`."""
    citations: dict[str, str] = {}

    def read(line: int, record: dict[str, str]) -> None:
        code = record["source"]
        if not code or not record["citation"]:
            raise InputError("a source needs a code and a citation")
        if code in citations:
            raise InputError(f"source {code!r} is repeated")
        parts = (record["citation"], record["where"])
        citations[code] = "; ".join(part for part in parts if part)

    _, problems = scan_rows(path, ("source", "citation", "where"), read)
    return citations, problems


def read_series(
    path: Path, sources: Collection[str], names: Collection[str] | None = None
) -> tuple[Row, ...]:
    """Read and check a table of published figures.

    Parameters
    ----------
    path : Path
        A CSV file with the columns `COLUMNS`.
    sources : collection of str
        Codes of the allowed sources.
    names : collection of str, optional
        Allowed series, as ``region/series``; None allows all.

    Returns
    -------
    tuple of Row
        In the order of the file.

    Raises
    ------
    InputError
        With file and line, if a series, unit, status, qualifier or source is unknown, a value is
        not a finite number, a year is outside `YEARS`, or one source gives a series twice for one
        year.
    """
    rows, problems = scan_series(path, sources, names)
    raise_first(problems)
    return rows


def scan_series(
    path: Path, sources: Collection[str], names: Collection[str] | None = None
) -> tuple[tuple[Row, ...], list[InputError]]:
    """Read the valid rows of a table of published figures, and find the mistakes in the others.

    Parameters
    ----------
    path, sources, names
        As for `read_series`.

    Returns
    -------
    tuple of Row, list of InputError
        The rows in the order of the file, and a problem for each other row.

    Raises
    ------
    InputError
        If the file cannot be read or its header is wrong.
    """
    seen: dict[tuple[str, str, int], int] = {}

    def read(line: int, record: dict[str, str]) -> Row:
        row = _parse_row(record, sources, line)
        if names is not None and row.name not in names:
            raise InputError(
                f"{UnknownNameError('series', row.name, names)} (series are named in case.toml, by "
                "a [[measure]] or in context)"
            )
        key = (row.name, row.source, row.year)
        if key in seen:
            raise InputError(
                f"{row.source} already gives {row.series!r} for {row.year} in line "
                f"{seen[key]}: each source may give one figure a year"
            )
        seen[key] = line
        return row

    rows, problems = scan_rows(path, COLUMNS, read)
    return tuple(row for _, row in rows), problems


def _parse_row(record: dict[str, str], sources: Collection[str], line: int) -> Row:
    for name in ("region", "series"):
        if not record[name]:
            raise InputError(f"column {name!r} is empty")
    name = record["series"]
    if not record["value"]:
        raise InputError(f"{name!r} has no value: write the figure, or leave the row out")
    if not record["unit"]:
        raise InputError(
            f"{name!r} has no unit: write the one it is published in, such as 'million yuan', "
            "'persons', 'firms', 'km2' or 'percent'"
        )
    if not record["source"]:
        raise InputError("no citation: column 'source' is empty")
    if record["source"] not in sources:
        raise UnknownNameError("source", record["source"], sources)
    basis = _parse_basis(record)
    return Row(
        region=record["region"],
        series=record["series"],
        year=parse_year(record["year"]),
        value=parse_number(record["value"]),
        text=record["value"],
        qualifier=parse_choice("qualifier", record["qualifier"], QUALIFIERS),
        unit=record["unit"],
        price_basis=basis,
        status=parse_choice("status", record["status"], STATUSES),
        source=record["source"],
        note=record["note"],
        line=line,
    )


def _parse_basis(record: dict[str, str]) -> str:
    """Read a figure's price basis, which its unit may name too."""
    given, named = record["price_basis"], units.find_unit(record["unit"]).prices
    if not _CONSTANT.fullmatch(given):
        parse_choice("price basis", given, PRICE_BASES)
    if not named or named == given:
        return given or named
    if given and not (given.startswith(("current", "nominal")) and named == "current prices"):
        raise InputError(
            f"the unit {record['unit']!r} says {named}, the column price_basis {given!r}: "
            "correct one of them"
        )
    return given or named


def parse_year(text: str) -> int:
    """Read a calendar year within `YEARS`; raise `InputError` for anything else."""
    low, high = YEARS
    if not text.isdecimal() or not low <= int(text) <= high:
        raise InputError(f"year {text!r}: allowed are whole years from {low} to {high}")
    return int(text)


# The rule that chooses among several figures for one year.

GRADES = ("A", "A-", "B", "", "C")

_GRADE = re.compile(r"\[(A-|A|B|C)\]")
_MARKS = (
    (3, re.compile(r"\b(?:second(?:ary|-hand)(?! industry)|weak)\b", re.I)),
    (2, re.compile(r"\b(?:flash|preliminary|estimate[ds]?)\b", re.I)),
    (1, re.compile(r"\bround(?:ed)?\b", re.I)),
)


def read_grade(row: Row) -> str:
    """Read the grade at the start of a row's note; empty if there is none."""
    match = _GRADE.match(row.note)
    return match.group(1) if match else ""


def read_finality(row: Row) -> int:
    """Read how final a figure is: 0 final, 1 rounded, 2 preliminary, 3 second-hand."""
    return next((level for level, mark in _MARKS if mark.search(row.note)), 0)


def count_digits(row: Row) -> int:
    """Count the significant digits of a figure as written."""
    mantissa = re.split("[eE]", row.text.lstrip("+-"))[0]
    plain = mantissa.replace(".", "").lstrip("0")
    return len(plain if "." in mantissa else plain.rstrip("0"))


def rank_figure(row: Row) -> tuple[int, int, bool, int, int, str]:
    """Rank a figure by the rule of this module: the lowest key is the best figure."""
    return (
        STATUSES.index(row.status),
        GRADES.index(read_grade(row)),
        row.qualifier != "exact",
        read_finality(row),
        -count_digits(row),
        row.source,
    )


def select_statuses(include: Iterable[str] = ()) -> frozenset[str]:
    """Select the statuses that may be used.

    Parameters
    ----------
    include : iterable of str
        Statuses to use in addition to ``read`` and ``derived``.

    Returns
    -------
    frozenset of str
        The statuses.

    Raises
    ------
    InputError
        If a status is unknown, or is ``doubtful``, which is never used.
    """
    extra = (include,) if isinstance(include, str) else tuple(include)
    for status in extra:
        if status == "doubtful":
            raise InputError("doubtful figures are never used: include allows 'remembered'")
        if status not in STATUSES:
            raise UnknownNameError("status", status, STATUSES[:-1])
    return frozenset(("read", "derived", *extra))


def choose_figures(rows: Iterable[Row], include: Iterable[str] = ()) -> dict[int, Row]:
    """Choose one figure for each year by the rule of this module.

    Parameters
    ----------
    rows : iterable of Row
        Figures of one series.
    include : iterable of str
        Statuses to use in addition to ``read`` and ``derived``.

    Returns
    -------
    dict of int to Row
        The best figure of each year, by rising year.

    Raises
    ------
    InputError
        If `include` names an unknown status or ``doubtful``.
    """
    allowed = select_statuses(include)
    best: dict[int, Row] = {}
    for row in sorted((row for row in rows if row.status in allowed), key=rank_figure):
        best.setdefault(row.year, row)
    return dict(sorted(best.items()))
