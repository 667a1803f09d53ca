"""A model as its XMILE file describes it."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

from smecluster.model.support.errors import InputError
from smecluster.model.vensim.document import CONTROLS, Clock, Document, Variable
from smecluster.model.vensim.source import fold_name, join_lines
from smecluster.model.vensim.translation import translate_xmile


@lru_cache(maxsize=8)
def read_xmile(text: str) -> Document:
    """Read the description that an XMILE file gives of its model.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    Document
        Without causes, effects and equations, which are in the file.

    Raises
    ------
    InputError
        If the file cannot be read, or has no usable control variables.
    """
    section = translate_xmile(text).sections[0]
    variables = {}
    for element in section.elements:
        name = element.name.strip().strip('"')
        low, high = element.limits
        variables[name] = Variable(
            name=name,
            unit=join_lines(element.units),
            definition=join_lines(element.documentation),
            source="",
            low=low,
            high=high,
            kind=_kind(name, element),
            dims=tuple(element.components[0].subscripts[0]) if element.components else (),
            sector="",
            equation="",
            line=0,
            causes=(),
            effects=(),
        )
    subscripts = {entry.name: tuple(entry.subscripts) for entry in section.subscripts}
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return Document(variables, subscripts, {}, _clock(section), fingerprint)


def _kind(name: str, element: Any) -> str:
    if fold_name(name) in {fold_name(control) for control in CONTROLS}:
        return "control"
    form = type(element.components[0].ast).__name__
    if form == "IntegStructure":
        return "stock"
    if form == "LookupsStructure":
        return "table"
    return "constant" if form in ("int", "float", "ndarray") else "auxiliary"


def _clock(section: Any) -> Clock:
    trees = {fold_name(element.name): element.components[0].ast for element in section.elements}
    values = []
    for name in CONTROLS:
        tree = trees.get(fold_name(name))
        # XMILE has no SAVEPER: PySD repeats the time step.
        tree = trees[fold_name("TIME STEP")] if hasattr(tree, "reference") else tree
        value = _number(tree)
        if value is None:
            raise InputError(f"{name!r} must be a number")
        values.append(value)
    return Clock(values[0], values[1], values[2], values[3])


def _number(tree: Any) -> float | None:
    """Read a number, or the reciprocal of one, as XMILE may give its time step."""
    if isinstance(tree, int | float):
        return float(tree)
    if getattr(tree, "operators", None) == ["/"]:
        above, below = map(_number, tree.arguments)
        return None if above is None or not below else above / below
    return None
