"""An XMILE file read into ranges, variables and expressions.

The XMILE standard (OASIS, version 1.0) says what the elements mean. Modules are written into one
model (`engine.read.xmile_modules`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from smecluster.model.engine.read.calls import XMILE
from smecluster.model.engine.read.domain import refuse_method
from smecluster.model.engine.read.markup import Node, read_markup
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.engine.read.ranges import refuse_length
from smecluster.model.engine.read.syntax import (
    Component,
    Element,
    File,
    Range,
    Reference,
    Section,
    Tree,
)
from smecluster.model.engine.read.xmile_modules import join_models
from smecluster.model.engine.read.xmile_names import name_built_in, write_indices
from smecluster.model.engine.read.xmile_variables import read_equation, read_variables
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_ELEMENTS

_METHODS = {"": "euler", "euler": "euler", "rk2": "rk2", "rk4": "rk4"}


def translate_xmile(text: str) -> File:
    """Read an XMILE model.

    Parameters
    ----------
    text : str
        The file's text.

    Returns
    -------
    File

    Raises
    ------
    InputError
        If it cannot be read, or asks for what is not computed; the message names the variable and
        its line.
    """
    root = read_markup(text)
    if root.tag != "xmile":
        raise InputError(f"the XMILE file begins with <{root.tag}>: <xmile> is needed")
    models = list(root.find("model"))
    if not models:
        raise InputError("the XMILE file holds no <model>")
    ranges = tuple(_read_ranges(root))
    kept = _read_behaviour(root)
    specs = [*models[0].find("sim_specs"), *root.find("sim_specs")]
    if not specs:
        raise InputError("the XMILE file has no <sim_specs>: when a run starts and ends is missing")
    method = next(iter([_read_method(node) for node in specs]))

    def read(model: Node, linked: frozenset[str]) -> list[Element]:
        return read_variables(model, ranges, kept | _read_behaviour(model), linked)

    macros = tuple(_read_macro(node, read) for node in root.find("macro"))
    variables = write_indices(name_built_in(join_models(models, read), ranges), ranges)
    elements = [*variables, *_read_controls(specs[0])]
    return File(Section(ranges, tuple(elements)), macros, method)


def _read_method(node: Node) -> str:
    given = node.attributes.get("method", "").partition(",")[0].strip()
    if given.lower() not in _METHODS:
        raise refuse_method(given[:20], "<sim_specs>")
    return _METHODS[given.lower()]


def _read_controls(specs: Node) -> Iterator[Element]:
    """Read when a run starts and ends, as Vensim's control variables."""
    units = specs.attributes.get("time_units", "")

    def control(name: str, tree: Tree, line: int) -> Element:
        return Element(name, (Component((), (), tree, line=line),), units, line=line)

    def read(tag: str) -> tuple[Tree, int]:
        node = specs.first(tag)
        if node is None or not node.text.strip():
            raise InputError(f"line {specs.line}: <sim_specs> has no <{tag}>")
        tree = read_equation(node.text, f"<{tag}>", node.line)
        if node.attributes.get("reciprocal", "").lower() == "true":
            tree = 1 / tree if isinstance(tree, float) and tree else tree
        return tree, node.line

    yield control("INITIAL TIME", *read("start"))
    yield control("FINAL TIME", *read("stop"))
    if specs.first("dt") is None:
        yield control("TIME STEP", 1.0, specs.line)
    else:
        yield control("TIME STEP", *read("dt"))
    if specs.first("savestep") is None:
        yield control("SAVEPER", Reference("TIME STEP"), specs.line)
    else:
        yield control("SAVEPER", *read("savestep"))


def _read_ranges(root: Node) -> Iterator[Range]:
    for group in root.find("dimensions"):
        for node in group.find("dim"):
            elements = tuple(elem.name for elem in node.find("elem"))
            size = node.attributes.get("size", "").strip()
            if not elements and size.isdigit():
                if len(size) > 9 or int(size) > MOST_ELEMENTS:
                    raise refuse_length(node.name, f"line {node.line}: ")
                elements = tuple(str(number) for number in range(1, int(size) + 1))
            yield Range(node.name, elements)


def _read_behaviour(node: Node) -> frozenset[str]:
    """Read which kinds of variables are never negative."""
    kinds: set[str] = set()
    for behaviour in node.find("behavior"):
        if behaviour.first("non_negative"):
            kinds |= {"stock", "flow"}
        kinds |= {part.tag for part in behaviour.children if part.first("non_negative")}
    return frozenset(kinds)


def _read_macro(node: Node, read: Callable[[Node, frozenset[str]], list[Element]]) -> Section:
    """Read a macro: a formula of its parameters, or the variables behind it as well."""
    place = f"line {node.line}: the XMILE macro {node.name!r}"
    if fold_name(node.name) in XMILE:
        raise InputError(f"{place} has the name of a function: give it another")
    if node.first("sim_specs") is not None:
        raise InputError(f"{place} has a time step of its own, which is not computed: leave it out")
    equation = node.first("eqn")
    if equation is None:
        raise InputError(f"{place} has no <eqn>: give it one")
    parameters = tuple(join_lines(part.text) for part in node.find("parm"))
    given = frozenset(map(fold_name, parameters))
    result = Element(
        node.name,
        (Component((), (), read_equation(equation.text, node.name, node.line), line=node.line),),
        line=node.line,
    )
    elements = [
        # Stella writes the parameters once more as variables, for the macro's own window.
        *(element for element in read(node, given) if fold_name(element.name) not in given),
        result,
    ]
    return Section((), tuple(name_built_in(elements, ())), node.name, parameters)
