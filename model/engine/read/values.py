"""The same Vensim model with other values of its constants and tables; all else stays."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from smecluster.model.engine.read.blocks import Block, Points, read_points
from smecluster.model.engine.read.names import fold_name, parse_number, split_elements
from smecluster.model.engine.read.source import Source, parse
from smecluster.model.errors import InputError, UnknownNameError

Cell = tuple[str, ...]
Value = float | Points
# Where an edit starts and ends in the text, and the new text.
Edit = tuple[int, int, str]


def read_values(text: str) -> dict[str, dict[Cell, Value]]:
    """Read the values of all constants and the points of all tables.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    dict
        By name, then by elements (an empty tuple without dimensions) a number in the constant's
        unit, or points (x, y).
    """
    source = parse(text)
    values: dict[str, dict[Cell, Value]] = {}
    for block in source.blocks:
        if block.kind in ("constant", "table"):
            values.setdefault(block.name, {}).update(list_cells(source, block))
    return values


def set_values(
    text: str,
    values: Mapping[str, float | Sequence[tuple[float, float]] | Mapping[str | Cell, float]],
) -> str:
    """Write the model with other values of its constants and tables.

    Parameters
    ----------
    text : str
        The file's text.
    values : mapping
        By name a number, or a mapping from an element (a tuple of elements for several
        dimensions) to a number; ``"name[element, element]"`` works too. For a table, points
        (x, y).

    Returns
    -------
    str
        The new text; everything else is unchanged.

    Raises
    ------
    InputError
        If a name is unknown or is not a constant or table, or an element is unknown.
    """
    source = parse(text)
    by_name: dict[str, list[Block]] = {}
    for block in source.blocks:
        if block.kind in ("constant", "table", "equation", "data"):
            by_name.setdefault(fold_name(block.name), []).append(block)
    changed: dict[str, dict[Cell, Value]] = {}
    for given, value in values.items():
        name, cell = split_name(given)
        if fold_name(name) not in by_name:
            shown = [blocks[0].name for blocks in by_name.values()]
            raise UnknownNameError("constant", name, shown)
        blocks = by_name[fold_name(name)]
        if any(block.kind not in ("constant", "table") for block in blocks):
            raise InputError(
                f"{blocks[0].name!r} is computed by the model: only constants can be set"
            )
        cells = changed.setdefault(fold_name(name), {})
        if isinstance(value, Mapping):
            for inner, one in value.items():
                further = (inner,) if isinstance(inner, str) else tuple(inner)
                cells[fold_cell(cell + further)] = read_value(one)
        else:
            cells[fold_cell(cell)] = read_value(value)
    edits: list[Edit] = []
    for name, cells in changed.items():
        edits.extend(_edit_cells(source, by_name[name], cells))
    return apply_edits(source.text, edits)


# Reading ----------------------------------------------------------------------------------


def list_cells(source: Source, block: Block) -> dict[Cell, Value]:
    """Give the values of a constant or a table by element.

    Parameters
    ----------
    source : Source
        The file.
    block : Block
        The definition.

    Returns
    -------
    dict
        A number in the constant's unit, or points, by element.

    Raises
    ------
    InputError
        If it has fewer or more values than elements, or a subscript is unknown.
    """
    axes = [list_elements(source, block, name) for name in block.subscripts]
    cells = list(itertools.product(*axes))
    if block.kind == "table":
        return dict.fromkeys(cells, read_points(block))
    numbers = [parse_number(part) for part in re.split("[,;]", block.expression) if part.strip()]
    if len(numbers) == 1:
        numbers *= len(cells)
    if len(numbers) != len(cells):
        raise InputError(
            f"line {block.line}: {block.name!r} has {len(numbers)} values for {len(cells)} elements"
        )
    return dict(zip(cells, numbers, strict=True))


def list_elements(source: Source, block: Block, name: str) -> tuple[str, ...]:
    """List the elements that one left-hand subscript stands for."""
    own = source.range_of(name)
    if own is not None:
        return source.subscripts[own]
    known = tuple(itertools.chain(*source.subscripts.values()))
    for element in known:
        if fold_name(element) == fold_name(name):
            return (element,)
    raise UnknownNameError(
        f"subscript of {block.name!r} (line {block.line})", name, [*source.subscripts, *known]
    )


def read_value(given: float | Sequence[tuple[float, float]]) -> Value:
    """Turn what a user gives into a number or the points of a table."""
    if isinstance(given, Sequence):
        return tuple((float(x), float(y)) for x, y in given)
    return float(given)


# Writing ----------------------------------------------------------------------------------


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """Replace stretches of a text; they must not overlap."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _edit_cells(
    source: Source, blocks: Sequence[Block], changes: Mapping[Cell, Value]
) -> Iterator[Edit]:
    """Give some elements of a constant or table new values."""
    used: set[Cell] = set()
    known: list[str] = []
    for block in blocks:
        current = list_cells(source, block)
        known.extend(", ".join(cell) for cell in current)
        new = dict(current)
        for cell in current:
            for wanted in ((), fold_cell(cell)):
                if wanted in changes:
                    new[cell] = changes[wanted]
                    used.add(wanted)
        if new != current:
            yield (block.start, block.end, _format_block(source, block, list(new.values())))
    for cell in changes:
        if cell not in used:
            raise UnknownNameError(f"element of {blocks[0].name!r}", ", ".join(cell), known)


def _format_block(source: Source, block: Block, values: Sequence[Value]) -> str:
    left = spell_name(quote_name(block.name), block.subscripts)
    if block.kind == "table":
        if any(value != values[0] for value in values):
            raise InputError(
                f"line {block.line}: the elements of {block.name!r} share one table: set it whole"
            )
        return format_table(left, values[0])
    numbers = [format_number(value) for value in values]
    if len(set(numbers)) == 1:
        return f"{left} = {numbers[0]}\n\t"
    width = len(list_elements(source, block, block.subscripts[-1]))
    rows = [numbers[at : at + width] for at in range(0, len(numbers), width)]
    matrix = sum(source.range_of(name) is not None for name in block.subscripts) > 1
    return f"{left}={format_rows(rows, matrix)}"


def format_rows(rows: Sequence[Sequence[str]], matrix: bool) -> str:
    """Write a list of numbers in rows; those of a matrix end in a semicolon."""
    end = ";" if matrix else ""
    return "".join(f"\n\t{', '.join(row)}{end}" for row in rows) + "\n\t"


def format_table(left: str, points: Value) -> str:
    """Write a table: its left-hand side and its points."""
    assert not isinstance(points, float)
    body = ", ".join(f"({format_number(x)},{format_number(y)})" for x, y in points)
    return f"{left}(\n\t{body})\n\t"


def format_number(value: Value) -> str:
    """Write a number so that reading it gives the same number."""
    assert not isinstance(value, tuple)
    whole = value.is_integer() and abs(value) < 2.0**53
    return str(int(value)) if whole else repr(value)


# Names ------------------------------------------------------------------------------------


def quote_name(name: str) -> str:
    """Put a name in quotes if Vensim needs them."""
    return name if re.fullmatch(r"[^\W\d_][\w ']*", name) else f'"{name}"'


def spell_name(name: str, cell: Sequence[str]) -> str:
    """Write a name with its elements in brackets.

    >>> spell_name("wage", ["Wenzhou"])
    'wage[Wenzhou]'
    """
    return f"{name}[{', '.join(cell)}]" if cell else name


def split_name(name: str) -> tuple[str, Cell]:
    """Split a name from the elements in its brackets.

    >>> split_name("wage[Wenzhou]")
    ('wage', ('Wenzhou',))
    """
    bare, bracket, inside = name.partition("[")
    return bare.strip(), split_elements(bracket + inside) if bracket else ()


def find_element(name: str, among: Iterable[str]) -> str | None:
    """Find which of some elements, such as the regions, a name has in its brackets.

    >>> find_element("initial firms[Wenzhou, imitative]", ["Wenzhou", "Zhongguancun"])
    'Wenzhou'
    """
    known = {fold_name(element): element for element in among}
    return next((known[part] for part in fold_cell(split_name(name)[1]) if part in known), None)


def fold_cell(cell: Iterable[str]) -> Cell:
    """Turn elements into the form in which they are compared."""
    return tuple(fold_name(part) for part in cell)
