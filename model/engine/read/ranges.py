"""The ranges of a model: their elements written out, within what is read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.errors import InputError, suggest_name
from smecluster.model.support.limits import MOST_CELLS, MOST_ELEMENTS


def write_ranges(
    listed: Mapping[str, Iterable[str]],
    copies: Mapping[str, str],
    places: Mapping[str, str],
) -> dict[str, tuple[str, ...]]:
    """Write out the elements of each range.

    Parameters
    ----------
    listed : mapping of str to iterable of str
        By range its elements, or other ranges, which have theirs written in their place.
    copies : mapping of str to str
        The range that each other range repeats.
    places : mapping of str to str
        Where a range stands in the file, as the beginning of an error; empty where unknown.

    Returns
    -------
    dict of str to tuple of str
        By range, copies last, its elements in order.

    Raises
    ------
    InputError
        If a range contains itself, is too long, or repeats an unknown one.
    """
    spelled = {fold_name(name): name for name in listed}
    # A range may list other ranges and then has their elements: inner ranges come first.
    inside = {
        name: {spelled[key] for key in map(fold_name, parts) if key in spelled}
        for name, parts in listed.items()
    }
    try:
        order = tuple(TopologicalSorter(inside).static_order())
    except CycleError as error:
        name = error.args[1][0]
        raise InputError(f"{places.get(name, '')}the range {name!r} contains itself") from error
    written: dict[str, tuple[str, ...]] = {}
    for name in order:
        elements: dict[str, None] = {}
        for part in listed[name]:
            inner = spelled.get(fold_name(part))
            elements.update(dict.fromkeys((part,) if inner is None else written[inner]))
            if len(elements) > MOST_ELEMENTS:
                raise refuse_length(name, places.get(name, ""))
        written[name] = tuple(elements)
    ranges = {name: written[name] for name in listed}
    for name in copies:
        ranges[name] = written[_find_original(name, spelled, copies, places)]
    return ranges


def _find_original(
    name: str, spelled: Mapping[str, str], copies: Mapping[str, str], places: Mapping[str, str]
) -> str:
    """Follow a range that repeats another one, which may repeat a third."""
    folded = {fold_name(other): other for other in copies}
    source, seen = name, {name}
    while True:
        target = fold_name(copies[source])
        if target in spelled:
            return spelled[target]
        source = folded.get(target, name)
        if source in seen:
            guess = suggest_name(copies[name], spelled.values())
            hint = f", did you mean {guess!r}?" if guess else ""
            raise InputError(
                f"{places.get(name, '')}the range {name!r} repeats the unknown range "
                f"{copies[name]!r}{hint}"
            )
        seen.add(source)


def read_ranges(blocks: Iterable[Block]) -> dict[str, tuple[str, ...]]:
    """Read the elements of each range of a Vensim model; see `write_ranges`."""
    listed, copies, places = {}, {}, {}
    for block in blocks:
        if block.kind == "range":
            listed[block.name] = expand_elements(block.expression.partition("->")[0], block)
        elif block.kind == "equivalence":
            copies[block.name] = join_lines(block.expression).strip('"')
        places[block.name] = f"line {block.line}: "
    return write_ranges(listed, copies, places)


def expand_elements(written: str, block: Block) -> tuple[str, ...]:
    """Write out the elements of a range, such as ``A1, (A2-A4)``.

    Parameters
    ----------
    written : str
        Names and numbered ranges in brackets, divided by commas.
    block : Block
        The definition, for messages.

    Returns
    -------
    tuple of str

    Raises
    ------
    InputError
        If a numbered range cannot be read or runs backwards, or there are too many.
    """
    elements: list[str] = []
    for part in map(str.strip, written.split(",")):
        if part.startswith("(") and part.endswith(")"):
            elements.extend(_count_out(part, block))
        elif part:
            elements.append(join_lines(part).strip('"'))
        if len(elements) > MOST_ELEMENTS:
            raise refuse_length(block.name, f"line {block.line}: ")
    return tuple(elements)


def _count_out(element: str, block: Block) -> Iterable[str]:
    """Write out a numbered range, such as ``(A1-A3)``."""
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
        raise refuse_length(block.name, f"line {block.line}: ")
    if int(last) < int(first):
        raise InputError(f"line {block.line}: the range {block.name!r} runs backwards: {element}")
    return (f"{stem}{number}" for number in range(int(first), int(last) + 1))


def _split_number(text: str) -> tuple[str | None, str]:
    """Split ``A12`` into its stem and its number; no stem without a number."""
    bare = text.strip()
    stem = bare.rstrip("0123456789")
    return (stem, bare[len(stem) :]) if stem != bare else (None, "")


def refuse_length(name: str, place: str) -> InputError:
    """Make the error about too long a range."""
    return InputError(
        f"{place}the range {name!r} has more than {MOST_ELEMENTS:,} elements, which is the most "
        "that is read"
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
