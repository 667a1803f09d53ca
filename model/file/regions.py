"""The same Vensim model for other regions; all else stays.

Regions are data: the range ``Region``, the constants that have it as a dimension and the
tables that are given region by region are the only definitions that name one.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from smecluster.model.engine.read.blocks import Points
from smecluster.model.engine.read.names import fold_name, list_subscripts
from smecluster.model.engine.read.source import Source, parse
from smecluster.model.engine.read.values import (
    Cell,
    Edit,
    Value,
    apply_edits,
    fold_cell,
    format_number,
    format_rows,
    format_table,
    quote_name,
    read_value,
    spell_name,
    split_name,
)
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regional import Regional, find_regional

REGION = "Region"

# Names that tables and options use for something other than a region.
_RESERVED = {
    "total": "the sum over the regions",
    "all": "all regions",
    "all regions": "all regions",
    "national": "figures of the whole country",
    "centre": "the central government",
    "time": "the model's time",
}
# This many missing values are listed and the rest counted, to keep the message short.
_LISTED = 6


@dataclass(frozen=True)
class Region:
    """A region: its name and the values that only it has.

    Attributes
    ----------
    name : str
        The subscript element's name.
    constants : mapping
        Values in the unit of the model's constant, by name; for a constant with other dimensions
        a mapping from their elements (``"element"``, ``"element, element"``) to values.
    tables : mapping
        Points (x, y) by table name, ``"name[element]"`` if it has other dimensions.
    """

    name: str
    constants: Mapping[str, float | Mapping[str, float]] = field(default_factory=dict)
    tables: Mapping[str, Sequence[tuple[float, float]]] = field(default_factory=dict)


def check_region_name(name: str) -> None:
    """Refuse a name that means something other than a region.

    Parameters
    ----------
    name : str
        The name of a region.

    Raises
    ------
    InputError
        If the name is reserved.
    """
    meaning = _RESERVED.get(fold_name(name))
    if meaning is not None:
        raise InputError(
            f"region name {name!r} cannot be used: it stands for {meaning}; choose another"
        )


def read_regions(text: str) -> tuple[Region, ...]:
    """Read the regions of a model and the values of each.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    tuple of Region
        In the order of the file; empty if the model has no range ``Region``.

    Raises
    ------
    InputError
        If an equation of the model names a region, or a list has the wrong length.
    """
    source = parse(text)
    holders = find_regional(source, REGION)
    result = []
    for name in source.subscripts.get(REGION, ()):
        constants: dict[str, float | Mapping[str, float]] = {}
        tables: dict[str, Points] = {}
        for holder in holders:
            for (region, *inner), value in holder.values.items():
                if region != name:
                    continue
                if not isinstance(value, float):
                    tables[spell_name(holder.name, inner)] = value
                elif inner:
                    row = constants.setdefault(holder.name, {})
                    assert isinstance(row, dict)
                    row[", ".join(inner)] = value
                else:
                    constants[holder.name] = value
        result.append(Region(name, constants, tables))
    return tuple(result)


def set_regions(text: str, regions: Iterable[Region]) -> str:
    """Write the model for another set of regions.

    A value of a region is its own if given; else the one that the file gives for a region of that
    name; else the one that all regions of the file share.

    Parameters
    ----------
    text : str
        The file's text.
    regions : iterable of Region
        The regions of the new model, in order.

    Returns
    -------
    str
        The new text; diagrams and settings are unchanged.

    Raises
    ------
    InputError
        If no region is given, one is given twice or its name cannot be used, a value is missing
        or unknown, or an equation of the model names a region.
    """
    chosen = tuple(regions)
    source = parse(text)
    _check_names(source, chosen)
    holders = find_regional(source, REGION)
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
                value = _find_value(source, holder, region, inner)
                if value is None:
                    missing.append(f"{spell_name(holder.name, inner)} of {region.name}")
                else:
                    values[(region.name, *inner)] = value
        # The order matters: a list without names follows the range.
        if not missing and list(values.items()) != list(holder.values.items()):
            edits.extend(_edit_regional(source, holder, names, values))
    if missing:
        listed = "; ".join(missing[:_LISTED])
        more = f" and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
        raise InputError(
            f"no value for {listed}{more}: the model's regions differ there, so a region "
            "that is not in the file must give its own value"
        )
    return apply_edits(source.text, edits)


def _find_value(source: Source, holder: Regional, region: Region, inner: Cell) -> Value | None:
    """Find a region's value: its own, the file's for that name, or the one that all share."""
    own = _find_own_value(holder, region, inner)
    if own is not None:
        return own
    named = {fold_cell(cell): value for cell, value in holder.values.items()}
    given = named.get(fold_cell((region.name, *inner)))
    if given is not None:
        return given
    if len(source.subscripts[REGION]) == 1:
        return None  # one region cannot show what regions have in common
    with_itself = inner == (region.name,)
    alike = [
        value
        for cell, value in holder.values.items()
        if (cell[1:] == inner if not holder.paired else (cell[0] == cell[1]) == with_itself)
    ]
    return alike[0] if alike and all(value == alike[0] for value in alike) else None


def _find_own_value(holder: Regional, region: Region, inner: Cell) -> Value | None:
    if holder.table:
        for name, points in region.tables.items():
            bare, cell = split_name(name)
            if fold_name(bare) == fold_name(holder.name) and fold_cell(cell) == fold_cell(inner):
                return read_value(points)
        return None
    for name, value in region.constants.items():
        if fold_name(name) == fold_name(holder.name):
            if not isinstance(value, Mapping):
                return float(value)
            row = {_fold_elements(element): float(one) for element, one in value.items()}
            return row.get(fold_cell(inner))
    return None


# Checking ---------------------------------------------------------------------------------


def _check_names(source: Source, chosen: Sequence[Region]) -> None:
    """Refuse regions that cannot be elements of the range."""
    if REGION not in source.subscripts:
        raise InputError(f"the model has no range {REGION!r}: its regions cannot be chosen")
    if not chosen:
        raise InputError("no region given: choose at least one")
    taken = {fold_name(block.name): block.name for block in source.blocks if block.kind != "group"}
    seen: set[str] = set()
    for region in chosen:
        check_region_name(region.name)
        if not re.fullmatch(r"[^\W\d_][\w ']*", region.name):
            raise InputError(
                f"region name {region.name!r} cannot be used: letters, digits and blanks, "
                "starting with a letter"
            )
        if fold_name(region.name) in seen:
            raise InputError(f"region {region.name!r} is given twice")
        if fold_name(region.name) in taken:
            raise InputError(
                f"region name {region.name!r} cannot be used: the model has a variable or range of "
                "that name"
            )
        seen.add(fold_name(region.name))
    own = {fold_name(name) for name in source.subscripts[REGION]}
    for block in source.blocks:
        if block.kind == "range" and fold_name(block.name) != fold_name(REGION):
            named = own & {fold_name(element) for element in source.subscripts[block.name]}
        else:
            named = own & {
                fold_name(part) for group in list_subscripts(block.expression) for part in group
            }
        if named:
            raise InputError(
                f"line {block.line}: the definition of {block.name!r} names a region, so the "
                "regions cannot be changed"
            )


def _check_values(holders: Sequence[Regional], region: Region) -> None:
    """Refuse values of a region that the model does not use."""
    constants = {fold_name(holder.name): holder for holder in holders if not holder.table}
    tables = {fold_name(holder.name): holder for holder in holders if holder.table}
    for name, value in region.constants.items():
        if fold_name(name) not in constants:
            shown = [holder.name for holder in constants.values()]
            raise UnknownNameError(f"regional constant of {region.name}", name, shown)
        holder = constants[fold_name(name)]
        _check_cells(holder, region, list(value) if isinstance(value, Mapping) else [])
    for name in region.tables:
        bare, cell = split_name(name)
        if fold_name(bare) not in tables:
            shown = [holder.name for holder in tables.values()]
            raise UnknownNameError(f"regional table of {region.name}", bare, shown)
        _check_cells(tables[fold_name(bare)], region, [", ".join(cell)] if cell else [])


def _check_cells(holder: Regional, region: Region, given: Sequence[str]) -> None:
    ranges = " and ".join(map(repr, holder.others))
    if not holder.others:
        if given:
            raise InputError(f"{holder.name!r} of {region.name} takes one value, without elements")
    elif not given:
        raise InputError(
            f"{holder.name!r} of {region.name} takes a value for each element of {ranges}"
        )
    elif not holder.paired:
        known = {fold_cell(cell) for cell in holder.further}
        for elements in given:
            if _fold_elements(elements) not in known:
                shown = [", ".join(cell) for cell in holder.further]
                kind = " and ".join(holder.others)
                raise UnknownNameError(f"{kind} of {holder.name!r}", elements, shown)


def _fold_elements(joined: str) -> Cell:
    """Fold elements of several dimensions that stand in one text, with commas between them."""
    return fold_cell(joined.split(","))


# Writing ----------------------------------------------------------------------------------


def _edit_regional(
    source: Source, holder: Regional, names: Sequence[str], values: Mapping[Cell, Value]
) -> Iterator[Edit]:
    """Replace definitions by one list, or by one table for each element."""
    if holder.table:
        pieces = []
        for (region, *inner), points in values.items():
            cell = [*inner[: holder.place], region, *inner[holder.place :]]
            pieces.append(format_table(spell_name(quote_name(holder.name), cell), points))
    else:
        pieces = list(_format_lists(holder, names, values))
    documented = max(holder.blocks, key=lambda block: len(block.comment))
    *short, last = pieces
    head = "".join(f"{piece}~~|\n\n" for piece in short)
    tail = source.text[documented.end : documented.stop]
    first, *others = holder.blocks
    yield (first.start, first.stop, head + last + tail)
    for block in others:
        yield (block.start, block.stop, "")


def _format_lists(
    holder: Regional, names: Sequence[str], values: Mapping[Cell, Value]
) -> Iterator[str]:
    """Write a constant's list; with more than two dimensions one for each of the first elements.

    Vensim has lists of one and of two dimensions only.
    """
    cells = {
        (*inner[: holder.place], region, *inner[holder.place :]): value
        for (region, *inner), value in values.items()
    }
    dims = [*holder.others[: holder.place], REGION, *holder.others[holder.place :]]
    axes = [list(dict.fromkeys(elements)) for elements in zip(*cells, strict=True)]
    rows = list(itertools.product(*axes[:-1]))
    lines = {row: [format_number(cells[(*row, last)]) for last in axes[-1]] for row in rows}
    for leading in itertools.product(*axes[:-2]):
        left = spell_name(quote_name(holder.name), [*leading, *dims[len(leading) :]])
        shown = [lines[row] for row in rows if row[: len(leading)] == leading]
        yield f"{left}={format_rows(shown, len(dims) > 1)}"
