"""The constants and tables of a file that are given region by region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import Source
from smecluster.model.engine.read.values import Cell, Value, list_cells
from smecluster.model.errors import InputError


@dataclass(frozen=True)
class Regional:
    """A constant or table with a value for each region."""

    blocks: tuple[Block, ...]
    place: int  # position of Region among the dimensions as written
    others: tuple[str, ...]  # the ranges of the other dimensions
    further: tuple[Cell, ...]  # the elements of the other dimensions
    paired: bool  # the only other dimension is also a list of regions
    values: Mapping[Cell, Value]  # by (region, *other elements)

    @property
    def name(self) -> str:
        """The variable's name."""
        return self.blocks[0].name

    @property
    def table(self) -> bool:
        """Whether it is a table."""
        return self.blocks[0].kind == "table"

    def inner(self, names: Sequence[str]) -> tuple[Cell, ...]:
        """List the elements of the other dimensions for one region."""
        return tuple((name,) for name in names) if self.paired else self.further


def find_regional(source: Source, name: str) -> tuple[Regional, ...]:
    """Collect the constants and tables with regional values.

    Parameters
    ----------
    source : Source
        The file.
    name : str
        The range of the regions.

    Returns
    -------
    tuple of Regional

    Raises
    ------
    InputError
        If one is given in a form that cannot be rewritten, or an equation names a region.
    """
    regions = source.subscripts.get(name, ())
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
        # A table over the whole range is one table for all regions: nothing to change.
        elif used & own or blocks[0].kind == "constant":
            holders.append(_read_regional(source, tuple(blocks), own | aliases))
    return tuple(holders)


def _read_regional(source: Source, blocks: tuple[Block, ...], regional: set[str]) -> Regional:
    first = blocks[0]
    place = next(at for at, name in enumerate(first.subscripts) if fold_name(name) in regional)
    others = [name for at, name in enumerate(first.subscripts) if at != place]
    paired = any(fold_name(name) in regional for name in others)
    if (paired and len(others) > 1) or any(block.excepted for block in blocks):
        raise InputError(
            f"line {first.line}: {first.name!r} has regional values in a form that cannot be "
            "rewritten: write lists, or one table for each element, without :EXCEPT: and with "
            "regions in at most two dimensions, which are then all"
        )
    values: dict[Cell, Value] = {}
    for block in blocks:
        for cell, value in list_cells(source, block).items():
            values[(cell[place], *cell[:place], *cell[place + 1 :])] = value
    # Region by region, in whichever place the range stands.
    order = list(dict.fromkeys(cell[0] for cell in values))
    values = dict(sorted(values.items(), key=lambda item: order.index(item[0][0])))
    return Regional(
        blocks=blocks,
        place=place,
        others=tuple(_find_range(source, name) for name in others),
        further=tuple(dict.fromkeys(cell[1:] for cell in values)),
        paired=paired,
        values=values,
    )


def _find_range(source: Source, name: str) -> str:
    """Find the range that a left-hand subscript is or belongs to."""
    own = source.range_of(name)
    if own is not None:
        return own
    return next(
        spelled
        for spelled, listed in source.subscripts.items()
        if fold_name(name) in {fold_name(element) for element in listed}
    )
