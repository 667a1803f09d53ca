"""A result as files and on the screen: page, Word file, workbook, tables, pictures, JSON.

Everything is written in one place, so that all analyses look alike. A page holds its pictures,
runs no script and loads nothing; every value in it is escaped.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smecluster.model.presentation.exports import write_figure, write_table
from smecluster.model.presentation.language.catalogue import TAGS
from smecluster.model.support.files import write_atomic
from smecluster.model.writing.pages import Page, Table, Text
from smecluster.model.writing.result import label_units

if TYPE_CHECKING:
    from jinja2 import Template

    from smecluster.model.presentation.plotting import Figure
    from smecluster.model.writing.result import Result

Stamp = Mapping[str, str]
_TEMPLATES = Path(__file__).with_name("templates")
_STYLES = Path(__file__).parents[1] / "presentation" / "templates"
# All pictures at one scale, so that their letters are of one size.
_DPI, _PIXELS_PER_INCH = 130, 80


@dataclass(frozen=True)
class Writer:
    """Where a result goes, and in which language its words are.

    Attributes
    ----------
    folder : Path
        A folder that is new, empty or the program's own.
    language : str
        Code of the language of page and pictures.
    stamp : mapping of str to str
        Where the result came from.
    """

    folder: Path
    language: str
    stamp: Stamp

    def write(self, result: Result, formats: tuple[str, ...] = ("html",)) -> list[Path]:
        """Write a result's page, tables and pictures.

        Parameters
        ----------
        result : Result
            The result.
        formats : tuple of {"html", "xlsx"}
            What is written beside tables and pictures.

        Returns
        -------
        list of Path
            The files; the page is the first.

        Raises
        ------
        InputError
            If a file cannot be written.
        """
        # Imported late: what only prints waits for no drawing.
        from smecluster.model.writing.forms import draw

        page = result.page(self.language)
        figures = {name: draw(one, self.language) for name, one in page.drawings.items()}
        files = []
        if "html" in formats:
            place = self.folder / f"{result.template}.html"
            files.append(write_atomic(place, render_html(page, figures, self.stamp)))
        if "xlsx" in formats:
            files.append(result.to_excel(self.folder / f"{result.template}.xlsx", self.language))
        for name, table in result.tables.items():
            files += write_table(label_units(table), self.folder, name, self.stamp)
        for name, figure in figures.items():
            files.append(write_figure(figure, self.folder, name, self.stamp))
        return files


def render_html(page: Page, figures: Mapping[str, Figure], stamp: Stamp) -> str:
    """Write a page as one HTML file that needs nothing else.

    Parameters
    ----------
    page : Page
        The page.
    figures : mapping of str to Figure
        Its pictures, drawn.
    stamp : mapping of str to str
        Where it came from.

    Returns
    -------
    str
        The text of the file; the same for the same arguments.
    """
    drawn = {name: _embed(figure) for name, figure in figures.items()}
    return _template("answer.html").render(
        page=page, drawn=drawn, stamp=stamp, tag=TAGS[page.language]
    )


def show(page: Page, print_text: Callable[[str], None], print_table: Callable[..., None]) -> None:
    """Print the head of a page: its sentences, and its tables as rows of text.

    Parameters
    ----------
    page : Page
        The page.
    print_text, print_table : callable
        Print a paragraph; print headings, rows and a caption.
    """
    for block in page.head:
        if isinstance(block, Text):
            print_text(block.plain)
        elif isinstance(block, Table):
            print_text("")
            print_table(block.headings, block.rows, block.caption)


def make_record(result: Result, language: str, stamp: Stamp) -> dict[str, Any]:
    """Give a result as what JSON holds: stamp, answer, what it rests on, and tables."""
    tables = {name: label_units(one).to_dict("records") for name, one in result.tables.items()}
    page = result.page(language)
    basis = [one.plain for one in page.body if isinstance(one, Text) and one.kind != "heading"]
    return {"stamp": dict(stamp), "answer": result.answer(language), "basis": basis, **tables}


def _embed(figure: Figure) -> tuple[str, int]:
    """Give a figure as a data address, and its width in pixels of the page."""
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=_DPI)
    address = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")
    return address, round(figure.get_figwidth() * _PIXELS_PER_INCH)


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([_TEMPLATES, _STYLES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(name)
