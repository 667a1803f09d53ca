"""The same Vensim model for other regions, or with other values; all else stays as it is.

Regions are data: the range ``Region``, the constants that have it as a dimension and the
tables that are given region by region are the only definitions that name one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.vensim.source import (
    Block,
    Points,
    Source,
    brackets,
    elements,
    fold_name,
    number,
    parse,
    read_points,
)

REGION = "Region"

Cell = tuple[str, ...]
Value = float | Points
Edit = tuple[int, int, str]

# So many missing values are listed; the rest are counted, so that the message stays one line.
_LISTED = 6


@dataclass(frozen=True)
class Region:
    """A region: its name and the values that only it has.

    Attributes
    ----------
    name : str
        The subscript element's name.
    constants : mapping
        Values in the unit of the model's constant, by name; a constant with a further
        dimension holds a mapping from that dimension's elements to values.
    tables : mapping
        Points (x, y) by table name, ``"name[element]"`` where it has a further dimension.
    """

    name: str
    constants: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)
    tables: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)


def read_regions(text: str) -> tuple[Region, ...]:
    """Read the regions of a model, with the values that belong to each.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    tuple of Region
        In the order of the file; empty where the model has no range ``Region``.

    Raises
    ------
    InputError
        If an equation of the model names a region, or a list has the wrong length.
    """
    source = parse(text)
    holders = _holders(source)
    result = []
    for name in source.subscripts.get(REGION, ()):
        constants: dict[str, float | Mapping[str, float]] = {}
        tables: dict[str, Points] = {}
        for holder in holders:
            for (region, *inner), value in holder.values.items():
                if region != name:
                    continue
                if not isinstance(value, float):
                    tables[_spell(holder.name, inner)] = value
                elif inner:
                    row = constants.setdefault(holder.name, {})
                    assert isinstance(row, dict)
                    row[inner[0]] = value
                else:
                    constants[holder.name] = value
        result.append(Region(name, constants, tables))
    return tuple(result)


def with_regions(text: str, regions: Iterable[Region]) -> str:
    """Write the model for another set of regions.

    A region's value is, in this order: its own; the one that the file gives for a region of
    that name; the one that all regions of the file share.

    Parameters
    ----------
    text : str
        The file's text.
    regions : iterable of Region
        The regions of the new model, in order.

    Returns
    -------
    str
        The new text, diagrams and settings as they were.

    Raises
    ------
    InputError
        If there is no region, one comes twice or has no usable name, a value is missing or
        unknown, or an equation of the model names a region.
    """
    chosen = tuple(regions)
    source = parse(text)
    _check_names(source, chosen)
    holders = _holders(source)
    for region in chosen:
        _check_values(holders, region)
    names = tuple(region.name for region in chosen)
    edits: list[Edit] = []
    missing: list[str] = []
    for block in source.blocks:
        if block.kind == "range" and block.name == REGION and names != source.subscripts[REGION]:
            edits.append((block.start, block.end, f"{REGION}:\n\t{', '.join(names)}\n\t"))
    for holder in holders:
        values: dict[Cell, Value] = {}
        for region in chosen:
            for inner in holder.inner(names):
                value = _regional_value(source, holder, region, inner)
                if value is None:
                    missing.append(f"{_spell(holder.name, inner)} of {region.name}")
                else:
                    values[(region.name, *inner)] = value
        # The order counts: a list without names follows the range.
        if not missing and list(values.items()) != list(holder.values.items()):
            edits.extend(_regional_edits(source, holder, names, values))
    if missing:
        listed = "; ".join(missing[:_LISTED])
        more = f" and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
        raise InputError(
            f"no value for {listed}{more}: the model's regions differ there, so a region "
            "that is not in the file must give its own"
        )
    return _edited(source.text, edits)


def read_values(text: str) -> dict[str, dict[Cell, Value]]:
    """Read the values of all constants and the points of all tables.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    dict
        By name, then by elements (an empty tuple where there is no dimension): a number in the
        constant's unit, or points (x, y).
    """
    source = parse(text)
    values: dict[str, dict[Cell, Value]] = {}
    for block in source.blocks:
        if block.kind in ("constant", "table"):
            values.setdefault(block.name, {}).update(_cells(source, block))
    return values


def with_values(
    text: str,
    values: Mapping[str, float | Sequence[tuple[float, float]] | Mapping[str | Cell, float]],
) -> str:
    """Write the model with other values of its constants and tables.

    Parameters
    ----------
    text : str
        The file's text.
    values : mapping
        By name: a number, or a mapping from an element (a tuple of elements where there is
        more than one dimension) to a number; ``"name[element, element]"`` is understood too.
        For a table, points (x, y).

    Returns
    -------
    str
        The new text; everything else as it was.

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
        name, cell = _split(given)
        if fold_name(name) not in by_name:
            shown = [blocks[0].name for blocks in by_name.values()]
            raise UnknownNameError("constant", name, shown)
        blocks = by_name[fold_name(name)]
        if any(block.kind not in ("constant", "table") for block in blocks):
            raise InputError(f"{blocks[0].name!r} is computed by the model: only constants are set")
        cells = changed.setdefault(fold_name(name), {})
        if isinstance(value, Mapping):
            for inner, one in value.items():
                further = (inner,) if isinstance(inner, str) else tuple(inner)
                cells[_folded(cell + further)] = _value(one)
        else:
            cells[_folded(cell)] = _value(value)
    edits: list[Edit] = []
    for name, cells in changed.items():
        edits.extend(_cell_edits(source, by_name[name], cells))
    return _edited(source.text, edits)


# What a file gives ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Holder:
    """A constant or table that has a value for each region."""

    blocks: tuple[Block, ...]
    place: int  # where Region stands among the dimensions as written
    other: str | None  # the range of the other dimension, if there is one
    further: tuple[str, ...]  # the other dimension's elements
    paired: bool  # the other dimension is a list of regions too
    values: Mapping[Cell, Value]  # by (region, other element)

    @property
    def name(self) -> str:
        return self.blocks[0].name

    @property
    def table(self) -> bool:
        return self.blocks[0].kind == "table"

    def inner(self, names: Sequence[str]) -> tuple[Cell, ...]:
        """One region's cells: the other dimension's elements."""
        if self.other is None:
            return ((),)
        return tuple((element,) for element in (names if self.paired else self.further))


def _holders(source: Source) -> tuple[_Holder, ...]:
    """Collect the constants and tables that carry regional values."""
    regions = source.subscripts.get(REGION, ())
    own = {fold_name(name) for name in regions}
    aliases = {fold_name(name) for name, listed in source.subscripts.items() if listed == regions}
    grouped: dict[str, list[Block]] = {}
    for block in source.blocks:
        if block.kind in ("constant", "table", "equation"):
            grouped.setdefault(fold_name(block.name), []).append(block)
    holders = []
    for blocks in grouped.values():
        used = {fold_name(subscript) for block in blocks for subscript in block.subscripts}
        if not used & (own | aliases):
            continue
        computed = next((block for block in blocks if block.kind == "equation"), None)
        if computed is not None:
            if used & own:
                raise InputError(
                    f"line {computed.line}: the equation of {computed.name!r} is written for one "
                    "region; only constants and tables may differ by region"
                )
        # A table over the whole range is one table for all regions: nothing to rewrite.
        elif used & own or blocks[0].kind == "constant":
            holders.append(_holder(source, tuple(blocks), own | aliases))
    return tuple(holders)


def _holder(source: Source, blocks: tuple[Block, ...], regional: set[str]) -> _Holder:
    first = blocks[0]
    if len(first.subscripts) > 2 or any(block.excepted for block in blocks):
        raise InputError(
            f"line {first.line}: {first.name!r} has regional values in a form that cannot be "
            "rewritten: write one list or one table an element, at most two dimensions"
        )
    place = next(at for at, name in enumerate(first.subscripts) if fold_name(name) in regional)
    values: dict[Cell, Value] = {}
    for block in blocks:
        for cell, value in _cells(source, block).items():
            values[(cell[place], *cell[:place], *cell[place + 1 :])] = value
    others = [name for at, name in enumerate(first.subscripts) if at != place]
    return _Holder(
        blocks=blocks,
        place=place,
        other=_range_holding(source, others[0]) if others else None,
        further=tuple(dict.fromkeys(cell[1] for cell in values)) if others else (),
        paired=bool(others) and fold_name(others[0]) in regional,
        values=values,
    )


def _cells(source: Source, block: Block) -> dict[Cell, Value]:
    """Give the values of a constant or table by element."""
    axes = [_axis(source, block, name) for name in block.subscripts]
    cells = list(itertools.product(*axes))
    if block.kind == "table":
        return dict.fromkeys(cells, read_points(block))
    figures = [number(part) for part in re.split("[,;]", block.expression) if part.strip()]
    if len(figures) == 1:
        figures *= len(cells)
    if len(figures) != len(cells):
        raise InputError(
            f"line {block.line}: {block.name!r} has {len(figures)} values for {len(cells)} elements"
        )
    return dict(zip(cells, figures, strict=True))


def _axis(source: Source, block: Block, name: str) -> tuple[str, ...]:
    """Elements that one left-hand subscript stands for."""
    found = source.range_of(name)
    if found is not None:
        return source.subscripts[found]
    known = tuple(itertools.chain(*source.subscripts.values()))
    for element in known:
        if fold_name(element) == fold_name(name):
            return (element,)
    raise UnknownNameError(
        f"subscript of {block.name!r} (line {block.line})", name, [*source.subscripts, *known]
    )


def _range_holding(source: Source, name: str) -> str:
    """Give the range that a left-hand subscript is or belongs to."""
    found = source.range_of(name)
    if found is not None:
        return found
    return next(
        spelled
        for spelled, listed in source.subscripts.items()
        if fold_name(name) in {fold_name(element) for element in listed}
    )


def _regional_value(source: Source, holder: _Holder, region: Region, inner: Cell) -> Value | None:
    """Find a region's value: its own, the file's for that name, or the one that all share."""
    own = _own_value(holder, region, inner)
    if own is not None:
        return own
    named = {_folded(cell): value for cell, value in holder.values.items()}
    found = named.get(_folded((region.name, *inner)))
    if found is not None:
        return found
    if len(source.subscripts[REGION]) == 1:
        return None  # one region shows nothing about what regions have in common
    with_itself = inner == (region.name,)
    alike = [
        value
        for cell, value in holder.values.items()
        if (cell[1:] == inner if not holder.paired else (cell[0] == cell[1]) == with_itself)
    ]
    return alike[0] if alike and all(value == alike[0] for value in alike) else None


def _own_value(holder: _Holder, region: Region, inner: Cell) -> Value | None:
    if holder.table:
        for name, points in region.tables.items():
            bare, cell = _split(name)
            if fold_name(bare) == fold_name(holder.name) and _folded(cell) == _folded(inner):
                return _value(points)
        return None
    for name, value in region.constants.items():
        if fold_name(name) == fold_name(holder.name):
            if not isinstance(value, Mapping):
                return float(value)
            row = {fold_name(element): float(one) for element, one in value.items()}
            return row.get(fold_name(inner[0]))
    return None


# What is refused --------------------------------------------------------------------------


def _check_names(source: Source, chosen: Sequence[Region]) -> None:
    """Refuse regions that cannot be written as the elements of the range."""
    if REGION not in source.subscripts:
        raise InputError(f"the model has no range {REGION!r}: its regions cannot be chosen")
    if not chosen:
        raise InputError("no region given: choose at least one")
    taken = {fold_name(block.name): block.name for block in source.blocks if block.kind != "group"}
    seen: set[str] = set()
    for region in chosen:
        if not re.fullmatch(r"[^\W\d_][\w ']*", region.name):
            raise InputError(
                f"region name {region.name!r} cannot be used: letters, digits and blanks, "
                "beginning with a letter"
            )
        if fold_name(region.name) in seen:
            raise InputError(f"region {region.name!r} is given twice")
        if fold_name(region.name) in taken:
            raise InputError(
                f"region {region.name!r} cannot be used: the model has another thing of that name"
            )
        seen.add(fold_name(region.name))
    own = {fold_name(name) for name in source.subscripts[REGION]}
    for block in source.blocks:
        if block.kind == "range" and fold_name(block.name) != fold_name(REGION):
            named = own & {fold_name(element) for element in source.subscripts[block.name]}
        else:
            named = own & {
                fold_name(part) for group in brackets(block.expression) for part in group
            }
        if named:
            raise InputError(
                f"line {block.line}: the definition of {block.name!r} names a region, so the "
                "regions cannot be changed"
            )


def _check_values(holders: Sequence[_Holder], region: Region) -> None:
    """Refuse values of a region that the model has no place for."""
    constants = {fold_name(holder.name): holder for holder in holders if not holder.table}
    tables = {fold_name(holder.name): holder for holder in holders if holder.table}
    for name, value in region.constants.items():
        if fold_name(name) not in constants:
            shown = [holder.name for holder in constants.values()]
            raise UnknownNameError(f"regional constant of {region.name}", name, shown)
        holder = constants[fold_name(name)]
        if isinstance(value, Mapping):
            _check_cells(holder, region, list(value))
        else:
            _check_cells(holder, region, [])
    for name in region.tables:
        bare, cell = _split(name)
        if fold_name(bare) not in tables:
            shown = [holder.name for holder in tables.values()]
            raise UnknownNameError(f"regional table of {region.name}", bare, shown)
        _check_cells(tables[fold_name(bare)], region, cell)


def _check_cells(holder: _Holder, region: Region, given: Sequence[str]) -> None:
    if holder.other is None:
        if given:
            raise InputError(f"{holder.name!r} of {region.name} takes one value, without elements")
    elif not given:
        raise InputError(
            f"{holder.name!r} of {region.name} takes a value for each element of {holder.other!r}"
        )
    elif not holder.paired:
        for element in given:
            if fold_name(element) not in {fold_name(known) for known in holder.further}:
                raise UnknownNameError(
                    f"{holder.other} of {holder.name!r}", element, holder.further
                )


# What is written --------------------------------------------------------------------------


def _edited(text: str, edits: Iterable[Edit]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _regional_edits(
    source: Source, holder: _Holder, names: Sequence[str], values: Mapping[Cell, Value]
) -> Iterator[Edit]:
    """Put one list, or one table an element, in the place of a holder's definitions."""
    if holder.table:
        pieces = []
        for (region, *inner), points in values.items():
            cell = [*inner[: holder.place], region, *inner[holder.place :]]
            pieces.append(_table_text(_spell(_written(holder.name), cell), points))
    else:
        pieces = [_list_text(holder, names, values)]
    documented = max(holder.blocks, key=lambda block: len(block.comment))
    *short, last = pieces
    head = "".join(f"{piece}~~|\n\n" for piece in short)
    tail = source.text[documented.end : documented.stop]
    first, *others = holder.blocks
    yield (first.start, first.stop, head + last + tail)
    for block in others:
        yield (block.start, block.stop, "")


def _cell_edits(
    source: Source, blocks: Sequence[Block], changes: Mapping[Cell, Value]
) -> Iterator[Edit]:
    """Give some cells of a constant or table new values."""
    used: set[Cell] = set()
    known: list[str] = []
    for block in blocks:
        current = _cells(source, block)
        known.extend(", ".join(cell) for cell in current)
        new = dict(current)
        for cell in current:
            for wanted in ((), _folded(cell)):
                if wanted in changes:
                    new[cell] = changes[wanted]
                    used.add(wanted)
        if new != current:
            yield (block.start, block.end, _block_text(source, block, list(new.values())))
    for cell in changes:
        if cell not in used:
            raise UnknownNameError(f"element of {blocks[0].name!r}", ", ".join(cell), known)


def _block_text(source: Source, block: Block, values: Sequence[Value]) -> str:
    left = _spell(_written(block.name), block.subscripts)
    if block.kind == "table":
        if any(value != values[0] for value in values):
            raise InputError(
                f"line {block.line}: the elements of {block.name!r} share one table: set it whole"
            )
        return _table_text(left, values[0])
    figures = [_figure(value) for value in values]
    if len(set(figures)) == 1:
        return f"{left} = {figures[0]}\n\t"
    width = len(_axis(source, block, block.subscripts[-1]))
    rows = [figures[at : at + width] for at in range(0, len(figures), width)]
    matrix = sum(source.range_of(name) is not None for name in block.subscripts) > 1
    return f"{left}={_rows_text(rows, matrix)}"


def _list_text(holder: _Holder, names: Sequence[str], values: Mapping[Cell, Value]) -> str:
    inner = holder.inner(names)
    rows = [[_figure(values[(name, *cell)]) for cell in inner] for name in names]
    dims = [REGION]
    if holder.other is None:
        rows = [[row[0] for row in rows]]
    elif holder.place == 0:
        dims = [REGION, holder.other]
    else:
        dims = [holder.other, REGION]
        rows = [list(row) for row in zip(*rows, strict=True)]
    return f"{_spell(_written(holder.name), dims)}={_rows_text(rows, holder.other is not None)}"


def _rows_text(rows: Sequence[Sequence[str]], matrix: bool) -> str:
    end = ";" if matrix else ""
    return "".join(f"\n\t{', '.join(row)}{end}" for row in rows) + "\n\t"


def _table_text(left: str, points: Value) -> str:
    assert not isinstance(points, float)
    body = ", ".join(f"({_figure(x)},{_figure(y)})" for x, y in points)
    return f"{left}(\n\t{body})\n\t"


def _figure(value: Value) -> str:
    """Write a number so that reading it gives the same number."""
    assert not isinstance(value, tuple)
    whole = value.is_integer() and abs(value) < 2.0**53
    return str(int(value)) if whole else repr(value)


def _value(given: float | Sequence[tuple[float, float]]) -> Value:
    if isinstance(given, Sequence):
        return tuple((float(x), float(y)) for x, y in given)
    return float(given)


def _written(name: str) -> str:
    return name if re.fullmatch(r"[^\W\d_][\w ']*", name) else f'"{name}"'


def _spell(name: str, cell: Sequence[str]) -> str:
    return f"{name}[{', '.join(cell)}]" if cell else name


def _split(name: str) -> tuple[str, Cell]:
    bare, bracket, inside = name.partition("[")
    return bare.strip(), elements(bracket + inside) if bracket else ()


def _folded(cell: Iterable[str]) -> Cell:
    return tuple(fold_name(part) for part in cell)
