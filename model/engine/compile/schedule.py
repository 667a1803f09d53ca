"""What must be computed for given outputs, and where it can leave the domain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from smecluster.model.engine.compile.simplify import simplify_graph
from smecluster.model.engine.graph.graph import (
    Graph,
    Node,
    Program,
    list_needed,
    list_operands,
    list_reached,
)

# Operations that may have no finite result although their operands are finite.
RISKY = frozenset(
    {"div", "pow", "exp", "ln", "log", "sqrt", "tan", "arcsin", "arccos", "sinh", "cosh", "powers"}
)


@dataclass(frozen=True)
class Check:
    """A node that must be finite.

    Attributes
    ----------
    node : int
        The node.
    gate : int or None
        The node that says whether it is used, None if it always is.
    """

    node: int
    gate: int | None


Label = tuple[str, tuple[int, ...]]


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
        Nodes whose earlier values are all remembered.
    wanted : tuple of int
        Nodes to return.
    checks : tuple of Check
        What must be finite.
    parameters, states : tuple of (str, tuple of int)
        Of each parameter and state the name, and the places of its elements in their ranges.
    tables : tuple of str
        Name and form of each table.
    """

    nodes: tuple[Node, ...]
    first: tuple[int, ...]
    after: tuple[int, ...]
    pasts: tuple[int, ...]
    wanted: tuple[int, ...]
    checks: tuple[Check, ...]
    parameters: tuple[Label, ...]
    states: tuple[Label, ...]
    tables: tuple[str, ...]


def make_schedule(program: Program, wanted: Sequence[int]) -> Schedule:
    """Schedule the operations of a run.

    Parameters
    ----------
    program : Program
        The model.
    wanted : sequence of int
        Nodes to return.

    Returns
    -------
    Schedule
    """
    graph, new = simplify_graph(program.nodes)
    first = tuple(new[node] for node, _ in program.states)
    pasts = tuple(new[node] for node in program.pasts)
    kept = tuple(new[node] for node in wanted)
    after = _rest_unread(graph, [new[node] for _, node in program.states], (*pasts, *kept))
    checks = tuple(find_checks(graph, (*first, *after, *pasts), kept))
    tables = tuple(f"{table.form} {table.name}" for table in program.tables)
    labels = _label(program)
    return Schedule(tuple(graph.nodes), first, after, pasts, kept, checks, *labels, tables)


def _label(program: Program) -> tuple[tuple[Label, ...], tuple[Label, ...]]:
    """Name parameters and states, and say where their elements stand in their ranges."""
    places = {
        element: at for listed in program.ranges.values() for at, element in enumerate(listed)
    }
    parameters = tuple(
        (f"{parameter.kind} {parameter.name}", tuple(places.get(e, 0) for e in parameter.cell))
        for parameter in program.parameters
    )
    # A delay's own states have no name: their order is that in which they were made.
    states: list[Label] = [("", (at,)) for at in range(len(program.states))]
    for name, output in program.outputs.items():
        for cell, node in output.cells.items():
            op = program.nodes[node]
            if op[0] == "state":
                states[op[1]] = (name, tuple(places[element] for element in cell))
    return parameters, tuple(states)


def _rest_unread(graph: Graph, after: Sequence[int], roots: Sequence[int]) -> tuple[int, ...]:
    """Let the states rest on which nothing that is returned depends, as accounts do.

    What is returned keeps its digits; a state that rests cannot make a run fail either.
    """
    read = list_needed(graph.nodes, roots, after)
    states = {graph.nodes[node][1] for node in read if graph.nodes[node][0] == "state"}
    return tuple(
        node if place in states else graph.add("state", place) for place, node in enumerate(after)
    )


def find_checks(
    graph: Graph, lasting: Iterable[int], kept: Iterable[int], every: bool = False
) -> list[Check]:
    """List what must be finite for some nodes to be valid.

    A branch of an IF THEN ELSE matters only where it is taken. What is always added to, or
    multiplied into, something that is checked needs no check of its own: infinity and NaN pass
    through.

    Parameters
    ----------
    graph : Graph
        Conditions are added to it.
    lasting : iterable of int
        Nodes computed at every step.
    kept : iterable of int
        Nodes computed when values are saved.
    every : bool
        Whether to list also what needs no check, to find where a value was lost first.

    Returns
    -------
    list of Check
    """
    last = len(graph.nodes)
    steps, saves = set(lasting), set(kept)
    gates = _find_gates(graph, steps | saves)
    in_step = set(list_reached(graph.nodes, steps))
    # A node is covered by a check of its own step only: not by one at saved times.
    covered: set[int] = set()
    covered_when_kept: set[int] = set()
    checks = []
    for place in range(last - 1, -1, -1):
        if place not in gates:
            continue
        node, gate = graph.nodes[place], gates[place]
        passed_on = place in covered or (place in covered_when_kept and place not in in_step)
        root = place in steps or (place in saves and place not in covered)
        if (root or (_is_risky(graph, node) and not passed_on)) and node[0] not in (
            "const",
            "time",
        ):
            checks.append(Check(place, gate))
            passed_on = True
        if passed_on and gate is None and not every:
            cover = covered if place in in_step else covered_when_kept
            cover.update(_list_passing(node))
    return checks[::-1]


def _find_gates(graph: Graph, roots: set[int]) -> dict[int, int | None]:
    """Give for each node the condition under which it is used, None for always."""
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
            for operand in list_operands(node):
                use(operand, gate)
    return gates


def _list_passing(node: Node) -> tuple[int, ...]:
    """List the operands whose infinity or NaN an operation passes on."""
    if node[0] in ("add", "sub", "mul", "neg", "abs"):
        return list_operands(node)
    return list_operands(node)[:1] if node[0] == "div" else ()


def _is_risky(graph: Graph, node: Node) -> bool:
    if node[0] not in RISKY:
        return False
    return not (node[0] == "div" and graph.value(node[2]))
