"""How each operation hands a derivative on to its operands.

Choices (``select``, ``min``, ``max``, tables) have the derivative of the branch that is taken;
rounding has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from smecluster.model.engine.graph.graph import LOGICAL, Graph, Node, list_operands

# In place of a zero that is divided by: what it divides is zero too.
_TINY = 1e-150
# A number's derivative is not handed on through these.
_FLAT = frozenset({"trunc", "floor", "float"})


class NoDerivativeError(ValueError):
    """The model has an operation whose derivative is not known here."""


def differentiate(graph: Graph, ends: Iterable[tuple[int, int]], tables: int) -> dict[int, int]:
    """Add to a graph the derivatives by its leaves, given those by some of its nodes.

    Parameters
    ----------
    graph : Graph
        The operations; the given derivatives are among them.
    ends : iterable of (int, int)
        Nodes, and the nodes that hold the derivatives by them.
    tables : int
        How many tables there are; the slope of each stands so many places after it.

    Returns
    -------
    dict of int to int
        By parameter and state: the node with the derivative by it. Those without one are left out.
    """
    count = len(graph.nodes)
    nodes = list(graph.nodes)
    active: list[bool] = []
    for op, *rest in nodes:
        inner = any(active[operand] for operand in list_operands((op, *rest)))
        active.append(op in ("param", "state") or (inner and op not in LOGICAL | _FLAT))
    # A division that is used only where its divisor is not zero.
    guards = {
        node[1]: place
        for place, node in enumerate(nodes)
        if node[0] == "ne" and graph.value(node[2]) == 0
    }
    given: dict[int, int] = {}

    def hand_on(node: int, derivative: int) -> None:
        if active[node]:
            before = given.get(node)
            given[node] = derivative if before is None else graph.add("add", before, derivative)

    for node, derivative in ends:
        hand_on(node, derivative)
    for place in range(count - 1, -1, -1):
        if place in given and nodes[place][0] not in ("param", "state"):
            derivative = given[place]
            for operand, found in _Rule(graph, guards, tables).apply(
                place, nodes[place], derivative, active
            ):
                hand_on(operand, found)
    return {node: given[node] for node in given if nodes[node][0] in ("param", "state")}


@dataclass(frozen=True)
class _Rule:
    """How operations hand a derivative on."""

    graph: Graph
    guards: Mapping[int, int]
    tables: int

    def apply(
        self, place: int, node: Node, given: int, active: Sequence[bool]
    ) -> Iterable[tuple[int, int]]:
        add, const = self.graph.add, self.graph.const
        op = node[0]
        operands = list_operands(node)
        if op in ("add", "neg", "sub"):
            for at, operand in enumerate(operands):
                negative = op == "neg" or (op == "sub" and at == 1)
                yield operand, add("neg", given) if negative else given
        elif op == "mul":
            one, other = operands
            if active[one]:
                yield one, add("mul", given, other)
            if active[other]:
                yield other, add("mul", given, one)
        elif op == "div":
            above, below = operands
            share = add("div", given, self._guard(below))
            if active[above]:
                yield above, share
            if active[below]:
                yield below, add("neg", add("mul", share, place))
        elif op == "pow":
            base, exponent = operands
            safe = add("max", base, const(_TINY))
            if active[base]:
                yield base, add("mul", given, add("mul", exponent, add("div", place, safe)))
            if active[exponent]:
                yield exponent, add("mul", given, add("mul", place, add("ln", safe)))
        elif op == "select":
            condition, yes, no = operands
            if active[yes]:
                yield yes, add("select", condition, given, const(0.0))
            if active[no]:
                yield no, add("select", condition, const(0.0), given)
        elif op in ("min", "max"):
            first, second = operands
            chosen = add("lt", first, second) if op == "min" else add("lt", second, first)
            yield first, add("select", chosen, given, const(0.0))
            yield second, add("select", chosen, const(0.0), given)
        elif op == "table":
            slope = add("table", node[1] + self.tables, operands[0])
            yield operands[0], add("mul", given, slope)
        else:
            yield operands[0], self._hand_through(op, place, operands[0], given)

    def _hand_through(self, op: str, place: int, x: int, given: int) -> int:
        """Give the derivative by the operand of a function of one number."""
        add, const = self.graph.add, self.graph.const
        if op == "exp":
            return add("mul", given, place)
        if op == "ln":
            return add("div", given, add("max", x, const(_TINY)))
        if op == "sqrt":
            return add("div", add("mul", given, const(0.5)), add("max", place, const(_TINY)))
        if op == "abs":
            return add("select", add("lt", x, const(0.0)), add("neg", given), given)
        if op == "sin":
            return add("mul", given, add("cos", x))
        if op == "cos":
            return add("neg", add("mul", given, add("sin", x)))
        if op == "tanh":
            return add("mul", given, add("sub", const(1.0), add("mul", place, place)))
        if op == "arctan":
            return add("div", given, add("add", const(1.0), add("mul", x, x)))
        raise NoDerivativeError(f"the derivative of {op} is not known here")

    def _guard(self, divisor: int) -> int:
        """Give a divisor that is not zero where the model tests for that."""
        guard = self.guards.get(divisor)
        if guard is None:
            return divisor
        return self.graph.add("select", guard, divisor, self.graph.const(1.0))
