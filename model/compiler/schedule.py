"""What has to be computed for the outputs that are wanted, and where it can leave the domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smecluster.model.compiler.simplify import rewrite
from smecluster.model.program.graph import Graph, Node, Program, operands

# Operations that can have no finite result although their operands are finite.
RISKY = frozenset(
    {"div", "pow", "exp", "ln", "sqrt", "tan", "arcsin", "arccos", "sinh", "cosh", "powers"}
)


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
class Schedule:
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


def make_schedule(program: Program, wanted: Sequence[int]) -> Schedule:
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
    graph, new = rewrite(program.nodes)
    first = tuple(new[node] for node, _ in program.states)
    after = tuple(new[node] for _, node in program.states)
    pasts = tuple(new[node] for node in program.pasts)
    kept = tuple(new[node] for node in wanted)
    checks = tuple(find_checks(graph, (*first, *after, *pasts), kept))
    return Schedule(tuple(graph.nodes), first, after, pasts, kept, checks)


def find_checks(
    graph: Graph, lasting: Iterable[int], kept: Iterable[int], every: bool = False
) -> list[Check]:
    """List what must be finite for some nodes to mean something.

    What stands in one branch of an IF THEN ELSE matters only where that branch is taken. What
    is always added to or multiplied into something that is checked need not be checked itself:
    infinity and NaN stay what they are.

    Parameters
    ----------
    graph : Graph
        Conditions are added to it.
    lasting : iterable of int
        What is computed at every step.
    kept : iterable of int
        What is computed when values are kept.
    every : bool
        List also what need not be checked, to find out where a value was lost first.

    Returns
    -------
    list of Check
    """
    last = len(graph.nodes)
    steps, saves = set(lasting), set(kept)
    gates = _gates(graph, steps | saves)
    in_step = _reached(graph, steps)
    # A node is covered by a check of its own step only: not by one at saved times.
    covered: set[int] = set()
    covered_when_kept: set[int] = set()
    checks = []
    for place in range(last - 1, -1, -1):
        if place not in gates:
            continue
        node, gate = graph.nodes[place], gates[place]
        told = place in covered or (place in covered_when_kept and place not in in_step)
        root = place in steps or (place in saves and place not in covered)
        if (root or (_risky(graph, node) and not told)) and node[0] not in ("const", "time"):
            checks.append(Check(place, gate))
            told = True
        if told and gate is None and not every:
            cover = covered if place in in_step else covered_when_kept
            cover.update(_passing(node))
    return checks[::-1]


def _gates(graph: Graph, roots: set[int]) -> dict[int, int | None]:
    """Give for each node that is used the condition under which it is, None for always."""
    gates: dict[int, int | None] = dict.fromkeys(roots)

    def use(node: int, gate: int | None) -> None:
        before = gates.get(node, -1)
        if before == -1:
            gates[node] = gate
        elif before is not None:
            gates[node] = None if gate is None else graph.add("or", before, gate)

    for place in range(len(graph.nodes) - 1, -1, -1):
        if place not in gates:
            continue
        node, gate = graph.nodes[place], gates[place]
        if node[0] == "select":
            condition, yes, no = node[1:]
            use(condition, gate)
            for branch, taken in ((yes, condition), (no, graph.add("not", condition))):
                use(branch, taken if gate is None else graph.add("and", gate, taken))
        else:
            for operand in operands(node):
                use(operand, gate)
    return gates


def _reached(graph: Graph, roots: set[int]) -> set[int]:
    reached = set(roots)
    for place in range(max(roots, default=-1), -1, -1):
        if place in reached:
            reached.update(operands(graph.nodes[place]))
    return reached


def _passing(node: Node) -> tuple[int, ...]:
    """List the operands whose being infinite or NaN an operation passes on."""
    if node[0] in ("add", "sub", "mul", "neg", "abs"):
        return operands(node)
    return operands(node)[:1] if node[0] == "div" else ()


def _risky(graph: Graph, node: Node) -> bool:
    if node[0] not in RISKY:
        return False
    return not (node[0] == "div" and graph.value(node[2]))
