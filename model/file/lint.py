"""What good documentation of a Vensim model requires, after SDM-Doc.

Each rule gives the places that break it, one line each.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.names import fold_name, list_names, list_numbers
from smecluster.model.engine.read.source import parse
from smecluster.model.engine.read.values import read_values
from smecluster.model.file.beliefs import find_faults

# The only numbers in an equation that need no explanation.
_PLAIN = {0.0, 1.0}
# A constant that converts units has no plausible range.
_CONVERSION = re.compile(r"\b(conversion|definition)\b", re.I)
_DRAWN = re.compile(r'^10,\d+,(?P<name>"(?:[^"\\]|\\.)*"|[^,]*),', re.M)
_VIEW = re.compile(r"^\*(?!\*)(?P<name>.+)$", re.M)


def find_missing_units(text: str) -> list[str]:
    """List variables without a unit."""
    return [_locate(text, v.name) for v in read_document(text).variables.values() if not v.unit]


def find_missing_definitions(text: str) -> list[str]:
    """List variables without a definition in words."""
    return [
        _locate(text, v.name) for v in read_document(text).variables.values() if not v.definition
    ]


def find_missing_sources(text: str) -> list[str]:
    """List variables that do not say where their value or form comes from."""
    return [
        _locate(text, v.name)
        for v in read_document(text).variables.values()
        if not v.source and v.kind != "control"
    ]


def find_missing_ranges(text: str) -> list[str]:
    """List constants without a plausible range, except conversions of units."""
    return [
        _locate(text, v.name)
        for v in read_document(text).variables.values()
        if v.kind == "constant"
        and (v.low is None or v.high is None)
        and not _CONVERSION.search(v.source)
    ]


def find_out_of_range(text: str) -> list[str]:
    """List constants whose value is outside their range."""
    document = read_document(text)
    places: list[str] = []
    for name, cells in read_values(text).items():
        variable = document.variables[name]
        low = float("-inf") if variable.low is None else variable.low
        high = float("inf") if variable.high is None else variable.high
        if low > high:
            places.append(f"{_locate(text, name)}: range {low:g} to {high:g}")
        for cell, value in cells.items():
            if isinstance(value, float) and not low <= value <= high:
                where = f"[{', '.join(cell)}]" if cell else ""
                places.append(
                    f"{_locate(text, name)}{where} = {value:g}, range {low:g} to {high:g}"
                )
    return places


def find_unbelieved(text: str) -> list[str]:
    """List constants without a believed range that can be read and lies within the hard one."""
    document = read_document(text)
    return [
        fault
        for name, cells in read_values(text).items()
        if (variable := document.variables[name]).kind == "constant"
        for fault in find_faults(
            variable, {cell: value for cell, value in cells.items() if isinstance(value, float)}
        )
    ]


def find_bare_numbers(text: str) -> list[str]:
    """List equations with a number other than 0 and 1: a constant without name or source."""
    return [
        f"line {block.line}, {block.name}: {', '.join(dict.fromkeys(odd))}"
        for block in parse(text).blocks
        if block.kind == "equation"
        and (odd := [n for n in list_numbers(block.expression) if float(n) not in _PLAIN])
    ]


def find_unused(text: str) -> list[str]:
    """List variables that nothing uses and that are not marked as results."""
    return [
        _locate(text, v.name)
        for v in read_document(text).variables.values()
        if not v.effects and not v.supplementary and v.kind not in ("control", "stock")
    ]


def find_unknown_names(text: str) -> list[str]:
    """List names in equations that are not defined."""
    source = parse(text)
    known = {fold_name(block.name) for block in source.blocks} | {"time"}
    known |= {fold_name(element) for elements in source.subscripts.values() for element in elements}
    places: list[str] = []
    for block in source.blocks:
        if block.kind == "equation":
            called = {fold_name(name) for name in _CALLED.findall(block.expression)}
            missing = [n for n in list_names(block.expression) if n not in known | called]
            places.extend(f"line {block.line}, {block.name}: {name}" for name in missing)
    return places


def find_undrawn(text: str) -> list[str]:
    """List variables that no view shows."""
    drawn = frozenset().union(*_read_views(text).values())
    return [
        _locate(text, v.name)
        for v in read_document(text).variables.values()
        if fold_name(v.name) not in drawn and v.kind != "control"
    ]


def find_missing_views(text: str) -> list[str]:
    """List sectors that no view shows in full, and what the best view leaves out."""
    sectors: dict[str, set[str]] = {}
    for variable in read_document(text).variables.values():
        if variable.kind != "control":
            sectors.setdefault(variable.sector, set()).add(fold_name(variable.name))
    views = _read_views(text)
    places = []
    for sector, names in sectors.items():
        missing = min((names - drawn for drawn in views.values()), key=len, default=names)
        if missing:
            places.append(f"{sector or 'no sector'} without {', '.join(sorted(missing))}")
    return places


def _read_views(text: str) -> dict[str, frozenset[str]]:
    """List the names that each view shows."""
    parts = _VIEW.split(parse(text).sketch)
    return {
        name: frozenset(fold_name(match["name"]) for match in _DRAWN.finditer(body))
        for name, body in zip(parts[1::2], parts[2::2], strict=True)
    }


RULES: dict[str, Callable[[str], list[str]]] = {
    "has a unit": find_missing_units,
    "has a definition": find_missing_definitions,
    "has a source": find_missing_sources,
    "has a range": find_missing_ranges,
    "lies in its range": find_out_of_range,
    "states a believed range": find_unbelieved,
    "holds no number": find_bare_numbers,
    "is used": find_unused,
    "knows its names": find_unknown_names,
    "is drawn": find_undrawn,
    "has a view": find_missing_views,
}

_CALLED = re.compile(r"([^\W\d_][\w ]*?)\s*\(")


def _locate(text: str, name: str) -> str:
    return f"line {read_document(text).variables[name].line}, {name}"
