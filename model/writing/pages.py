"""Pages: what an analysis found, put into words by a template in Markdown for each language.

A template says everything that a reader sees: sentences, the headings of tables, the words on
pictures. It is handed facts, tables and pictures as data, and a few functions (`words.Words`).
What stands before its first section is the head of the page: the answer, which a terminal shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from smecluster.model.writing.words import CHINESE, Words

if TYPE_CHECKING:
    from jinja2 import Environment
    from markdown_it.token import Token

    from smecluster.model.writing.pictures import Picture

_HOUSE = Path(__file__).parents[2]
#: Folders with templates; their names are unlike.
FOLDERS = tuple(
    _HOUSE / room / "pages" for room in ("model", "policies", "calibration", "sensitivity")
)
# White space before these is an accident of how a template is laid out.
_BEFORE_MARKS = re.compile(r"\s+([,.;:)，。；：）])(?=\s|$)|\s+([，。；：）])")
# What stands for a table or picture until the Markdown is read.
_PLACE = re.compile(r"⟦(\d+)⟧")
# How a template joins columns: the ends of an interval, a count and its total.
_INTERVAL, _COUNT = " - ", " / "


@dataclass(frozen=True)
class Text:
    """A heading, paragraph or item of a list.

    Attributes
    ----------
    kind : {"title", "heading", "paragraph", "item"}
        What it is.
    plain : str
        Its words alone.
    html : str
        Its words with emphasis, code and links as HTML.
    """

    kind: str
    plain: str
    html: str


@dataclass(frozen=True)
class Table:
    """A table as a page shows it: every cell is text, columns of numbers stand on the right."""

    caption: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[bool, ...]


@dataclass(frozen=True)
class Drawing:
    """A picture on a page, with the words on it in the page's language."""

    name: str
    picture: Picture
    words: Mapping[str, str]


Block = Text | Table | Drawing


@dataclass(frozen=True)
class Page:
    """A page in one language.

    Attributes
    ----------
    language : str
        Code of its language.
    title : str
        Its title.
    head : tuple of Block
        The answer.
    body : tuple of Block
        What the answer rests on; sections begin with a heading.
    """

    language: str
    title: str
    head: tuple[Block, ...]
    body: tuple[Block, ...]

    @property
    def drawings(self) -> dict[str, Drawing]:
        """Its pictures by name."""
        blocks = (*self.head, *self.body)
        return {block.name: block for block in blocks if isinstance(block, Drawing)}


def render(
    template: str,
    facts: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    pictures: Mapping[str, Picture],
    language: str,
) -> Page:
    """Put facts into words.

    Parameters
    ----------
    template : str
        Name of the page's template, without language and suffix.
    facts : mapping
        What the template's sentences speak of.
    tables, pictures : mapping
        Data by the names that the template uses. A picture or column that is not there is left
        out.
    language : str
        Code of a language.

    Returns
    -------
    Page
        The page.
    """
    words = Words(language)
    placed: list[Table | Drawing] = []

    def place(block: Table | Drawing) -> str:
        placed.append(block)
        return f"\n\n⟦{len(placed) - 1}⟧\n\n"

    def table(
        name: str,
        caption: str,
        columns: Mapping[str, str],
        most: int | None = None,
        only: Mapping[str, str] | None = None,
        names: Mapping[str, str] | None = None,
    ) -> str:
        shown = tables[name]
        for column, value in (only or {}).items():
            shown = shown[shown[column] == value]
        shown = shown.replace(names or {})
        return place(lay_out(shown.head(most or len(shown)), caption, columns, words))

    def picture(name: str, **said: str) -> str:
        if name not in pictures:
            return ""
        return place(Drawing(name, pictures[name], said))

    source = _environment(language).get_template(f"{template}.{language}.md.jinja")
    text = source.render(**facts, words=words, table=table, picture=picture)
    text = _BEFORE_MARKS.sub(r"\1\2", text)
    title, *blocks = _read_blocks(text, placed, language)
    if not isinstance(title, Text) or title.kind != "title":
        raise ValueError(f"{template}.{language}: a page begins with its title")
    headings = [
        at for at, one in enumerate(blocks) if isinstance(one, Text) and one.kind == "heading"
    ]
    first = headings[0] if headings else len(blocks)
    return Page(language, title.plain, tuple(blocks[:first]), tuple(blocks[first:]))


def lay_out(table: pd.DataFrame, caption: str, columns: Mapping[str, str], words: Words) -> Table:
    """Turn columns of a table into what a reader sees.

    Parameters
    ----------
    table : pandas.DataFrame
        The table.
    caption : str
        What it shows.
    columns : mapping of str to str
        Headings by column, in order; ``low - high`` shows an interval and ``count / total`` a
        count. Columns that the table lacks are left out. Values in a unit of the model
        (``attrs["units"]``) are converted for the reader, whose unit is added to the heading.
    words : Words
        The language of names and numbers.

    Returns
    -------
    Table
    """
    headings, cells, numbers = [], [], []
    for column, heading in columns.items():
        parts = re.split(f"{_INTERVAL}|{_COUNT}", column)
        if not set(parts) <= set(table.columns):
            continue
        unit, factor = words.unit(table.attrs.get("units", {}).get(parts[0], ""))
        write = words.own_unit if column == "unit" else words.cell
        own = [[write(value) for value in _convert(table[part], factor)] for part in parts]
        join = words.interval if _INTERVAL in column else words.count_of
        cells.append(own[0] if len(own) == 1 else [join(*pair) for pair in zip(*own, strict=True)])
        headings.append(f"{heading} [{unit}]" if factor != 1.0 else heading)
        numbers.append(len(own) > 1 or _holds_numbers(table[column]))
    return Table(caption, tuple(headings), tuple(zip(*cells, strict=True)), tuple(numbers))


def _convert(column: pd.Series, factor: float) -> pd.Series:
    return column if factor == 1.0 else column * factor


def _holds_numbers(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and column.dtype != np.bool_


def _read_blocks(text: str, placed: Sequence[Table | Drawing], language: str) -> Iterator[Block]:
    """Read Markdown as blocks; a nested list is one list."""
    reader = _markdown(language)
    kinds = {"h1": "title", "h2": "heading"}
    kind, in_list = "paragraph", 0
    for token in reader.parse(text):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            in_list += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            in_list -= 1
        elif token.type == "heading_open":
            kind = kinds[token.tag]
        elif token.type == "inline":
            match = _PLACE.fullmatch(token.content.strip())
            if match:
                yield placed[int(match[1])]
            else:
                kind = "item" if in_list and kind == "paragraph" else kind
                html = reader.renderer.render([token], reader.options, {}).strip()
                yield Text(kind, _plain(token, language), html)
            kind = "paragraph"


def _plain(token: Token, language: str) -> str:
    between = "" if language == CHINESE else " "
    parts = [
        between if child.type == "softbreak" else child.content for child in token.children or ()
    ]
    return re.sub(r" +", " ", "".join(parts)).strip()


@cache
def _markdown(language: str) -> Any:
    """Make the reader of Markdown; HTML in a text is text, a Chinese line ends without a blank."""
    # Imported late, like the templates' engine: few commands write a page.
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False})
    if language == CHINESE:
        reader.add_render_rule("softbreak", lambda *_: "")
    return reader


@cache
def _environment(language: str) -> Environment:
    """Make the templates' engine; it is the language's own, for macros in macros find its words."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([folder for folder in FOLDERS if folder.is_dir()]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.globals.update(Words(language).functions)
    return environment
