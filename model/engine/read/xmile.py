"""A model as its XMILE file describes it."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np

from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.document import CONTROLS, Clock, Document, Variable
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.engine.read.syntax import Element, Section, Tree
from smecluster.model.engine.read.xmile_file import translate_xmile


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
    section = translate_xmile(text).main
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
            dims=element.components[0].subscripts if element.components else (),
            sector="",
            equation="",
            line=element.line,
            causes=(),
            effects=(),
        )
    subscripts = {entry.name: entry.elements for entry in section.ranges}
    fingerprint = hashlib.sha256(text.encode()).hexdigest()
    return Document(variables, subscripts, {}, _clock(section), fingerprint)


def _kind(name: str, element: Element) -> str:
    if fold_name(name) in {fold_name(control) for control in CONTROLS}:
        return "control"
    tree = element.components[0].ast
    if isinstance(tree, syntax.Integ):
        return "stock"
    if element.components[0].kind == "table":
        return "table"
    return "constant" if isinstance(tree, int | float | np.ndarray) else "auxiliary"


def _clock(section: Section) -> Clock:
    trees = {fold_name(element.name): element.components[0].ast for element in section.elements}
    values = []
    for name in CONTROLS:
        tree = trees[fold_name(name)]
        # Without a time of saving every step is saved.
        tree = trees[fold_name("TIME STEP")] if isinstance(tree, syntax.Reference) else tree
        values.append(_number(tree))
    return Clock(values[0], values[1], values[2], values[3])


def _number(tree: Tree) -> float:
    """Read a number, or the quotient of two; NaN is known when the equations are."""
    if isinstance(tree, int | float):
        return float(tree)
    if isinstance(tree, syntax.Arithmetic) and tree.operators == ("/",):
        above, below = map(_number, tree.arguments)
        return above / below if below else float("nan")
    return float("nan")
