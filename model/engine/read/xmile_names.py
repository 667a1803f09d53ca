"""What XMILE names mean in an equation: ``PI``, ``DT``, ``SELF``, elements as numbers, indices.

Subscripts are names of elements or ranges, or numbers that count elements from 1 (XMILE 1.0). Where
an index has elements of its own and the equation is written for its ranges, it is the one of the
same element.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import (
    Call,
    Component,
    Element,
    Range,
    Reference,
    Subscripts,
    Tree,
)
from smecluster.model.engine.read.trees import replace_references

# What is called for ``array[index]``: the array with a ``*`` for each index, then the indices.
ELEMENT_AT = "element at"

_NAMED: Mapping[str, Tree] = {
    "pi": Call(Reference("pi"), ()),
    "dt": Reference("TIME STEP"),
    "starttime": Reference("INITIAL TIME"),
    "stoptime": Reference("FINAL TIME"),
}


def name_built_in(elements: Sequence[Element], ranges: Iterable[Range]) -> list[Element]:
    """Write out the names that XMILE gives a meaning, unless a variable bears them.

    Parameters
    ----------
    elements : sequence of Element
        The variables of a model or macro.
    ranges : iterable of Range
        The file's ranges.

    Returns
    -------
    list of Element
        ``Location.Boston`` has become the place of Boston in the range, from 1.
    """
    taken = {fold_name(element.name) for element in elements}
    known = dict(_NAMED)
    for entry in ranges:
        for place, part in enumerate(entry.elements, start=1):
            known[f"{fold_name(entry.name)}.{fold_name(part)}"] = float(place)
    known = {name: tree for name, tree in known.items() if name not in taken}

    def write(element: Element, component: Component) -> Component:
        cell = component.subscripts
        own = Reference(element.name, Subscripts(cell) if cell else None)

        def build(reference: Reference) -> Tree:
            if reference.subscripts is not None:
                return reference
            name = fold_name(reference.reference)
            return own if name == "self" and name not in taken else known.get(name, reference)

        return replace(component, ast=replace_references(component.ast, build))

    return [
        replace(element, components=tuple(write(element, part) for part in element.components))
        for element in elements
    ]


def write_indices(elements: Sequence[Element], ranges: Iterable[Range]) -> list[Element]:
    """Write out the indices in the equations of a model.

    Parameters
    ----------
    elements : sequence of Element
        The variables of the whole model.
    ranges : iterable of Range
        The file's ranges.

    Returns
    -------
    list of Element
        Subscripts that are no variable, or one with other ranges than the equation, stay as they
        are, and are refused later.
    """
    taken = {"*"}
    for entry in ranges:
        taken.update(map(fold_name, (entry.name, *entry.elements)))
    known = {fold_name(element.name): element for element in elements}

    def find_index(owner: Element, component: Component, written: str) -> Reference | None:
        """Find the variable that a subscript names, first in the module of the equation."""
        inside = owner.name.rpartition(".")[0]
        for name in dict.fromkeys((f"{inside}.{written}" if inside else written, written)):
            found = known.get(fold_name(name))
            if found is None or fold_name(written) in taken:
                continue
            dims = found.components[0].subscripts
            if set(map(fold_name, dims)) <= set(map(fold_name, component.subscripts)):
                return Reference(found.name, Subscripts(dims) if dims else None)
        return None

    def write(owner: Element, component: Component) -> Component:
        def build(reference: Reference) -> Tree:
            if reference.subscripts is None:
                return reference
            names = reference.subscripts.subscripts
            indices = [find_index(owner, component, name) for name in names]
            if not any(indices) or "*" in names:
                return reference
            kept = tuple(
                name if index is None else "*" for name, index in zip(names, indices, strict=True)
            )
            array = replace(reference, subscripts=Subscripts(kept))
            return Call(Reference(ELEMENT_AT), (array, *filter(None, indices)))

        return replace(component, ast=replace_references(component.ast, build))

    return [
        replace(element, components=tuple(write(element, part) for part in element.components))
        for element in elements
    ]
