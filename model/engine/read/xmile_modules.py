"""The modules of an XMILE file, written into one model.

A module holds the ``<model>`` of its name (XMILE 1.0). Its variables become variables of the whole
model under names such as ``hares.births``. An input of a module is the variable that a
``<connect>`` names; inside a module nothing else of the outside is known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from smecluster.model.engine.read.markup import Node
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import Component, Element, Reference, Subscripts
from smecluster.model.engine.read.trees import replace_references
from smecluster.model.engine.read.xmile_variables import VARIABLES
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_DEFINITIONS

Read = Callable[[Node, frozenset[str]], list[Element]]
# The keys of a variable's modules, from the outermost, and its own.
Key = tuple[str, ...]

_PART = re.compile(r'"((?:[^"\\]|\\.)*)"|([^."]+)')


@dataclass(frozen=True)
class _Part:
    """A module, or the whole: its names from the outermost, and its ``<model>``."""

    path: tuple[str, ...]
    model: Node

    @property
    def key(self) -> Key:
        return tuple(map(fold_name, self.path))


@dataclass(frozen=True)
class _Link:
    """Where an input comes from, and the line of the ``<connect>``."""

    source: Key
    line: int


def join_models(models: list[Node], read: Read) -> list[Element]:
    """Read the variables of a model and of its modules.

    Parameters
    ----------
    models : list of Node
        Every ``<model>`` of the file, the whole first.
    read : callable
        ``read(model, linked) -> elements``: reads the variables of one ``<model>``; `linked` are
        the keys of its inputs, whose equations are not read.

    Returns
    -------
    list of Element
        Those of the whole first, then module by module.

    Raises
    ------
    InputError
        If a module has no model, a model no module, or an input no single variable.
    """
    parts = list(_walk(models))
    used = {id(part.model) for part in parts}
    for model in models:
        if id(model) not in used:
            named = f" {model.name!r}" if model.name else ""
            raise InputError(
                f"line {model.line}: the XMILE file holds a second <model>{named}, which no "
                "<module> uses: remove it, or save its variables in one model"
            )
    if len(parts) == 1:
        return read(models[0], frozenset())
    names = {
        (*part.key, fold_name(node.name))
        for part in parts
        for node in _list_nodes(part.model)
        if node.tag in VARIABLES
    }
    links = _read_links(parts, names)
    elements: dict[Key, Element] = {}
    for part in parts:
        linked = frozenset(key[-1] for key in links if key[:-1] == part.key)
        for element in read(part.model, linked):
            elements[*part.key, fold_name(element.name)] = _place(element, part, names)
            if len(elements) > MOST_DEFINITIONS:
                raise InputError(
                    f"the modules have more than {MOST_DEFINITIONS:,} variables, which is the "
                    "most that is computed"
                )
    return [
        _connect(element, key, links, elements) if key in links else element
        for key, element in elements.items()
    ]


def _walk(models: list[Node]) -> Iterator[_Part]:
    """List the whole and its modules, each before those inside it."""
    by_name = {fold_name(model.name): model for model in models[1:]}
    waiting: list[tuple[_Part, tuple[int, ...]]] = [(_Part((), models[0]), (id(models[0]),))]
    count = 0
    while waiting:
        part, above = waiting.pop(0)
        yield part
        for node in _list_modules(part.model):
            place = f"line {node.line}: the module {node.name!r}"
            inside = _Part((*part.path, node.name), node)
            model = by_name.get(".".join(inside.key)) or by_name.get(fold_name(node.name))
            if model is None:
                raise InputError(f"{place} has no <model> of its name in the file: save it there")
            if id(model) in above:
                raise InputError(f"{place} contains itself")
            if model.first("sim_specs") is not None:
                raise InputError(
                    f"{place} has a time step of its own, which is not computed: give it the "
                    "model's"
                )
            count += 1
            if count > MOST_DEFINITIONS:
                raise InputError(f"the XMILE file has more than {MOST_DEFINITIONS:,} modules")
            waiting.append((replace(inside, model=model), (*above, id(model))))


def _list_modules(model: Node) -> Iterator[Node]:
    yield from model.find("module")
    for group in model.find("variables"):
        yield from group.find("module")


def _list_nodes(model: Node) -> Iterator[Node]:
    yield from model.children
    for group in model.find("variables"):
        yield from group.children


def _read_links(parts: list[_Part], names: set[Key]) -> dict[Key, _Link]:
    links: dict[Key, _Link] = {}
    for part in parts:
        for module in _list_modules(part.model):
            for node in module.find("connect"):
                sides = []
                for side in ("to", "from"):
                    written = node.attributes.get(side, "")
                    inside = (*part.key, fold_name(module.name)) if side == "to" else None
                    found = _find(written, part.key, inside, names)
                    if found is None:
                        raise InputError(
                            f"line {node.line}: <connect> names {written[:60]!r}, which is no "
                            "variable of the model or of a module"
                        )
                    sides.append(found)
                link = _Link(sides[1], node.line)
                # Stella writes a connection of two modules into both.
                if links.setdefault(sides[0], link).source != link.source:
                    raise InputError(
                        f"line {node.line}: <connect> gives {node.attributes['to'][:60]!r} a "
                        "second variable: keep one"
                    )
    return links


def _find(written: str, outside: Key, inside: Key | None, names: set[Key]) -> Key | None:
    """Find the variable that a ``<connect>`` names.

    A leading dot stands for the whole model. Without it, the target is looked for in the module,
    then beside it, since some programs write the module's name before it.
    """
    key = split_name(written)
    if written.strip().startswith("."):
        return key if key in names else None
    places = [() if inside is None else inside, outside, ()]
    tried = [(*place, *key) for place in (places if inside is not None else places[1:])]
    return next((one for one in tried if one in names), None)


def split_name(written: str) -> Key:
    """Split a name at the dots outside quotes into the keys of its parts."""
    return tuple(fold_name(quoted or plain) for quoted, plain in _PART.findall(written))


def _place(element: Element, part: _Part, names: set[Key]) -> Element:
    """Give a variable, and what its equations refer to, the names of the whole model."""
    shown = ".".join((*part.path, element.name))

    def rename(reference: Reference) -> Reference:
        written = reference.reference.replace('"', "")
        key = split_name(reference.reference)
        if (*part.key, *key) in names:
            return replace(reference, reference=".".join((*part.path, written)))
        if len(key) > 1 and key in names:  # some programs name modules from the outermost
            return replace(reference, reference=written)
        if key in names:
            raise InputError(
                f"line {element.line}: {shown!r} uses {written!r}, which is outside its module: "
                "connect it"
            )
        return reference

    components = tuple(
        replace(component, ast=replace_references(component.ast, rename))
        for component in element.components
    )
    return replace(element, name=shown, components=components)


def _connect(
    element: Element, key: Key, links: Mapping[Key, _Link], elements: Mapping[Key, Element]
) -> Element:
    """Let an input be the variable that it comes from."""
    place = f"line {links[key].line}: {element.name!r}"
    source, seen = key, set[Key]()
    while source in links:
        if source in seen:
            raise InputError(f"{place} is connected with itself")
        seen.add(source)
        source = links[source].source
    origin = elements.get(source)
    if origin is None:
        raise InputError(f"{place} is connected with what steers the run: use its own name")
    if any(component.kind == "table" for component in origin.components):
        raise InputError(
            f"{place} is connected with the table {origin.name!r}, which is not computed: read the "
            "table where it stands, and connect the result"
        )
    components = tuple(
        Component(
            component.subscripts,
            (),
            Reference(
                origin.name, Subscripts(component.subscripts) if component.subscripts else None
            ),
            line=element.line,
        )
        for component in origin.components
    )
    return replace(element, components=components)
