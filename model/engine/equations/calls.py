"""Calls as operations on single numbers: functions, sums over ranges, tables and macros."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any

from smecluster.model.engine.equations.allocation import AVAILABLE, BY_PRIORITY
from smecluster.model.engine.equations.declared import Env, Scope, Site
from smecluster.model.engine.equations.matrices import INVERT
from smecluster.model.engine.equations.tables import BETWEEN_TIMES, READINGS, TableBuilder
from smecluster.model.engine.equations.vectors import REDUCTIONS, VECTORS, WHOLE, list_subscripts
from smecluster.model.engine.graph.draws import DRAWS, SEED, Source
from smecluster.model.engine.graph.functions import FUNCTIONS, choose
from smecluster.model.engine.graph.graph import Parameter
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.syntax import File
from smecluster.model.engine.read.xmile_names import ELEMENT_AT


class CallBuilder(TableBuilder):
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
        if self.names_table(where, name):
            return self.build_table_call(where, env, tree.function, tree.arguments, "")
        if name in READINGS and len(tree.arguments) == 2:
            table, argument = tree.arguments
            if isinstance(table, syntax.Reference):
                return self.build_table_call(where, env, table, (argument,), READINGS[name])
        if name == BETWEEN_TIMES:
            return self.build_between_times(where, env, tree)
        if name in DRAWS:
            return self._build_draw(where, env, name, tree)
        if name in VECTORS:
            return self.build_vector(where, env, name, tree)
        if name == ELEMENT_AT:
            return self.build_element_at(where, env, tree)
        if name == INVERT:
            return self.build_inverse(where, env, tree)
        if name == BY_PRIORITY:
            return self.build_by_priority(where, env, tree)
        if name == AVAILABLE:
            return self.build_available(where, env, tree)
        if name == "size xmile" and self._names_range(tree.arguments[0]):
            return self._count_elements(where, tree)
        if name in REDUCTIONS or name in WHOLE:
            return self._build_reduction(where, env, name, tree)
        if name == "elmcount":
            return self._count_elements(where, tree)
        if name == "get time value":
            return self._build_time_value(where, env, tree)
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
        where.check_count(name.upper(), tree.arguments, function.arity)
        if name == "if then else":
            arguments = self._build_branches(where, env, tree.arguments)
        else:
            arguments = [self.expression(where, env, argument) for argument in tree.arguments]
        if not function.domains:
            return function.build(self.graph, self.moment(where.first), *arguments)
        numbers = [self.graph.number(argument) for argument in arguments]
        span = self.find_span(where)
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
        where.check_count("ELMCOUNT", tree.arguments, 1)
        name = fold_name(getattr(tree.arguments[0], "reference", ""))
        if not self._names_range(tree.arguments[0]):
            raise where.refuse("gives ELMCOUNT something other than a range")
        return self.graph.const(len(self.subscripts.ranges[self.subscripts.spelled[name]]))

    def _names_range(self, tree: Any) -> bool:
        return fold_name(getattr(tree, "reference", "")) in self.subscripts.spelled

    def _build_reduction(self, where: Site, env: Env, name: str, tree: Any) -> int:
        where.check_count(name.upper(), tree.arguments, 1)
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
        if isinstance(tree, syntax.Call) and tree.function.reference == ELEMENT_AT:
            return tree
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

    def _build_time_value(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build ``GET TIME VALUE(relative to, offset, measure)`` in the model's unit of time.

        Relative to 0 is relative to the time, 1 to ``INITIAL TIME`` (Vensim's reference manual).
        The measures other than 0 are those of a calendar that Vensim's settings hold, and relative
        to 2 is the computer's clock, with which no run could be repeated.
        """
        where.check_count("GET TIME VALUE", tree.arguments, 3)
        graph = self.graph
        relative, offset, measure = (self.number(where, env, part) for part in tree.arguments)
        current, initial = (graph.add("eq", relative, graph.const(kind)) for kind in (0, 1))
        start = self.value("initial time", (), first=True)
        base = choose(graph, current, self.find_time(where.first), start)
        node = graph.add("add", base, offset)
        for condition, reason in (
            (graph.add("or", current, initial), "of the computer's clock"),
            (graph.add("eq", measure, graph.const(0)), "that asks for a part of a date"),
        ):
            advice = "give the first argument 0 or 1, and the last one 0"
            kept = self.demand(where, condition, f"GET TIME VALUE {reason}", advice)
            node = graph.add("mul", node, kept)
        return node

    def _build_draw(self, where: Site, env: Env, name: str, tree: syntax.Call) -> int:
        """Build a random number: each call and each element draws its own."""
        draw = DRAWS[name]
        where.check_count(name.upper(), tree.arguments, draw.arity)
        self.find_span(where)  # the step has a number
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

    # Macros ---------------------------------------------------------------------------------

    def _build_macro(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build the result of a macro: each call has variables of its own."""
        macro = self.macros[fold_name(tree.function.reference)]
        if tree.outputs:
            raise where.refuse(
                f"takes further results from the macro {macro.name!r}, which is not computed: "
                "write its equations out"
            )
        where.check_count(f"the macro {macro.name!r}", tree.arguments, len(macro.parameters))
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
