"""From a model's file to a program: subscripts unrolled, stocks and delays written out.

What cannot be computed exactly is refused here, with the variable, the function and the line
of the file. The definitions of delays, averages and trends are those of Vensim's reference manual.
"""

from __future__ import annotations

import math
import sys
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from smecluster.model.program.calls import CallBuilder
from smecluster.model.program.expressions import CONTROLS
from smecluster.model.program.functions import NEAR, at_most, choose, is_long, zidz
from smecluster.model.program.graph import Output, Program
from smecluster.model.program.integration import Scheme
from smecluster.model.program.interpreter import Interpreter, order_nodes
from smecluster.model.program.subscripts import Env, Site
from smecluster.model.reading import syntax
from smecluster.model.reading.syntax import File
from smecluster.model.support.errors import InputError
from smecluster.model.support.limits import MOST_STATES


def build_program(file: File) -> Program:
    """Unroll a model into scalar operations.

    Parameters
    ----------
    file : File
        What the model's file says.

    Returns
    -------
    Program

    Raises
    ------
    InputError
        If an equation uses a function that cannot be computed or an unknown variable or
        element, or variables depend on each other in a circle without a stock.
    """
    with _allow_recursion():
        try:
            return _ProgramBuilder(file).build()
        except RecursionError as error:
            raise InputError(
                "the equations are nested too deeply to be computed: split them"
            ) from error


class _ProgramBuilder(CallBuilder):
    """Builds the whole program: its states, and the functions that remember earlier steps."""

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self.method = file.method
        # Of each integrated state its rate of change, and whether it is never negative.
        self.rates: dict[int, tuple[int, bool]] = {}
        self.states: list[tuple[int, int] | None] = []
        self.pasts: list[int | None] = []
        # Flows of stocks: built after everything else, since stocks close circles.
        self.pending: deque[Callable[[], None]] = deque()

    def find_stateful(self, kind: type) -> Callable[[Site, Env, Any], int] | None:
        """Find what builds a function that remembers, such as INTEG; None if nothing does."""
        build = _STATEFUL.get(kind)
        return None if build is None else build.__get__(self)

    def build(self) -> Program:
        """Build the program."""
        outputs = {}
        for name, variable in list(self.variables.items()):
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
            self.pending.popleft()()
        if self.method != "euler":
            self._integrate_better()
        first, last, step, saveper = (self.value(name, (), first=True) for name in CONTROLS)
        program = self._close(outputs, (first, last, step, saveper))
        self._refuse_broken(program)
        return program

    def _close(self, outputs: Mapping[str, Output], clock: tuple[int, int, int, int]) -> Program:
        return Program(
            nodes=tuple(self.graph.nodes),
            parameters=tuple(self.parameters),
            tables=tuple(self.tables),
            states=tuple(state for state in self.states if state is not None),
            pasts=tuple(past for past in self.pasts if past is not None),
            outputs=outputs,
            ranges=self.subscripts.ranges,
            clock=clock,
            reasons=self.reasons,
        )

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

    def _integrate(self, state: int, rate: int, kept: bool = False) -> int:
        step = self.moment(first=False).step
        self.rates[self.graph.nodes[state][1]] = (rate, kept)
        grown = self.graph.add("add", state, self.graph.add("mul", rate, step))
        return self.graph.add("max", grown, self.graph.const(0)) if kept else grown

    def _integrate_better(self) -> None:
        """Put Runge-Kutta steps in the place of Euler's."""
        initial = self.value("initial time", (), first=True)
        step = self.value("time step", (), first=True)
        scheme = Scheme(self.graph, self.rates, initial, step, self.reasons)
        for place, after in scheme.follow(self.method).items():
            first = self.states[place]
            assert first is not None
            self.states[place] = (first[0], after)

    def _build_integ(self, where: Site, env: Env, tree: Any) -> int:
        if where.first:
            initial = self.number(where, env, tree.initial)
            if tree is where.definition.ast and where.variable.scope is None:
                given = self.parameter(where, float("nan"), kind="initial")
                missing = self.graph.add("ne", given, given)
                initial = self.graph.add("select", missing, initial, given)
            return initial

        def follow(state: int) -> int:
            rate = self.number(where, env, tree.flow)
            return self._integrate(state, rate, tree.non_negative)

        return self._add_state(self._build_first(where, env, tree), follow)

    def _build_first(self, where: Site, env: Env, tree: Any) -> int:
        """Build an expression for the time at which stocks get their first values."""
        if tree is where.definition.ast:
            own = self.find_variable(where, where.definition_name)
            return self.graph.number(self.value(own, where.cell, first=True))
        return self.number(where.at_start(), env, tree)

    def _build_initial(self, where: Site, env: Env, tree: Any) -> int:
        return self.number(where.at_start(), env, tree.initial)

    def _build_smooth(self, where: Site, env: Env, tree: Any) -> int:
        initial = self._build_initial(where, env, tree)
        if where.first:
            return initial
        order, one = self._read_order(where, env, tree.order)
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
        node = self.number(where.at_start(), env, tree)
        value = self.graph.value(node)
        one = self.graph.const(1)
        if value is None:
            value = self._compute(node)
            same = self.graph.add("eq", node, self.graph.const(value))
            one = self.demand(
                where, same, f"delay whose order is not the model's, {value:g}", "keep the order"
            )
        if value != int(value) or not 1 <= value <= 50:
            raise where.refuse(
                f"has a delay whose order, {value:g}, is not a whole number from 1 to 50"
            )
        return int(value), one

    def _compute(self, node: int) -> float:
        """Compute a node of the first time from the values in the file."""
        program = self._close(outputs={}, clock=(0, 0, 0, 0))
        interpreter = Interpreter(program, [parameter.value for parameter in program.parameters])
        value = float(interpreter.compute(order_nodes(program, [node]), {})[node])
        return value if math.isfinite(value) else 0.0

    def _count_stages(self, where: Site, time: int, order: int) -> tuple[int, int]:
        """Count the stages of DELAY N: Vensim leaves some out until each has a time step.

        A delay of the order 3 and 2.5 time steps is one of the order 2 (``delay_pipeline`` of
        SDXorg/test-models). Whether 2.7 would be, or be rounded up, no published result shows.

        Returns the nodes of their number, and of what to multiply the delay by (see `demand`).
        """
        graph = self.graph
        step = self.moment(first=True).step
        steps = graph.add("div", time, step)
        whole = graph.add("floor", graph.add("add", steps, graph.const(NEAR)))
        stages = graph.add("min", graph.const(order), graph.add("max", graph.const(1), whole))
        rest = graph.add("sub", steps, whole)
        clear = graph.add(
            "or",
            at_most(graph, graph.const(order), whole),
            at_most(graph, rest, graph.const(0.5 + NEAR)),
        )
        one = self.demand(
            where,
            is_long(graph, time, 1, step),
            f"DELAY N of order {order} whose delay time is shorter than the time step",
            _LONGER,
        )
        reason = f"DELAY N of order {order} whose delay time is too short for it"
        return stages, graph.add("mul", one, self.demand(where, clear, reason, _LONGER))

    def _build_delay(self, where: Site, env: Env, tree: Any) -> int:
        graph = self.graph
        first = where.at_start()
        time_first = self.number(first, env, tree.delay_time)
        initial = graph.add("mul", self.number(first, env, tree.initial), time_first)
        order, kept = self._read_order(where, env, tree.order)
        pipeline = isinstance(tree, syntax.DelayN)
        count = graph.const(order)
        if pipeline:
            count, long = self._count_stages(where, time_first, order)
            kept = graph.add("mul", kept, long)
        if where.first:
            return graph.add("mul", graph.add("div", initial, time_first), kept)
        time = leaving = self.number(where, env, tree.delay_time)
        if pipeline and graph.varies(time):
            leaving = self._remember(where, time, time_first)
            shortest = graph.add("mul", count, self.moment(first=True).step)
            enough = at_most(graph, graph.add("mul", shortest, graph.const(1 - NEAR)), leaving)
            reason = f"DELAY N of order {order} whose delay time becomes too short for it"
            kept = graph.add("mul", kept, self.demand(where, enough, reason, _LONGER))
        stages: list[int] = []

        def outflow(place: int) -> int:
            last = graph.add("eq", count, graph.const(place + 1))
            return graph.add("div", stages[place], choose(graph, last, leaving, time))

        def stage(place: int) -> Any:
            def follow(state: int) -> int:
                enters = self.number(where, env, tree.input) if place == 0 else outflow(place - 1)
                gap = graph.add("sub", enters, outflow(place))
                return self._integrate(state, graph.add("mul", gap, count))

            return follow

        stages += [self._add_state(initial, stage(place)) for place in range(order)]
        # Stages after the last that counts receive what leaves it, and nobody reads them.
        node = outflow(0)
        for place in range(1, order):
            reached = at_most(graph, graph.const(place + 1), count)
            node = choose(graph, reached, outflow(place), node)
        return graph.add("mul", node, kept)

    def _remember(self, where: Site, time: int, first: int) -> int:
        """Build the delay time of a step before, with which the last stage of DELAY N empties.

        Vensim computes what leaves at the end of a step, with the delay time of its beginning:
        so do the results of ``delays`` of SDXorg/test-models (order 2), and, within their six
        digits, those published of Earth4All (order 10, a delay time that follows many others).
        """
        if self.method != "euler":
            raise where.refuse(
                "has a DELAY N whose delay time changes during the run, which is computed with "
                "Euler's integration only"
            )
        self.pasts.append(time)
        return self.graph.add("past", len(self.pasts) - 1, self.graph.const(1), first)

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

    def _build_npv(self, where: Site, env: Env, tree: Any) -> int:
        """Build the net present value, as Vensim's reference manual writes it out."""
        graph = self.graph
        rate = self.number(where, env, tree.rate)
        stream = self.number(where, env, tree.stream)
        factor = self.number(where, env, tree.factor)
        step = self.moment(where.first).step
        # A step divides the discount factor by 1 + rate * step.
        growth = graph.add("add", graph.const(1), graph.add("mul", rate, step))
        if where.first:
            share: int = graph.const(1)
            total = self.number(where, env, tree.initial)
        else:
            share = self._add_state(
                graph.const(1),
                lambda state: self._integrate(
                    state,
                    graph.add("neg", graph.add("div", graph.add("mul", state, rate), growth)),
                ),
            )
            total = self._add_state(
                self._build_first(where, env, tree.initial),
                lambda state: self._integrate(state, graph.add("mul", stream, share)),
            )
        now = graph.add("mul", graph.add("mul", stream, step), share)
        return graph.add("mul", graph.add("add", total, now), factor)


_LONGER = "make it longer, or TIME STEP smaller"
_STATEFUL: dict[type, Any] = {
    syntax.NetPresentValue: _ProgramBuilder._build_npv,
    syntax.Integ: _ProgramBuilder._build_integ,
    syntax.Initial: _ProgramBuilder._build_initial,
    syntax.Smooth: _ProgramBuilder._build_smooth,
    syntax.SmoothN: _ProgramBuilder._build_smooth,
    syntax.Delay: _ProgramBuilder._build_delay,
    syntax.DelayN: _ProgramBuilder._build_delay,
    syntax.DelayFixed: _ProgramBuilder._build_delay_fixed,
    syntax.SampleIfTrue: _ProgramBuilder._build_sample,
    syntax.Trend: _ProgramBuilder._build_trend,
    syntax.Forecast: _ProgramBuilder._build_forecast,
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
