"""Definitions of ranges in a Vensim file: their elements, and what they map to."""

from __future__ import annotations

import re

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import join_lines
from smecluster.model.engine.read.subscript_ranges import expand_elements
from smecluster.model.engine.read.syntax import Range
from smecluster.model.support.errors import InputError

# A mapping: a range, or a range with an element of it for each of one's own.
_MAP = re.compile(r"\s*+(?:\((?P<to>[^:()]++):(?P<parts>[^()]*+)\)|(?P<name>[^,()]++))\s*+(?:,|\Z)")


def read_range(block: Block) -> Range:
    """Read the definition of a range.

    Parameters
    ----------
    block : Block
        A definition of the kind ``"range"`` or ``"equivalence"``.

    Returns
    -------
    Range

    Raises
    ------
    InputError
        If a mapping cannot be read.
    """
    if block.kind == "equivalence":
        return Range(block.name, equals=join_lines(block.expression).strip('"'))
    body, arrow, mapped = block.expression.partition("->")
    elements = tuple(
        element for part in body.split(",") for element in expand_elements(part.strip(), block)
    )
    maps: dict[str, tuple[str, ...]] = {}
    place = 0
    while arrow and place < len(mapped):
        match = _MAP.match(mapped, place)
        if match is None:
            raise InputError(
                f"line {block.line}: the mapping of the range {block.name!r} cannot be read: "
                f"{mapped[place:].strip()[:60]!r}"
            )
        if match["name"] is not None:
            maps[_clean(match["name"])] = ()
        else:
            parts = tuple(
                element
                for part in match["parts"].split(",")
                for element in expand_elements(part.strip(), block)
            )
            if len(parts) != len(elements):
                raise InputError(
                    f"line {block.line}: the range {block.name!r} has {len(elements)} elements and "
                    f"maps {len(parts)} to {_clean(match['to'])!r}: give one for each"
                )
            maps[_clean(match["to"])] = parts
        place = match.end()
    return Range(block.name, elements, maps=maps)


def _clean(name: str) -> str:
    return join_lines(name).strip('"')
