"""A document as a Word file on A4: tables stay whole, headings stay with what follows."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.model.presentation.documents.blocks import (
    Document,
    Part,
    Picture,
    Table,
    measure_text,
)
from smecluster.model.support.files import replace_file

if TYPE_CHECKING:
    from docx.document import Document as WordFile

SUFFIX = ".docx"
_BODY, _SMALL, _TITLE, _HEADING = 10.5, 8.5, 18.0, 13.0  # points
_NARROW = 7.5  # of a table with many columns
_MANY_COLUMNS = 7
_MARGIN, _WIDTH = 18.0, 174.0  # mm; an A4 page is 210 mm wide
_LATIN, _CHINESE = "Arial", "Microsoft YaHei"
_SHADES = {"one": "DCD9EE", "two": "F7EAD0", "three": "F1DEEE", "four": "DCEFED"}
_BOX, _VERDICT = "FBFAF5", "F1F5F9"
# Width of a picture, mm; that of a column follows its longest line, within bounds (characters).
_PICTURE, _FIRST = 150.0, 135.0
_LEAST, _MOST = 11, 34
_LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}


def write_word(document: Document, pictures: Mapping[str, Path], path: Path) -> Path:
    """Write a document as a Word file.

    Parameters
    ----------
    document : Document
        The document.
    pictures : mapping of str to Path
        PNG files of its figures, by name.
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
    import docx

    file = docx.Document()
    _set_page(file, document)
    file.add_heading(document.title, 0)
    _add(file, document.lead, size=_SMALL)
    for sentence in document.verdict:
        _shade(_add(file, sentence)._p.get_or_add_pPr(), _VERDICT)
    if document.picture is not None:
        # Beside title, lead and verdict on the first page.
        _add_picture(file, document.picture, pictures, width=_FIRST)
    for part in document.parts:
        _add_part(file, part, pictures)
    file.add_heading(document.stamp_title, 1)
    for name, value in document.stamp.items():
        _add(file, f"{name}: {value}", size=_NARROW)
    with replace_file(path) as temporary:
        file.save(str(temporary))
    return path


def _set_page(file: WordFile, document: Document) -> None:
    from docx.shared import Mm, Pt

    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for side in ("left_margin", "right_margin", "top_margin", "bottom_margin"):
        setattr(section, side, Mm(_MARGIN))
    sizes = {"Normal": _BODY, "Title": _TITLE, "Heading 1": _HEADING}
    for name, size in sizes.items():
        style: Any = file.styles[name]
        style.font.size, style.font.name = Pt(size), _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        _set(fonts, eastAsia=_CHINESE, ascii=_LATIN, hAnsi=_LATIN)
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(_qualify(theme), None)
    normal: Any = file.styles["Normal"]
    normal.paragraph_format.space_after = Pt(5)
    tag = _LANGUAGES.get(document.language, document.language)
    _set(_append(normal.element.get_or_add_rPr(), "lang"), val=tag, eastAsia=tag)
    properties = file.core_properties
    properties.title, properties.language = document.title, tag
    properties.author, properties.comments = "smecluster", ""
    foot: Any = section.footer.paragraphs[0]
    foot.alignment = 1
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        run = foot.add_run()._r
        if kind:
            _set(_append(run, "fldChar"), fldCharType=kind)
        else:
            _append(run, "instrText").text = text


def _add(
    file: Any, text: str, *, size: float = _BODY, bold: bool = False, follows: bool = False
) -> Any:
    from docx.shared import Pt

    paragraph = file.add_paragraph()
    run = paragraph.add_run(_clean(text))
    run.font.size, run.bold = Pt(size), bold
    paragraph.paragraph_format.keep_with_next = follows
    paragraph.paragraph_format.keep_together = True
    return paragraph


def _add_part(file: WordFile, part: Part, pictures: Mapping[str, Path]) -> None:
    file.add_heading(_clean(part.title), 1)
    for text in part.text:
        paragraph = _add(file, text)
        if part.boxed:
            _shade(paragraph._p.get_or_add_pPr(), _BOX)
    for picture in part.pictures:
        _add_picture(file, picture, pictures)
    for table in part.tables:
        _add_table(file, table)


def _add_picture(
    file: WordFile, picture: Picture, pictures: Mapping[str, Path], *, width: float = _PICTURE
) -> None:
    from docx.shared import Mm

    file.add_picture(str(pictures[picture.name]), width=Mm(width))
    file.paragraphs[-1].paragraph_format.keep_with_next = True
    _add(file, picture.caption, size=_SMALL)


def _add_table(file: WordFile, table: Table) -> None:
    """Add a table whose rows stay together, with its heading on every page that it needs."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    _add(file, table.caption, size=_SMALL + 0.5, bold=True, follows=True)
    made = file.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    made.style = "Table Grid"
    made.autofit = False
    for column, width in zip(made.columns, _share_width(table), strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
    size = _NARROW if len(table.columns) > _MANY_COLUMNS else _SMALL
    heads = [column.heading for column in table.columns]
    lines = [heads, *([cell.text for cell in row] for row in table.rows)]
    for at, (row, texts) in enumerate(zip(made.rows, lines, strict=True)):
        properties = row._tr.get_or_add_trPr()
        _append(properties, "cantSplit")
        if at == 0:
            _append(properties, "tblHeader")
        for cell, column, text in zip(row.cells, table.columns, texts, strict=True):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(_clean(text))
            run.font.size, run.bold = Pt(size), at == 0
            paragraph.paragraph_format.space_before = Pt(1.5)
            paragraph.paragraph_format.space_after = Pt(1.5)
            paragraph.paragraph_format.line_spacing = 1.0
            # All rows but the last stay with the next one, so that no page parts them.
            last = at == len(lines) - 1 and not table.notes
            paragraph.paragraph_format.keep_with_next = not last
            if column.number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        if at:
            for cell, content in zip(row.cells, table.rows[at - 1], strict=True):
                for tone in content.tone.split():
                    if tone in _SHADES:
                        _shade(cell._tc.get_or_add_tcPr(), _SHADES[tone])
    for at, note in enumerate(table.notes):
        _add(file, note, size=_SMALL, follows=at < len(table.notes) - 1)
    if not table.notes:
        _add(file, "", size=_SMALL)


def _share_width(table: Table) -> list[float]:
    """Share the width of the page among columns by what they hold, mm."""
    longest = []
    for at, column in enumerate(table.columns):
        texts = [column.heading.partition(" [")[0], *(row[at].text for row in table.rows)]
        longest.append(min(max(measure_text(text) for text in texts), _MOST))
    sizes = [max(size, _LEAST) for size in longest]
    return [_WIDTH * size / sum(sizes) for size in sizes]


def _shade(properties: Any, fill: str) -> None:
    _set(_append(properties, "shd"), val="clear", fill=fill)


def _append(parent: Any, name: str) -> Any:
    from docx.oxml import OxmlElement

    child = OxmlElement(f"w:{name}")
    parent.append(child)
    return child


def _set(element: Any, **values: str) -> None:
    for name, value in values.items():
        element.set(_qualify(name), value)


def _qualify(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


def _clean(text: str) -> str:
    """Leave out control characters, which make a file that cannot be opened."""
    return "".join(letter for letter in text if letter >= " " or letter in "\n\t")
