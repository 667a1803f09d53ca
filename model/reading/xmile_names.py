"""What XMILE names without brackets: ``PI``, ``DT``, ``SELF``, and an element as a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from smecluster.model.reading.syntax import (
    Call,
    Component,
    Element,
    Range,
    Reference,
    Subscripts,
    Tree,
)
from smecluster.model.reading.trees import replace_references
from smecluster.model.vensim.names import fold_name

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
