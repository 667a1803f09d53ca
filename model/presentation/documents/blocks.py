"""What a document is made of, whatever file it becomes: parts, paragraphs, tables and pictures.

A document is in one language, and all its words are in it already: what writes it to a file adds
none of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """A cell of a table.

    Attributes
    ----------
    text : str
        What a reader sees.
    value : float or None
        The number behind it, in the unit of its column, for the workbook.
    tone : str
        Class of its colour; a reader who sees none misses nothing.
    ends : tuple of float, or None
        Low and high end of the 90 % interval that its text gives, for the workbook.
    """

    text: str
    value: float | None = None
    tone: str = ""
    ends: tuple[float, float] | None = None


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        Its heading.
    unit : str
        Unit of its numbers; empty where there is none.
    number : bool
        Whether it holds numbers, which stand on the right.
    """

    name: str
    unit: str = ""
    number: bool = False

    @property
    def heading(self) -> str:
        """The heading with its unit."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name


@dataclass(frozen=True)
class Table:
    """A table that is small enough for one sheet of paper.

    Attributes
    ----------
    sheet : str
        What its sheet in the workbook is called.
    caption : str
        What it shows.
    columns : tuple of Column
        Its columns.
    rows : tuple of tuple of Cell
        Its rows, as long as `columns`.
    notes : tuple of str
        What a reader must know of it.
    """

    sheet: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(row) for row in self.rows} - {len(self.columns)}
        if lengths:
            raise ValueError(f"{self.sheet}: rows of {lengths}, but {len(self.columns)} columns")


@dataclass(frozen=True)
class Picture:
    """A figure.

    Attributes
    ----------
    name : str
        By which whoever writes the document finds its file.
    caption : str
        What it shows.
    """

    name: str
    caption: str


@dataclass(frozen=True)
class Part:
    """A part of a document: text, pictures, tables.

    Attributes
    ----------
    title : str
        Its heading.
    text : tuple of str
        Paragraphs.
    tables : tuple of Table
        Its tables.
    pictures : tuple of Picture
        Its figures.
    boxed : bool
        Whether a frame sets it apart.
    """

    title: str
    text: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()
    boxed: bool = False


@dataclass(frozen=True)
class Document:
    """A document.

    Attributes
    ----------
    language : str
        Code of its language, such as ``en``.
    title : str
        Its title.
    lead : str
        What is asked, in a line below the title.
    verdict : tuple of str
        The answer, each sentence by itself.
    picture : Picture or None
        The figure after the verdict.
    parts : tuple of Part
        What the answer rests on.
    stamp_title : str
        Heading of the stamp.
    stamp : mapping of str to str
        Where it came from.
    labels : mapping of str to str
        Words that a workbook needs: ``summary`` and ``notes`` (names of sheets).
    """

    language: str
    title: str
    lead: str
    verdict: tuple[str, ...]
    picture: Picture | None
    parts: tuple[Part, ...]
    stamp_title: str
    stamp: Mapping[str, str]
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def tables(self) -> list[Table]:
        """All its tables, in order."""
        return [table for part in self.parts for table in part.tables]

    @property
    def pictures(self) -> list[Picture]:
        """All its figures, in order."""
        first = [] if self.picture is None else [self.picture]
        return [*first, *(picture for part in self.parts for picture in part.pictures)]


def measure_text(text: str) -> int:
    """Give the width of the longest line; a Chinese character is as wide as two letters."""
    return max(
        sum(2 if ord(letter) > 0x2E7F else 1 for letter in line) for line in text.split("\n")
    )
