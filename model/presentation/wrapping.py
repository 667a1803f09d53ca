"""Lines of text in any script: Chinese breaks between characters, each as wide as two letters."""

from __future__ import annotations

import re
import textwrap
import unicodedata

_WIDE = "WF"
# What may not begin a line stays with what is before it, what may not end one with what follows.
_CLOSING, _OPENING = "，。；：）、》”%", "（《“"
_PIECES = re.compile(rf"[{_OPENING}]*(?:[^\W\d_a-zA-Z]|[^\s\u2e80-\uffef]+|.)[{_CLOSING}]*\s*")


def measure(text: str) -> int:
    """Count the columns that a text takes on a terminal; a Chinese character takes two."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in _WIDE)
        for letter in text
    )


def is_wide(text: str) -> bool:
    """Say whether a text has characters that are as wide as two letters."""
    return any(unicodedata.east_asian_width(letter) in _WIDE for letter in text)


def split_pieces(text: str) -> list[str]:
    """Split a text where its lines may be broken: at blanks, and between Chinese characters."""
    return _PIECES.findall(text) if is_wide(text) else re.findall(r"\S+\s*", text)


def wrap(text: str, width: int) -> list[str]:
    """Break a text into lines.

    Parameters
    ----------
    text : str
        The text.
    width : int
        Most columns of a line, counted as letters.

    Returns
    -------
    list of str
        The lines; none of an empty text.

    Examples
    --------
    >>> wrap("a text of letters", 8)
    ['a text', 'of', 'letters']
    >>> wrap("增加值，以及就业。", 10)
    ['增加值，以', '及就业。']
    """
    if not is_wide(text):
        return textwrap.wrap(text, width)
    lines, line = [], ""
    for piece in split_pieces(" ".join(text.split())):
        if line and measure((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = piece
        else:
            line += piece
    return [*lines, line.rstrip()] if line else lines


def fill(text: str, width: int, indent: str = "") -> str:
    """Break a text into lines, each indented, and join them."""
    lines = wrap(text, width - measure(indent)) or [""]
    return "\n".join(indent + line for line in lines)
