"""Why a run left the domain of its equations: the first operation without a finite result."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.compile.schedule import Check, find_checks
from smecluster.model.engine.graph.clock import Times
from smecluster.model.engine.graph.graph import Graph, Points, Program, list_operands, list_reached
from smecluster.model.engine.graph.interpreter import Interpreter, Values

_UNNAMED = "the model"


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
    """Find why a run failed.

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
        Nodes that the run was to return.

    Returns
    -------
    Failure
    """
    examined = _examine(program, tuple(chosen))
    extended, first = examined.extended, examined.first
    interpreter = Interpreter(extended, parameters, tables)
    year = float(clock.all[step])
    if step == 0:
        begun = interpreter.compute(list_reached(extended.nodes, first), {}, year)
        states = np.array([begun[node] for node in first], dtype=float)
    pasts = _run_to(interpreter, clock, step) if program.pasts else []
    values = interpreter.compute(examined.order, {}, year, list(states), pasts)
    for check in examined.checks:
        open_ = check.gate is None or bool(values[check.gate])
        if open_ and not np.isfinite(values[check.node]):
            return Failure(
                _describe_reason(extended, values, check),
                examined.names.get(check.node, _UNNAMED),
                round(year, 9),
            )
    return Failure("overflow", _UNNAMED, round(year, 9))


@dataclass(frozen=True)
class _Examined:
    """What the search for a failure asks of a program, the same for each of its runs."""

    program: Program
    chosen: tuple[int, ...]
    extended: Program
    first: list[int]
    checks: list[Check]
    order: list[int]

    @cached_property
    def names(self) -> dict[int, str]:
        return name_variables(self.program)


#: Of the latest programs: a study may list hundreds of runs that failed.
_EXAMINED: deque[_Examined] = deque(maxlen=2)


def _examine(program: Program, chosen: tuple[int, ...]) -> _Examined:
    """Find what must be finite in a program, unless that was just done."""
    for known in tuple(_EXAMINED):
        if known.program is program and known.chosen == chosen:
            return known
    graph = Graph(program.nodes)
    first = [initial for initial, _ in program.states]
    after = [following for _, following in program.states]
    roots = [*first, *after, *program.pasts, *chosen]
    checks = find_checks(graph, [*first, *after, *program.pasts], chosen, every=True)
    extended = replace(program, nodes=tuple(graph.nodes))
    parts = [part for check in checks for part in (check.node, check.gate) if part is not None]
    order = list_reached(extended.nodes, [*roots, *parts])
    examined = _Examined(program, chosen, extended, first, checks, order)
    _EXAMINED.append(examined)
    return examined


def _run_to(interpreter: Interpreter, clock: Times, step: int) -> list[list[float]]:
    """Run up to a step, for models that remember more than their states."""
    program = interpreter.program
    first = [initial for initial, _ in program.states]
    begun = interpreter.compute(list_reached(program.nodes, first), {}, float(clock.all[0]))
    states = [begun[node] for node in first]
    after = [following for _, following in program.states]
    order = list_reached(program.nodes, [*after, *program.pasts])
    pasts: list[list[float]] = [[] for _ in program.pasts]
    for time in clock.all[:step]:
        values = interpreter.compute(order, {}, float(time), states, pasts)
        for past, node in zip(pasts, program.pasts, strict=True):
            past.append(float(values[node]))
        states = [values[node] for node in after]
    return pasts


def _describe_reason(program: Program, values: Values, check: Check) -> str:
    if check.node in program.reasons:
        return program.reasons[check.node]
    node = program.nodes[check.node]
    used = [float(values[operand]) for operand in list_operands(node)]
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
            return f"{node[0]} of a number outside -1 to 1"
    return "overflow"


def name_variables(program: Program) -> dict[int, str]:
    """Name the variable whose equation contains each node.

    Parameters
    ----------
    program : Program
        The model.

    Returns
    -------
    dict of int to str
        Variable, with its elements, by node; of a node that several equations share, the first.
    """
    spelled, holders = _spell_variables(program)
    names = dict(spelled)
    for place in sorted(spelled):
        for node in _list_own(program, place, spelled):
            names.setdefault(node, spelled[place])
    for state, (initial, following) in enumerate(program.states):
        own = _list_own(program, following, spelled) | _list_own(program, initial, spelled)
        named = own - names.keys()
        if named:
            owner = holders.get(state) or _name_owner(program, state, spelled)
            names.update(dict.fromkeys(named, owner))
    return names


def _spell_variables(program: Program) -> tuple[dict[int, str], dict[int, str]]:
    """Spell what each node is the value of, and which variable holds each state."""
    spelled: dict[int, str] = {}
    holders: dict[int, str] = {}
    for name, output in program.outputs.items():
        for cell, place in output.cells.items():
            written = f"{name}[{', '.join(cell)}]" if cell else name
            spelled.setdefault(place, written)
            if program.nodes[place][0] == "state":
                holders.setdefault(program.nodes[place][1], written)
    return spelled, holders


def _list_own(program: Program, place: int, spelled: Mapping[int, str]) -> set[int]:
    """List the nodes of an equation, without those of other variables."""
    nodes, todo = {place}, [place]
    while todo:
        for operand in list_operands(program.nodes[todo.pop()]):
            if operand not in nodes and operand not in spelled:
                nodes.add(operand)
                todo.append(operand)
    return nodes


def _name_owner(program: Program, state: int, spelled: Mapping[int, str]) -> str:
    """Name the variable that reads a nameless state, such as a stage of a delay."""
    wanted = program.nodes.index(("state", state))
    for place in sorted(spelled):
        if wanted in _list_own(program, place, spelled):
            return spelled[place]
    # A stage before the last: follow the next stage.
    for other, (_, following) in enumerate(program.states):
        if other != state and wanted in _list_own(program, following, spelled):
            return _name_owner(program, other, spelled)
    return _UNNAMED
