"""The variables of a model in an XMILE file: their equations, tables and flows.

The XMILE standard (OASIS, version 1.0) says what the elements mean. Files of STELLA 10 hold the
variables directly in ``<model>``; they are read alike. What is not computed is refused here.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from typing import Any

from smecluster.model.engine.read.document import CONTROLS
from smecluster.model.engine.read.expression import UnreadableError, read_xmile
from smecluster.model.engine.read.markup import Node
from smecluster.model.engine.read.names import fold_name, join_lines
from smecluster.model.engine.read.syntax import (
    Arithmetic,
    Call,
    Component,
    Element,
    InlineLookups,
    Integ,
    Lookups,
    Range,
    Reference,
    Subscripts,
    Tree,
)
from smecluster.model.errors import InputError

# What a variable may be.
VARIABLES = frozenset({"aux", "stock", "flow", "gf"})
# What a model may hold beside variables without a number depending on it.
_PASSED = frozenset({"group", "dependencies", "unwanted", "array_group"})
# What makes a stock something else than a stock, and a variable something else than a formula.
_STOCKS = frozenset({"conveyor", "queue", "oven"})
_OTHERS = frozenset({"macro", "event_poster"})
_TYPES = {"continuous": "interpolate", "extrapolate": "extrapolate", "discrete": "hold_backward"}
_REMARK = re.compile(r"\{[^{}]*+\}")
_NONE = "nan"
# What is written for an equation that was lost when the file was made from another program's.
_LOST = re.compile(r"\s*\?\?\?\s*")


def read_variables(
    model: Node, ranges: tuple[Range, ...], kept: frozenset[str], linked: frozenset[str]
) -> list[Element]:
    """Read the variables of a model, in the order of the file.

    Parameters
    ----------
    model : Node
        The ``<model>`` or ``<macro>``.
    ranges : tuple of Range
        The file's ranges.
    kept : frozenset of str
        Kinds of variables that are never negative.
    linked : frozenset of str
        Keys of the variables whose values come from elsewhere: their equations are not read.

    Returns
    -------
    list of Element
        A linked variable is 0.

    Raises
    ------
    InputError
        If one cannot be read, or is not computed; the message names it and its line.
    """
    return _Variables(model, ranges, kept, linked).read()


def read_equation(text: str, name: str, line: int) -> Tree:
    """Read an equation.

    Parameters
    ----------
    text : str
        As it stands in the file.
    name : str
        Of the variable, for messages.
    line : int
        Line of the file.

    Returns
    -------
    Tree

    Raises
    ------
    InputError
        If it is empty or cannot be read.
    """
    bare = join_lines(_REMARK.sub(" ", text))
    place = f"line {line}: the equation of {name!r}"
    if not bare:
        raise InputError(f"{place} is empty: give it one")
    if _LOST.fullmatch(bare):
        raise InputError(
            f"{place} is '???': it was lost when the file was converted; write it again"
        )
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
    linked : frozenset of str
        Keys of the variables whose values come from elsewhere.
    """

    model: Node
    ranges: tuple[Range, ...]
    kept: frozenset[str]
    linked: frozenset[str]
    dims: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self) -> list[Element]:
        """Read them, in the order of the file."""
        nodes = [node for node in self.model.children if node.tag in VARIABLES | _OTHERS]
        for group in self.model.find("variables"):
            nodes += [node for node in group.children if node.tag != "module"]
        steering = {fold_name(control) for control in CONTROLS}
        nodes = [node for node in nodes if fold_name(node.name) not in steering]
        for node in nodes:
            self.dims[_key(node.name)] = _read_dims(node)
        return [self._read_variable(node) for node in nodes if node.tag not in _PASSED]

    def _read_variable(self, node: Node) -> Element:
        named = f" {node.name!r}" if node.name else ""
        if node.tag not in VARIABLES:
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
        if _key(node.name) in self.linked:
            return Element(
                node.name,
                (Component(dims, (), 0.0, line=node.line),),
                _text(node, "units"),
                _text(node, "doc"),
                line=node.line,
            )
        parts = [part for part in node.find("element") if not self._lacks_value(part)]
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

    def _lacks_value(self, part: Node) -> bool:
        """Say whether an element has no value: Stella writes ``NAN`` for its equation.

        Then it has no equation, and what reads it is refused.
        """
        equation = part.first("eqn")
        bare = "" if equation is None else join_lines(_REMARK.sub(" ", equation.text))
        return fold_name(bare) == _NONE and _NONE not in self.dims and part.first("gf") is None

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
        tree = read_equation(equation.text, node.name, equation.line)
        if lookups is not None:
            tree = InlineLookups(tree, lookups)
        kept = _is_kept(node, part, node.tag in self.kept)
        tree = _add_first(tree, node, part, plain=node.tag != "stock" and lookups is None)
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
            tree = read_equation(flow.text, f"<{flow.tag}>", flow.line)
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


def _add_first(tree: Tree, node: Node, part: Node, *, plain: bool) -> Tree:
    """Add the equation that counts where stocks get their first values.

    It is not in the standard. Stella writes it, and in what SDEverywhere publishes it is Vensim's
    ACTIVE INITIAL.
    """
    first = part.first("init_eqn") or node.first("init_eqn")
    if first is None or not join_lines(_REMARK.sub(" ", first.text)):
        return tree
    if not plain:
        raise InputError(
            f"line {first.line}: {node.name!r} has an <init_eqn> beside a table or in a stock, "
            "which is not computed: give it to a variable of its own"
        )
    initial = read_equation(first.text, node.name, first.line)
    return Call(Reference("active initial"), (tree, initial))


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
