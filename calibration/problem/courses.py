"""Dated courses: constants that change over time, and tables that change from a year on.

The model file gives a reform's lever one value for all years. Here each chosen constant is
multiplied by a table of the calendar year wherever it is read. The constant itself remains an
input: a draw may still set it. The model file's text is edited; no equation is duplicated.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

import numpy as np

from smecluster.model.engine.read.document import read_document
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.source import parse
from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION

#: Points (year, value).
Course = Sequence[tuple[float, float]]

_NAME = re.compile(r'"(?:[^"\\]|\\.)*"|[^\W\d_](?:[\w\s\'$])*')
_CLOCK = ("initial time", "final time", "time step", "saveper")


def name_course(constant: str) -> str:
    """Name the table of a constant's course, Dmnl by calendar year."""
    return f"course of {constant}"


def add_courses(text: str, constants: Iterable[str]) -> str:
    """Add dated courses to constants.

    Parameters
    ----------
    text : str
        The Vensim file's text.
    constants : iterable of str
        Each gets a table, `name_course`, with its dimensions, which is 1 in all years unless a run
        sets it, and acts on every equation that reads the constant. A constant without dimensions
        that only regional equations read gets one course for each region.

    Returns
    -------
    str
        The new text; the model gives the same numbers.

    Raises
    ------
    InputError
        If a name is unknown, not a constant, or sets the clock of the run.
    """
    for name in constants:
        text = _add_course(text, name)
    return text


def _add_course(text: str, given: str) -> str:
    document = read_document(text)
    variable = document.variable(given)
    if variable.kind != "constant" or fold_name(variable.name) in _CLOCK:
        raise InputError(f"{variable.name!r} is not a constant that can follow a course")
    blocks = parse(text).blocks
    dated, table = f"dated {variable.name}", name_course(variable.name)
    read = [
        (block.subscripts, match)
        for block in blocks
        if block.kind == "equation"
        # Left of the equals sign is the reader's own name.
        for match in _NAME.finditer(text, text.index("=", block.start) + 1, block.end)
        if fold_name(match[0]) == fold_name(variable.name)
    ]
    # One number for all regions, but read region by region: a reform may change it in one.
    spread = not variable.dims and all(REGION in subscripts for subscripts, _ in read)
    dims = (REGION,) if spread else variable.dims
    edits = []
    for _, match in read:
        word = match[0].rstrip()
        new = f"{dated}[{REGION}]" if spread else dated
        edits.append((match.start(), match.start() + len(word), new))
    own, subscripts = (f"[{', '.join(names)}]" if names else "" for names in (variable.dims, dims))
    added = [
        f"{dated}{subscripts} = {variable.name}{own} * {table}{subscripts}(year number)\n"
        f"\t~ {variable.unit}\n\t~ The constant times its course. Source: definition.|\n"
    ]
    for cell in itertools.product(*(document.subscripts[dim] for dim in dims)):
        element = f"[{', '.join(cell)}]" if cell else ""
        added.append(
            f"{table}{element}((1978,1),(2100,1))\n"
            "\t~ Dmnl\n\t~ Factor on the constant by calendar year. Source: set by a run.|\n"
        )
    first = next(block for block in blocks if fold_name(block.name) == fold_name(variable.name))
    edits.append((first.start, first.start, "\n".join(added) + "\n"))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def bend_table(
    points: Course, course: Course, *, replaces: bool = False
) -> list[tuple[float, float]]:
    """Change a dated table by a course.

    Parameters
    ----------
    points : sequence of (float, float)
        The table: (year, value).
    course : sequence of (float, float)
        (year, factor) by rising year: linear between years, without effect before the first and
        constant after the last. A first factor other than 1 acts at once from its year.
    replaces : bool
        Whether the course gives values, in the table's unit, that replace the table's from its
        first year on, instead of factors.

    Returns
    -------
    list of (float, float)
        The new table.

    Raises
    ------
    InputError
        If the course is empty or its years do not rise.
    """
    old, new = np.array(points, dtype=float), np.array(course, dtype=float)
    if not len(new) or (np.diff(new[:, 0]) <= 0).any():
        raise InputError(f"a course needs at least one year, and its years must rise: {course}")
    begin = new[0, 0]
    # Tables are continuous: a step takes a thousandth of a year.
    years = np.union1d(np.union1d(old[:, 0], new[:, 0]), [begin - 1e-3])
    before = years < begin
    values = np.interp(years, *old.T)
    effect = np.interp(years, *new.T)
    values = np.where(before, values, effect if replaces else values * effect)
    return [(float(year), float(value)) for year, value in zip(years, values, strict=True)]
