"""Sheets and series in the files beside a model: CSV, Excel, and Vensim's lists of values."""

from __future__ import annotations

import csv
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import InputError, suggest_name
from smecluster.model.support.files import read_text
from smecluster.model.support.limits import MOST_WORKBOOK_BYTES

_CELL = re.compile(r"(?P<column>[A-Za-z]{1,3})(?P<row>\d{1,7})\Z")
_AREA = re.compile(r"'?(?P<sheet>[^'!]+)'?!\$?(\w+?)\$?(\d+)(?::\$?(\w+?)\$?(\d+))?\Z")


@dataclass(frozen=True)
class Area:
    """A rectangle of cells, counted from 0; the ends are included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Grid:
    """A sheet.

    Attributes
    ----------
    rows : tuple of tuple
        Its cells: numbers, texts or None.
    areas : mapping of str to Area
        The named ranges of the sheet, by `engine.read.names.fold_name`.
    place : str
        File and sheet, for messages.
    """

    rows: tuple[tuple[Any, ...], ...]
    areas: Mapping[str, Area]
    place: str

    def number(self, row: int, column: int) -> float | None:
        """Give the number in a cell, None if it holds none."""
        if not 0 <= row < len(self.rows) or not 0 <= column < len(self.rows[row]):
            return None
        return read_cell(self.rows[row][column])

    def text(self, row: int, column: int) -> str:
        """Give the text in a cell, empty if it holds none."""
        if not 0 <= row < len(self.rows) or not 0 <= column < len(self.rows[row]):
            return ""
        value = self.rows[row][column]
        if isinstance(value, float) and value.is_integer():
            value = int(value)  # an old workbook holds every number as one with digits
        return "" if value is None else str(value).strip()

    def find(self, written: str) -> Area:
        """Find a cell such as ``B2``, or a named range.

        Raises
        ------
        InputError
            If it is neither.
        """
        match = _CELL.match(written.strip())
        if match is not None:
            row, column = int(match["row"]) - 1, number_column(match["column"])
            return Area(row, column, row, column)
        area = self.areas.get(fold_name(written))
        if area is None:
            guess = suggest_name(written, self.areas)
            hint = f", did you mean {guess!r}?" if guess else ""
            raise InputError(f"{self.place} has no cell or named range {written!r}{hint}")
        return area


def number_column(letters: str) -> int:
    """Give the number of a column, 0 for ``A``."""
    place = 0
    for letter in letters.upper():
        place = 26 * place + ord(letter) - 64
    return place - 1


def read_cell(value: Any) -> float | None:
    """Read a number as a cell of any kind of file holds it."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def read_grid(path: Path, tab: str) -> Grid:
    """Read a sheet.

    Parameters
    ----------
    path : Path
        A ``.csv`` or ``.txt`` file, or a workbook (``.xlsx``, ``.xlsm``, ``.xls``).
    tab : str
        The sheet's name; for text the sign between cells.

    Returns
    -------
    Grid

    Raises
    ------
    InputError
        If the file cannot be read, or has no such sheet.
    """
    suffix = path.suffix.lower()
    if suffix in (".csv", ".txt", ".tab"):
        sign = {"": ",", "\\t": "\t", "tab": "\t"}.get(tab.lower(), tab)
        if len(sign) != 1:
            raise InputError(f"{path.name}: {tab[:40]!r} is no sign between cells: give ',' or ';'")
        rows = csv.reader(read_text(path).removeprefix("\ufeff").splitlines(), delimiter=sign)
        return Grid(tuple(map(tuple, rows)), {}, path.name)
    sheets = _read_workbook(path, suffix, path.stat().st_mtime_ns)
    known = {name.casefold(): name for name in sheets}
    if tab.casefold() not in known:
        raise InputError(f"{path.name} has no sheet {tab!r}: it has {', '.join(sheets)}")
    return sheets[known[tab.casefold()]]


@lru_cache(maxsize=4)
def _read_workbook(path: Path, suffix: str, _: int) -> Mapping[str, Grid]:
    if path.stat().st_size > MOST_WORKBOOK_BYTES:
        raise InputError(f"{path.name} is larger than {MOST_WORKBOOK_BYTES:,} bytes")
    if suffix == ".xls":
        return _read_old_workbook(path)
    if suffix not in (".xlsx", ".xlsm"):
        raise InputError(f"{path.name} is no .csv, .xlsx or .xls file")
    import openpyxl

    try:
        with zipfile.ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MOST_WORKBOOK_BYTES:
                raise InputError(f"{path.name} unpacks to more than {MOST_WORKBOOK_BYTES:,} bytes")
        book = openpyxl.load_workbook(path, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise InputError(f"{path.name} cannot be read as a workbook: {error}") from error
    areas: dict[str, dict[str, Area]] = {}
    for name, defined in book.defined_names.items():
        _note_area(areas, name, str(defined.attr_text))
    for sheet in book.worksheets:
        for name, defined in sheet.defined_names.items():
            _note_area(areas, name, str(defined.attr_text))
    return {
        sheet.title: Grid(
            tuple(tuple(row) for row in sheet.iter_rows(values_only=True)),
            areas.get(sheet.title.casefold(), {}),
            f"{path.name}, {sheet.title}",
        )
        for sheet in book.worksheets
    }


def _read_old_workbook(path: Path) -> Mapping[str, Grid]:
    import xlrd  # type: ignore[import-untyped]

    try:
        book = xlrd.open_workbook(str(path))
    except (xlrd.XLRDError, ValueError, OSError) as error:
        raise InputError(f"{path.name} cannot be read as a workbook: {error}") from error
    areas: dict[str, dict[str, Area]] = {}
    for name in book.name_obj_list:
        try:
            sheet, top, bottom, left, right = name.area2d()
        except xlrd.XLRDError:
            continue
        found = Area(top, left, bottom - 1, right - 1)
        areas.setdefault(sheet.name.casefold(), {})[fold_name(name.name)] = found
    return {
        sheet.name: Grid(
            tuple(
                tuple(None if value == "" else value for value in sheet.row_values(row))
                for row in range(sheet.nrows)
            ),
            areas.get(sheet.name.casefold(), {}),
            f"{path.name}, {sheet.name}",
        )
        for sheet in book.sheets()
    }


def _note_area(areas: dict[str, dict[str, Area]], name: str, written: str) -> None:
    match = _AREA.match(written)
    if match is None:
        return  # a formula, or parts of several sheets
    sheet, left, top, right, bottom = match.groups()
    area = Area(
        int(top) - 1,
        number_column(left),
        int(bottom or top) - 1,
        number_column(right or left),
    )
    areas.setdefault(sheet.casefold(), {})[fold_name(name)] = area


Series = tuple[tuple[float, float], ...]


def read_series(path: Path) -> dict[tuple[str, ...], Series]:
    """Read series of values over time, as Vensim exports them.

    Parameters
    ----------
    path : Path
        A ``.dat`` file, or a ``.csv`` or ``.tab`` table whose first column is the time.

    Returns
    -------
    dict of tuple of str to tuple of (float, float)
        Times and values by variable and elements, as `engine.read.names.fold_name` folds them.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    text = read_text(path).removeprefix("\ufeff")
    if path.suffix.lower() == ".dat":
        return dict(_read_list(text))
    lines = text.splitlines()
    rows = list(csv.reader(lines, delimiter="\t" if lines and "\t" in lines[0] else ","))
    found: dict[tuple[str, ...], list[tuple[float, float]]] = {}
    for row in rows[1:]:
        time = read_cell(row[0]) if row else None
        for head, written in zip(rows[0][1:], row[1:], strict=False):
            value = read_cell(written)
            if time is not None and value is not None:
                found.setdefault(split_column(head), []).append((time, value))
    return {key: tuple(sorted(points)) for key, points in found.items()}


def _read_list(text: str) -> Iterator[tuple[tuple[str, ...], Series]]:
    name, points = "", []
    for line in [*text.splitlines(), "end"]:
        parts = line.split("\t")
        numbers = [read_cell(part) for part in parts]
        if len(parts) == 2 and None not in numbers:
            points.append((float(parts[0]), float(parts[1])))
        elif line.strip():
            if points:
                yield split_column(name), tuple(sorted(points))
            name, points = line, []


def split_column(head: str) -> tuple[str, ...]:
    """Split ``name[element, element]`` into its parts, folded."""
    name, _, rest = head.strip().strip('"').partition("[")
    parts = rest.removesuffix("]").split(",") if rest else []
    return tuple(fold_name(part) for part in (name, *parts))
