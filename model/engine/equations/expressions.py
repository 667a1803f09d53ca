"""Expressions as operations on single numbers: references, arithmetic and logic.

Every variable is built twice from the same equation: for the time at which stocks get their
first values, and for every later time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from smecluster.model.engine.equations.declared import Cell, Declared, Env, Site
from smecluster.model.engine.equations.subscripts import Subscripts, refuse_second
from smecluster.model.engine.graph.graph import Graph, Parameter, Table
from smecluster.model.engine.graph.moments import Moment, Span
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.domain import refuse_chain
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import File
from smecluster.model.errors import InputError, suggest_name
from smecluster.model.support.limits import MOST_CHAINED

CONTROLS = ("initial time", "final time", "time step", "saveper")
_BEGIN = CONTROLS[0]

_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_JOINING = {":AND:": "and", ":OR:": "or"}
# The operation, and whether its operands are turned round.
_COMPARING = {
    "<": ("lt", False),
    ">": ("lt", True),
    "<=": ("le", False),
    ">=": ("le", True),
    "=": ("eq", False),
    "<>": ("ne", False),
}
# Vensim's :NA:, which it computes with like any number (Vensim reference manual).
MISSING = -(2.0**109)


@dataclass(frozen=True)
class Demand:
    """What must hold for a value to be computed.

    Attributes
    ----------
    where : Site
        The equation.
    condition : int
        Node of the condition.
    otherwise : str
        Why the equation cannot be computed where it does not hold.
    """

    where: Site
    condition: int
    otherwise: str


class ExpressionBuilder:
    """Builds the variables of a model, element by element, into a graph.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def __init__(self, file: File) -> None:
        self.graph = Graph()
        self.subscripts = Subscripts(file.main.ranges)
        self.parameters: list[Parameter] = []
        self.tables: list[Table] = []
        self.memory: dict[Any, int] = {}
        # The variables that are being built, the outermost first.
        self.open: dict[tuple[str, Cell, bool], None] = {}
        self.reasons: dict[int, str] = {}
        self.demands: list[Demand] = []
        self.conditional = False
        self.variables: dict[str, Declared] = {}
        for element in file.main.elements:
            variable = self.subscripts.declare(element, element.line)
            if fold_name(variable.name) in self.variables:
                raise refuse_second(variable)
            self.variables[fold_name(variable.name)] = variable
        for control in CONTROLS:
            if control not in self.variables:
                raise InputError(f"the model does not set {control.upper()!r}")
        if len(self.variables) == len(CONTROLS):
            raise InputError(
                "the model is empty: the file defines no variables besides INITIAL TIME, "
                "FINAL TIME, TIME STEP and SAVEPER"
            )

    def find_stateful(self, kind: type) -> Callable[[Site, Env, Any], int] | None:
        """Find what builds a function that remembers, such as INTEG; None if nothing does."""
        return None

    def build_call(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build a call of a function, a table or a macro."""
        raise NotImplementedError

    # References ---------------------------------------------------------------------------

    def find_variable(self, where: Site, reference: str) -> str:
        """Find the key of the variable that a name means in an equation."""
        name = fold_name(reference)
        scope = where.variable.scope
        if scope is not None:
            # Inside a macro ``$`` marks the time and what steers the run; they need no mark.
            name = fold_name(reference.rstrip("$ "))
            if name in scope.names:
                return scope.names[name]
            if name in CONTROLS:
                return name
            raise where.refuse(f"uses {name!r}, which the macro does not define")
        if name in self.variables:
            return name
        guess = suggest_name(name, [variable.name for variable in self.variables.values()])
        hint = f", did you mean {guess!r}?" if guess else ""
        raise where.refuse(f"uses {name!r}, which the model does not define{hint}")

    def resolve_cell(self, where: Site, env: Env, name: str, subscripts: Sequence[str]) -> Cell:
        """Find the elements that a reference means."""
        variable = self.variables[name]
        if len(subscripts) != len(variable.dims):
            raise where.refuse(
                f"uses {variable.name!r} with {len(subscripts)} subscripts, it has "
                f"{len(variable.dims)}"
            )
        cell = tuple(
            self.subscripts.resolve_element(where, env, subscript) for subscript in subscripts
        )
        if cell not in variable.cells:
            raise where.refuse(
                f"uses {variable.name!r} for {', '.join(cell)}, which has no equation"
            )
        return cell

    # Values -------------------------------------------------------------------------------

    def value(self, name: str, cell: Cell, first: bool) -> int:
        """Build one element of a variable."""
        known = (name, cell, first)
        if known in self.memory:
            return self.memory[known]
        variable = self.variables[name]
        if known in self.open:
            opened = list(self.open)
            circle = [*opened[opened.index(known) :], known]
            path = " -> ".join(dict.fromkeys(self.variables[n].name for n, _, _ in circle))
            when = "their initial values" if first else "each other"
            raise InputError(
                f"{variable.place}the variables {path} -> {variable.name} need {when} in a "
                "circle without a stock"
            )
        definition, env = variable.cells[cell]
        if definition.lookup:
            raise InputError(f"{variable.place}the table {variable.name!r} is used without (...)")
        if len(self.open) >= MOST_CHAINED:
            raise refuse_chain(variable.place, variable.name)
        self.open[known] = None
        outside, self.conditional = self.conditional, False
        where = Site(variable, definition, cell, first)
        node = self._build_right_side(where, env)
        self.conditional = outside
        del self.open[known]
        self.memory[known] = node
        return node

    def demand(self, where: Site, condition: int, outside: str, advice: str) -> int:
        """Build a 1 that a run has only where a condition holds: without it the run fails.

        What is known to fail before the first run is refused when everything is built.

        Parameters
        ----------
        where : Site
            The equation.
        condition : int
            Node of the condition.
        outside : str
            What is the matter where it does not hold: the reason of a run that fails.
        advice : str
            What to do instead.

        Returns
        -------
        int
            The node to multiply a value by, which changes no digit of it.
        """
        graph = self.graph
        one = graph.add("div", graph.const(1), graph.number(condition))
        if graph.value(one) is None:
            self.reasons[one] = outside
            if not self.conditional:
                self.demands.append(Demand(where, condition, f"has a {outside}: {advice}"))
        return one

    def _build_right_side(self, where: Site, env: Env) -> int:
        """Build a whole right-hand side; if it is a number, a run may set it."""
        tree = where.definition.ast
        if isinstance(tree, np.ndarray):
            return self.parameter(where, float(self._read_array(where)))
        if isinstance(tree, int | float) and where.variable.scope is None:
            return self.parameter(where, check_number(where, tree))
        return self.expression(where, env, tree)

    def _read_array(self, where: Site) -> float:
        shape = [
            len(self.subscripts.ranges[dim]) if dim in self.subscripts.ranges else 1
            for dim in where.definition.dims
        ]
        values = np.asarray(where.definition.ast)
        if values.size != np.prod(shape):
            raise where.refuse(f"has {values.size} values for {int(np.prod(shape))} elements")
        place = tuple(
            self.subscripts.ranges[dim].index(part) if dim in self.subscripts.ranges else 0
            for dim, part in zip(where.definition.dims, where.cell, strict=True)
        )
        return float(values.reshape(shape)[place])

    def parameter(self, where: Site, value: float, kind: str = "constant") -> int:
        """Build a number that a run may set."""
        known = ("parameter", where.variable.name, where.cell, kind)
        if known not in self.memory:
            self.parameters.append(Parameter(where.variable.name, where.cell, kind, value))
            self.memory[known] = self.graph.add("param", len(self.parameters) - 1)
        return self.memory[known]

    def moment(self, first: bool) -> Moment:
        """Give the time at which an expression is evaluated, and the time step there."""
        time = self.find_time(first)
        (definition, _), *_ = self.variables["time step"].cells.values()
        if isinstance(definition.ast, int | float):
            step = self.value("time step", (), first)
            return Moment(time, lambda: step)
        return Moment(time, lambda: self.value("time step", (), first))

    def find_time(self, first: bool) -> int:
        """Give the time at which an expression is evaluated.

        Where ``INITIAL TIME`` itself depends on the time, that is 0; `engine.graph.clock` sees to
        it that it gives the same at its own time.
        """
        if not first:
            return self.graph.add("time")
        if (_BEGIN, (), True) in self.open:
            return self.graph.const(0)
        return self.value(_BEGIN, (), first=True)

    def find_span(self, where: Site) -> Span:
        """Give the times of the whole run, for what counts time steps."""
        if self.graph.varies(self.value("time step", (), first=False)):
            raise where.refuse(
                "counts time steps, and TIME STEP changes in a run: give TIME STEP one value"
            )
        return Span(*(self.value(name, (), first=True) for name in CONTROLS[:3]))

    def expression(self, where: Site, env: Env, tree: Any) -> int:
        """Build an expression for given elements."""
        kind = type(tree)
        if isinstance(tree, int | float):
            return self.graph.const(check_number(where, tree))
        if isinstance(tree, syntax.Missing):
            return self.graph.const(MISSING)
        if isinstance(tree, syntax.Reference):
            return self._build_reference(where, env, tree)
        if isinstance(tree, syntax.Arithmetic):
            return self._build_arithmetic(where, env, tree)
        if isinstance(tree, syntax.Logic):
            return self._build_logic(where, env, tree)
        if isinstance(tree, syntax.Call):
            return self.build_call(where, env, tree)
        if isinstance(tree, syntax.InlineLookups):
            argument = self.number(where, env, tree.argument)
            known = ("inline", id(tree), where.cell)
            if known not in self.memory:
                self.memory[known] = self.add_table(where, where.cell, tree.lookups)
            return self.graph.add("table", self.memory[known], argument)
        if isinstance(tree, syntax.Text):
            raise where.refuse(f"holds the text {tree.text[:40]!r} where a number is needed")
        build = self.find_stateful(kind)
        if build is None:
            raise where.refuse("holds a list of numbers inside an equation: give it a variable")
        once = (id(tree), where.variable.name, where.cell, env, where.first)
        if once not in self.memory:
            self.memory[once] = build(where, env, tree)
        return self.memory[once]

    def number(self, where: Site, env: Env, tree: Any) -> int:
        """Build an expression whose result is used as a number."""
        return self.graph.number(self.expression(where, env, tree))

    def _build_reference(self, where: Site, env: Env, tree: syntax.Reference) -> int:
        name = fold_name(tree.reference)
        subscripts = tree.subscripts.subscripts if tree.subscripts else ()
        scope = where.variable.scope
        if scope is not None:
            name = fold_name(tree.reference.rstrip("$ "))
            if name in scope.given and not subscripts:
                site, outer, given = scope.given[name]
                return self.expression(replace(site, first=where.first), outer, given)
        if name == "time" and not subscripts:
            return self.find_time(where.first)
        named = name in self.subscripts.spelled or name in self.subscripts.elements
        if named and name not in self.variables and not subscripts:
            return self._build_position(where, env, name)
        name = self.find_variable(where, tree.reference)
        return self.value(name, self.resolve_cell(where, env, name, subscripts), where.first)

    def _build_position(self, where: Site, env: Env, name: str) -> int:
        """Build a subscript used as a number: its position in its range, from 1."""
        element = self.subscripts.resolve_element(where, env, name)
        holding = [listed for listed in self.subscripts.ranges.values() if element in listed]
        return self.graph.const(max(holding, key=len).index(element) + 1)

    def _build_arithmetic(self, where: Site, env: Env, tree: syntax.Arithmetic) -> int:
        operators, arguments = tree.operators, tree.arguments
        if operators == ("negative",):
            return self.graph.add("neg", self.number(where, env, arguments[0]))
        if operators == ("^",):
            # The exponent first, as powers join from the right.
            exponent = self.number(where, env, arguments[1])
            return self.graph.add("pow", self.number(where, env, arguments[0]), exponent)
        node = self.number(where, env, arguments[0])
        for operator, argument in zip(operators, arguments[1:], strict=True):
            node = self.graph.add(_ARITHMETIC[operator], node, self.number(where, env, argument))
        return node

    def _build_logic(self, where: Site, env: Env, tree: syntax.Logic) -> int:
        graph = self.graph
        sign = tree.operators[0]
        nodes = [self.expression(where, env, argument) for argument in tree.arguments]
        if sign == ":NOT:":
            return graph.add("not", graph.truthful(nodes[0]))
        if sign in _JOINING:
            node = graph.truthful(nodes[-1])
            for left in reversed(nodes[:-1]):
                node = graph.add(_JOINING[sign], graph.truthful(left), node)
            return node
        a, b = (graph.number(node) for node in nodes)
        op, turned = _COMPARING[sign]
        return graph.add(op, b, a) if turned else graph.add(op, a, b)

    def add_table(self, where: Site, cell: Cell, tree: syntax.Lookups) -> int:
        """Add a table to those of the program, and give its number."""
        x = tuple(check_number(where, number) for number in tree.x)
        y = tuple(check_number(where, number) for number in tree.y)
        if len(x) != len(y):
            raise where.refuse("is a table with unequal numbers of x and y values")
        if len(set(x)) < len(x):
            raise where.refuse("is a table with two values at one x")
        if tree.type != "interpolate" and len(x) < 2:
            raise where.refuse("is a table with one point")
        self.tables.append(Table(where.variable.name, cell, x, y, tree.type))
        return len(self.tables) - 1


def check_number(where: Site, number: float) -> float:
    """Refuse a number that no float holds."""
    try:
        value = float(number)
    except OverflowError:
        value = float("inf")
    if not math.isfinite(value):
        raise where.refuse("contains a number that is too large")
    return value
