"""The equations of a model as one graph of scalar operations.

A `Program` is data: numbers, and operations that refer to earlier ones by position. The batch
kernel compiles it, and it is stored between sessions, so a run needs neither the model file nor
PySD. Equal operations are stored once, and operations on constants alone are computed when the
graph is built.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Node = tuple[Any, ...]
# The x and the y values of a table.
Points = tuple[tuple[float, ...], tuple[float, ...]]

# Operations whose result is true or false.
LOGICAL = frozenset({"lt", "le", "eq", "ne", "and", "or", "not", "true"})
# Operations that choose, where a last digit can be decisive.
DECIDING = frozenset({"lt", "le", "eq", "ne", "trunc", "floor"})
# Operations that depend on time.
MOVING = frozenset({"time", "state", "past"})
# How many leading arguments of an operation are not nodes: payload of leaves and tables.
PAYLOAD = {"const": 1, "param": 1, "state": 1, "time": 0, "table": 1, "past": 1, "true": 1}

_COMMUTATIVE = frozenset({"add", "mul", "eq", "ne", "and", "or"})


def _pow(x: float, y: float) -> float:
    result = x**y
    if isinstance(result, complex):
        raise ValueError("a negative number to a fractional power")
    return float(result)


_FOLD: dict[str, Callable[..., float | bool]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "neg": operator.neg,
    "pow": _pow,
    "min": min,
    "max": max,
    "abs": abs,
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "sinh": math.sinh,
    "cosh": math.cosh,
    "tanh": math.tanh,
    "trunc": lambda x: float(math.trunc(x)),
    "floor": lambda x: float(math.floor(x)),
    "lt": operator.lt,
    "le": operator.le,
    "eq": operator.eq,
    "ne": operator.ne,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": operator.not_,
    "float": float,
}


class Graph:
    """Builds the operations, each stored once.

    Parameters
    ----------
    nodes : iterable of tuple
        Operations to start from.
    """

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self.nodes: list[Node] = list(nodes)
        self._known = {node: place for place, node in enumerate(self.nodes)}

    def const(self, value: float) -> int:
        """Add a number."""
        return self._place(("const", float(value)))

    def truth(self, value: bool) -> int:
        """Add a truth value."""
        return self._place(("true", bool(value)))

    def value(self, node: int) -> float | bool | None:
        """Give the number or truth value of a node, None if a run decides it."""
        op, *rest = self.nodes[node]
        return rest[0] if op in ("const", "true") else None

    def is_logical(self, node: int) -> bool:
        """Say whether a node is a truth value, not a number."""
        return self.nodes[node][0] in LOGICAL

    def number(self, node: int) -> int:
        """Turn a truth value into 1 or 0; a number stays as it is."""
        return self.add("float", node) if self.is_logical(node) else node

    def varies(self, node: int) -> bool:
        """Say whether a node can change during a run."""
        return any(self.nodes[place][0] in MOVING for place in list_reached(self.nodes, [node]))

    def copy(self, node: Node, new: Mapping[int, int] | Sequence[int]) -> int:
        """Add an operation of another graph, or one of this graph again, on other operands.

        Parameters
        ----------
        node : tuple
            The operation.
        new : mapping or sequence
            The new place of each of its operands.

        Returns
        -------
        int
            Its place in the graph.
        """
        used = list_operands(node)
        payload = node[1 : len(node) - len(used)]
        return self.add(node[0], *payload, *(new[operand] for operand in used))

    def truthful(self, node: int) -> int:
        """Turn a number into a truth value: everything but 0 is true."""
        return node if self.is_logical(node) else self.add("ne", node, self.const(0))

    def add(self, op: str, *args: Any) -> int:
        """Add an operation on earlier nodes.

        Parameters
        ----------
        op : str
            Its name.
        *args
            Payload (see `PAYLOAD`), then places of nodes.

        Returns
        -------
        int
            Its place in the graph.
        """
        if op in _FOLD:
            values = [self.value(arg) for arg in args]
            if all(value is not None for value in values):
                folded = self._fold(op, values)
                if folded is not None:
                    return folded
            simpler = self._simplify(op, args, values)
            if simpler is not None:
                return simpler
            if op in _COMMUTATIVE:
                args = tuple(sorted(args))
        elif op == "select":
            chosen = self.value(args[0])
            if chosen is not None:
                return int(args[1] if chosen else args[2])
            if args[1] == args[2]:
                return int(args[1])
        return self._place((op, *args))

    def _place(self, node: Node) -> int:
        # The type is part of the key: 1.0 and True are equal in Python.
        place = self._known.get(node)
        if place is None:
            place = self._known[node] = len(self.nodes)
            self.nodes.append(node)
        return place

    def _fold(self, op: str, values: list[Any]) -> int | None:
        try:
            result = _FOLD[op](*values)
        except (ArithmeticError, ValueError):
            return None  # left to the run, which records the failure
        if isinstance(result, bool):
            return self.truth(result)
        return self.const(result) if math.isfinite(result) else None

    def _simplify(self, op: str, args: tuple[int, ...], values: list[Any]) -> int | None:
        """Drop operations without effect, if every digit stays the same."""
        first, last = args[0], args[-1]
        if op == "add" and 0 in values:
            return first if values[1] == 0 else last
        if op == "mul" and 1 in values:
            return first if values[1] == 1 else last
        if (op == "sub" and values[1] == 0) or (op in ("div", "pow") and values[1] == 1):
            return first
        if op in ("min", "max") and first == last:
            return first
        if op == "pow" and values[1] == 2:
            return self.add("mul", first, first)
        if op == "pow" and values[1] == 3:
            return self.add("mul", self.add("mul", first, first), first)
        if op == "pow" and values[1] == 0.5:
            return self.add("sqrt", first)
        if op == "pow" and values[1] == -1:
            return self.add("div", self.const(1), first)
        if op in ("and", "or") and None in values and values != [None, None]:
            known = values[0] if values[1] is None else values[1]
            other = first if values[0] is None else last
            if op == "and":
                return other if known else self.truth(False)
            return self.truth(True) if known else other
        return None


def list_operands(node: Node) -> tuple[int, ...]:
    """Give the places of the nodes that an operation uses."""
    return node[1 + PAYLOAD.get(node[0], 0) :]


def list_reached(nodes: Sequence[Node], roots: Iterable[int]) -> list[int]:
    """List, in order, the operations that some depend on, including themselves."""
    reached = set(roots)
    for place in range(max(reached, default=-1), -1, -1):
        if place in reached:
            reached.update(list_operands(nodes[place]))
    return sorted(reached)


def list_needed(nodes: Sequence[Node], roots: Iterable[int], after: Sequence[int]) -> list[int]:
    """List, in order, what some operations depend on, through the states of earlier steps too."""
    roots = set(roots)
    needed = list_reached(nodes, roots)
    while True:
        states = {nodes[node][1] for node in needed if nodes[node][0] == "state"}
        further = list_reached(nodes, {*roots, *(after[state] for state in states)})
        if further == needed:
            return needed
        needed = further


def find_moving(nodes: Iterable[Node]) -> list[bool]:
    """Find which operations change over time."""
    result: list[bool] = []
    for node in nodes:
        result.append(node[0] in MOVING or any(result[used] for used in list_operands(node)))
    return result


@dataclass(frozen=True)
class Parameter:
    """A number that a run may set.

    Attributes
    ----------
    name : str
        The variable that it belongs to.
    cell : tuple of str
        Subscript elements, empty where the variable has none.
    kind : str
        ``"constant"``, ``"initial"`` (of a stock; NaN: as the equation says) or ``"scale"``
        (factor on a table's values).
    value : float
        Its value if the run does not set it.
    """

    name: str
    cell: tuple[str, ...]
    kind: str
    value: float


@dataclass(frozen=True)
class Table:
    """A lookup: points in ascending order of `x`.

    Attributes
    ----------
    name : str
        The variable that it belongs to.
    cell : tuple of str
        Subscript elements.
    x, y : tuple of float
        The points.
    form : str
        ``"interpolate"`` (ends held), ``"extrapolate"`` or ``"hold_backward"`` (steps).
    """

    name: str
    cell: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    form: str


@dataclass(frozen=True)
class Output:
    """A variable that a run can return.

    Attributes
    ----------
    dims : tuple of str
        Its ranges.
    cells : mapping of tuple of str to int
        The node of each element.
    """

    dims: tuple[str, ...]
    cells: Mapping[tuple[str, ...], int]


@dataclass(frozen=True)
class Program:
    """A model as scalar operations.

    Attributes
    ----------
    nodes : tuple of tuple
        Operations, each using only earlier ones.
    parameters : tuple of Parameter
        What a run may set.
    tables : tuple of Table
        The lookups.
    states : tuple of (int, int)
        Node of each state's first value, and of its value one step later.
    pasts : tuple of int
        Nodes whose earlier values are all remembered (``DELAY FIXED``).
    outputs : mapping of str to Output
        The variables by name.
    ranges : mapping of str to tuple of str
        Elements of each range.
    clock : tuple of int
        Nodes of ``INITIAL TIME``, ``FINAL TIME``, ``TIME STEP`` and ``SAVEPER``.
    reasons : mapping of int to str
        Why a node may have no value, if its operation does not show it.
    """

    nodes: tuple[Node, ...]
    parameters: tuple[Parameter, ...]
    tables: tuple[Table, ...]
    states: tuple[tuple[int, int], ...]
    pasts: tuple[int, ...]
    outputs: Mapping[str, Output]
    ranges: Mapping[str, tuple[str, ...]]
    clock: tuple[int, int, int, int]
    reasons: Mapping[int, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Turn the program into content for a JSON file."""
        # `dataclasses.asdict` would copy every operation: a tenth of a second for 20 000.
        return {
            **vars(self),
            "parameters": [vars(parameter) for parameter in self.parameters],
            "tables": [vars(table) for table in self.tables],
            "outputs": {
                name: {
                    "dims": output.dims,
                    "cells": [[*cell, node] for cell, node in output.cells.items()],
                }
                for name, output in self.outputs.items()
            },
            "reasons": list(self.reasons.items()),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Program:
        """Read what `to_json` wrote."""
        return cls(
            nodes=tuple(tuple(node) for node in data["nodes"]),
            parameters=tuple(
                Parameter(p["name"], tuple(p["cell"]), p["kind"], float(p["value"]))
                for p in data["parameters"]
            ),
            tables=tuple(
                Table(t["name"], tuple(t["cell"]), tuple(t["x"]), tuple(t["y"]), t["form"])
                for t in data["tables"]
            ),
            states=tuple((first, after) for first, after in data["states"]),
            pasts=tuple(data["pasts"]),
            outputs={
                name: Output(
                    tuple(output["dims"]),
                    {tuple(cell): node for *cell, node in output["cells"]},
                )
                for name, output in data["outputs"].items()
            },
            ranges={name: tuple(elements) for name, elements in data["ranges"].items()},
            clock=tuple(data["clock"]),
            reasons=dict(data["reasons"]),
        )
