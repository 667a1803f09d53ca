"""Stocks, and what else a program remembers from step to step."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from smecluster.model.engine.equations.calls import CallBuilder
from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.graph.graph import Output, Program, list_reached
from smecluster.model.engine.graph.interpreter import Interpreter
from smecluster.model.engine.read.syntax import File
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_STATES


class StockBuilder(CallBuilder):
    """Builds states, which have a value before the first step and one after each.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def __init__(self, file: File) -> None:
        super().__init__(file)
        self.method = file.method
        # Of each integrated state its rate of change, and whether it is never negative.
        self.rates: dict[int, tuple[int, bool]] = {}
        self.states: list[tuple[int, int] | None] = []
        self.pasts: list[int | None] = []
        # Flows of stocks: built after everything else, since stocks close circles.
        self.pending: deque[Callable[[], None]] = deque()

    def build_integ(self, where: Site, env: Env, tree: Any) -> int:
        """Build a stock; a run may set its first value."""
        if where.first:
            initial = self.number(where, env, tree.initial)
            if tree is where.definition.ast and where.variable.scope is None:
                given = self.parameter(where, float("nan"), kind="initial")
                missing = self.graph.add("ne", given, given)
                initial = self.graph.add("select", missing, initial, given)
            return initial

        def follow(state: int) -> int:
            rate = self.number(where, env, tree.flow)
            return self.integrate(state, rate, tree.non_negative)

        return self.add_state(self.build_first(where, env, tree), follow)

    def add_state(self, initial: int, follow: Any) -> int:
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

    def integrate(self, state: int, rate: int, kept: bool = False) -> int:
        """Build the value of a state after a step of Euler, and note its rate of change."""
        step = self.moment(first=False).step
        self.rates[self.graph.nodes[state][1]] = (rate, kept)
        grown = self.graph.add("add", state, self.graph.add("mul", rate, step))
        return self.graph.add("max", grown, self.graph.const(0)) if kept else grown

    def build_first(self, where: Site, env: Env, tree: Any) -> int:
        """Build an expression for the time at which stocks get their first values."""
        if tree is where.definition.ast:
            own = self.find_variable(where, where.definition_name)
            return self.graph.number(self.value(own, where.cell, first=True))
        return self.number(where.at_start(), env, tree)

    def build_initial(self, where: Site, env: Env, tree: Any) -> int:
        """Build the ``initial`` of an expression for the time of the first values."""
        return self.number(where.at_start(), env, tree.initial)

    def compute_first(self, node: int) -> float:
        """Compute a node of the first time from the values in the file."""
        program = self.close(outputs={}, clock=(0, 0, 0, 0))
        interpreter = Interpreter(program, [parameter.value for parameter in program.parameters])
        value = float(interpreter.compute(list_reached(program.nodes, [node]), {})[node])
        return value if math.isfinite(value) else 0.0

    def close(self, outputs: Mapping[str, Output], clock: tuple[int, int, int, int]) -> Program:
        """Make a program of what has been built."""
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
