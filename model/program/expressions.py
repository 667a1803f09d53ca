"""Expressions as operations on single numbers: references, arithmetic, functions and tables.

Every variable is built twice from the same equation: for the time at which stocks get their
first values, and for every later time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pysd.translators.structures import abstract_expressions as ast
from pysd.translators.structures.abstract_model import AbstractSection

from smecluster.model.program.functions import FUNCTIONS, Moment, Span
from smecluster.model.program.graph import Graph, Parameter, Table
from smecluster.model.program.subscripts import (
    Cell,
    Declared,
    Env,
    Site,
    Subscripts,
    refuse_second,
)
from smecluster.model.support.errors import InputError, suggest_name
from smecluster.model.support.limits import MOST_CHAINED, MOST_TERMS
from smecluster.model.vensim.domain import refuse_chain
from smecluster.model.vensim.source import fold_name

CONTROLS = ("initial time", "final time", "time step", "saveper")

_REDUCTIONS = {"sum": "add", "prod": "mul", "vmin": "min", "vmax": "max"}
# XMILE's, which run over all elements if none is marked.
_WHOLE = {"vmin xmile": "min", "vmax xmile": "max"}
_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul", "/": "div"}
_JOINING = {":AND:": "and", ":OR:": "or", "AND": "and", "OR": "or"}
_BEYOND = {
    ast.AllocateAvailableStructure: "ALLOCATE AVAILABLE",
    ast.AllocateByPriorityStructure: "ALLOCATE BY PRIORITY",
    ast.GetLookupsStructure: "GET DIRECT LOOKUPS",
    ast.GetDataStructure: "GET DIRECT DATA",
    ast.GetConstantsStructure: "GET DIRECT CONSTANTS",
    ast.DataStructure: "data from a file",
    ast.GameStructure: "GAME",
}


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
    section : pysd AbstractSection
        The translated file.
    lines : mapping of str to int
        Line of each variable in the file, by key.
    """

    def __init__(self, section: AbstractSection, lines: Mapping[str, int]) -> None:
        self.graph = Graph()
        self.subscripts = Subscripts(section.subscripts)
        self.parameters: list[Parameter] = []
        self.tables: list[Table] = []
        self.memory: dict[Any, int] = {}
        # The variables that are being built, the outermost first.
        self.open: dict[tuple[str, Cell, bool], None] = {}
        self.reasons: dict[int, str] = {}
        self.demands: list[Demand] = []
        self.conditional = False
        self.terms = 0
        self.variables: dict[str, Declared] = {}
        for element in section.elements:
            variable = self.subscripts.declare(element, lines.get(fold_name(element.name)))
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

    # References ---------------------------------------------------------------------------

    def _find_variable(self, where: Site, reference: str) -> str:
        name = fold_name(reference)
        if name in self.variables:
            return name
        guess = suggest_name(name, [variable.name for variable in self.variables.values()])
        hint = f", did you mean {guess!r}?" if guess else ""
        raise where.refuse(f"uses {name!r}, which the model does not define{hint}")

    def _resolve_cell(self, where: Site, env: Env, name: str, subscripts: list[str]) -> Cell:
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
        if isinstance(tree, int | float | np.number):
            return self.parameter(where, _check_number(where, tree))
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
        """Give the time at which an expression is evaluated."""
        start = self.value("initial time", (), first=True) if first else self.graph.add("time")
        return Moment(start, self.value("time step", (), first=True))

    def _find_span(self) -> Span:
        return Span(*(self.value(name, (), first=True) for name in CONTROLS[:3]))

    def expression(self, where: Site, env: Env, tree: Any) -> int:
        """Build an expression for given elements."""
        kind = type(tree)
        if kind in _BEYOND:
            raise where.refuse(f"uses {_BEYOND[kind]}, which is not supported")
        if isinstance(tree, bool | int | float | np.number):
            return self.graph.const(_check_number(where, tree))
        if isinstance(tree, ast.ReferenceStructure):
            return self._build_reference(where, env, tree)
        if isinstance(tree, ast.ArithmeticStructure):
            return self._build_arithmetic(where, env, tree)
        if isinstance(tree, ast.LogicStructure):
            return self._build_logic(where, env, tree)
        if isinstance(tree, ast.CallStructure):
            return self._build_call(where, env, tree)
        if isinstance(tree, ast.InlineLookupsStructure):
            if tree.lookups.type != "interpolate":
                raise where.refuse(f"uses a graph of the form {tree.lookups.type!r} in an equation")
            argument = self.number(where, env, tree.argument)
            known = ("inline", id(tree), where.cell)
            if known not in self.memory:
                self.memory[known] = self._add_table(where, where.cell, tree.lookups)
            return self.graph.add("table", self.memory[known], argument)
        build = self.find_stateful(kind)
        if build is None:
            raise where.refuse(f"uses {kind.__name__}, which is not supported")
        once = (id(tree), where.variable.name, where.cell, env, where.first)
        if once not in self.memory:
            self.memory[once] = build(where, env, tree)
        return self.memory[once]

    def number(self, where: Site, env: Env, tree: Any) -> int:
        """Build an expression whose result is used as a number."""
        return self.graph.number(self.expression(where, env, tree))

    def _build_reference(self, where: Site, env: Env, tree: Any) -> int:
        name = fold_name(tree.reference)
        subscripts = list(tree.subscripts.subscripts) if tree.subscripts else []
        if name == "time" and not subscripts:
            return self.moment(where.first).time
        named = name in self.subscripts.spelled or name in self.subscripts.elements
        if named and name not in self.variables and not subscripts:
            return self._build_position(where, env, name)
        name = self._find_variable(where, tree.reference)
        return self.value(name, self._resolve_cell(where, env, name, subscripts), where.first)

    def _build_position(self, where: Site, env: Env, name: str) -> int:
        """Build a subscript used as a number: its position in its range, from 1."""
        element = self.subscripts.resolve_element(where, env, name)
        holding = [listed for listed in self.subscripts.ranges.values() if element in listed]
        return self.graph.const(max(holding, key=len).index(element) + 1)

    def _build_arithmetic(self, where: Site, env: Env, tree: Any) -> int:
        operators, arguments = list(tree.operators), list(tree.arguments)
        if operators == ["negative"]:
            return self.graph.add("neg", self.number(where, env, arguments[0]))
        if operators[0] == "^":
            for base in arguments[:-1]:
                # PySD 3.14.3 reads (-2)^2 as -(2^2).
                if isinstance(base, int | float) and base < 0:
                    raise where.refuse(
                        f"raises the negative number {base} to a power: write 0 - {-base}"
                    )
            node = self.number(where, env, arguments[-1])
            for base in reversed(arguments[:-1]):
                node = self.graph.add("pow", self.number(where, env, base), node)
            return node
        node = self.number(where, env, arguments[0])
        for operator, argument in zip(operators, arguments[1:], strict=True):
            node = self.graph.add(_ARITHMETIC[operator], node, self.number(where, env, argument))
        return node

    def _build_logic(self, where: Site, env: Env, tree: Any) -> int:
        graph = self.graph
        operators = [operator.upper() for operator in tree.operators]
        nodes = [self.expression(where, env, argument) for argument in tree.arguments]
        if operators == [":NOT:"]:
            return graph.add("not", graph.truthful(nodes[0]))
        if operators[0] in _JOINING:
            if len(set(operators)) > 1:
                # PySD joins from the right regardless of the operators.
                raise where.refuse("mixes :AND: and :OR: without brackets: put brackets around one")
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

    def _build_call(self, where: Site, env: Env, tree: Any) -> int:
        name = fold_name(tree.function.reference)
        if name in self.variables:
            return self._build_table_call(where, env, name, tree)
        if name in _REDUCTIONS or name in _WHOLE:
            return self._build_reduction(where, env, name, tree)
        if name == "elmcount":
            return self._count_elements(where, tree)
        if name == "active initial" and len(tree.arguments) == 2:
            return self.number(where, env, tree.arguments[1 if where.first else 0])
        function = FUNCTIONS.get(name)
        if function is None:
            raise where.refuse(f"uses {name.upper()}, which is not supported")
        if len(tree.arguments) != function.arity:
            raise where.refuse(
                f"gives {name.upper()} {len(tree.arguments)} arguments; it takes {function.arity}"
            )
        if name == "if then else":
            arguments = self._build_branches(where, env, tree.arguments)
        else:
            arguments = [self.expression(where, env, argument) for argument in tree.arguments]
        if not function.domains:
            return function.build(self.graph, self.moment(where.first), *arguments)
        numbers = [self.graph.number(argument) for argument in arguments]
        span = self._find_span()
        # The conditions come before what they protect, so that a run fails with their reason.
        ones = []
        for domain in function.domains:
            inside = domain.build(self.graph, span, *numbers)
            ones.append(self.demand(where, inside, domain.outside, domain.advice))
        node = function.build(self.graph, self.moment(where.first), *numbers)
        for one in ones:
            node = self.graph.add("mul", node, one)
        return node

    def _build_branches(self, where: Site, env: Env, arguments: list[Any]) -> list[int]:
        """Build the arguments of IF THEN ELSE: what is in a branch may never be computed."""
        outside = self.conditional
        nodes = []
        for argument in arguments:
            nodes.append(self.expression(where, env, argument))
            self.conditional = True
        self.conditional = outside
        return nodes

    def _count_elements(self, where: Site, tree: Any) -> int:
        name = fold_name(getattr(tree.arguments[0], "reference", ""))
        if name not in self.subscripts.spelled:
            raise where.refuse("gives ELMCOUNT something other than a range")
        return self.graph.const(len(self.subscripts.ranges[self.subscripts.spelled[name]]))

    def _build_reduction(self, where: Site, env: Env, name: str, tree: Any) -> int:
        if len(tree.arguments) != 1:
            raise where.refuse(f"gives {name.upper()} {len(tree.arguments)} arguments; it takes 1")
        over = dict.fromkeys(
            marked
            for marked in _list_subscripts(tree.arguments[0])
            if marked.endswith("!")
            or (name in _WHOLE and fold_name(marked) in self.subscripts.spelled)
        )
        if not over:
            raise where.refuse(f"uses {name.upper()} without a range marked by '!'")
        for marked in over:
            if fold_name(marked.rstrip("!")) not in self.subscripts.spelled:
                raise self.subscripts.refuse_subscript(where.variable, marked.rstrip("!"))
        axes = [
            self.subscripts.ranges[self.subscripts.spelled[fold_name(marked.rstrip("!"))]]
            for marked in over
        ]
        self.terms += math.prod(map(len, axes))
        if self.terms > MOST_TERMS:
            raise where.refuse(
                f"has a {name.upper()} with which those of the model have more than {MOST_TERMS:,} "
                "terms, which is the most that is computed: use fewer or shorter ranges"
            )
        op = _REDUCTIONS.get(name) or _WHOLE[name]
        node = None
        for cell in itertools.product(*axes):
            inner = tuple(
                (fold_name(marked), part) for marked, part in zip(over, cell, strict=True)
            )
            outer = tuple(pair for pair in env if pair[0] not in dict(inner))
            term = self.number(where, (*outer, *inner), tree.arguments[0])
            node = term if node is None else self.graph.add(op, node, term)
        assert node is not None  # a range has at least one element
        return node

    def _build_table_call(self, where: Site, env: Env, name: str, tree: Any) -> int:
        variable = self.variables[name]
        if len(tree.arguments) != 1:
            raise where.refuse(f"gives the table {variable.name!r} {len(tree.arguments)} arguments")
        given = tree.function.subscripts
        cell = self._resolve_cell(where, env, name, list(given.subscripts) if given else [])
        definition, _ = variable.cells[cell]
        if not definition.lookup:
            raise where.refuse(f"uses {variable.name!r} as a table, but it is not one")
        table, scale = self.named_table(name, cell)
        argument = self.number(where, env, tree.arguments[0])
        return self.graph.add("mul", self.graph.add("table", table, argument), scale)

    def named_table(self, name: str, cell: Cell) -> tuple[int, int]:
        """Find a table: its number, and the node of the factor on its values."""
        variable = self.variables[name]
        definition, _ = variable.cells[cell]
        where = Site(variable, definition, cell, first=False)
        if not isinstance(definition.ast, ast.LookupsStructure):
            raise where.refuse(f"uses {_BEYOND.get(type(definition.ast), 'an unknown table')}")
        known = ("table", name, cell)
        if known not in self.memory:
            self.memory[known] = self._add_table(where, cell, definition.ast)
        return self.memory[known], self.parameter(where, 1.0, kind="scale")

    def _add_table(self, where: Site, cell: Cell, tree: Any) -> int:
        x = tuple(_check_number(where, number) for number in tree.x)
        y = tuple(_check_number(where, number) for number in tree.y)
        if len(x) != len(y):
            raise where.refuse("is a table with unequal numbers of x and y values")
        if len(set(x)) < len(x):
            raise where.refuse("is a table with two values at one x")
        if tree.type != "interpolate" and len(x) < 2:
            raise where.refuse("is a table with one point")
        self.tables.append(Table(where.variable.name, cell, x, y, tree.type))
        return len(self.tables) - 1


def _check_number(where: Site, number: Any) -> float:
    try:
        value = float(number)
    except OverflowError:
        value = float("inf")
    if np.isnan(value):
        raise where.refuse("uses :NA:, which is not supported")
    if np.isinf(value):
        raise where.refuse("contains a number that is too large")
    return value


def _list_subscripts(tree: Any) -> Iterator[str]:
    """List the subscripts in an expression, except those inside a reduction."""
    if isinstance(tree, ast.CallStructure):
        if fold_name(tree.function.reference) not in (*_REDUCTIONS, *_WHOLE):
            for part in (tree.function, *tree.arguments):
                yield from _list_subscripts(part)
    elif isinstance(tree, ast.ReferenceStructure):
        yield from tree.subscripts.subscripts if tree.subscripts else ()
    elif isinstance(tree, ast.ArithmeticStructure | ast.LogicStructure):
        for part in tree.arguments:
            yield from _list_subscripts(part)
    elif isinstance(tree, ast.InlineLookupsStructure):
        yield from _list_subscripts(tree.argument)
