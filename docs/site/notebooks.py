"""What the notebooks of a site say, and whether a command in them was refused."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

from myst_nb.core.utils import coalesce_streams

_OUTPUT = re.compile(r'<div class="cell_output.*?</pre>', re.DOTALL)
_REFUSED = re.compile(r"^(error: .*)$", re.MULTILINE)


def find_refusals(folder: Path) -> list[str]:
    """Find commands in tutorials that ended in an error; a shell line raises nothing by itself.

    Parameters
    ----------
    folder : Path
        The built site.

    Returns
    -------
    list of str
        A line each: the page and the error.
    """
    found = []
    for path in sorted((folder / "docs" / "tutorials").glob("*.html")):
        for output in _OUTPUT.findall(path.read_text(encoding="utf-8")):
            text = unescape(re.sub(r"<[^>]+>", "", output))
            found += [f"{path.name}: {line}" for line in _REFUSED.findall(text)]
    return found


def join_streams(outputs: list[Any]) -> list[Any]:
    """Join what a cell printed in pieces, wherever a piece ends.

    myst-nb begins a line with each piece, which breaks a table in the middle of a number.

    Parameters
    ----------
    outputs : list of NotebookNode
        The outputs of a cell.

    Returns
    -------
    list of NotebookNode
        The outputs, each stream as one.
    """
    joined: list[Any] = []
    streams: dict[str, Any] = {}
    for output in outputs:
        if output["output_type"] == "stream" and output["name"] in streams:
            streams[output["name"]]["text"] += output["text"]
            continue
        if output["output_type"] == "stream":
            streams[output["name"]] = output
        joined.append(output)
    found: list[Any] = coalesce_streams(joined)
    return found
