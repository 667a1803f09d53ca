"""References in an expression replaced, wherever they stand in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace

from smecluster.model.engine.read.syntax import Call, Reference, Subscripts, Tree


def replace_references(tree: Tree, build: Callable[[Reference], Tree]) -> Tree:
    """Replace each reference in an expression, the names of called functions among them.

    Parameters
    ----------
    tree : Tree
        The expression.
    build : callable
        ``build(reference) -> tree``. Where a function is called, only another reference is taken.

    Returns
    -------
    Tree
    """
    if isinstance(tree, Reference):
        return build(tree)
    if isinstance(tree, tuple):
        return tuple(replace_references(part, build) for part in tree)
    if isinstance(tree, Call):
        named = build(tree.function)
        function = named if isinstance(named, Reference) else tree.function
        return Call(function, replace_references(tree.arguments, build), tree.outputs)
    if is_dataclass(tree) and not isinstance(tree, type | Subscripts):
        parts = {p.name: replace_references(getattr(tree, p.name), build) for p in fields(tree)}
        return replace(tree, **parts)
    return tree
