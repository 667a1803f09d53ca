"""One HTML page that needs nothing else: the answer first, then tables and figures, then the stamp.

It holds its figures, runs no script, loads nothing from the network, and prints on A4. The
template escapes every value, so whatever stands in a user's file is shown as text.
"""

from __future__ import annotations

import base64
import io
import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smecluster.model.errors import InputError
from smecluster.model.presentation.formatting import Rounded
from smecluster.model.presentation.language.catalogue import TAGS, mark
from smecluster.model.presentation.language.spoken import say
from smecluster.model.presentation.language.tables import speak_table

if TYPE_CHECKING:
    from jinja2 import Template

# All pictures at one scale, so that their letters are of one size; the widest fill the page.
_PIXELS_PER_INCH, _PLAIN_DPI = 80, 100
_PNG = b"\x89PNG\r\n\x1a\n"
# A page with more sections than this gets a table of contents.
_FEW_SECTIONS = 3
# A table with more columns is set smaller; with still more it is printed on a wide page.
_SMALL, _WIDE = 8, 11
_SMALL_NUMBER = 1e-3
#: Entries of a stamp that no other page names.
_STAMPED = (mark("budget"), mark("horizon"))
_TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Section:
    """A part of a page: text, then tables, then figures.

    Attributes
    ----------
    title : str
        Its heading.
    text : sequence of str
        Paragraphs.
    tables : sequence of (str, pandas.DataFrame)
        Captions and tables. An index that has a name, or holds words, is shown as the first
        columns. Numbers are rounded to about four digits, small ones to the fourth decimal; in
        a table with a column ``unit`` the smallest keep two digits.
    figures : sequence of (str, Path)
        Captions and PNG files, which are embedded in the page.
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
        The answer for a reader in a hurry: a paragraph, a list, or answers by question.
    sections : sequence of Section
        The evidence for the answer.
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
    return load_template("page.html").render(
        lang=TAGS[say.language.code],
        title=title,
        answer=answer,
        contents=len(sections) > _FEW_SECTIONS,
        sections=[
            {
                "title": section.title,
                "text": section.text,
                "tables": [_lay_out(caption, table) for caption, table in section.tables],
                "figures": [(caption, *embed_picture(path)) for caption, path in section.figures],
            }
            for section in sections
        ],
        stamp={say.word(name): value for name, value in stamp.items()},
    )


@cache
def load_template(name: str) -> Template:
    """Load a page's template, which escapes every value."""
    # Imported late: few commands write a page.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    ).get_template(name)


def _lay_out(caption: str, table: pd.DataFrame) -> dict[str, Any]:
    """Give the template a table's headings, cells and classes."""
    flat = speak_table(_with_index(table))
    names = [_heading(name) for name in flat.columns]
    columns = [list(flat.iloc[:, at]) for at in range(len(names))]
    kinds = ["number" if _numeric(column) else "text" for column in columns]
    mixed = "unit" in names
    classes = ["table"]
    classes += ["small"] * (len(names) > _SMALL) + ["wide"] * (len(names) > _WIDE)
    return {
        "caption": caption,
        "classes": " ".join(classes),
        "columns": [
            {"name": say.word(name), "kind": kind} for name, kind in zip(names, kinds, strict=True)
        ],
        "rows": [
            [_format_cell(value, mixed) for value in row] for row in zip(*columns, strict=True)
        ],
    }


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


def _format_cell(value: object, mixed: bool) -> str:
    """Write a cell: numbers rounded, years without a separator, a dash for nothing.

    In a table of several units (`mixed`) small numbers keep their digits.
    """
    if _missing(value):
        return "-"
    if isinstance(value, (bool, np.bool_)):
        return say("yes") if value else say("no")
    if isinstance(value, numbers.Integral):
        whole = int(value)
        return str(whole) if abs(whole) < 10_000 else f"{whole:,}"
    if isinstance(value, numbers.Real):
        return _decimal(float(value), mixed)
    return say.word(str(value))


def _decimal(value: float, mixed: bool) -> str:
    if value == 0:
        return "0"
    if mixed and abs(value) < _SMALL_NUMBER:
        return f"{value:.2g}"
    # What rounds to zero has no sign.
    return str(Rounded(round(value, 4) + 0.0))


def embed_picture(path: Path) -> tuple[str, int]:
    """Turn a PNG file into a data address, and its width into pixels of the page.

    Raises
    ------
    InputError
        If it cannot be read, or is not a PNG picture.
    """
    # Imported late, like the template's engine.
    from PIL import Image

    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    if not data.startswith(_PNG):
        raise InputError(f"{path} is not a PNG picture")
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            pixels, dots = picture.width, picture.info.get("dpi", (_PLAIN_DPI,))[0]
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f"{path} is a damaged PNG picture: {error}") from None
    address = "data:image/png;base64," + base64.b64encode(data).decode("ascii")
    return address, round(pixels / (dots or _PLAIN_DPI) * _PIXELS_PER_INCH)
