"""Delays and averages of Vensim and XMILE as chains of stocks.

The definitions are those of Vensim's reference manual.
"""

from __future__ import annotations

from typing import Any

from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.equations.stocks import StockBuilder
from smecluster.model.engine.graph.functions import NEAR, at_most, choose, is_long
from smecluster.model.engine.read import syntax

_LONGER = "make it longer, or TIME STEP smaller"


class DelayBuilder(StockBuilder):
    """Builds delays, averages, and samples of earlier values.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def build_smooth(self, where: Site, env: Env, tree: Any) -> int:
        """Build ``SMOOTH`` and its like: averages one behind another."""
        initial = self.build_initial(where, env, tree)
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
                return self.integrate(state, self.graph.add("div", speed, time))

            return follow

        stages += [self.add_state(initial, stage(place)) for place in range(order)]
        return self.graph.add("mul", stages[-1], one)

    def _read_order(self, where: Site, env: Env, tree: Any) -> tuple[int, int]:
        """Read the order of a delay, which sets the number of stocks, and what it must stay.

        Returns the order, and the node to multiply the delay by (see `demand`).
        """
        node = self.number(where.at_start(), env, tree)
        value = self.graph.value(node)
        one = self.graph.const(1)
        if value is None:
            value = self.compute_first(node)
            same = self.graph.add("eq", node, self.graph.const(value))
            one = self.demand(
                where, same, f"delay whose order is not the model's, {value:g}", "keep the order"
            )
        if value != int(value) or not 1 <= value <= 50:
            raise where.refuse(
                f"has a delay whose order, {value:g}, is not a whole number from 1 to 50"
            )
        return int(value), one

    def _count_stages(self, where: Site, time: int, order: int) -> tuple[int, int]:
        """Count the stages of DELAY N: Vensim leaves some out until each has a time step.

        A delay of the order 3 and 2.5 time steps is one of the order 2 (``delay_pipeline`` of
        SDXorg/test-models). Whether 2.7 would be, or be rounded up, no published result shows.

        Returns the nodes of their number, and of what to multiply the delay by (see `demand`).
        """
        graph = self.graph
        step = self.find_span(where).step
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

    def build_delay(self, where: Site, env: Env, tree: Any) -> int:
        """Build ``DELAY1``, ``DELAY3`` and ``DELAY N``: stocks one behind another."""
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
            shortest = graph.add("mul", count, self.find_span(where).step)
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
                return self.integrate(state, graph.add("mul", gap, count))

            return follow

        stages += [self.add_state(initial, stage(place)) for place in range(order)]
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

    def build_delay_fixed(self, where: Site, env: Env, tree: Any) -> int:
        """Build ``DELAY FIXED``: the value of some time steps before."""
        initial = self.build_initial(where, env, tree)
        if where.first:
            return initial
        graph = self.graph
        first = where.at_start()
        step = self.find_span(where).step
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

    def build_sample(self, where: Site, env: Env, tree: Any) -> int:
        """Build ``SAMPLE IF TRUE``: the last value for which a condition held."""
        initial = self.build_initial(where, env, tree)
        if where.first:
            return self._choose_sample(where, env, tree, initial)
        state = self.add_state(initial, lambda state: self._choose_sample(where, env, tree, state))
        return self._choose_sample(where, env, tree, state)

    def _choose_sample(self, where: Site, env: Env, tree: Any, held: int) -> int:
        condition = self.expression(where, env, tree.condition)
        return choose(self.graph, condition, self.number(where, env, tree.input), held)
