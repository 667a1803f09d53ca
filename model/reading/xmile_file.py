"""An XMILE file read into ranges, variables and expressions.

The XMILE standard (OASIS, version 1.0) says what the elements mean. Files of STELLA 10 hold the
variables directly in ``<model>``; they are read alike. What is not computed is refused here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from smecluster.model.reading.expression import UnreadableError, read_xmile
from smecluster.model.reading.markup import Node, read_markup
from smecluster.model.reading.syntax import (
    Arithmetic,
    Call,
    Component,
    Element,
    File,
    InlineLookups,
    Integ,
    Lookups,
    Range,
    Reference,
    Section,
    Subscripts,
    Tree,
)
from smecluster.model.support.errors import InputError
from smecluster.model.support.limits import MOST_ELEMENTS
from smecluster.model.vensim.document import CONTROLS
from smecluster.model.vensim.domain import refuse_method
from smecluster.model.vensim.source import fold_name, join_lines

_VARIABLES = frozenset({"aux", "stock", "flow", "gf"})
# What a model may hold beside variables without a number depending on it.
_PASSED = frozenset({"group", "dependencies", "unwanted", "array_group"})
# What makes a stock something else than a stock, and a variable something else than a formula.
_STOCKS = frozenset({"conveyor", "queue", "oven"})
_OTHERS = frozenset({"module", "macro", "event_poster"})
_TYPES = {"continuous": "interpolate", "extrapolate": "extrapolate", "discrete": "hold_backward"}
_REMARK = re.compile(r"\{[^{}]*+\}")
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
    macros = tuple(_read_macro(node) for node in root.find("macro"))
    models = list(root.find("model"))
    if not models:
        raise InputError("the XMILE file holds no <model>")
    for other in models[1:]:
        named = f" {other.name!r}" if other.name else ""
        raise InputError(
            f"line {other.line}: the XMILE file holds a second <model>{named}, which is not "
            "computed: save its variables in one model"
        )
    ranges = tuple(_read_ranges(root))
    kept = _read_behaviour(root) | _read_behaviour(models[0])
    specs = [*models[0].find("sim_specs"), *root.find("sim_specs")]
    if not specs:
        raise InputError("the XMILE file has no <sim_specs>: when a run starts and ends is missing")
    method = next(iter([_read_method(node) for node in specs]))
    elements = [*_Variables(models[0], ranges, kept).read(), *_read_controls(specs[0])]
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
        tree = _read_equation(node.text, f"<{tag}>", node.line)
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
                    raise InputError(
                        f"line {node.line}: the range {node.name!r} has more than "
                        f"{MOST_ELEMENTS:,} elements, which is the most that is read"
                    )
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


def _read_macro(node: Node) -> Section:
    raise InputError(
        f"line {node.line}: the XMILE macro {node.name!r} is not computed: write it out"
    )


def _read_equation(text: str, name: str, line: int) -> Tree:
    bare = join_lines(_REMARK.sub(" ", text))
    place = f"line {line}: the equation of {name!r}"
    if not bare:
        raise InputError(f"{place} is empty: give it one")
    try:
        return read_xmile(bare)
    except UnreadableError as error:
        raise InputError(f"{place} cannot be read: {error}") from None
    except RecursionError:
        raise InputError(f"{place} is nested too deeply: split it") from None


@dataclass
class _Variables:
    """Reads the variables of a model.

    Attributes
    ----------
    model : Node
        The ``<model>``.
    ranges : tuple of Range
        The file's ranges.
    kept : frozenset of str
        Kinds of variables that are never negative.
    """

    model: Node
    ranges: tuple[Range, ...]
    kept: frozenset[str]
    dims: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self) -> list[Element]:
        """Read them, in the order of the file."""
        nodes = [node for node in self.model.children if node.tag in _VARIABLES | _OTHERS]
        for group in self.model.find("variables"):
            nodes += group.children
        steering = {fold_name(control) for control in CONTROLS}
        nodes = [node for node in nodes if fold_name(node.name) not in steering]
        for node in nodes:
            self.dims[_key(node.name)] = _read_dims(node)
        return [self._read_variable(node) for node in nodes if node.tag not in _PASSED]

    def _read_variable(self, node: Node) -> Element:
        named = f" {node.name!r}" if node.name else ""
        if node.tag not in _VARIABLES:
            raise InputError(
                f"line {node.line}: the XMILE file holds a <{node.tag}>{named}, which is not "
                "computed: write it as stocks, flows and auxiliaries"
            )
        for part in node.find(*_STOCKS):
            raise InputError(
                f"line {node.line}:{named} is a <{part.tag}>, which is not computed: write it as a "
                "stock with flows"
            )
        if not node.name:
            raise InputError(f"line {node.line}: a <{node.tag}> has no name")
        dims = self.dims[_key(node.name)]
        parts = list(node.find("element"))
        components = []
        for part in parts:
            cell = tuple(one.strip() for one in part.attributes.get("subscript", "").split(","))
            components.append(self._read_component(node, part, cell))
        own = [tag for tag in ("eqn", "gf") if node.first(tag) is not None]
        if not parts or (own and not all(part.first("eqn") or part.first("gf") for part in parts)):
            components = self._read_whole(node, dims)
        scale = node.first("range") or Node("", {}, 0)
        return Element(
            node.name,
            tuple(components),
            _text(node, "units"),
            _text(node, "doc"),
            (_bound(scale, "min"), _bound(scale, "max")),
            node.line,
        )

    def _read_whole(self, node: Node, dims: tuple[str, ...]) -> list[Component]:
        """Read a variable without elements of its own: one equation, or one for each element."""
        equations = list(node.find("eqn"))
        if len(equations) < 2:
            return [self._read_component(node, node, dims)]
        listed = {fold_name(entry.name): entry.elements for entry in self.ranges}
        cells = list(itertools.product(*(listed.get(fold_name(dim), ()) for dim in dims)))
        if len(cells) != len(equations):
            raise InputError(
                f"line {node.line}: {node.name!r} has {len(equations)} equations for {len(cells)} "
                "elements: give it one, or one in an <element> for each"
            )
        rest = [child for child in node.children if child.tag != "eqn"]
        return [
            self._read_component(node, replace(node, children=[equation, *rest]), cell)
            for equation, cell in zip(equations, cells, strict=True)
        ]

    def _read_component(self, node: Node, part: Node, subscripts: tuple[str, ...]) -> Component:
        table = part.first("gf") or (node if node.tag == "gf" else node.first("gf"))
        equation = part.first("eqn") or node.first("eqn")
        lookups = None if table is None else _read_points(table, node)
        alone = equation is None or not join_lines(_REMARK.sub(" ", equation.text))
        if lookups is not None and alone:
            return Component(subscripts, (), lookups, "table", part.line)
        if equation is None:
            raise InputError(f"line {node.line}: {node.name!r} has no equation: give it one")
        tree = _read_equation(equation.text, node.name, equation.line)
        if lookups is not None:
            tree = InlineLookups(tree, lookups)
        kept = _is_kept(node, part, node.tag in self.kept)
        if node.tag == "stock":
            tree = Integ(self._read_net_flow(node, subscripts), tree, kept)
        elif kept and node.tag == "flow":
            tree = Call(Reference("max"), (tree, 0.0))
        return Component(subscripts, (), tree, line=part.line)

    def _read_net_flow(self, node: Node, subscripts: tuple[str, ...]) -> Tree:
        inflows = [self._read_flow(flow, subscripts) for flow in node.find("inflow")]
        outflows = [self._read_flow(flow, subscripts) for flow in node.find("outflow")]
        if not inflows and not outflows:
            return 0.0
        if not inflows:
            outflows[0] = Arithmetic(("negative",), (outflows[0],))
        signs = ("+",) * (len(inflows) - 1) + ("-",) * (len(outflows) - (not inflows))
        flows = (*inflows, *outflows)
        return Arithmetic(signs, flows) if signs else flows[0]

    def _read_flow(self, flow: Node, subscripts: tuple[str, ...]) -> Tree:
        """Read the flow of a stock, which has the stock's own subscripts where it names none."""
        name = join_lines(flow.text).strip('"')
        if _key(name) in self.dims:
            tree: Tree = Reference(name)
        else:
            tree = _read_equation(flow.text, f"<{flow.tag}>", flow.line)
        if not isinstance(tree, Reference) or tree.subscripts is not None or not subscripts:
            return tree
        if len(self.dims.get(_key(tree.reference), ())) == len(subscripts):
            return replace(tree, subscripts=Subscripts(subscripts))
        return tree


def _key(name: str) -> str:
    return fold_name(name)


def _read_dims(node: Node) -> tuple[str, ...]:
    return tuple(dim.name for group in node.find("dimensions") for dim in group.find("dim"))


def _is_kept(node: Node, part: Node, usual: bool) -> bool:
    mark = part.first("non_negative") or node.first("non_negative")
    return usual if mark is None else "false" not in mark.text.lower()


def _text(node: Node, tag: str) -> str:
    found = node.first(tag)
    return "" if found is None else join_lines(found.text)


def _bound(node: Node, name: str) -> float | None:
    try:
        return float(node.attributes[name])
    except (KeyError, ValueError):
        return None


def _read_points(node: Node, owner: Node) -> Lookups:
    """Read the points of a table."""
    place = f"line {node.line}: the table of {owner.name!r}"
    kind = node.attributes.get("type", "continuous").strip().lower()
    if kind not in _TYPES:
        raise InputError(f"{place} is {kind[:40]!r}: give {', '.join(_TYPES)}")
    ys = _read_numbers(node.first("ypts"), place)
    xs: tuple[float, ...]
    if node.first("xpts") is not None:
        xs = _read_numbers(node.first("xpts"), place)
    else:
        scale: Any = node.first("xscale")
        low, high = (None, None) if scale is None else (_bound(scale, "min"), _bound(scale, "max"))
        if low is None or high is None:
            raise InputError(f"{place} has neither <xpts> nor <xscale min= max=>")
        # As NumPy's linspace, so that the last one is the end itself.
        count = max(len(ys) - 1, 1)
        xs = (*(low + (high - low) / count * at for at in range(len(ys) - 1)), high)
    if len(xs) != len(ys) or not ys:
        raise InputError(f"{place} has {len(xs)} x and {len(ys)} y: give as many of both")
    pairs = sorted(zip(xs, ys, strict=True), key=lambda pair: pair[0])
    return Lookups(tuple(x for x, _ in pairs), tuple(y for _, y in pairs), _TYPES[kind])


def _read_numbers(node: Node | None, place: str) -> tuple[float, ...]:
    if node is None:
        raise InputError(f"{place} has no points")
    try:
        return tuple(float(part) for part in node.text.split(node.attributes.get("sep", ",")))
    except ValueError:
        raise InputError(f"{place} holds something other than numbers") from None
