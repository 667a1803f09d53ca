"""A document as an Excel workbook: the verdict, a sheet a table with units and notes, the stamp."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.model.presentation.documents.blocks import (
    Cell,
    Column,
    Document,
    Table,
    measure_text,
)
from smecluster.model.presentation.exports import clean_cell, name_sheet
from smecluster.model.support.files import replace_file

if TYPE_CHECKING:
    from openpyxl import Workbook

SUFFIX = ".xlsx"
_WIDEST, _TEXT_WIDTH = 44, 70  # characters
#: Headings of the columns with the ends of intervals, to the right of the middle.
ENDS = ("5 %", "95 %")
_A4 = 9  # number of the paper in the file's format


def write_workbook(document: Document, path: Path) -> Path:
    """Write a document as a workbook.

    Parameters
    ----------
    document : Document
        The document; its figures are left to the page and the Word file.
    path : Path
        The file, which is written completely or not at all.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    text = [document.title, document.lead, *document.verdict]
    for part in document.parts:
        text += ["", part.title, *part.text]
    _add_text(book, document.labels.get("summary", "summary"), text)
    for table in document.tables:
        _add_table(book, table)
    stamp = [f"{name}: {value}" for name, value in document.stamp.items()]
    _add_text(book, document.labels.get("notes", "notes"), [document.stamp_title, *stamp])
    book.properties.title, book.properties.language = document.title, document.language
    book.properties.creator = "smecluster"
    with replace_file(path) as temporary:
        book.save(temporary)
    return path


def _add_text(book: Workbook, title: str, lines: list[str]) -> None:
    from openpyxl.styles import Alignment, Font

    sheet: Any = book.create_sheet(name_sheet(title, book.sheetnames))
    sheet.column_dimensions["A"].width = _TEXT_WIDTH
    for at, line in enumerate(lines, 1):
        cell = _write(sheet, at, 1, line)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        if at == 1 or (at > 1 and lines[at - 2] == ""):
            cell.font = Font(bold=True)
    _fit_paper(sheet, wide=False)


def _add_table(book: Workbook, table: Table) -> None:
    """Write a table: caption, headings, units, rows with their numbers, notes."""
    from openpyxl.styles import Alignment, Border, Font, Side

    table = _spread_intervals(table)
    sheet: Any = book.create_sheet(name_sheet(table.sheet, book.sheetnames))
    _write(sheet, 1, 1, table.caption).font = Font(bold=True)
    for at, column in enumerate(table.columns, 1):
        head = _write(sheet, 3, at, column.name)
        head.font, head.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        unit = _write(sheet, 4, at, column.unit)
        unit.font, unit.border = Font(italic=True), Border(bottom=Side(style="thin"))
        texts = [row[at - 1].text for row in table.rows]
        longest = max(measure_text(text) for text in (column.name, column.unit, *texts))
        sheet.column_dimensions[head.column_letter].width = min(longest, _WIDEST) + 2
    for at, row in enumerate(table.rows, 5):
        for across, (cell, column) in enumerate(zip(row, table.columns, strict=True), 1):
            _write_cell(sheet, (at, across), cell, right=column.number)
    for at, note in enumerate(table.notes, 6 + len(table.rows)):
        _write(sheet, at, 1, note)
    sheet.freeze_panes = "B5"
    _fit_paper(sheet, wide=True)


def _spread_intervals(table: Table) -> Table:
    """Give the ends of intervals columns of their own, so that a sheet can reckon with them."""
    spread = [any(row[at].ends for row in table.rows) for at in range(len(table.columns))]
    columns: list[Column] = []
    for column, wide in zip(table.columns, spread, strict=True):
        columns.append(column)
        columns += [Column(name, column.unit, number=True) for name in ENDS if wide]
    rows = []
    for row in table.rows:
        cells: list[Cell] = []
        for cell, wide in zip(row, spread, strict=True):
            cells.append(cell)
            if wide:
                ends = cell.ends or (None, None)
                cells += [Cell("", end) for end in ends]
        rows.append(tuple(cells))
    return replace(table, columns=tuple(columns), rows=tuple(rows))


def _write_cell(sheet: Any, place: tuple[int, int], cell: Cell, *, right: bool) -> None:
    from openpyxl.styles import Alignment

    made = _write(sheet, *place, cell.text if cell.value is None else cell.value)
    side = "right" if right else None
    made.alignment = Alignment(horizontal=side, wrap_text=True, vertical="top")
    if isinstance(made.value, float):
        size = abs(made.value)
        made.number_format = "#,##0" if size >= 100 else "#,##0.0" if size >= 10 else "0.00"


def _write(sheet: Any, row: int, column: int, value: object) -> Any:
    cell = sheet.cell(row=row, column=column, value=clean_cell(value))
    if cell.data_type == "f":  # a text that begins with = is a text
        cell.data_type = "s"
    return cell


def _fit_paper(sheet: Any, *, wide: bool) -> None:
    """Print on A4, all columns on one page."""
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape" if wide else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
