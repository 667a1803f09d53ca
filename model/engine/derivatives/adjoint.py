"""The same equations backwards: how an outcome's change answers a change of every input.

Differences need a run for each input. Here one run forwards and one backwards give the derivative
of a number by all inputs, however many: every operation hands the derivative by its result on to
its operands, in reverse order (reverse mode: Griewank and Walther 2008, Evaluating Derivatives).

A program is cut in two. What stays the same during a run is computed once, and so is its
derivative; a step is given those numbers and the stocks. The backward step is again a graph of
scalar operations, so the compiler needs to know nothing about derivatives.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from smecluster.model.engine.derivatives.rules import NoDerivativeError, differentiate
from smecluster.model.engine.graph.graph import (
    LOGICAL,
    Graph,
    Parameter,
    Points,
    Program,
    Table,
    find_moving,
    list_needed,
    list_operands,
    list_reached,
)

_FAR = -1e300


@dataclass(frozen=True)
class Adjoint:
    """The programs of one run forwards and backwards.

    Each takes all its parameters run by run and computes one step of time.

    Attributes
    ----------
    still : Program
        Takes the inputs.
    kept : tuple of int
        Its nodes that a step is given.
    step : Program
        Takes what is kept, the stocks, the derivatives by the next step's stocks, and those by the
        outcomes at this one, in this order.
    by_stocks, by_kept : tuple of int
        Its nodes: derivatives by the stocks, and the share of this step in those by what is kept.
    end : Program
        Takes the inputs, the derivatives by what is kept, and those by the first stocks.
    by_inputs : tuple of int
        Its nodes: derivatives by the inputs.
    stocks : tuple of int
        Which states of the original program these are.
    """

    still: Program
    kept: tuple[int, ...]
    step: Program
    by_stocks: tuple[int, ...]
    by_kept: tuple[int, ...]
    end: Program
    by_inputs: tuple[int, ...]
    stocks: tuple[int, ...]


def make_adjoint(
    program: Program,
    wanted: Sequence[int],
    varied: Sequence[int],
    values: Sequence[float],
    replaced: Mapping[int, Points],
) -> Adjoint:
    """Derive the backward programs of a model.

    Parameters
    ----------
    program : Program
        The model.
    wanted : sequence of int
        Nodes whose derivatives are given at each step.
    varied : sequence of int
        Parameters by which derivatives are wanted.
    values : sequence of float
        The values of all parameters; those that are not in `varied` have them for good.
    replaced : mapping of int to (x, y)
        Points that replace those of a table.

    Returns
    -------
    Adjoint

    Raises
    ------
    NoDerivativeError
        If the model has a fixed delay, or a function without a known derivative.
    """
    if program.pasts:
        raise NoDerivativeError("a model with a fixed delay has no derivatives here")
    tables = _add_slopes(program.tables, replaced)
    cut = _Cut(program, wanted, varied, values)
    still, kept = cut.write_still()
    step, by_stocks, by_kept = cut.write_step(len(program.tables))
    end, by_inputs = cut.write_end(len(program.tables))
    return Adjoint(
        _wrap(still, len(varied), 0, tables),
        kept,
        _wrap(step, len(cut.kept), 2 * len(cut.stocks) + len(wanted), tables),
        by_stocks,
        by_kept,
        _wrap(end, len(varied) + len(cut.kept) + len(cut.stocks), 0, tables),
        by_inputs,
        tuple(cut.stocks),
    )


class _Cut:
    """A program cut into what stays the same in a run and what a step computes."""

    def __init__(
        self,
        program: Program,
        wanted: Sequence[int],
        varied: Sequence[int],
        values: Sequence[float],
    ) -> None:
        self.inputs = {parameter: place for place, parameter in enumerate(varied)}
        graph = Graph()
        new: list[int] = []
        for node in program.nodes:
            if node[0] == "param":
                varies = node[1] in self.inputs
                new.append(
                    graph.add("param", self.inputs[node[1]])
                    if varies
                    else graph.const(values[node[1]])
                )
            else:
                new.append(graph.copy(node, new))
        self.nodes = graph.nodes
        self.wanted = [new[node] for node in wanted]
        states = [(new[first], new[after]) for first, after in program.states]
        self.needed = list_needed(self.nodes, self.wanted, [after for _, after in states])
        self.stocks = sorted(
            self.nodes[node][1] for node in self.needed if self.nodes[node][0] == "state"
        )
        self.first = [states[stock][0] for stock in self.stocks]
        self.after = [states[stock][1] for stock in self.stocks]
        self.moving = find_moving(self.nodes)
        used = {
            operand
            for node in self.needed
            if self.moving[node]
            for operand in list_operands(self.nodes[node])
        }
        used.update(self.wanted, self.after)
        self.kept = [
            node
            for node in sorted(used)
            if not self.moving[node] and self.nodes[node][0] not in ("const", "true")
        ]
        self.fixed = list_reached(self.nodes, [*self.kept, *self.first])

    def write_still(self) -> tuple[Graph, tuple[int, ...]]:
        """Write what stays the same: what a step is given, then the first stocks."""
        graph = Graph()
        new = self._copy_still(graph)
        kept = [graph.number(new[node]) for node in self.kept]
        return graph, (*kept, *(new[node] for node in self.first))

    def write_end(self, tables: int) -> tuple[Graph, tuple[int, ...]]:
        """Write the derivatives by the inputs, given those by what is kept and by first stocks."""
        graph = Graph()
        new = self._copy_still(graph)
        places = [graph.add("param", place) for place in range(len(self.inputs))]
        given = [
            graph.add("param", len(self.inputs) + place)
            for place in range(len(self.kept) + len(self.first))
        ]
        ends = [new[node] for node in (*self.kept, *self.first)]
        found = differentiate(graph, zip(ends, given, strict=True), tables)
        return graph, tuple(found.get(place, graph.const(0.0)) for place in places)

    def _copy_still(self, graph: Graph) -> dict[int, int]:
        new: dict[int, int] = {}
        for node in self.fixed:
            new[node] = graph.copy(self.nodes[node], new)
        return new

    def write_step(self, tables: int) -> tuple[Graph, tuple[int, ...], tuple[int, ...]]:
        """Write a step backwards."""
        graph = Graph()
        new: dict[int, int] = {}
        kept = []
        for place, node in enumerate(self.kept):
            number = graph.add("param", place)
            kept.append(number)
            new[node] = graph.truthful(number) if self.nodes[node][0] in LOGICAL else number
        at = {stock: place for place, stock in enumerate(self.stocks)}
        count = len(self.stocks)
        stocks = [graph.add("state", place) for place in range(count)]
        for node in self.needed:
            op = self.nodes[node]
            if node in new:
                continue
            if op[0] == "state":
                new[node] = stocks[at[op[1]]]
            elif self.moving[node] or op[0] in ("const", "true"):
                new[node] = graph.copy(op, new)
        following = [graph.add("state", count + place) for place in range(count)]
        seeds = [graph.add("state", 2 * count + place) for place in range(len(self.wanted))]
        ends = [
            *zip((new[node] for node in self.after), following, strict=True),
            *zip((new[node] for node in self.wanted), seeds, strict=True),
        ]
        found = differentiate(graph, ends, tables)
        zero = graph.const(0.0)
        return (
            graph,
            tuple(found.get(node, zero) for node in stocks),
            tuple(found.get(node, zero) for node in kept),
        )


def _add_slopes(tables: Sequence[Table], replaced: Mapping[int, Points]) -> tuple[Table, ...]:
    """Give the tables that are used, then the slope of each as a table in steps."""
    used, slopes = [], []
    for place, table in enumerate(tables):
        x, y = replaced.get(place, (table.x, table.y))
        used.append(Table(table.name, table.cell, tuple(x), tuple(y), table.form))
        rises = [
            (y[at + 1] - y[at]) / (x[at + 1] - x[at]) if x[at + 1] > x[at] else 0.0
            for at in range(len(x) - 1)
        ]
        first = last = 0.0
        if table.form == "hold_backward" or not rises:
            rises = [0.0] * len(rises)
        elif table.form == "extrapolate":
            first, last = rises[0], rises[-1]
        slopes.append(
            Table(table.name, table.cell, (_FAR, *x), (first, *rises, last), "hold_backward")
        )
    return (*used, *slopes)


def _wrap(graph: Graph, still: int, states: int, tables: tuple[Table, ...]) -> Program:
    """Make a program of one step, whose first stocks are parameters too."""
    firsts = [graph.add("param", still + place) for place in range(states)]
    held = [graph.add("state", place) for place in range(states)]
    zero = graph.const(0.0)
    return Program(
        tuple(graph.nodes),
        tuple(
            Parameter(f"given {place}", (), "constant", math.nan) for place in range(still + states)
        ),
        tables,
        tuple(zip(firsts, held, strict=True)),
        (),
        {},
        {},
        (zero, zero, zero, zero),
    )
