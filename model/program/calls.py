"""Calls as operations on single numbers: functions, sums over ranges, tables and macros."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from smecluster.model.program.draws import DRAWS, SEED, Source
from smecluster.model.program.functions import FUNCTIONS
from smecluster.model.program.graph import Parameter
from smecluster.model.program.subscripts import Cell, Env, Scope, Site
from smecluster.model.program.vectors import (
    INVERT,
    REDUCTIONS,
    VECTORS,
    WHOLE,
    VectorBuilder,
    list_subscripts,
)
from smecluster.model.reading import syntax
from smecluster.model.reading.syntax import File
from smecluster.model.vensim.names import fold_name

# Readings of a table other than its own; XMILE's LOOKUP is the plain one.
_READINGS = {
    "lookup": "",
    "lookup extrapolate": "extrapolate",
    "lookup backward": "hold_backward",
    "lookup forward": "look_forward",
}


class CallBuilder(VectorBuilder):
    """Builds variables whose equations call functions, tables and macros.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self.macros = {fold_name(macro.name): macro for macro in file.macros}
        self.scopes: dict[Any, Scope] = {}

    def build_call(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build a call of a function, a table or a macro."""
        name = fold_name(tree.function.reference)
        if name in self.macros:
            return self._build_macro(where, env, tree)
        if self._names_table(where, name):
            return self._build_table_call(where, env, tree.function, tree.arguments, "")
        if name in _READINGS and len(tree.arguments) == 2:
            table, argument = tree.arguments
            if isinstance(table, syntax.Reference):
                return self._build_table_call(where, env, table, (argument,), _READINGS[name])
        if name in DRAWS:
            return self._build_draw(where, env, name, tree)
        if name in VECTORS:
            return self.build_vector(where, env, name, tree)
        if name == INVERT:
            return self.build_inverse(where, env, tree)
        if name == "size xmile" and self._names_range(tree.arguments[0]):
            return self._count_elements(where, tree)
        if name in REDUCTIONS or name in WHOLE:
            return self._build_reduction(where, env, name, tree)
        if name == "elmcount":
            return self._count_elements(where, tree)
        if name == "active initial" and len(tree.arguments) == 2:
            return self.number(where, env, tree.arguments[1 if where.first else 0])
        if name == "a function of":
            raise where.refuse(
                "is only sketched: A FUNCTION OF says no more than what it needs; "
                "give it an equation"
            )
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
        span = self.find_span()
        # The conditions come before what they protect, so that a run fails with their reason.
        ones = []
        for domain in function.domains:
            inside = domain.build(self.graph, span, *numbers)
            ones.append(self.demand(where, inside, domain.outside, domain.advice))
        node = function.build(self.graph, self.moment(where.first), *numbers)
        for one in ones:
            node = self.graph.add("mul", node, one)
        return node

    def _build_branches(self, where: Site, env: Env, arguments: Sequence[Any]) -> list[int]:
        """Build the arguments of IF THEN ELSE: what is in a branch may never be computed."""
        outside = self.conditional
        nodes = []
        for argument in arguments:
            nodes.append(self.expression(where, env, argument))
            self.conditional = True
        self.conditional = outside
        return nodes

    def _count_elements(self, where: Site, tree: Any) -> int:
        if len(tree.arguments) != 1:
            raise where.refuse(f"gives ELMCOUNT {len(tree.arguments)} arguments; it takes 1")
        name = fold_name(getattr(tree.arguments[0], "reference", ""))
        if not self._names_range(tree.arguments[0]):
            raise where.refuse("gives ELMCOUNT something other than a range")
        return self.graph.const(len(self.subscripts.ranges[self.subscripts.spelled[name]]))

    def _names_range(self, tree: Any) -> bool:
        return fold_name(getattr(tree, "reference", "")) in self.subscripts.spelled

    def _build_reduction(self, where: Site, env: Env, name: str, tree: Any) -> int:
        if len(tree.arguments) != 1:
            raise where.refuse(f"gives {name.upper()} {len(tree.arguments)} arguments; it takes 1")
        term = tree.arguments[0]
        if name in WHOLE:
            term = self._mark_ranges(where, env, term)
        over = dict.fromkeys(marked for marked in list_subscripts(term) if marked.endswith("!"))
        if not over and name == "size xmile":
            return self.graph.const(1)
        if not over and name in WHOLE:
            return self.number(where, env, term)
        if not over:
            raise where.refuse(f"uses {name.upper()} without a range marked by '!'")
        axes = self.list_axes(where, tuple(over))
        count = math.prod(map(len, axes))
        if name == "size xmile":
            return self.graph.const(count)
        self.count_terms(where, name, count)
        op = REDUCTIONS.get(name) or WHOLE[name]
        node = None
        for cell in itertools.product(*axes):
            inner = tuple(
                (fold_name(marked), part) for marked, part in zip(over, cell, strict=True)
            )
            outer = tuple(pair for pair in env if pair[0] not in dict(inner))
            value = self.number(where, (*outer, *inner), term)
            node = value if node is None else self.graph.add(op, node, value)
        assert node is not None  # a range has at least one element
        if name == "mean xmile":
            return self.graph.add("div", node, self.graph.const(count))
        return node

    def _mark_ranges(self, where: Site, env: Env, tree: Any) -> Any:
        """Mark, in XMILE's way of writing a sum, the ranges that it runs over."""
        if isinstance(tree, syntax.Arithmetic | syntax.Logic):
            parts = tuple(self._mark_ranges(where, env, part) for part in tree.arguments)
            return type(tree)(tree.operators, parts)
        if isinstance(tree, syntax.Call):
            parts = tuple(self._mark_ranges(where, env, part) for part in tree.arguments)
            return syntax.Call(tree.function, parts)
        if not isinstance(tree, syntax.Reference) or fold_name(tree.reference) == "time":
            return tree
        dims = self.variables[self.find_variable(where, tree.reference)].dims
        if not dims:
            return tree
        given = tree.subscripts.subscripts if tree.subscripts else dims
        if len(given) != len(dims):
            return tree  # refused where it is read
        known = dict(env)
        marked = []
        for name, dim in zip(given, dims, strict=True):
            spelled = dim if name == "*" else name
            free = fold_name(spelled) in self.subscripts.spelled
            bound = tree.subscripts is not None and name != "*" and fold_name(name) in known
            marked.append(f"{spelled}!" if free and not bound else spelled)
        return syntax.Reference(tree.reference, syntax.Subscripts(tuple(marked)))

    def _build_draw(self, where: Site, env: Env, name: str, tree: syntax.Call) -> int:
        """Build a random number: each call and each element draws its own."""
        draw = DRAWS[name]
        if len(tree.arguments) != draw.arity:
            raise where.refuse(
                f"gives {name.upper()} {len(tree.arguments)} arguments; it takes {draw.arity}"
            )
        known = ("draw", id(tree), where.variable.name, where.cell, env)
        self.memory.setdefault(known, sum(key[0] == "draw" for key in self.memory))
        numbers = [self.number(where, env, argument) for argument in tree.arguments]
        source = Source(
            seed=self._find_seed(),
            stream=self.memory[known],
            moment=self.moment(where.first),
            initial=self.value("initial time", (), first=True),
        )
        return draw.build(self.graph, source, *numbers)

    def _find_seed(self) -> int:
        """Find what a run's random numbers begin with: an input of every model that draws some."""
        if SEED in self.variables:
            return self.value(SEED, (), first=True)
        known = ("parameter", "NOISE SEED", (), "constant")
        if known not in self.memory:
            self.parameters.append(Parameter("NOISE SEED", (), "constant", 0.0))
            self.memory[known] = self.graph.add("param", len(self.parameters) - 1)
        return self.memory[known]

    # Tables ---------------------------------------------------------------------------------

    def _names_table(self, where: Site, name: str) -> bool:
        scope = where.variable.scope
        known = self.variables if scope is None else {**scope.names, **scope.given}
        return name in known

    def _build_table_call(
        self,
        where: Site,
        env: Env,
        table: syntax.Reference,
        arguments: tuple[Any, ...],
        reading: str,
    ) -> int:
        site, inner = where, env
        scope = where.variable.scope
        name = fold_name(table.reference)
        while scope is not None and name in scope.given:
            site, inner, given = scope.given[name]
            if not isinstance(given, syntax.Reference):
                raise where.refuse(f"gives a macro no table for {table.reference!r}")
            table, scope, name = given, site.variable.scope, fold_name(given.reference)
        name = self.find_variable(site, table.reference)
        variable = self.variables[name]
        if len(arguments) != 1:
            raise where.refuse(f"gives the table {variable.name!r} {len(arguments)} arguments")
        subscripts = table.subscripts.subscripts if table.subscripts else ()
        cell = self.resolve_cell(site, inner, name, subscripts)
        definition, _ = variable.cells[cell]
        if not isinstance(definition.ast, syntax.Lookups | syntax.InlineLookups):
            raise where.refuse(f"uses {variable.name!r} as a table, but it is not one")
        number, scale = self.named_table(name, cell, reading)
        argument = self.number(where, env, arguments[0])
        if reading == "look_forward":
            argument = self.graph.add("neg", argument)
        return self.graph.add("mul", self.graph.add("table", number, argument), scale)

    def named_table(self, name: str, cell: Cell, reading: str = "") -> tuple[int, int]:
        """Find a table: its number, and the node of the factor on its values.

        Parameters
        ----------
        name : str
            The variable's key.
        cell : Cell
            Its element.
        reading : str
            ``"extrapolate"``, ``"hold_backward"``, ``"look_forward"``, or empty for the table's
            own.
        """
        variable = self.variables[name]
        definition, _ = variable.cells[cell]
        where = Site(variable, definition, cell, first=False)
        tree = definition.ast
        lookups = tree.lookups if isinstance(tree, syntax.InlineLookups) else tree
        if reading == "look_forward":
            # The next point is the last one when time runs backwards.
            x, y = tuple(-one for one in reversed(lookups.x)), tuple(reversed(lookups.y))
            lookups = syntax.Lookups(x, y, "hold_backward")
        elif reading:
            lookups = syntax.Lookups(lookups.x, lookups.y, reading)
        known = ("table", name, cell, reading)
        if known not in self.memory:
            self.memory[known] = self.add_table(where, cell, lookups)
        if not definition.lookup or variable.scope is not None:
            return self.memory[known], self.graph.const(1)
        return self.memory[known], self.parameter(where, 1.0, kind="scale")

    # Macros ---------------------------------------------------------------------------------

    def _build_macro(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build the result of a macro: each call has variables of its own."""
        macro = self.macros[fold_name(tree.function.reference)]
        if tree.outputs:
            raise where.refuse(
                f"takes further results from the macro {macro.name!r}, which is not computed: "
                "write its equations out"
            )
        if len(tree.arguments) != len(macro.parameters):
            raise where.refuse(
                f"gives the macro {macro.name!r} {len(tree.arguments)} arguments; it takes "
                f"{len(macro.parameters)}"
            )
        above: Scope | None = where.variable.scope
        while above is not None:
            if above.section is macro:
                raise where.refuse(f"calls the macro {macro.name!r} inside itself")
            above = next(iter(above.given.values()))[0].variable.scope if above.given else None
        known = (id(tree), where.variable.name, where.cell, env)
        if known not in self.scopes:
            self.scopes[known] = self._open_scope(where, env, tree, macro)
        scope = self.scopes[known]
        result = scope.names.get(fold_name(macro.name))
        if result is None:
            raise where.refuse(f"calls the macro {macro.name!r}, which does not define its result")
        if () not in self.variables[result].cells:
            raise where.refuse(f"calls the macro {macro.name!r}, whose result has subscripts")
        return self.value(result, (), where.first)

    def _open_scope(self, where: Site, env: Env, tree: syntax.Call, macro: syntax.Section) -> Scope:
        call = f"{macro.name} {len(self.scopes) + 1}"
        given = {
            fold_name(name): (where, env, argument)
            for name, argument in zip(macro.parameters, tree.arguments, strict=True)
        }
        scope = Scope(macro, {}, given)
        for element in macro.elements:
            variable = self.subscripts.declare(element, element.line)
            variable.name = f"{call}: {variable.name}"
            variable.scope = scope
            key = f"{call}\n{fold_name(element.name)}"
            scope.names[fold_name(element.name)] = key
            self.variables[key] = variable
        return scope
