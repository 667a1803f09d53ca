"""What the notebooks of a built site say, and whether a command in them was refused."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

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
