"""One HTML page that needs nothing else: the answer first, then tables and figures, the stamp last.

It holds its figures, runs no script and asks no outside address, and prints on A4. The page is
built as a tree of elements, so that whatever stands in a user's file is shown as text.
"""

from __future__ import annotations

import base64
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement, tostring

import numpy as np
import pandas as pd

from smecluster.model.support.errors import InputError
from smecluster.model.support.formatting import Rounded

_PNG = b"\x89PNG\r\n\x1a\n"
# More sections than this get a list of contents.
_FEW_SECTIONS = 3
# A table with more columns is set smaller, with still more on a page of its own, lying.
_SMALL, _LYING = 8, 11
_SMALL_NUMBER = 1e-3
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  color: #1a1a1a; background: #fff; max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 1rem; }
h2 { font-size: 1.25rem; margin: 2.4rem 0 .5rem; padding-top: .4rem; border-top: 1px solid #ccc; }
p { margin: .5rem 0; max-width: 48rem; }
.answer { background: #f1f5f9; border-left: 4px solid #0072b2; padding: .7rem 1.1rem; }
.answer ul { margin: 0; padding-left: 1.1rem; }
.answer li { margin: .25rem 0; max-width: 48rem; }
.answer dl { margin: 0; }
.answer dt { font-weight: 600; margin-top: .5rem; }
.answer dt:first-child { margin-top: 0; }
.answer dd { margin: 0; max-width: 48rem; }
nav ul { columns: 2; font-size: .9rem; padding-left: 1.1rem; }
nav a { color: #005a8c; }
.table { margin: 1.1rem 0; }
.scroll { overflow: auto; max-height: 36rem; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
.caption { font-size: .85rem; font-weight: 600; margin-bottom: .3rem; }
th, td { padding: .22rem .6rem; vertical-align: top; text-align: left; max-width: 24rem;
  overflow-wrap: break-word; border-bottom: 1px solid #e5e5e5; }
thead th { border-bottom: 1px solid #777; vertical-align: bottom; background: #fff;
  position: sticky; top: 0; }
tbody th { font-weight: 400; }
.number { text-align: right; }
td.number { white-space: nowrap; }
.small table { font-size: .76rem; }
.small th, .small td { padding: .18rem .4rem; }
figure { margin: 1.2rem 0; }
figure img { max-width: 100%; height: auto; }
figcaption { font-size: .9rem; color: #444; max-width: 48rem; }
footer { margin-top: 2.5rem; border-top: 1px solid #ccc; font-size: .78rem; color: #444; }
footer dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
footer dt { font-weight: 600; }
footer dd { margin: 0; overflow-wrap: anywhere; }
@page { size: A4; margin: 16mm 15mm; }
@page lying { size: A4 landscape; }
@media print {
  body { font-size: 10pt; max-width: none; margin: 0; padding: 0; }
  nav { display: none; }
  .scroll { overflow: visible; max-height: none; }
  table { font-size: 8pt; }
  .small table { font-size: 6.5pt; }
  .lying { page: lying; }
  thead th { position: static; }
  h2, .caption { break-after: avoid; }
  tr, figure, .answer li, .answer dd, footer { break-inside: avoid; }
  .answer dt { break-after: avoid; }
  figure img { max-height: 240mm; }
}
"""


@dataclass(frozen=True)
class Section:
    """A part of a page: what to see, then the tables, then the figures.

    Attributes
    ----------
    title : str
        Its heading.
    text : sequence of str
        Paragraphs.
    tables : sequence of (str, pandas.DataFrame)
        Captions and tables. An index that has a name, or holds words, is shown as the first
        columns. Numbers are rounded to about four digits and shown to the fourth decimal;
        those of a table with a column ``unit`` keep two digits however small they are.
    figures : sequence of (str, Path)
        Captions and PNG files, which the page takes in.
    """

    title: str
    text: Sequence[str]
    tables: Sequence[tuple[str, pd.DataFrame]] = ()
    figures: Sequence[tuple[str, Path]] = ()


def render_page(
    title: str,
    answer: str | Sequence[str] | Mapping[str, str],
    sections: Sequence[Section],
    stamp: Mapping[str, str],
) -> str:
    """Write one HTML page.

    Parameters
    ----------
    title : str
        What the page is about.
    answer : str, sequence of str, or mapping
        What a reader in a hurry takes along: a paragraph, a list, or answers by question.
    sections : sequence of Section
        What the answer rests on.
    stamp : mapping
        Where it came from, as `model.support.provenance.make_stamp` says it.

    Returns
    -------
    str
        The text of the file; the same for the same arguments.

    Raises
    ------
    InputError
        If a figure cannot be read, or is not a PNG picture.
    """
    root = Element("html", lang="en")
    head = SubElement(root, "head")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "title", title)
    _add(head, "style", _STYLE)
    body = SubElement(root, "body")
    _add(body, "h1", title)
    _answer(SubElement(body, "div", {"class": "answer"}), answer)
    if len(sections) > _FEW_SECTIONS:
        contents = SubElement(SubElement(body, "nav"), "ul")
        for number, section in enumerate(sections, 1):
            _add(SubElement(contents, "li"), "a", section.title, href=f"#part-{number}")
    for number, section in enumerate(sections, 1):
        _section(SubElement(body, "section", id=f"part-{number}"), section)
    listed = SubElement(SubElement(body, "footer"), "dl")
    for name, value in stamp.items():
        _add(listed, "dt", name)
        _add(listed, "dd", value)
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


def _add(parent: Element, tag: str, text: str, **attributes: str) -> None:
    SubElement(parent, tag, attributes).text = text


def _answer(box: Element, answer: str | Sequence[str] | Mapping[str, str]) -> None:
    if isinstance(answer, str):
        _add(box, "p", answer)
    elif isinstance(answer, Mapping):
        listed = SubElement(box, "dl")
        for question, reply in answer.items():
            _add(listed, "dt", question)
            _add(listed, "dd", reply)
    else:
        listed = SubElement(box, "ul")
        for line in answer:
            _add(listed, "li", line)


def _section(parent: Element, section: Section) -> None:
    _add(parent, "h2", section.title)
    for paragraph in section.text:
        _add(parent, "p", paragraph)
    for caption, table in section.tables:
        _table(parent, caption, table)
    for caption, path in section.figures:
        figure = SubElement(parent, "figure")
        SubElement(figure, "img", alt=caption, src=_picture(path))
        _add(figure, "figcaption", caption)


def _table(parent: Element, caption: str, table: pd.DataFrame) -> None:
    flat = _with_index(table)
    names = [_heading(name) for name in flat.columns]
    columns = [list(flat.iloc[:, at]) for at in range(len(names))]
    sizes = ["table"]
    sizes += ["small"] * (len(names) > _SMALL) + ["lying"] * (len(names) > _LYING)
    outer = SubElement(parent, "div", {"class": " ".join(sizes)})
    _add(outer, "p", caption, **{"class": "caption"})
    drawn = SubElement(SubElement(outer, "div", {"class": "scroll"}), "table")
    kinds = ["number" if _numeric(column) else "text" for column in columns]
    heads = SubElement(SubElement(drawn, "thead"), "tr")
    for name, kind in zip(names, kinds, strict=True):
        _add(heads, "th", name, **{"class": kind, "scope": "col"})
    mixed = "unit" in names
    rows = SubElement(drawn, "tbody")
    for cells in zip(*columns, strict=True):
        row = SubElement(rows, "tr")
        for value, kind in zip(cells, kinds, strict=True):
            _add(row, "td", _shown(value, mixed), **{"class": kind})


def _with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Make columns of an index that says something: one with a name, or of words."""
    index = table.index
    if all(name is None for name in index.names) and pd.api.types.is_integer_dtype(index.dtype):
        return table
    names = ["" if name is None else name for name in index.names]
    return table.reset_index(names=names, allow_duplicates=True)


def _heading(name: object) -> str:
    """Join the levels of a column's name."""
    levels = name if isinstance(name, tuple) else (name,)
    return ", ".join(str(level) for level in levels if level != "")


def _numeric(column: Sequence[object]) -> bool:
    """Say whether a column holds numbers and nothing else."""
    there = [value for value in column if not _missing(value)]
    return bool(there) and all(
        isinstance(value, numbers.Real) and not isinstance(value, bool) for value in there
    )


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or value is pd.NaT or value != value


def _shown(value: object, mixed: bool) -> str:
    """Write a cell: numbers rounded, years without a separator, a dash for nothing.

    Numbers of several units have no common size, so that small ones keep their digits.
    """
    if _missing(value):
        return "-"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        whole = int(value)
        return str(whole) if abs(whole) < 10_000 else f"{whole:,}"
    if isinstance(value, numbers.Real):
        return _decimal(float(value), mixed)
    return str(value)


def _decimal(value: float, mixed: bool) -> str:
    if value == 0:
        return "0"
    if mixed and abs(value) < _SMALL_NUMBER:
        return f"{value:.2g}"
    # What rounds to nought has no sign.
    return str(Rounded(round(value, 4) + 0.0))


def _picture(path: Path) -> str:
    """Take in a PNG file as a data address."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    if not data.startswith(_PNG):
        raise InputError(f"{path} is not a PNG picture")
    return "data:image/png;base64," + base64.b64encode(data).decode("ascii")
