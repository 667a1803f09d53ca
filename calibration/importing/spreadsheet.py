"""How a table of figures is laid out: a column a series, a row a series, or a row a figure.

The cells of a table of figures, as spreadsheets write them: empty edges, 年, 1,234, ...
"""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from smecluster.calibration.data.series import YEARS
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.presentation.workbooks import EXCEL, list_sheets, read_sheet
from smecluster.model.support.files import read_text
from smecluster.model.support.limits import MOST_COLUMNS, MOST_IN_A_CELL

Layout = Literal["a column a series", "a row a series", "a row a figure"]

# What the columns of a table with a row a figure are called.
_ROLES: Mapping[str, tuple[str, ...]] = {
    "region": ("region", "city", "area", "place", "地区", "城市", "区域"),
    "series": ("series", "indicator", "variable", "item", "指标", "指标名称", "项目"),
    "year": ("year", "年份", "年度", "年", "时间"),
    "value": ("value", "figure", "数值", "数据", "值"),
    "unit": ("unit", "单位", "计量单位"),
    "prices": ("price_basis", "prices", "price basis", "价格", "价格口径"),
    "source": ("source", "来源", "数据来源", "资料来源"),
}
_NEEDED = ("series", "year", "value")


@dataclass(frozen=True)
class SheetFigure:
    """One figure as the table has it.

    Attributes
    ----------
    heading : str
        What heads it.
    year : int
        Its year.
    value : str
        Digits with a decimal point.
    unit, prices : str
        Where a column of the table gives them; else empty.
    """

    heading: str
    year: int
    value: str
    unit: str = ""
    prices: str = ""


def read_figures(
    cells: Sequence[Sequence[str]], region: str | None = None
) -> tuple[Layout, list[SheetFigure]]:
    """Find the layout of a table and read its figures.

    Parameters
    ----------
    cells : sequence of sequence of str
        From `calibration.importing.spreadsheet.read_cells`.
    region : str, optional
        Of a table with a column of regions, the one to read.

    Returns
    -------
    layout : str
        ``a column a series``, ``a row a series`` or ``a row a figure``.
    figures : list of SheetFigure
        In the order of the table.

    Raises
    ------
    InputError
        If no layout fits, a cell is no figure, or the region is not named or not there.
    """
    for at, row in enumerate(cells[:20]):
        roles = _find_roles(row)
        if all(role in roles for role in _NEEDED):
            return "a row a figure", _read_long(cells[at + 1 :], roles, at, region)
    if region is not None:
        raise InputError("--place belongs to a table with a column of regions")
    columns = list(zip(*cells, strict=True))
    best = max(range(len(columns)), key=lambda at: _count_years(columns[at]))
    years = find_years(columns[best])
    top = max(range(min(20, len(cells))), key=lambda at: _count_years(cells[at]))
    # A figure may look like a year: the longer of the two is the one of years.
    if _count_years(cells[top]) > max(1, _count_years(columns[best])):
        return "a row a series", _read_across(cells[top + 1 :], cells[top], top)
    if not years:
        raise InputError(
            "no years found: a column of years beside columns of figures, a row of years above "
            "rows of figures, or the columns series, year and value are read"
        )
    if years[0] == 0:
        raise InputError("no headings found: the row above the first year names the figures")
    return "a column a series", _read_down(cells, best, years)


def _count_years(cells: Sequence[str]) -> int:
    return len({cells[at] for at in find_years(cells)})


def _find_roles(row: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(row):
        word = re.sub(r"\s+", " ", cell).strip().casefold()
        for role, names in _ROLES.items():
            if word in names:
                found.setdefault(role, at)
    return found


def _read_long(
    rows: Sequence[Sequence[str]], roles: Mapping[str, int], above: int, region: str | None
) -> list[SheetFigure]:
    if "region" in roles:
        names = list(dict.fromkeys(row[roles["region"]] for row in rows if row[roles["region"]]))
        if region is None and len(names) > 1:
            raise InputError(
                f"the table has {len(names)} regions, {', '.join(names[:4])}: name one with --place"
            )
        if region is not None and region not in names:
            raise UnknownNameError("region of the table", region, names)
        rows = [row for row in rows if region is None or row[roles["region"]] == region]
    elif region is not None:
        raise InputError("--place belongs to a table with a column of regions")
    found = []
    for at, row in enumerate(rows, above + 2):
        value = _read_value(row[roles["value"]], at, row[roles["series"]])
        if value is None:
            continue
        year = parse_year(row[roles["year"]])
        if year is None:
            raise InputError(f"row {at}: {row[roles['year']]!r} is no year")
        unit, prices = (row[roles[role]] if role in roles else "" for role in ("unit", "prices"))
        found.append(SheetFigure(row[roles["series"]], year, value, unit, prices))
    return found


def _read_across(
    rows: Sequence[Sequence[str]], years: Sequence[str], above: int
) -> list[SheetFigure]:
    """Read rows that are series, below a row of years; a unit may stand in a column of its own."""
    roles = _find_roles(years)
    places = find_years(years)
    head = roles.get("series", 0)
    for cell in years:
        check_year(cell, above + 1)
    found = []
    for at, row in enumerate(rows, above + 2):
        if not row[head]:
            continue
        unit = row[roles["unit"]] if "unit" in roles else ""
        for place in places:
            value = _read_value(row[place], at, row[head])
            year = parse_year(years[place])
            if value is not None and year is not None:
                found.append(SheetFigure(row[head], year, value, unit))
    return found


def _read_down(
    cells: Sequence[Sequence[str]], column: int, years: Sequence[int]
) -> list[SheetFigure]:
    """Read columns that are series, beside a column of years."""
    headings = cells[years[0] - 1]
    # Between headings and figures some tables have a row of units.
    units = [""] * len(headings)
    if years[0] >= 2 and not headings[column] and cells[years[0] - 2][column]:
        headings, units = cells[years[0] - 2], list(headings)
    for at in range(years[0], len(cells)):
        if any(cell for place, cell in enumerate(cells[at]) if place != column):
            check_year(cells[at][column], at + 1)
    found = []
    for place, heading in enumerate(headings):
        if place == column or not heading:
            continue
        for at in years:
            value = _read_value(cells[at][place], at + 1, heading)
            year = parse_year(cells[at][column])
            if value is not None and year is not None:
                found.append(SheetFigure(heading, year, value, units[place]))
    return found


def _read_value(text: str, row: int, heading: str) -> str | None:
    try:
        return parse_figure(text)
    except InputError as error:
        raise InputError(f"row {row}, {heading!r}: {error}") from None


# The cells of a table of figures, as spreadsheets write them: empty edges, 年, 1,234, ...

_SEPARATORS = (",", "\t", ";")
_EMPTY = frozenset(
    ("", "-", "--", "—", "——", "\u2013", "…", "...", "……", "n/a", "na", "nan", "none", "缺", "/")
)
# Tables from Chinese offices are often in this encoding, which holds every Chinese character.
_CHINESE = "gb18030"
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0+)?\s*年?")
_BEGINS = re.compile(r"(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?(?:[eE][-+]?\d+)?")


def read_cells(path: Path, sheet: str | None = None) -> list[list[str]]:
    """Read the cells of a CSV or Excel file as texts, without empty rows and columns.

    Parameters
    ----------
    path : Path
        ``.xlsx``, or text with commas, tabs or semicolons between cells.
    sheet : str, optional
        Sheet of an Excel file; the first one if left out.

    Returns
    -------
    list of list of str
        Rows of the same length.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no table.
    """
    suffix = path.suffix.lower()
    if suffix == EXCEL:
        table = read_sheet(path, sheet)
        rows = [[_write(cell) for cell in row] for row in table.itertuples(index=False)]
    elif suffix in (".csv", ".tsv", ".txt"):
        if sheet is not None:
            raise InputError(f"{path} has no sheets: --sheet belongs to an Excel file (.xlsx)")
        rows = _split_lines(path)
    else:
        raise InputError(f"{path} is neither a CSV file nor an Excel file (.xlsx)")
    rows = [row for row in rows if any(row)]
    width = max(map(len, rows), default=0)
    if width > MOST_COLUMNS:
        raise InputError(f"{path} has {width:,} columns: at most {MOST_COLUMNS:,} are read")
    rows = [[*row, *[""] * (width - len(row))] for row in rows]
    # Trailing commas, which Excel writes, are columns without a cell.
    filled = [at for at in range(width) if any(row[at] for row in rows)]
    if len(rows) < 2 or len(filled) < 2:
        others = list_sheets(path) if suffix == EXCEL and sheet is None else []
        more = f"; --sheet names another sheet: {', '.join(others[1:])}" if others[1:] else ""
        raise InputError(
            f"{path} holds no table: a row of headings and rows of figures are needed{more}"
        )
    found = [[row[at] for at in filled] for row in rows]
    if any(len(cell) > MOST_IN_A_CELL for row in found for cell in row):
        raise InputError(f"{path} has a cell of more than {MOST_IN_A_CELL:,} characters")
    return found


def parse_year(text: str) -> int | None:
    """Read a year such as ``2005``, ``2005年`` or ``2005.0``; None for anything else."""
    found = _YEAR.fullmatch(_fold(text))
    year = int(found.group(1)) if found else 0
    return year if YEARS[0] <= year <= YEARS[1] else None


def check_year(text: str, row: int) -> None:
    """Refuse a year that would be left out without a word.

    Parameters
    ----------
    text : str
        A cell beside figures, in the column of years.
    row : int
        Its row, for the message.

    Raises
    ------
    InputError
        If it is a year beyond those that are read, or begins like a year.
    """
    folded = _fold(text)
    if parse_year(text) is not None or not _BEGINS.match(folded):
        return
    if _YEAR.fullmatch(folded):
        raise InputError(f"row {row}: years from {YEARS[0]} to {YEARS[1]} are read, not {text}")
    raise InputError(f"row {row}: {text!r} is no year: write its four digits alone")


def parse_figure(text: str) -> str | None:
    """Read a figure as digits with a decimal point.

    Parameters
    ----------
    text : str
        Such as ``1,234.5``.

    Returns
    -------
    str or None
        None for an empty cell, or one that says that there is no figure.

    Raises
    ------
    InputError
        If it is neither.
    """
    folded = _fold(text)
    if folded.casefold() in _EMPTY:
        return None
    plain = folded.replace(",", "")
    if not _NUMBER.fullmatch(folded) or not any(x.isdigit() for x in folded):
        raise InputError(f"{text!r} is no figure: digits with a decimal point are read")
    if not math.isfinite(float(plain)):
        raise InputError(f"{text!r} is too large")
    return plain


def _split_lines(path: Path) -> list[list[str]]:
    text = read_text(path, other=_CHINESE)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    first = lines[0] if lines else ""
    separator = max(_SEPARATORS, key=first.count)
    try:
        rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    except csv.Error as error:
        raise InputError(f"{path} is not a table: {error}") from None
    return [[cell.strip() for cell in row] for row in rows]


def _write(cell: object) -> str:
    """Write a cell of a workbook as a text; a whole number without its decimal point."""
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return " ".join(str(cell).split())


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("\u2212", "-").strip()


def find_years(cells: Sequence[str]) -> list[int]:
    """Find the places of cells that are years."""
    return [at for at, cell in enumerate(cells) if parse_year(cell) is not None]
