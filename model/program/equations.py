"""From PySD's abstract model to a program: subscripts unrolled, stocks and delays written out.

What cannot be computed exactly is refused here, with the variable, the function and the line
of the file. The definitions of delays, averages and trends follow PySD 3.14.3
(``pysd.py_backend.statefuls``), the reference engine.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pysd.translators.structures import abstract_expressions as ast
from pysd.translators.structures.abstract_model import AbstractModel, AbstractSection

from smecluster.model.program.expressions import CONTROLS, ExpressionBuilder
from smecluster.model.program.functions import choose, is_long, zidz
from smecluster.model.program.graph import Output, Program
from smecluster.model.program.interpreter import Interpreter, order_nodes
from smecluster.model.program.subscripts import Env, Site
from smecluster.model.support.errors import InputError
from smecluster.model.support.limits import MOST_STATES
from smecluster.model.vensim.source import fold_name


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
        If an equation uses a function that cannot be computed or an unknown variable or
        element, or variables depend on each other in a circle without a stock.
    """
    if len(model.sections) > 1:
        raise InputError("macros are not supported: write the equations out")
    with _allow_recursion():
        try:
            return _ProgramBuilder(model.sections[0], lines or {}).build()
        except RecursionError as error:
            raise InputError(
                "the equations are nested too deeply to be computed: split them"
            ) from error


class _ProgramBuilder(ExpressionBuilder):
    """Builds the whole program: its states, and the functions that remember earlier steps."""

    def __init__(self, section: AbstractSection, lines: Mapping[str, int]) -> None:
        super().__init__(section, lines)
        self.states: list[tuple[int, int] | None] = []
        self.pasts: list[int | None] = []
        # Flows of stocks: built after everything else, since stocks close circles.
        self.pending: list[Callable[[], None]] = []

    def find_stateful(self, kind: type) -> Callable[[Site, Env, Any], int] | None:
        """Find what builds a function that remembers, such as INTEG; None if nothing does."""
        build = _STATEFUL.get(kind)
        return None if build is None else build.__get__(self)

    def build(self) -> Program:
        """Build the program."""
        outputs = {}
        for name, variable in self.variables.items():
            cells = {
                cell: self.graph.number(self.value(name, cell, first=False))
                for cell, (definition, _) in variable.cells.items()
                if not definition.lookup
            }
            for cell, (definition, _) in variable.cells.items():
                if definition.lookup:
                    self.named_table(name, cell)
            if cells:
                outputs[variable.name] = Output(variable.dims, cells)
        while self.pending:
            self.pending.pop(0)()
        clock = tuple(self.value(name, (), first=True) for name in CONTROLS)
        program = Program(
            nodes=tuple(self.graph.nodes),
            parameters=tuple(self.parameters),
            tables=tuple(self.tables),
            states=tuple(state for state in self.states if state is not None),
            pasts=tuple(past for past in self.pasts if past is not None),
            outputs=outputs,
            ranges=self.subscripts.ranges,
            clock=(clock[0], clock[1], clock[2], clock[3]),
            reasons=self.reasons,
        )
        self._refuse_broken(program)
        return program

    def _refuse_broken(self, program: Program) -> None:
        """Refuse what the values of the file itself do not allow, at whatever time."""
        known = [demand for demand in self.demands if not self.graph.varies(demand.condition)]
        conditions = [demand.condition for demand in known]
        interpreter = Interpreter(program, [parameter.value for parameter in program.parameters])
        values = interpreter.compute(order_nodes(program, conditions), {})
        for demand in known:
            if not values[demand.condition]:
                raise demand.where.refuse(demand.otherwise)

    def _add_state(self, initial: int, follow: Any) -> int:
        """Add a state; its value after a step is built when nothing else is being built."""
        place = len(self.states)
        if place >= MOST_STATES:
            raise InputError(
                f"the model has more than {MOST_STATES:,} stocks, those of delays and averages "
                "counted, which is the most that is computed"
            )
        self.states.append(None)
        node = self.graph.add("state", place)

        def close() -> None:
            self.states[place] = (initial, self.graph.number(follow(node)))

        self.pending.append(close)
        return node

    def _integrate(self, state: int, rate: int) -> int:
        step = self.moment(first=False).step
        return self.graph.add("add", state, self.graph.add("mul", rate, step))

    def _build_integ(self, where: Site, env: Env, tree: Any) -> int:
        if where.first:
            initial = self.number(where, env, tree.initial)
            if tree is where.definition.ast:
                given = self.parameter(where, float("nan"), kind="initial")
                missing = self.graph.add("ne", given, given)
                initial = self.graph.add("select", missing, initial, given)
            return initial

        def follow(state: int) -> int:
            grown = self._integrate(state, self.number(where, env, tree.flow))
            if tree.non_negative:
                return self.graph.add("max", grown, self.graph.const(0))
            return grown

        return self._add_state(self._build_first(where, env, tree), follow)

    def _build_first(self, where: Site, env: Env, tree: Any) -> int:
        """Build an expression for the time at which stocks get their first values."""
        if tree is where.definition.ast:
            name = fold_name(where.variable.name)
            return self.graph.number(self.value(name, where.cell, first=True))
        return self.number(where.at_start(), env, tree)

    def _build_initial(self, where: Site, env: Env, tree: Any) -> int:
        return self.number(where.at_start(), env, tree.initial)

    def _build_smooth(self, where: Site, env: Env, tree: Any) -> int:
        initial = self._build_initial(where, env, tree)
        if where.first:
            return initial
        order, one = self._read_order(where, env, tree.order)
        if order > 1:
            now = self.number(where, env, tree.smooth_time)
            one = self.graph.add("mul", one, self._demand_steps(where, now, order))
        stages: list[int] = []

        def stage(place: int) -> Any:
            def follow(state: int) -> int:
                before = self.number(where, env, tree.input) if place == 0 else stages[place - 1]
                gap = self.graph.add("sub", before, state)
                time = self.number(where, env, tree.smooth_time)
                speed = self.graph.add("mul", gap, self.graph.const(order))
                return self._integrate(state, self.graph.add("div", speed, time))

            return follow

        stages += [self._add_state(initial, stage(place)) for place in range(order)]
        return self.graph.add("mul", stages[-1], one)

    def _read_order(self, where: Site, env: Env, tree: Any) -> tuple[int, int]:
        """Read the order of a delay, which sets the number of stocks, and what it must stay.

        Returns the order, and the node to multiply the delay by (see `demand`).
        """
        first = where.at_start()
        node = self.expression(first, env, tree)
        value = self.graph.value(node)
        one = self.graph.const(1)
        if value is None and self.graph.nodes[node][0] == "param":
            value = self.parameters[self.graph.nodes[node][1]].value
            same = self.graph.add("eq", node, self.graph.const(value))
            one = self.demand(
                where, same, f"delay whose order is not the model's, {value:g}", "keep the order"
            )
        if value is None or value != int(value) or not 1 <= value <= 50:
            raise where.refuse(
                "has a delay whose order is not a whole number from 1 to 50: write the number"
            )
        return int(value), one

    def _demand_steps(self, where: Site, time: int, order: int) -> int:
        """Demand a delay time that the steps of a run can follow: one for each stage."""
        step = self.moment(first=True).step
        length = "the time step" if order == 1 else f"{order} time steps"
        return self.demand(
            where,
            is_long(self.graph, time, order, step),
            f"delay time shorter than {length}",
            "make it longer, or TIME STEP smaller",
        )

    def _build_delay(self, where: Site, env: Env, tree: Any) -> int:
        graph = self.graph
        first = where.at_start()
        time_first = self.number(first, env, tree.delay_time)
        initial = graph.add("mul", self.number(first, env, tree.initial), time_first)
        order, kept = self._read_order(where, env, tree.order)
        if where.first:
            one = graph.add("mul", kept, self._demand_steps(where, time_first, order))
            return graph.add("mul", graph.add("div", initial, time_first), one)
        time = self.number(where, env, tree.delay_time)
        if isinstance(tree, ast.DelayNStructure) and graph.varies(time):
            # What has entered would keep its delay time.
            raise where.refuse(
                "has a DELAY N whose delay time changes during the run, which is not computed: use "
                "DELAY3, or a delay time that is constant"
            )
        stages: list[int] = []

        def outflow(place: int) -> int:
            return graph.add("div", stages[place], time)

        def stage(place: int) -> Any:
            def follow(state: int) -> int:
                enters = self.number(where, env, tree.input) if place == 0 else outflow(place - 1)
                gap = graph.add("sub", enters, outflow(place))
                return self._integrate(state, graph.add("mul", gap, graph.const(order)))

            return follow

        one = graph.add("mul", kept, self._demand_steps(where, time, order))
        stages += [self._add_state(initial, stage(place)) for place in range(order)]
        return graph.add("mul", outflow(order - 1), one)

    def _build_delay_fixed(self, where: Site, env: Env, tree: Any) -> int:
        initial = self._build_initial(where, env, tree)
        if where.first:
            return initial
        graph = self.graph
        first = where.at_start()
        step = self.moment(first=True).step
        steps = graph.add("div", self.number(first, env, tree.delay_time), step)
        # As PySD: round(order + 1e-6), so half a step counts as one.
        lag = graph.add(
            "floor",
            graph.add("add", graph.add("max", steps, graph.const(1)), graph.const(0.500001)),
        )
        place = len(self.pasts)
        self.pasts.append(None)

        def close() -> None:
            self.pasts[place] = self.number(where, env, tree.input)

        self.pending.append(close)
        return graph.add("past", place, lag, initial)

    def _build_sample(self, where: Site, env: Env, tree: Any) -> int:
        initial = self._build_initial(where, env, tree)
        if where.first:
            return self._choose_sample(where, env, tree, initial)
        state = self._add_state(initial, lambda state: self._choose_sample(where, env, tree, state))
        return self._choose_sample(where, env, tree, state)

    def _choose_sample(self, where: Site, env: Env, tree: Any, held: int) -> int:
        condition = self.expression(where, env, tree.condition)
        return choose(self.graph, condition, self.number(where, env, tree.input), held)

    def _build_trend(self, where: Site, env: Env, tree: Any) -> int:
        graph = self.graph
        first = where.at_start()
        growth = graph.add(
            "mul",
            self.number(first, env, tree.initial_trend),
            self.number(first, env, tree.average_time),
        )
        now, average = self._build_average(where, env, tree, growth)
        time = self.number(where, env, tree.average_time)
        size = graph.add("mul", time, graph.add("abs", average))
        return zidz(graph, None, graph.add("sub", now, average), size)

    def _build_forecast(self, where: Site, env: Env, tree: Any) -> int:
        graph = self.graph
        first = where.at_start()
        now, average = self._build_average(
            where, env, tree, self.number(first, env, tree.initial_trend)
        )
        size = graph.add("mul", self.number(where, env, tree.average_time), average)
        trend = zidz(graph, None, graph.add("sub", now, average), size)
        growth = graph.add("mul", trend, self.number(where, env, tree.horizon))
        return graph.add("mul", now, graph.add("add", graph.const(1), growth))

    def _build_average(self, where: Site, env: Env, tree: Any, growth: int) -> tuple[int, int]:
        """Build the input and its running average, which starts ``growth`` below it."""
        graph = self.graph
        first = where.at_start()
        initial = graph.add(
            "div",
            self.number(first, env, tree.input),
            graph.add("add", graph.const(1), growth),
        )
        now = self.number(where, env, tree.input)
        if where.first:
            return now, initial

        def follow(state: int) -> int:
            gap = graph.add("sub", self.number(where, env, tree.input), state)
            time = self.number(where, env, tree.average_time)
            return self._integrate(state, graph.add("div", gap, time))

        return now, self._add_state(initial, follow)


_STATEFUL: dict[type, Any] = {
    ast.IntegStructure: _ProgramBuilder._build_integ,
    ast.InitialStructure: _ProgramBuilder._build_initial,
    ast.SmoothStructure: _ProgramBuilder._build_smooth,
    ast.SmoothNStructure: _ProgramBuilder._build_smooth,
    ast.DelayStructure: _ProgramBuilder._build_delay,
    ast.DelayNStructure: _ProgramBuilder._build_delay,
    ast.DelayFixedStructure: _ProgramBuilder._build_delay_fixed,
    ast.SampleIfTrueStructure: _ProgramBuilder._build_sample,
    ast.TrendStructure: _ProgramBuilder._build_trend,
    ast.ForecastStructure: _ProgramBuilder._build_forecast,
}


@contextmanager
def _allow_recursion() -> Iterator[None]:
    """Allow long chains of variables: each takes a level of Python's recursion."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, 50_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
