"""The ranges of a Vensim model: their elements written out, within what is read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sized
from graphlib import CycleError, TopologicalSorter

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.support.limits import MOST_CELLS, MOST_ELEMENTS


def read_ranges(blocks: Iterable[Block]) -> dict[str, tuple[str, ...]]:
    """Read the elements of each range.

    Parameters
    ----------
    blocks : iterable of Block
        The definitions of a model.

    Returns
    -------
    dict of str to tuple of str
        By range, equivalent ones included, its elements in order.

    Raises
    ------
    InputError
        If a range cannot be read, contains itself, is too long, or is equivalent to none.
    """
    ranges: dict[str, tuple[str, ...]] = {}
    lines: dict[str, int] = {}
    for block in blocks:
        if block.kind == "range":
            body = block.expression.partition("->")[0]
            listed: list[str] = []
            for part in body.split(","):
                listed.extend(expand_elements(part.strip(), block))
            _check_length(block.name, block.line, listed)
            ranges[block.name] = tuple(listed)
            lines[block.name] = block.line
    spelled = {fold_name(name): name for name in ranges}
    # A range may list other ranges and then has their elements: inner ranges come first.
    inside = {
        name: {spelled[key] for key in map(fold_name, given) if key in spelled} - {name}
        for name, given in ranges.items()
    }
    try:
        order = tuple(TopologicalSorter(inside).static_order())
    except CycleError as error:
        name = error.args[1][0]
        raise InputError(f"line {lines[name]}: the range {name!r} contains itself") from error
    for name in order:
        flat: dict[str, None] = {}
        for element in ranges[name]:
            inner = spelled.get(fold_name(element), name)
            flat.update(dict.fromkeys((element,) if inner == name else ranges[inner]))
            _check_length(name, lines[name], flat)
        ranges[name] = tuple(flat)
    for block in blocks:
        if block.kind == "equivalence":
            other = spelled.get(fold_name(block.expression))
            if other is None:
                raise UnknownNameError(f"range (line {block.line})", block.expression, ranges)
            ranges[block.name] = ranges[other]
    return ranges


def expand_elements(element: str, block: Block) -> Iterable[str]:
    """Write out a part of the definition of a range, such as ``(A1-A3)``.

    Parameters
    ----------
    element : str
        A name, or a numbered range in brackets.
    block : Block
        The definition, for messages.

    Returns
    -------
    iterable of str

    Raises
    ------
    InputError
        If a numbered range cannot be read, runs backwards or is too long.
    """
    if not (element.startswith("(") and element.endswith(")")):
        return (join_lines(element).strip('"'),) if element else ()
    left, _, right = element[1:-1].partition("-")
    stem, first = _split_number(left)
    other, last = _split_number(right)
    if stem is None or other is None or stem != other:
        raise InputError(
            f"line {block.line}: the range {block.name!r} cannot be read: write {element[:60]!r} "
            "like (A1-A9), or list its elements"
        )
    # A longer number says by its length that there are too many.
    if max(len(first), len(last)) > 15 or int(last) - int(first) >= MOST_ELEMENTS:
        raise _refuse_length(block.name, block.line)
    if int(last) < int(first):
        raise InputError(f"line {block.line}: the range {block.name!r} runs backwards: {element}")
    return (f"{stem}{number}" for number in range(int(first), int(last) + 1))


def _split_number(text: str) -> tuple[str | None, str]:
    """Split ``A12`` into its stem and its number; no stem without a number."""
    bare = text.strip()
    stem = bare.rstrip("0123456789")
    return (stem, bare[len(stem) :]) if stem != bare else (None, "")


def _check_length(name: str, line: int, listed: Sized) -> None:
    if len(listed) > MOST_ELEMENTS:
        raise _refuse_length(name, line)


def _refuse_length(name: str, line: int) -> InputError:
    return InputError(
        f"line {line}: the range {name!r} has more than {MOST_ELEMENTS:,} elements, which is the "
        "most that is read"
    )


def check_size(blocks: Iterable[Block], ranges: Mapping[str, tuple[str, ...]]) -> None:
    """Refuse a model of too many elements before one of them is written out.

    Parameters
    ----------
    blocks : iterable of Block
        Its definitions.
    ranges : mapping of str to tuple of str
        From `read_ranges`.

    Raises
    ------
    InputError
        If there are more than `model.support.limits` allow.
    """
    lengths = {fold_name(name): len(elements) for name, elements in ranges.items()}
    cells = 0
    for block in blocks:
        if block.kind not in ("range", "equivalence", "group"):
            cells += math.prod(lengths.get(fold_name(name), 1) for name in block.subscripts)
            if cells > MOST_CELLS:
                raise InputError(
                    f"line {block.line}: with {block.name!r} the model has more than "
                    f"{MOST_CELLS:,} elements, which is the most that is read: use fewer or "
                    "shorter ranges"
                )
