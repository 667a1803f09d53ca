"""How commands print: tables for people, JSON for machines, progress only to a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def print_json(content: Any) -> None:
    """Print a value as JSON: numbers as they are, what is not a number as null."""
    print(json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False))


def print_table(
    headings: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None
) -> None:
    """Print a table: ruled for a terminal, tab-separated with its headings otherwise.

    Parameters
    ----------
    headings : sequence of str
        One for each column.
    rows : sequence of sequences
        Cells, printed with ``str``; a column of numbers is set to the right.
    title : str, optional
        Printed above the table on a terminal.
    """
    cells = [[str(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for line in [list(headings), *cells]:
            print("\t".join(line))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", show_edge=False)
    for at, heading in enumerate(headings):
        numbers = bool(rows) and all(isinstance(row[at], int | float) for row in rows)
        table.add_column(heading, justify="right" if numbers else "left", overflow="fold")
    for line in cells:
        table.add_row(*line)
    Console(highlight=False, markup=False).print(table)


def note(message: str) -> None:
    """Tell a person at a terminal what is going on; say nothing to a pipe or a file."""
    if sys.stderr.isatty():
        print(message, file=sys.stderr)


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
    for path in files:
        note(f"wrote {path}")


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
