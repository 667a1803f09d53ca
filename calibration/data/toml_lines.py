"""Line numbers in a TOML file, which its parser does not give."""

from __future__ import annotations

import re

#: A place in a parsed file: names of tables and fields, indices of repeated tables.
Spot = tuple[str | int, ...]

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$")
_FIELD = re.compile(r"\s*([\w-]+|\"[^\"]*\")\s*=")


class Lines:
    """The line numbers of a TOML file's tables and fields.

    Inline tables (``{...}``) and fields below the second level are found at the line of what
    contains them.

    Parameters
    ----------
    text : str
        The file's text, which must be valid TOML.
    """

    def __init__(self, text: str) -> None:
        self._found: dict[Spot, int] = {}
        counts: dict[str, int] = {}
        table: Spot = ()
        for number, line in enumerate(text.splitlines(), 1):
            header = _HEADER.match(line)
            if header:
                table = tuple(header[2].split("."))
                if header[1] == "[[":
                    at = counts.get(header[2], 0)
                    counts[header[2]] = at + 1
                    table = (*table, at)
                self._found.setdefault(table, number)
                continue
            field = _FIELD.match(line)
            if field:
                self._found.setdefault((*table, field[1].strip('"')), number)

    def find_line(self, spot: Spot) -> int:
        """Find the line of a place, or else of what contains it, or else 1."""
        for length in range(len(spot), 0, -1):
            if spot[:length] in self._found:
                return self._found[spot[:length]]
        return 1
