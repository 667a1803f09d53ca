"""From PySD's abstract model to a program: subscripts unrolled, order resolved.

Every variable is built twice from the same equation: as it is while the model runs, and as it
is when the stocks get their first values. Whatever cannot be computed exactly is refused here,
with the variable, the function and the line of the file.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pysd.translators.structures import abstract_expressions as ast
from pysd.translators.structures.abstract_model import (
    AbstractComponent,
    AbstractData,
    AbstractElement,
    AbstractLookup,
    AbstractModel,
)

from smecluster.model.program.functions import FUNCTIONS, Moment, choose, less, zidz
from smecluster.model.program.graph import Graph, Output, Parameter, Program, Table
from smecluster.model.support.errors import InputError, suggest_name
from smecluster.model.vensim.source import fold_name

Cell = tuple[str, ...]
# The element that each range of an equation stands for, by the range's key.
Env = tuple[tuple[str, str], ...]

_REDUCTIONS = {"sum": "add", "prod": "mul", "vmin": "min", "vmax": "max"}
_WHOLE = {"vmin xmile": "min", "vmax xmile": "max"}
_CONTROLS = ("initial time", "final time", "time step", "saveper")
_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_BEYOND = {
    ast.AllocateAvailableStructure: "ALLOCATE AVAILABLE",
    ast.AllocateByPriorityStructure: "ALLOCATE BY PRIORITY",
    ast.GetLookupsStructure: "GET DIRECT LOOKUPS",
    ast.GetDataStructure: "GET DIRECT DATA",
    ast.GetConstantsStructure: "GET DIRECT CONSTANTS",
    ast.DataStructure: "data from a file",
    ast.GameStructure: "GAME",
}


def build_program(model: AbstractModel, lines: Mapping[str, int] | None = None) -> Program:
    """Unroll a model into scalar operations.

    Parameters
    ----------
    model : pysd.translators.structures.abstract_model.AbstractModel
        The translated file.
    lines : mapping of str to int, optional
        Line of each variable in the file, by `model.vensim.source.fold_name`.

    Returns
    -------
    Program

    Raises
    ------
    InputError
        If an equation uses what cannot be computed, refers to an unknown variable or element,
        or variables depend on each other in a circle without a stock.
    """
    if len(model.sections) > 1:
        raise InputError("macros are not supported: write the equations out")
    with _deep_recursion():
        return _Builder(model, lines or {}).program()


@dataclass
class _Definition:
    """One equation of a variable, and all the elements that it is written for."""

    ast: Any
    dims: tuple[str, ...]  # a range's or an element's name for each position
    lookup: bool
    envs: tuple[Env, ...]


@dataclass
class _Variable:
    name: str
    line: int | None
    dims: tuple[str, ...]
    cells: dict[Cell, tuple[_Definition, Env]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"line {self.line}: " if self.line else ""


@dataclass(frozen=True)
class _Where:
    """The equation that is being built."""

    variable: _Variable
    definition: _Definition
    cell: Cell
    first: bool  # as the stocks get their first values

    def refuse(self, reason: str) -> InputError:
        return InputError(f"{self.variable.place}{self.variable.name!r} {reason}")


class _Builder:
    def __init__(self, model: AbstractModel, lines: Mapping[str, int]) -> None:
        section = model.sections[0]
        self.graph = Graph()
        self.ranges, self.shared = _ranges(section.subscripts)
        self.spelled = {fold_name(name): name for name in self.ranges}
        self.elements = {
            fold_name(element): element for listed in self.ranges.values() for element in listed
        }
        self.parameters: list[Parameter] = []
        self.tables: list[Table] = []
        self.states: list[tuple[int, int] | None] = []
        self.pasts: list[int | None] = []
        self.reasons: dict[int, str] = {}
        self.pending: list[Any] = []  # what a stock needs later, to be built outside of a circle
        self.memory: dict[Any, int] = {}
        self.open: list[tuple[str, Cell, bool]] = []
        self.variables: dict[str, _Variable] = {}
        for element in section.elements:
            variable = self._variable(element, lines.get(fold_name(element.name)))
            self.variables[fold_name(variable.name)] = variable
        for control in _CONTROLS:
            if control not in self.variables:
                raise InputError(f"the model does not set {control.upper()!r}")

    def program(self) -> Program:
        outputs = {}
        for name, variable in self.variables.items():
            cells = {
                cell: self.graph.number(self.value(name, cell, first=False))
                for cell, (definition, _) in variable.cells.items()
                if not definition.lookup
            }
            for cell, (definition, _) in variable.cells.items():
                if definition.lookup:
                    self._named_table(name, cell)
            if cells:
                outputs[variable.name] = Output(variable.dims, cells)
        while self.pending:
            self.pending.pop(0)()
        clock = tuple(self.value(name, (), first=True) for name in _CONTROLS)
        return Program(
            nodes=tuple(self.graph.nodes),
            parameters=tuple(self.parameters),
            tables=tuple(self.tables),
            states=tuple(state for state in self.states if state is not None),
            pasts=tuple(past for past in self.pasts if past is not None),
            outputs=outputs,
            ranges=self.ranges,
            clock=(clock[0], clock[1], clock[2], clock[3]),
            reasons=self.reasons,
        )

    # Names and subscripts -----------------------------------------------------------------

    def _variable(self, element: AbstractElement, line: int | None) -> _Variable:
        name = element.name.strip().strip('"')
        variable = _Variable(name, line, ())
        definitions = []
        for component in element.components:
            if isinstance(component, AbstractData):
                raise InputError(f"{variable.place}{name!r} is a data variable: use a table")
            definitions.append((self._definition(variable, component), component.subscripts[1]))
        for definition, excepted in definitions:
            left_out = [self._axes(variable, cell) for cell in excepted]
            for env in definition.envs:
                cell = self._cell(definition.dims, env)
                if not any(
                    all(part in axis for part, axis in zip(cell, axes, strict=True))
                    for axes in left_out
                ):
                    variable.cells[cell] = (definition, env)
        variable.dims = self._dims(variable, [definition for definition, _ in definitions])
        places = [{e: at for at, e in enumerate(self.ranges[dim])} for dim in variable.dims]
        variable.cells = dict(
            sorted(
                variable.cells.items(),
                key=lambda item: [at[e] for at, e in zip(places, item[0], strict=True)],
            )
        )
        return variable

    def _definition(self, variable: _Variable, component: AbstractComponent) -> _Definition:
        names = tuple(component.subscripts[0])
        axes = self._axes(variable, names)
        keys = [fold_name(name) if fold_name(name) in self.spelled else "" for name in names]
        envs = tuple(
            tuple((k, part) for k, part in zip(keys, cell, strict=True) if k)
            for cell in itertools.product(*axes)
        )
        dims = tuple(self.spelled[k] if k else axis[0] for k, axis in zip(keys, axes, strict=True))
        if len({k for k in keys if k}) < len([k for k in keys if k]):
            raise InputError(
                f"{variable.place}{variable.name!r} has one range twice: give the second one "
                "another name with '<->'"
            )
        return _Definition(component.ast, dims, isinstance(component, AbstractLookup), envs)

    def _axes(self, variable: _Variable, names: Any) -> list[tuple[str, ...]]:
        axes = []
        for name in names:
            folded = fold_name(name)
            if folded in self.spelled:
                axes.append(self.ranges[self.spelled[folded]])
            elif folded in self.elements:
                axes.append((self.elements[folded],))
            else:
                raise self._no_subscript(variable, name)
        return axes

    def _no_subscript(self, variable: _Variable, name: str) -> InputError:
        guess = suggest_name(name, [*self.spelled.values(), *self.elements.values()])
        hint = f", did you mean {guess!r}?" if guess else ""
        return InputError(
            f"{variable.place}{variable.name!r} uses the unknown subscript {name!r}{hint}"
        )

    def _cell(self, dims: tuple[str, ...], env: Env) -> Cell:
        known = dict(env)
        return tuple(known.get(fold_name(dim), dim) for dim in dims)

    def _dims(self, variable: _Variable, definitions: list[_Definition]) -> tuple[str, ...]:
        """Find the range that holds all elements of each position."""
        dims: list[str] = []
        for place, first in enumerate(definitions[0].dims):
            used = dict.fromkeys(cell[place] for cell in variable.cells)
            alike = all(definition.dims[place] == first for definition in definitions)
            if alike and first in self.ranges:
                dims.append(first)
                continue
            holding = [
                name
                for name, listed in self.ranges.items()
                if set(used) <= set(listed) and name not in dims
            ]
            if not holding:
                raise InputError(
                    f"{variable.place}{variable.name!r} has elements that belong to no common range"
                )
            dims.append(min(holding, key=lambda name: len(self.ranges[name])))
        return tuple(dims)

    def _lookup_name(self, where: _Where, reference: str) -> str:
        name = fold_name(reference)
        if name in self.variables:
            return name
        guess = suggest_name(name, [variable.name for variable in self.variables.values()])
        hint = f", did you mean {guess!r}?" if guess else ""
        raise where.refuse(f"uses {name!r}, which the model does not define{hint}")

    def _referred(self, where: _Where, env: Env, name: str, subscripts: list[str]) -> Cell:
        """Give the elements that a reference means."""
        variable = self.variables[name]
        if len(subscripts) != len(variable.dims):
            raise where.refuse(
                f"uses {variable.name!r} with {len(subscripts)} subscripts, it has "
                f"{len(variable.dims)}"
            )
        cell = tuple(self._element(where, env, subscript) for subscript in subscripts)
        if cell not in variable.cells:
            raise where.refuse(
                f"uses {variable.name!r} for {', '.join(cell)}, which has no equation"
            )
        return cell

    def _element(self, where: _Where, env: Env, subscript: str) -> str:
        folded = fold_name(subscript)
        known = dict(env)
        if folded in known:
            return known[folded]
        if folded in self.spelled:
            # The range is another one of the same length: Vensim pairs the elements by place.
            listed = self.ranges[self.spelled[folded]]
            for other in self.shared.get(folded, ()):
                if other in known:
                    place = self.ranges[self.spelled[other]].index(known[other])
                    return listed[place]
            raise where.refuse(
                f"uses the range {subscript!r}, which is neither on its left-hand side nor summed"
            )
        if folded in self.elements:
            return self.elements[folded]
        raise self._no_subscript(where.variable, subscript)

    # Values -------------------------------------------------------------------------------

    def value(self, name: str, cell: Cell, first: bool) -> int:
        """Build one element of a variable."""
        known = (name, cell, first)
        if known in self.memory:
            return self.memory[known]
        variable = self.variables[name]
        if known in self.open:
            circle = [*self.open[self.open.index(known) :], known]
            path = " -> ".join(dict.fromkeys(self.variables[n].name for n, _, _ in circle))
            when = "their initial values" if first else "each other"
            raise InputError(
                f"{variable.place}the variables {path} -> {variable.name} need {when} in a "
                "circle without a stock"
            )
        definition, env = variable.cells[cell]
        if definition.lookup:
            raise InputError(f"{variable.place}the table {variable.name!r} is used without (...)")
        self.open.append(known)
        where = _Where(variable, definition, cell, first)
        node = self._top(where, env)
        self.open.pop()
        self.memory[known] = node
        return node

    def _top(self, where: _Where, env: Env) -> int:
        """Build a whole right-hand side: a number there is what a run may set."""
        tree = where.definition.ast
        if isinstance(tree, np.ndarray):
            return self._parameter(where, float(self._array(where)))
        if isinstance(tree, int | float | np.number):
            return self._parameter(where, _plain(where, tree))
        return self.expression(where, env, tree)

    def _array(self, where: _Where) -> float:
        shape = [
            len(self.ranges[dim]) if dim in self.ranges else 1 for dim in where.definition.dims
        ]
        values = np.asarray(where.definition.ast)
        if values.size != np.prod(shape):
            raise where.refuse(f"has {values.size} values for {int(np.prod(shape))} elements")
        place = tuple(
            self.ranges[dim].index(part) if dim in self.ranges else 0
            for dim, part in zip(where.definition.dims, where.cell, strict=True)
        )
        return float(values.reshape(shape)[place])

    def _parameter(self, where: _Where, value: float, kind: str = "constant") -> int:
        known = ("parameter", where.variable.name, where.cell, kind)
        if known not in self.memory:
            self.parameters.append(Parameter(where.variable.name, where.cell, kind, value))
            self.memory[known] = self.graph.add("param", len(self.parameters) - 1)
        return self.memory[known]

    def moment(self, first: bool) -> Moment:
        """Give the time at which an expression is evaluated."""
        start = self.value("initial time", (), first=True) if first else self.graph.add("time")
        return Moment(start, self.value("time step", (), first=True))

    def expression(self, where: _Where, env: Env, tree: Any) -> int:
        """Build an expression for given elements."""
        kind = type(tree)
        if kind in _BEYOND:
            raise where.refuse(f"uses {_BEYOND[kind]}, which is not supported")
        if isinstance(tree, bool | int | float | np.number):
            return self.graph.const(_plain(where, tree))
        if isinstance(tree, ast.ReferenceStructure):
            return self._reference(where, env, tree)
        if isinstance(tree, ast.ArithmeticStructure):
            return self._arithmetic(where, env, tree)
        if isinstance(tree, ast.LogicStructure):
            return self._logic(where, env, tree)
        if isinstance(tree, ast.CallStructure):
            return self._call(where, env, tree)
        if isinstance(tree, ast.InlineLookupsStructure):
            if tree.lookups.type != "interpolate":
                raise where.refuse(f"uses a graph of the form {tree.lookups.type!r} in an equation")
            argument = self._number(where, env, tree.argument)
            known = ("inline", id(tree), where.cell)
            if known not in self.memory:
                self.memory[known] = self._table(where, where.cell, tree.lookups)
            return self.graph.add("table", self.memory[known], argument)
        state = _STATEFUL.get(kind)
        if state is None:
            raise where.refuse(f"uses {kind.__name__}, which is not supported")
        once = (id(tree), where.variable.name, where.cell, env, where.first)
        if once not in self.memory:
            self.memory[once] = state(self, where, env, tree)
        return self.memory[once]

    def _number(self, where: _Where, env: Env, tree: Any) -> int:
        return self.graph.number(self.expression(where, env, tree))

    def _reference(self, where: _Where, env: Env, tree: Any) -> int:
        name = fold_name(tree.reference)
        subscripts = list(tree.subscripts.subscripts) if tree.subscripts else []
        if name == "time" and not subscripts:
            return self.moment(where.first).time
        named = name in self.spelled or name in self.elements
        if named and name not in self.variables and not subscripts:
            return self._place_of(where, env, name)
        name = self._lookup_name(where, tree.reference)
        return self.value(name, self._referred(where, env, name, subscripts), where.first)

    def _place_of(self, where: _Where, env: Env, name: str) -> int:
        """Build a subscript used as a number: its place in its range, from 1."""
        element = self._element(where, env, name)
        holding = [listed for listed in self.ranges.values() if element in listed]
        return self.graph.const(max(holding, key=len).index(element) + 1)

    def _arithmetic(self, where: _Where, env: Env, tree: Any) -> int:
        operators, arguments = list(tree.operators), list(tree.arguments)
        if operators == ["negative"]:
            return self.graph.add("neg", self._number(where, env, arguments[0]))
        if operators[0] == "^":
            for base in arguments[:-1]:
                # PySD 3.14.3 reads (-2)^2 as -(2^2).
                if isinstance(base, int | float) and base < 0:
                    raise where.refuse(
                        f"raises the negative number {base} to a power: write 0 - {-base}"
                    )
            node = self._number(where, env, arguments[-1])
            for base in reversed(arguments[:-1]):
                node = self.graph.add("pow", self._number(where, env, base), node)
            return node
        node = self._number(where, env, arguments[0])
        for operator, argument in zip(operators, arguments[1:], strict=True):
            node = self.graph.add(_ARITHMETIC[operator], node, self._number(where, env, argument))
        return node

    def _logic(self, where: _Where, env: Env, tree: Any) -> int:
        graph = self.graph
        operators = [operator.upper() for operator in tree.operators]
        nodes = [self.expression(where, env, argument) for argument in tree.arguments]
        if operators == [":NOT:"]:
            return graph.add("not", graph.truthful(nodes[0]))
        if operators[0] in _JOINING:
            # PySD joins from the right, whatever the operators are.
            node = graph.truthful(nodes[-1])
            for operator, left in zip(reversed(operators), reversed(nodes[:-1]), strict=True):
                node = graph.add(_JOINING[operator], graph.truthful(left), node)
            return node
        a, b = (graph.number(node) for node in nodes)
        match operators[0]:
            case "<":
                return graph.add("lt", a, b)
            case ">":
                return graph.add("lt", b, a)
            case "<=":
                return graph.add("le", a, b)
            case ">=":
                return graph.add("le", b, a)
            case "=":
                return graph.add("eq", a, b)
            case "<>":
                return graph.add("ne", a, b)
        raise where.refuse(f"uses the operator {operators[0]!r}, which is not supported")

    # Functions and tables -----------------------------------------------------------------

    def _call(self, where: _Where, env: Env, tree: Any) -> int:
        name = fold_name(tree.function.reference)
        if name in self.variables:
            return self._table_call(where, env, name, tree)
        if name in _REDUCTIONS or name in _WHOLE:
            return self._reduction(where, env, name, tree)
        if name == "elmcount":
            return self._count(where, tree)
        if name == "active initial" and len(tree.arguments) == 2:
            return self._number(where, env, tree.arguments[1 if where.first else 0])
        function = FUNCTIONS.get(name)
        if function is None:
            raise where.refuse(f"uses {name.upper()}, which is not supported")
        if len(tree.arguments) != function.arity:
            raise where.refuse(
                f"gives {name.upper()} {len(tree.arguments)} arguments, it takes {function.arity}"
            )
        arguments = [self.expression(where, env, argument) for argument in tree.arguments]
        return function.build(self.graph, self.moment(where.first), *arguments)

    def _count(self, where: _Where, tree: Any) -> int:
        name = fold_name(getattr(tree.arguments[0], "reference", ""))
        if name not in self.spelled:
            raise where.refuse("gives ELMCOUNT something that is not a range")
        return self.graph.const(len(self.ranges[self.spelled[name]]))

    def _reduction(self, where: _Where, env: Env, name: str, tree: Any) -> int:
        if len(tree.arguments) != 1:
            raise where.refuse(f"gives {name.upper()} {len(tree.arguments)} arguments, it takes 1")
        over = dict.fromkeys(
            marked
            for marked in _marked(tree.arguments[0])
            if marked.endswith("!") or (name in _WHOLE and fold_name(marked) in self.spelled)
        )
        if not over:
            raise where.refuse(f"uses {name.upper()} without a range marked by '!'")
        for marked in over:
            if fold_name(marked.rstrip("!")) not in self.spelled:
                raise self._no_subscript(where.variable, marked.rstrip("!"))
        axes = [self.ranges[self.spelled[fold_name(marked.rstrip("!"))]] for marked in over]
        op = _REDUCTIONS.get(name) or _WHOLE[name]
        node = None
        for cell in itertools.product(*axes):
            inner = tuple(
                (fold_name(marked), part) for marked, part in zip(over, cell, strict=True)
            )
            outer = tuple(pair for pair in env if pair[0] not in dict(inner))
            term = self._number(where, (*outer, *inner), tree.arguments[0])
            node = term if node is None else self.graph.add(op, node, term)
        assert node is not None  # a range has at least one element
        return node

    def _table_call(self, where: _Where, env: Env, name: str, tree: Any) -> int:
        variable = self.variables[name]
        if len(tree.arguments) != 1:
            raise where.refuse(f"gives the table {variable.name!r} {len(tree.arguments)} arguments")
        given = tree.function.subscripts
        cell = self._referred(where, env, name, list(given.subscripts) if given else [])
        definition, _ = variable.cells[cell]
        if not definition.lookup:
            raise where.refuse(f"uses {variable.name!r} as a table, which it is not")
        table, scale = self._named_table(name, cell)
        argument = self._number(where, env, tree.arguments[0])
        return self.graph.add("mul", self.graph.add("table", table, argument), scale)

    def _named_table(self, name: str, cell: Cell) -> tuple[int, int]:
        """Give the place of a table and the node of the factor on its values."""
        variable = self.variables[name]
        definition, _ = variable.cells[cell]
        where = _Where(variable, definition, cell, first=False)
        if not isinstance(definition.ast, ast.LookupsStructure):
            raise where.refuse(f"uses {_BEYOND.get(type(definition.ast), 'an unknown table')}")
        known = ("table", name, cell)
        if known not in self.memory:
            self.memory[known] = self._table(where, cell, definition.ast)
        return self.memory[known], self._parameter(where, 1.0, kind="scale")

    def _table(self, where: _Where, cell: Cell, tree: Any) -> int:
        x, y = tuple(map(float, tree.x)), tuple(map(float, tree.y))
        if len(x) != len(y):
            raise where.refuse("is a table with more x than y values, or fewer")
        if len(set(x)) < len(x):
            raise where.refuse("is a table with two values for the same x")
        if tree.type != "interpolate" and len(x) < 2:
            raise where.refuse("is a table with one point")
        self.tables.append(Table(where.variable.name, cell, x, y, tree.type))
        return len(self.tables) - 1

    # What remembers -----------------------------------------------------------------------

    def _state(self, initial: int, follow: Any) -> int:
        """Add a state; what follows is built once nothing else is being built."""
        place = len(self.states)
        self.states.append(None)
        node = self.graph.add("state", place)

        def close() -> None:
            self.states[place] = (initial, self.graph.number(follow(node)))

        self.pending.append(close)
        return node

    def _grow(self, state: int, rate: int) -> int:
        step = self.moment(first=False).step
        return self.graph.add("add", state, self.graph.add("mul", rate, step))

    def _integ(self, where: _Where, env: Env, tree: Any) -> int:
        if where.first:
            initial = self._number(where, env, tree.initial)
            if tree is where.definition.ast:
                given = self._parameter(where, float("nan"), kind="initial")
                missing = self.graph.add("ne", given, given)
                initial = self.graph.add("select", missing, initial, given)
            return initial

        def follow(state: int) -> int:
            grown = self._grow(state, self._number(where, env, tree.flow))
            if tree.non_negative:
                return self.graph.add("max", grown, self.graph.const(0))
            return grown

        return self._state(self._initially(where, env, tree), follow)

    def _initially(self, where: _Where, env: Env, tree: Any) -> int:
        """Build an expression as it is when the stocks get their first values."""
        if tree is where.definition.ast:
            name = fold_name(where.variable.name)
            return self.graph.number(self.value(name, where.cell, first=True))
        first = _Where(where.variable, where.definition, where.cell, first=True)
        return self._number(first, env, tree)

    def _initial(self, where: _Where, env: Env, tree: Any) -> int:
        first = _Where(where.variable, where.definition, where.cell, first=True)
        return self._number(first, env, tree.initial)

    def _smooth(self, where: _Where, env: Env, tree: Any) -> int:
        initial = self._initial(where, env, tree)
        if where.first:
            return initial
        order = self._order(where, env, tree.order)
        stages: list[int] = []

        def stage(place: int) -> Any:
            def follow(state: int) -> int:
                before = self._number(where, env, tree.input) if place == 0 else stages[place - 1]
                gap = self.graph.add("sub", before, state)
                time = self._number(where, env, tree.smooth_time)
                speed = self.graph.add("mul", gap, self.graph.const(order))
                return self._grow(state, self.graph.add("div", speed, time))

            return follow

        stages += [self._state(initial, stage(place)) for place in range(order)]
        return stages[-1]

    def _order(self, where: _Where, env: Env, tree: Any) -> int:
        """Give the order of a delay: it says how many stocks there are, so it cannot vary."""
        first = _Where(where.variable, where.definition, where.cell, first=True)
        node = self.expression(first, env, tree)
        value = self.graph.value(node)
        if value is None and self.graph.nodes[node][0] == "param":
            value = self.parameters[self.graph.nodes[node][1]].value
        if value is None or not 1 <= int(value) <= 50:
            raise where.refuse("has a delay whose order is not a whole number from 1 to 50")
        return int(value)

    def _delay(self, where: _Where, env: Env, tree: Any) -> int:
        graph = self.graph
        first = _Where(where.variable, where.definition, where.cell, first=True)
        time_first = self._number(first, env, tree.delay_time)
        initial = graph.add("mul", self._number(first, env, tree.initial), time_first)
        order = self._order(where, env, tree.order)
        active = self._active_order(first, order, tree)
        moving = isinstance(tree, ast.DelayNStructure)
        if where.first:
            return self._last_stage([graph.add("div", initial, time_first)] * order, active)
        stages: list[int] = []
        times: list[int] = []  # DELAY N lets what has entered keep its delay time

        def time_of(place: int) -> int:
            """Delay time of a stage while the step is taken."""
            if not moving or place == 0:
                return self._number(where, env, tree.delay_time)
            return times[place - 1]

        def outflow(place: int) -> int:
            return graph.add("div", stages[place], time_of(place))

        def stage(place: int) -> Any:
            def follow(state: int) -> int:
                enters = self._number(where, env, tree.input) if place == 0 else outflow(place - 1)
                gap = graph.add("sub", enters, outflow(place))
                return self._grow(state, graph.add("mul", gap, active))

            return follow

        if moving:
            times += [
                self._state(time_first, lambda _, place=place: time_of(place))
                for place in range(order)
            ]
        stages += [self._state(initial, stage(place)) for place in range(order)]
        if moving:
            return self._last_stage([graph.add("div", s, times[0]) for s in stages], active)
        time = self._number(where, env, tree.delay_time)
        return self._last_stage([graph.add("div", s, time) for s in stages], active)

    def _active_order(self, first: _Where, order: int, tree: Any) -> int:
        """Build the order that the time step allows: PySD lowers it for short delays."""
        graph = self.graph
        shortest = None
        for env in first.definition.envs:
            time = self._number(first, env, tree.delay_time)
            shortest = time if shortest is None else graph.add("min", shortest, time)
        assert shortest is not None
        step = self.moment(first=True).step
        node = graph.const(0)
        for count in range(1, order + 1):
            needed = graph.add("mul", graph.const(count), step)
            node = choose(graph, less(graph, shortest, needed), node, graph.const(count))
        return node

    def _last_stage(self, outflows: list[int], active: int) -> int:
        """Build the outflow of the last active stage; without one there is no value."""
        graph = self.graph
        none = graph.add("eq", active, graph.const(0))
        one = graph.add("div", graph.const(1), choose(graph, none, graph.const(0), graph.const(1)))
        self.reasons[one] = "delay time shorter than the time step"
        node = graph.add("mul", outflows[0], one)
        for count, outflow in enumerate(outflows[1:], start=2):
            here = graph.add("eq", active, graph.const(count))
            node = choose(graph, here, outflow, node)
        return node

    def _delay_fixed(self, where: _Where, env: Env, tree: Any) -> int:
        initial = self._initial(where, env, tree)
        if where.first:
            return initial
        graph = self.graph
        first = _Where(where.variable, where.definition, where.cell, first=True)
        step = self.moment(first=True).step
        steps = graph.add("div", self._number(first, env, tree.delay_time), step)
        # PySD: round(order + 1e-6), so that a half step counts as one.
        lag = graph.add(
            "floor",
            graph.add("add", graph.add("max", steps, graph.const(1)), graph.const(0.500001)),
        )
        place = len(self.pasts)
        self.pasts.append(None)

        def close() -> None:
            self.pasts[place] = self._number(where, env, tree.input)

        self.pending.append(close)
        return graph.add("past", place, lag, initial)

    def _sample(self, where: _Where, env: Env, tree: Any) -> int:
        initial = self._initial(where, env, tree)
        if where.first:
            return self._sampled(where, env, tree, initial)
        state = self._state(initial, lambda state: self._sampled(where, env, tree, state))
        return self._sampled(where, env, tree, state)

    def _sampled(self, where: _Where, env: Env, tree: Any, held: int) -> int:
        condition = self.expression(where, env, tree.condition)
        return choose(self.graph, condition, self._number(where, env, tree.input), held)

    def _trend(self, where: _Where, env: Env, tree: Any) -> int:
        graph = self.graph
        first = _Where(where.variable, where.definition, where.cell, first=True)
        growth = graph.add(
            "mul",
            self._number(first, env, tree.initial_trend),
            self._number(first, env, tree.average_time),
        )
        now, average = self._averaged(where, env, tree, growth)
        time = self._number(where, env, tree.average_time)
        size = graph.add("mul", time, graph.add("abs", average))
        return zidz(graph, None, graph.add("sub", now, average), size)

    def _forecast(self, where: _Where, env: Env, tree: Any) -> int:
        graph = self.graph
        first = _Where(where.variable, where.definition, where.cell, first=True)
        now, average = self._averaged(
            where, env, tree, self._number(first, env, tree.initial_trend)
        )
        size = graph.add("mul", self._number(where, env, tree.average_time), average)
        trend = zidz(graph, None, graph.add("sub", now, average), size)
        growth = graph.add("mul", trend, self._number(where, env, tree.horizon))
        return graph.add("mul", now, graph.add("add", graph.const(1), growth))

    def _averaged(self, where: _Where, env: Env, tree: Any, growth: int) -> tuple[int, int]:
        """Build the input and its running average, which begins ``growth`` below it."""
        graph = self.graph
        first = _Where(where.variable, where.definition, where.cell, first=True)
        initial = graph.add(
            "div",
            self._number(first, env, tree.input),
            graph.add("add", graph.const(1), growth),
        )
        now = self._number(where, env, tree.input)
        if where.first:
            return now, initial

        def follow(state: int) -> int:
            gap = graph.add("sub", self._number(where, env, tree.input), state)
            time = self._number(where, env, tree.average_time)
            return self._grow(state, graph.add("div", gap, time))

        return now, self._state(initial, follow)


def _plain(where: _Where, number: Any) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = float("inf")
    if np.isnan(value):
        raise where.refuse("uses :NA:, which is not supported")
    if np.isinf(value):
        raise where.refuse("holds a number that is too large")
    return value


_JOINING = {":AND:": "and", ":OR:": "or", "AND": "and", "OR": "or"}
_STATEFUL: dict[type, Any] = {
    ast.IntegStructure: _Builder._integ,
    ast.InitialStructure: _Builder._initial,
    ast.SmoothStructure: _Builder._smooth,
    ast.SmoothNStructure: _Builder._smooth,
    ast.DelayStructure: _Builder._delay,
    ast.DelayNStructure: _Builder._delay,
    ast.DelayFixedStructure: _Builder._delay_fixed,
    ast.SampleIfTrueStructure: _Builder._sample,
    ast.TrendStructure: _Builder._trend,
    ast.ForecastStructure: _Builder._forecast,
}


def _ranges(given: Any) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Read the ranges' elements, and which ranges pair with which by place."""
    listed: dict[str, list[str]] = {}
    copies: dict[str, str] = {}
    pairs: dict[str, set[str]] = {}
    for entry in given:
        folded = fold_name(entry.name)
        if isinstance(entry.subscripts, str):
            copies[entry.name] = entry.subscripts
            pairs.setdefault(folded, set()).add(fold_name(entry.subscripts))
            pairs.setdefault(fold_name(entry.subscripts), set()).add(folded)
        elif isinstance(entry.subscripts, list):
            listed[entry.name] = list(entry.subscripts)
        else:
            raise InputError(
                f"the range {entry.name!r} is read from a file, which is not supported"
            )
        for other in entry.mapping:
            pairs.setdefault(folded, set()).add(fold_name(other))
    spelled = {fold_name(name): name for name in listed}

    def elements(name: str, above: tuple[str, ...] = ()) -> tuple[str, ...]:
        if name in above:
            raise InputError(f"the range {name!r} contains itself")
        found: list[str] = []
        for element in listed[name]:
            inner = spelled.get(fold_name(element))
            found += elements(inner, (*above, name)) if inner is not None else (element,)
        return tuple(dict.fromkeys(found))

    ranges: dict[str, tuple[str, ...]] = {}
    for entry in given:
        name = entry.name
        seen = set()
        while name in copies:
            seen.add(name)
            target = fold_name(copies[name])
            name = spelled.get(target) or next(
                (other for other in copies if fold_name(other) == target and other not in seen), ""
            )
            if not name:
                raise InputError(
                    f"the range {entry.name!r} repeats {copies[entry.name]!r}, unknown"
                )
        ranges[entry.name] = elements(name)
    return ranges, {
        name: tuple(sorted(others))
        for name, others in pairs.items()
        if name in map(fold_name, ranges)
    }


def _marked(tree: Any) -> Iterator[str]:
    """List the subscripts in an expression, those inside of a reduction left out."""
    if isinstance(tree, ast.CallStructure):
        if fold_name(tree.function.reference) not in (*_REDUCTIONS, *_WHOLE):
            for part in (tree.function, *tree.arguments):
                yield from _marked(part)
    elif isinstance(tree, ast.ReferenceStructure):
        yield from tree.subscripts.subscripts if tree.subscripts else ()
    elif isinstance(tree, ast.ArithmeticStructure | ast.LogicStructure):
        for part in tree.arguments:
            yield from _marked(part)
    elif isinstance(tree, ast.InlineLookupsStructure):
        yield from _marked(tree.argument)


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Let a long chain of variables be followed: one level of Python for each."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
