"""What has to be computed for the outputs that are wanted, and where it can leave the domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from model.program import DECIDING, Graph, Node, Program, operands

# Operations that can have no finite result although their operands are finite.
RISKY = frozenset({"div", "pow", "exp", "ln", "sqrt", "tan", "arcsin", "arccos", "sinh", "cosh"})
MOVING = frozenset({"time", "state", "past"})


@dataclass(frozen=True)
class Check:
    """A node that must be finite.

    Attributes
    ----------
    node : int
        The node.
    gate : int or None
        The node that says whether it is used at all, None where it always is.
    """

    node: int
    gate: int | None


@dataclass(frozen=True)
class Plan:
    """What a run computes.

    Attributes
    ----------
    nodes : tuple of tuple
        Operations, as in a `Program`.
    first, after : tuple of int
        Nodes of each state's first and next value.
    pasts : tuple of int
        Nodes of which all earlier values are remembered.
    wanted : tuple of int
        Nodes to be kept.
    checks : tuple of Check
        What must be finite.
    """

    nodes: tuple[Node, ...]
    first: tuple[int, ...]
    after: tuple[int, ...]
    pasts: tuple[int, ...]
    wanted: tuple[int, ...]
    checks: tuple[Check, ...]


def plan(program: Program, wanted: Sequence[int]) -> Plan:
    """Plan the runs of a program.

    Parameters
    ----------
    program : Program
        The model.
    wanted : sequence of int
        Nodes to be kept.

    Returns
    -------
    Plan
    """
    graph = Graph()
    exact = _deciding(program.nodes)
    moving = moves(program.nodes)
    new: list[int] = []
    for place, (op, *rest) in enumerate(program.nodes):
        node = program.nodes[place]
        used = operands(node)
        moved = [new[operand] for operand in used]
        if op == "div" and not moving[used[1]] and moving[place] and place not in exact:
            # A division by what stays the same costs as much as ten multiplications.
            share = graph.add("div", graph.const(1), moved[1])
            new.append(graph.add("mul", moved[0], share))
        else:
            payload = rest[: len(rest) - len(used)]
            new.append(graph.add(op, *payload, *moved))
    first = tuple(new[node] for node, _ in program.states)
    after = tuple(new[node] for _, node in program.states)
    pasts = tuple(new[node] for node in program.pasts)
    kept = tuple(new[node] for node in wanted)
    checks = tuple(find_checks(graph, (*first, *after, *pasts, *kept)))
    return Plan(tuple(graph.nodes), first, after, pasts, kept, checks)


def moves(nodes: Sequence[Node]) -> list[bool]:
    """Say of each node whether it changes in time."""
    result: list[bool] = []
    for node in nodes:
        result.append(node[0] in MOVING or any(result[used] for used in operands(node)))
    return result


def find_checks(graph: Graph, roots: Iterable[int]) -> list[Check]:
    """List what must be finite for some nodes to mean something.

    What stands in one branch of an IF THEN ELSE matters only where that branch is taken.

    Parameters
    ----------
    graph : Graph
        Conditions are added to it.
    roots : iterable of int
        What is computed.

    Returns
    -------
    list of Check
    """
    last = len(graph.nodes)
    used = [False] * last
    gates: list[int | None] = [None] * last  # None where used: always
    chosen = set(roots)
    for root in chosen:
        used[root] = True

    def use(node: int, gate: int | None) -> None:
        if not used[node]:
            used[node], gates[node] = True, gate
        elif gates[node] is not None:
            before = gates[node]
            assert before is not None
            gates[node] = None if gate is None else graph.add("or", before, gate)

    def both(gate: int | None, condition: int) -> int:
        return condition if gate is None else graph.add("and", gate, condition)

    checks = []
    for place in range(last - 1, -1, -1):
        if not used[place]:
            continue
        node, gate = graph.nodes[place], gates[place]
        if node[0] == "select":
            condition, yes, no = node[1:]
            use(condition, gate)
            use(yes, both(gate, condition))
            use(no, both(gate, graph.add("not", condition)))
        else:
            for operand in operands(node):
                use(operand, gate)
        if (_risky(graph, node) or place in chosen) and node[0] not in ("const", "time"):
            checks.append(Check(place, gate))
    return checks[::-1]


def _risky(graph: Graph, node: Node) -> bool:
    if node[0] not in RISKY:
        return False
    return not (node[0] == "div" and graph.value(node[2]))


def _deciding(nodes: Sequence[Node]) -> set[int]:
    """List what a comparison or rounding within the same step is computed from."""
    result: set[int] = set()
    for place in range(len(nodes) - 1, -1, -1):
        if place in result or nodes[place][0] in DECIDING:
            result.update(operands(nodes[place]))
    return result
