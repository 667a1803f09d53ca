"""How commands print: tables for people, JSON for machines, progress only to a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smecluster.model.writing.result import Result

# More files than this are counted, not listed.
_NAMED = 4


def print_json(content: Any) -> None:
    """Print a value as JSON: numbers as they are, what is not a number as null."""
    print(json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False))


def print_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[object]],
    title: str | None = None,
    about: str | None = None,
) -> None:
    """Print a table: laid out for a terminal, tab-separated with its headings otherwise.

    Parameters
    ----------
    headings : sequence of str
        One for each column; short, since no word of them is broken.
    rows : sequence of sequences
        Cells, printed with ``str``; a column of numbers is set to the right.
    title, about : str, optional
        Printed above the table on a terminal; `about` says, for example, the unit.
    """
    from smecluster.model.presentation.language.spoken import say

    if not say.english:
        headings, rows = (
            [say.word(one) for one in headings],
            [[say.word(cell) if isinstance(cell, str) else cell for cell in row] for row in rows],
        )
    if not sys.stdout.isatty():
        for line in [headings, *rows]:
            print("\t".join(map(str, line)))
        return
    from rich.console import Console

    from smecluster.model.presentation.wrapping import wrap
    from smecluster.scripts.shared.layout import Line, lay_out

    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True)
    above: list[Line] = [("heading", line) for line in wrap(title or "", console.width)]
    above += [("row", line) for line in wrap(about or "", console.width)]
    styles = {"heading": "bold", "group": "italic", "rule": "dim", "row": ""}
    for kind, line in [*above, *lay_out(headings, rows, console.width)]:
        console.print(line, style=styles[kind])


def print_text(text: str, indent: str = "") -> None:
    """Print a paragraph, wrapped between words at a terminal and in one line otherwise."""
    if not sys.stdout.isatty():
        print(indent + text)
        return
    import shutil

    from smecluster.model.presentation.wrapping import fill

    width = max(shutil.get_terminal_size().columns, 20)
    print(fill(text, width, indent))


def print_lines(lines: Iterable[str]) -> None:
    """Print paragraphs, each as `print_text` does; what a line is indented by, its rest is too."""
    for line in lines:
        text = line.lstrip(" ")
        print_text(text, " " * (len(line) - len(text)))


def note(message: str) -> None:
    """Tell a person at a terminal what is going on; say nothing to a pipe or a file."""
    if sys.stderr.isatty():
        print(message, file=sys.stderr)


def finish_result(result: Result, folder: Path, stamp: Mapping[str, str], *, json: bool) -> None:
    """Write a result into a folder, and print the head of its page, or JSON.

    Parameters
    ----------
    result : Result
        The result.
    folder : Path
        Where its page, tables and pictures go.
    stamp : mapping of str to str
        Where it came from.
    json : bool
        Whether JSON is printed instead of words.
    """
    from smecluster.model.presentation.language.spoken import say
    from smecluster.model.writing.writer import Writer, make_record, show

    language = say.language.code
    files = Writer(folder, language, stamp).write(result)
    if not json:
        show(result.page(language), print_text, print_table)
    finish(files, make_record(result, language, stamp) if json else None)


def finish(files: Sequence[Path], record: Mapping[str, Any] | None = None) -> None:
    """End a command: with its record as JSON where that was asked for, else with its files.

    Parameters
    ----------
    files : sequence of Path
        The files that were written.
    record : mapping, optional
        What is printed; the files are added to it.
    """
    if record is not None:
        print_json({**record, "files": [str(path) for path in files]})
        return
    from smecluster.model.presentation.language.spoken import say

    if len(files) <= _NAMED:
        for path in files:
            note(say("wrote {path}", path=path))
        return
    pages = [path for path in files if path.suffix == ".html"]
    for path in pages:
        note(say("wrote {path}", path=path))
    folders = ", ".join(dict.fromkeys(str(path.parent) for path in files))
    kinds = ", ".join(sorted({path.suffix for path in files} - {".html"}))
    told = {"count": len(files) - len(pages), "folders": folders, "kinds": kinds}
    note(say("wrote {count} more files in {folders} ({kinds})", **told))


def _plain(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {str(name): _plain(value) for name, value in content.items()}
    if isinstance(content, str) or content is None or isinstance(content, bool | int):
        return content
    if hasattr(content, "tolist"):  # NumPy's numbers and arrays
        return _plain(content.tolist())
    if isinstance(content, float):
        return content if content - content == 0 else None
    if isinstance(content, Sequence):
        return [_plain(value) for value in content]
    return str(content)
