"""Copy the regions' values from a model file into the case folders.

    python -m smecluster.calibration.authoring.region_values [MODEL]

The model file carries the regions' values as defaults, so that it runs alone in Vensim; a
case carries its own, each with unit, range, status and source, so that a region can be added
without touching the model. After an edit in Vensim this command makes them agree again.
What a strategy sets (its source says ``input of a strategy``) belongs to no region and stays out.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.data.constants import Constant, Point, format_rows
from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.support.files import read_text, write_atomic
from smecluster.model.vensim.document import SHIPPED
from smecluster.model.vensim.rewrite import Region, read_regions
from smecluster.model.vensim.source import Block, fold_name, parse

# The first word found in a source's text decides; a source that says none was read.
_STATUSES = (
    ("judgement", re.compile(r"\bjudge?ment\b|\[A\]", re.I)),
    ("remembered", re.compile(r"\bremembered\b|\bfrom memory\b|\[M\]", re.I)),
    ("derived", re.compile(r"\bderived\b|\[D\]", re.I)),
)


_STRATEGY = "input of a strategy"


def infer_status(source: str) -> str:
    """Say how far to trust a value from the words of its source.

    Parameters
    ----------
    source : str
        What follows ``Source:`` in the model's comment.

    Returns
    -------
    str
        ``judgement``, ``remembered``, ``derived``, or ``read`` where it says none of these.
    """
    return next((status for status, mark in _STATUSES if mark.search(source)), "read")


def extract_values(text: str, name: str) -> tuple[tuple[Constant, ...], tuple[Point, ...]]:
    """Take a region's values out of a model.

    Parameters
    ----------
    text : str
        The model file's text.
    name : str
        The region's name in the model.

    Returns
    -------
    tuple of Constant, tuple of Point
        In the order of the file, without what a strategy sets.

    Raises
    ------
    InputError
        If the model has no such region, or a regional constant or table has no source.
    """
    regions = {region.name: region for region in read_regions(text)}
    if name not in regions:
        raise UnknownNameError("region", name, regions)
    documents = _documents(text)
    return (
        tuple(_constants(regions[name], documents)),
        tuple(_points(regions[name], documents)),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m smecluster.calibration.authoring.region_values",
        description="Copy the regions' values from a model file into the case folders.",
    )
    parser.add_argument(
        "model", type=Path, nargs="?", default=SHIPPED, help="a model file (default: the shipped)"
    )
    given = parser.parse_args(arguments)
    try:
        text = read_text(given.model)
        for name in list_cases():
            case = load_case(name)
            constants, points = extract_values(text, case.place.name)
            write_atomic(case.path / "constants.csv", format_rows(constants, Constant))
            write_atomic(case.path / "tables.csv", format_rows(points, Point))
            print(f"{name}: {len(constants)} constants, {len(points)} points")
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


def _documents(text: str) -> Mapping[str, Block]:
    """Find each variable's documented block: Vensim documents a name once, at its last block."""
    documents: dict[str, Block] = {}
    for block in parse(text).blocks:
        if block.unit or block.comment or fold_name(block.name) not in documents:
            documents[fold_name(block.name)] = block
    return documents


def _constants(region: Region, documents: Mapping[str, Block]) -> Iterator[Constant]:
    for variable, given in region.constants.items():
        block = documents[fold_name(variable)]
        source = _source(block)
        if source.startswith(_STRATEGY):
            continue
        for element, value in given.items() if isinstance(given, Mapping) else (("", given),):
            yield Constant(
                variable=variable,
                element=element,
                value=value,
                unit=block.unit,
                low=block.low,
                high=block.high,
                status=infer_status(source),
                source=source,
            )


def _points(region: Region, documents: Mapping[str, Block]) -> Iterator[Point]:
    for spelled, points in region.tables.items():
        variable, _, element = spelled.removesuffix("]").partition("[")
        block = documents[fold_name(variable)]
        source = _source(block)
        for x, y in points:
            yield Point(variable, element, x, y, block.unit, infer_status(source), source)


def _source(block: Block) -> str:
    if not block.source:
        raise InputError(f"line {block.line}: {block.name!r} has no source in its comment")
    return block.source


if __name__ == "__main__":
    sys.exit(main())
