"""Copy the regions' values from a model file into the case folders.

The model file holds the regions' values as defaults, so it runs alone in Vensim. A case holds
its own, each with unit, range, status and source, so a region can be added without touching the
model. After an edit in Vensim, ``python -m tests.region_values`` makes the two
agree again. What a strategy sets (its source says ``input of a strategy``) belongs to no region
and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from smecluster.calibration.data.case import list_cases, load_case
from smecluster.calibration.data.constants import Constant, Point, format_rows
from smecluster.model.engine.read.blocks import Block
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.model import SHIPPED
from smecluster.model.file.regions import Region, read_regions
from smecluster.model.support.files import overwrite_file, read_text

# The first of these words in a source decides; a source without any was read.
_STATUSES = (
    ("judgement", re.compile(r"\bjudge?ment\b|\[A\]", re.I)),
    ("remembered", re.compile(r"\bremembered\b|\bfrom memory\b|\[M\]", re.I)),
    ("derived", re.compile(r"\bderived\b|\[D\]", re.I)),
)
_STRATEGY = "input of a strategy"


def infer_status(source: str) -> str:
    """Infer the status of a value from the words of its source."""
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
    documents = _find_documents(text)
    return (
        tuple(_extract_constants(regions[name], documents)),
        tuple(_extract_points(regions[name], documents)),
    )


def copy_values(model: Path = SHIPPED) -> list[Path]:
    """Copy the regions' values from a model file into the case folders; give what was written."""
    text = read_text(model)
    files = {}
    for case in map(load_case, list_cases()):
        constants, points = extract_values(text, case.place.name)
        files[case.path / "constants.csv"] = format_rows(constants, Constant)
        files[case.path / "tables.csv"] = format_rows(points, Point)
    return [overwrite_file(path, content) for path, content in files.items()]


def _find_documents(text: str) -> Mapping[str, Block]:
    """Find each variable's documented block: Vensim documents a name once, at its last block."""
    documents: dict[str, Block] = {}
    for block in parse(text).blocks:
        if block.unit or block.comment or fold_name(block.name) not in documents:
            documents[fold_name(block.name)] = block
    return documents


def _extract_constants(region: Region, documents: Mapping[str, Block]) -> Iterator[Constant]:
    for variable, given in region.constants.items():
        block = documents[fold_name(variable)]
        source = _read_source(block)
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


def _extract_points(region: Region, documents: Mapping[str, Block]) -> Iterator[Point]:
    for spelled, points in region.tables.items():
        variable, _, element = spelled.removesuffix("]").partition("[")
        block = documents[fold_name(variable)]
        source = _read_source(block)
        for x, y in points:
            yield Point(variable, element, x, y, block.unit, infer_status(source), source)


def _read_source(block: Block) -> str:
    if not block.source:
        raise InputError(f"line {block.line}: {block.name!r} has no source in its comment")
    return block.source


if __name__ == "__main__":
    print(*copy_values(), sep="\n")
