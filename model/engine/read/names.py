"""Names, numbers and subscripts as Vensim writes them."""

from __future__ import annotations

import re
from functools import lru_cache

# No pattern may read a character twice, or a hostile file takes hours: a number is taken whole
# (``++``, ``*+``), and a bracket ends at the next one, opened or closed. Blanks that two parts of
# a pattern may take belong to the first: a list of thirty numbers with an empty place would be
# tried in 2^30 ways otherwise.
NUMBER = r"[+-]?\s*+(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?"
_TOKEN = re.compile(
    r'(?P<name>"(?:[^"\\]|\\.)*"|[^\W\d_](?:[\w\s\'$])*)'
    r"|(?P<text>'[^']*')"
    r"|(?P<number>(?:\d++(?:\.\d*+)?|\.\d++)(?:[eE][+-]?\d++)?)"
    r"|(?P<keyword>:[A-Z ]+:)",
    re.I,
)
_BRACKET = re.compile(r"\[[^\[\]]*\]")


@lru_cache(maxsize=65536)
def fold_name(name: str) -> str:
    """Turn a name into the form in which Vensim compares names.

    Parameters
    ----------
    name : str
        A variable's or subscript's name as written.

    Returns
    -------
    str
        Lower case, without quotes; blanks and underscores count as one blank.
    """
    return re.sub(r"[\s_]+", " ", name.strip().strip('"')).strip().casefold()


def join_lines(text: str) -> str:
    """Put a text on one line with single blanks."""
    return " ".join(re.sub(r"\\[ \t]*\r?\n", " ", text).split())


def parse_number(text: str) -> float:
    """Read a number as Vensim writes it: a blank may follow its sign."""
    return float(re.sub(r"\s+", "", text))


def split_elements(bracket: str) -> tuple[str, ...]:
    """Split ``[a, b]`` into its names."""
    inside = bracket.strip()[1:-1]
    return (
        tuple(join_lines(part).strip('"') for part in inside.split(",")) if inside.strip() else ()
    )


def list_subscripts(expression: str) -> tuple[tuple[str, ...], ...]:
    """List the subscripts of each name that an expression mentions."""
    return tuple(split_elements(match) for match in _BRACKET.findall(expression))


def list_names(expression: str) -> tuple[str, ...]:
    """List the names that an expression mentions, without subscripts.

    Parameters
    ----------
    expression : str
        Right-hand side of an equation.

    Returns
    -------
    tuple of str
        Comparable forms (see `fold_name`) of variables, tables and functions, each once.
    """
    bare = _BRACKET.sub(" ", expression)
    names = (match["name"] for match in _TOKEN.finditer(bare))
    return tuple(dict.fromkeys(fold_name(name) for name in names if name))


def list_numbers(expression: str) -> tuple[str, ...]:
    """List the numbers that an expression contains, as written."""
    bare = _BRACKET.sub(" ", expression)
    return tuple(match["number"] for match in _TOKEN.finditer(bare) if match["number"])
