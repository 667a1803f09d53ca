"""A document becomes a page, a Word file and a workbook, whatever stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from smecluster.model.presentation.documents.blocks import (
    Cell,
    Column,
    Document,
    Part,
    Table,
    measure_text,
)
from smecluster.model.presentation.documents.html import write_html
from smecluster.model.presentation.documents.word import write_word
from smecluster.model.presentation.documents.workbook import write_workbook

HOSTILE = '=1+1 <script>alert("x")</script> \x07 & 中文'


@pytest.fixture
def document() -> Document:
    columns = (Column("name"), Column("money", "bn yuan", number=True))
    rows = ((Cell(HOSTILE), Cell("1,230", 1234.5)), (Cell("b"), Cell("-")))
    table = Table("a/b:c", "What it shows", columns, rows, ("A note.",))
    part = Part("Part", ("Text.", HOSTILE), (table,), boxed=True)
    verdict = ("First.", "Second.")
    return Document("en", "Title", "Lead", verdict, None, (part,), "From", {"model": "abc"})


def test_a_row_of_another_length_is_an_error():
    with pytest.raises(ValueError, match="rows of"):
        Table("a", "b", (Column("one"),), ((Cell("1"), Cell("2")),))


def test_the_page_escapes_what_it_shows_and_prints_whole_tables(document):
    page = write_html(document, {})
    assert "<script>" not in page
    assert "money [bn yuan]" in page
    assert "break-inside: avoid" in page
    assert page == write_html(document, {})


def test_the_word_file_keeps_rows_together_and_repeats_headings(document, tmp_path: Path):
    import docx

    file = docx.Document(str(write_word(document, {}, tmp_path / "a.docx")))
    (table,) = file.tables
    assert table.cell(0, 1).text == "money [bn yuan]"
    assert "\x07" not in table.cell(1, 0).text
    xml = table._tbl.xml
    assert xml.count("w:cantSplit") == 3
    assert xml.count("w:tblHeader") == 1
    assert all(
        cell.paragraphs[0].paragraph_format.keep_with_next
        for row in table.rows
        for cell in row.cells
    )
    assert file.sections[0].page_width.mm == pytest.approx(210, abs=0.1)


def test_the_workbook_has_numbers_units_and_notes_and_no_formulas(document, tmp_path: Path):
    import openpyxl

    book = openpyxl.load_workbook(write_workbook(document, tmp_path / "a.xlsx"))
    assert book.sheetnames == ["summary", "a-b-c", "notes"]
    sheet = book["a-b-c"]
    assert [cell.value for cell in sheet[3]] == ["name", "money"]
    assert sheet["B4"].value == "bn yuan"
    assert sheet["B5"].value == 1234.5
    assert sheet["A5"].data_type == "s"
    assert sheet["A8"].value == "A note."
    assert sheet.page_setup.paperSize == 9


def test_a_chinese_character_is_as_wide_as_two_letters():
    assert measure_text("ab") == 2
    assert measure_text("中文\nabc") == 4
