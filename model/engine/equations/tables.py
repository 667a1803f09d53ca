"""Tables and data as operations on single numbers.

A data variable is a table that is read at the model's time (`engine.read.external`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

from smecluster.model.engine.equations.allocation import AllocationBuilder
from smecluster.model.engine.equations.declared import Cell, Env, Site
from smecluster.model.engine.equations.expressions import MISSING
from smecluster.model.engine.graph.functions import NEAR, at_most, choose, less
from smecluster.model.engine.read import syntax
from smecluster.model.engine.read.names import fold_name

# Readings of a table other than its own; XMILE's LOOKUP is the plain one.
READINGS = {
    "lookup": "",
    "lookup extrapolate": "extrapolate",
    "lookup backward": "hold_backward",
    "lookup forward": "look_forward",
}
# Those for which the table is turned round.
_TURNED = ("look_forward", "look_before")
BETWEEN_TIMES = "get data between times"


class TableBuilder(AllocationBuilder):
    """Builds readings of tables.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def names_table(self, where: Site, name: str) -> bool:
        """Say whether the name of a function is one of a variable, so that it can be a table."""
        scope = where.variable.scope
        known = self.variables if scope is None else {**scope.names, **scope.given}
        return name in known

    def build_table_call(
        self,
        where: Site,
        env: Env,
        table: syntax.Reference,
        arguments: tuple[Any, ...],
        reading: str,
    ) -> int:
        """Build a call of a table, read as `named_table` says."""
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
        return self.read_table(name, cell, self.number(where, env, arguments[0]), reading)

    def read_table(self, name: str, cell: Cell, argument: int, reading: str = "") -> int:
        """Build the value of a table at an argument; for `reading` see `named_table`."""
        number, scale = self.named_table(name, cell, reading)
        if reading in _TURNED:
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
            ``"extrapolate"``, ``"hold_backward"``, ``"look_forward"``, ``"look_before"`` (the last
            point before the argument, the first one if there is none), or empty for the table's
            own.
        """
        variable = self.variables[name]
        definition, _ = variable.cells[cell]
        where = Site(variable, definition, cell, first=False)
        tree = definition.ast
        lookups = tree.lookups if isinstance(tree, syntax.InlineLookups) else tree
        if reading in _TURNED:
            # The next point is the last one when time runs backwards.
            y = lookups.y if reading == "look_forward" else (lookups.y[0], *lookups.y[:-1])
            x = tuple(-one for one in reversed(lookups.x))
            lookups = syntax.Lookups(x, tuple(reversed(y)), "hold_backward")
        elif reading:
            lookups = syntax.Lookups(lookups.x, lookups.y, reading)
        known = ("table", name, cell, reading)
        if known not in self.memory:
            self.memory[known] = self.add_table(where, cell, lookups)
        if not definition.lookup or variable.scope is not None:
            return self.memory[known], self.graph.const(1)
        return self.memory[known], self.parameter(where, 1.0, kind="scale")

    # Data -----------------------------------------------------------------------------------

    def build_between_times(self, where: Site, env: Env, tree: syntax.Call) -> int:
        """Build ``GET DATA BETWEEN TIMES(data variable, time, mode)``.

        Mode 0 interpolates, and what lies outside of the data is ``:NA:`` (Vensim's reference
        manual). Vensim's published results (``getdata`` of SDEverywhere) show that modes 1 and -1
        first cut the time to a whole one, and that mode -1 gives the point before it even where
        there is one at that time. Whether a whole number or a whole time step is meant they do not
        show, so a run fails where that matters.
        """
        graph = self.graph
        where.check_count("GET DATA BETWEEN TIMES", tree.arguments, 3)
        series = self._find_series(where, env, tree.arguments[0])
        time, mode = (self.number(where, env, part) for part in tree.arguments[1:])
        if series is None:
            return graph.const(MISSING)
        name, cell = series
        points = self.variables[name].cells[cell][0].ast
        near, step = graph.const(NEAR), self.find_span(where).step
        whole = graph.add("floor", graph.add("add", time, near))
        begun = self._cut_to_step(where, time)

        def lies_outside(at: int) -> int:
            before = less(graph, at, graph.const(points.x[0] - NEAR))
            return graph.add("or", before, less(graph, graph.const(points.x[-1] + NEAR), at))

        apart = graph.add("abs", graph.add("sub", whole, begun))
        alike = [
            at_most(graph, apart, graph.add("mul", near, step)),
            graph.add("eq", graph.number(lies_outside(time)), graph.number(lies_outside(whole))),
        ]
        smooth, forward, backward = (
            graph.add("eq", mode, graph.const(value)) for value in (0, 1, -1)
        )
        known = graph.add("or", smooth, graph.add("or", forward, backward))
        clear = graph.add("or", smooth, reduce(lambda a, b: graph.add("and", a, b), alike))
        node = choose(
            graph,
            smooth,
            self.read_table(name, cell, time),
            choose(
                graph,
                forward,
                self.read_table(name, cell, whole, "look_forward"),
                self.read_table(name, cell, whole, "look_before"),
            ),
        )
        node = choose(graph, lies_outside(time), graph.const(MISSING), node)
        for condition, reason, advice in (
            (known, "GET DATA BETWEEN TIMES of an unknown mode", "give it -1, 0 or 1"),
            (
                clear,
                "GET DATA BETWEEN TIMES that looks forward or backward from between whole times",
                "let it look from a whole time, or interpolate with mode 0",
            ),
        ):
            node = graph.add("mul", node, self.demand(where, condition, reason, advice))
        return node

    def _cut_to_step(self, where: Site, time: int) -> int:
        """Build the last time at which a step begins that is not after a time."""
        graph, span = self.graph, self.find_span(where)
        steps = graph.add("div", graph.add("sub", time, span.initial), span.step)
        whole = graph.add("floor", graph.add("add", steps, graph.const(NEAR)))
        return graph.add("add", span.initial, graph.add("mul", whole, span.step))

    def _find_series(self, where: Site, env: Env, tree: Any) -> tuple[str, Cell] | None:
        """Find the table of a data variable; None for an element without data."""
        refusal = where.refuse(
            "gives GET DATA BETWEEN TIMES something other than a data variable with a series of "
            "its own"
        )
        if not isinstance(tree, syntax.Reference) or where.variable.scope is not None:
            raise refusal
        subscripts = tree.subscripts.subscripts if tree.subscripts else ()
        variable = self.find_variable(where, tree.reference)
        cell = self.resolve_cell(where, env, variable, subscripts)
        definition, inner = self.variables[variable].cells[cell]
        site = replace(where, variable=self.variables[variable], definition=definition, cell=cell)
        if isinstance(definition.ast, syntax.Missing):
            return None
        for table in _list_tables(definition.ast):
            name = fold_name(table.reference)
            if name.startswith(f"{variable} series") and name in self.variables:
                found = table.subscripts.subscripts if table.subscripts else ()
                return name, self.resolve_cell(site, inner, name, found)
        raise refusal


def _list_tables(tree: Any) -> list[syntax.Reference]:
    """List what an equation may read as a table: what it calls, and what it gives to a reading."""
    if not isinstance(tree, syntax.Call):
        return []
    found = [tree.function]
    for part in tree.arguments:
        found += [part] if isinstance(part, syntax.Reference) else _list_tables(part)
    return found
