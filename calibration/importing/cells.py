"""The cells of a table of figures, as spreadsheets write them: empty edges, 年, 1,234, ..."""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from smecluster.calibration.data.series import YEARS
from smecluster.model.presentation.workbooks import EXCEL, list_sheets, read_sheet
from smecluster.model.support.errors import InputError
from smecluster.model.support.files import read_text
from smecluster.model.support.limits import MOST_COLUMNS, MOST_IN_A_CELL

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
