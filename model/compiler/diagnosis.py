"""Why a run left the domain of its equations: the first operation without a finite result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.model.compiler.schedule import Check, find_checks
from smecluster.model.program.clock import Times
from smecluster.model.program.graph import Graph, Points, Program, operands
from smecluster.model.program.interpreter import Interpreter, Values, needed


@dataclass(frozen=True)
class Failure:
    """Why a run failed.

    Attributes
    ----------
    reason : str
        What happened, in words.
    variable : str
        The variable, with its elements.
    year : float
        The model's time.
    """

    reason: str
    variable: str
    year: float


def explain_failure(
    program: Program,
    parameters: NDArray[np.float64],
    tables: Mapping[int, Points],
    clock: Times,
    step: int,
    states: NDArray[np.float64],
    chosen: Sequence[int],
) -> Failure:
    """Find out why a run failed.

    Parameters
    ----------
    program : Program
        The model.
    parameters : array of float
        The run's parameters.
    tables : mapping
        Replaced tables.
    clock : Times
        The run's times.
    step : int
        Place of the time at which it failed.
    states : array of float
        The states at that time.
    chosen : sequence of int
        Nodes that were to be kept.

    Returns
    -------
    Failure
    """
    graph = Graph(program.nodes)
    first = [initial for initial, _ in program.states]
    after = [following for _, following in program.states]
    roots = [*first, *after, *program.pasts, *chosen]
    checks = find_checks(graph, [*first, *after, *program.pasts], chosen, every=True)
    extended = _with_nodes(program, graph)
    interpreter = Interpreter(extended, parameters, tables)
    parts = [part for check in checks for part in (check.node, check.gate) if part is not None]
    order = needed(extended, [*roots, *parts])
    year = float(clock.all[step])
    if step == 0:
        begun = interpreter.compute(needed(extended, first), {}, year)
        states = np.array([begun[node] for node in first], dtype=float)
    pasts = _pasts(interpreter, clock, step) if program.pasts else []
    values = interpreter.compute(order, {}, year, list(states), pasts)
    for check in checks:
        open_ = check.gate is None or bool(values[check.gate])
        if open_ and not np.isfinite(values[check.node]):
            return Failure(
                _reason(program, graph, values, check),
                _variable(program, check.node, after),
                round(year, 9),
            )
    return Failure("overflow", "the model", round(year, 9))


def _with_nodes(program: Program, graph: Graph) -> Program:
    from dataclasses import replace

    return replace(program, nodes=tuple(graph.nodes))


def _pasts(interpreter: Interpreter, clock: Times, step: int) -> list[list[float]]:
    """Run up to a step, for models that remember more than their states."""
    program = interpreter.program
    first = [initial for initial, _ in program.states]
    begun = interpreter.compute(needed(program, first), {}, float(clock.all[0]))
    states = [begun[node] for node in first]
    after = [following for _, following in program.states]
    order = needed(program, [*after, *program.pasts])
    pasts: list[list[float]] = [[] for _ in program.pasts]
    for time in clock.all[:step]:
        values = interpreter.compute(order, {}, float(time), states, pasts)
        for past, node in zip(pasts, program.pasts, strict=True):
            past.append(float(values[node]))
        states = [values[node] for node in after]
    return pasts


def _reason(program: Program, graph: Graph, values: Values, check: Check) -> str:
    if check.node in program.reasons:
        return program.reasons[check.node]
    node = graph.nodes[check.node]
    used = [float(values[operand]) for operand in operands(node)]
    match node[0]:
        case "div" if used[1] == 0:
            return "division by zero"
        case "ln" if used[0] <= 0:
            return "logarithm of zero" if used[0] == 0 else "logarithm of a negative number"
        case "sqrt" if used[0] < 0:
            return "square root of a negative number"
        case "pow" if used[0] < 0:
            return "negative number to a fractional power"
        case "pow" if used[0] == 0:
            return "zero to a negative power"
        case "arcsin" | "arccos" if abs(used[0]) > 1:
            return f"{node[0]} of a number outside of -1 to 1"
    return "overflow"


def _variable(program: Program, node: int, after: Sequence[int]) -> str:
    """Name the variable in whose equation a node stands."""
    spelled: dict[int, str] = {}
    holders: dict[int, str] = {}
    for name, output in program.outputs.items():
        for cell, place in output.cells.items():
            written = f"{name}[{', '.join(cell)}]" if cell else name
            spelled.setdefault(place, written)
            if program.nodes[place][0] == "state":
                holders.setdefault(program.nodes[place][1], written)
    if node in spelled:
        return spelled[node]
    using = [place for place in sorted(spelled) if place > node]
    for place in using:
        if node in _own(program, place, spelled):
            return spelled[place]
    for state, following in enumerate(after):
        initial = program.states[state][0]
        if node in _own(program, following, spelled) or node in _own(program, initial, spelled):
            if state in holders:
                return holders[state]
            return _owner(program, state, spelled)
    return "the model"


def _own(program: Program, place: int, spelled: Mapping[int, str]) -> set[int]:
    """List the nodes of an equation, those of other variables left out."""
    found, todo = {place}, [place]
    while todo:
        for operand in operands(program.nodes[todo.pop()]):
            if operand not in found and operand not in spelled:
                found.add(operand)
                todo.append(operand)
    return found


def _owner(program: Program, state: int, spelled: Mapping[int, str]) -> str:
    """Name the variable that reads a state without a name, as the stages of a delay are."""
    wanted = program.nodes.index(("state", state))
    for place in sorted(spelled):
        if wanted in _own(program, place, spelled):
            return spelled[place]
    # A stage before the last: the next stage leads on.
    for other, (_, following) in enumerate(program.states):
        if other != state and wanted in _own(program, following, spelled):
            return _owner(program, other, spelled)
    return "the model"
