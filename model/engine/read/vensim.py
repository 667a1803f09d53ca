"""A Vensim file read into ranges, variables and expressions.

The file's text is data from its first character to its last: `engine.read.source` cuts it into
definitions, `engine.read.expression` reads their right-hand sides, and nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.domain import read_method
from smecluster.model.engine.read.expression import UnreadableError, read_points, read_vensim
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.engine.read.ranges import expand_elements
from smecluster.model.engine.read.source import parse
from smecluster.model.engine.read.syntax import Component, Element, File, Range, Section
from smecluster.model.errors import InputError

# A mapping: a range, or a range with an element of it for each of one's own.
_MAP = re.compile(r"\s*+(?:\((?P<to>[^:()]++):(?P<parts>[^()]*+)\)|(?P<name>[^,()]++))\s*+(?:,|\Z)")


def translate_vensim(text: str) -> File:
    """Read a Vensim model.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    File

    Raises
    ------
    InputError
        If a definition cannot be read; the message gives its line.
    """
    source = parse(text)
    macros = []
    for macro in source.macros:
        section = _read_section(macro.blocks)
        macros.append(
            Section(section.ranges, section.elements, macro.name, macro.inputs, macro.outputs)
        )
    return File(_read_section(source.blocks), tuple(macros), read_method(text))


def _read_section(blocks: Iterable[Block]) -> Section:
    ranges: list[Range] = []
    elements: dict[str, Element] = {}
    for block in blocks:
        if block.kind == "group":
            continue
        if block.kind in ("range", "equivalence"):
            ranges.append(_read_range(block))
            continue
        name = fold_name(block.name)
        known = elements.get(name)
        if known is None:
            limits = (block.low, block.high)
            known = Element(block.name, (), block.unit, block.comment, limits, block.line)
        components = (*known.components, _read_component(block))
        elements[name] = replace(known, components=components)
    return Section(tuple(ranges), tuple(elements.values()))


def _read_component(block: Block) -> Component:
    if block.kind == "data" and not block.expression:
        raise InputError(f"line {block.line}: {block.name!r} is a data variable without data")
    try:
        if block.kind == "table":
            tree, kind = read_points(block.expression), "table"
        else:
            tree, kind = read_vensim(block.expression), "equation"
    except UnreadableError as error:
        raise InputError(
            f"line {block.line}: the equation of {block.name!r} cannot be read: {error}"
        ) from None
    except RecursionError:
        raise InputError(
            f"line {block.line}: the equation of {block.name!r} is nested too deeply: split it"
        ) from None
    return Component(block.subscripts, block.excepted, tree, kind, block.line)


def _read_range(block: Block) -> Range:
    """Read the definition of a range, and what it maps to."""
    if block.kind == "equivalence":
        return Range(block.name, equals=join_lines(block.expression).strip('"'))
    body, arrow, mapped = block.expression.partition("->")
    elements = expand_elements(body, block)
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
            parts = expand_elements(match["parts"], block)
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
