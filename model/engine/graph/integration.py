"""Runge-Kutta steps of fixed size, written out as operations of the graph.

A step evaluates the rates of change two or four times. Each time is a copy of the operations that
the rates depend on, with other values of the stocks and another time; so the compiled code, the
browser's and the interpreter need to know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from smecluster.model.engine.graph.graph import (
    Graph,
    find_moving,
    list_operands,
    list_reached,
)


class Scheme:
    """Builds the value of every stock one step later.

    Parameters
    ----------
    graph : Graph
        The operations; more are added.
    rates : mapping of int to (int, bool)
        Of each integrated state the node of its rate of change, and whether it is never negative.
    initial, step : int
        Nodes of ``INITIAL TIME`` and ``TIME STEP``.
    reasons : dict of int to str
        Why nodes may have no value; completed for those that are added.
    """

    def __init__(
        self,
        graph: Graph,
        rates: Mapping[int, tuple[int, bool]],
        initial: int,
        step: int,
        reasons: dict[int, str],
    ) -> None:
        self.graph, self.rates, self.reasons = graph, rates, reasons
        self.step, self.initial = step, initial
        self.half = graph.add("mul", step, graph.const(0.5))
        moves = find_moving(graph.nodes)
        wanted = list_reached(graph.nodes, (rate for rate, _ in rates.values()))
        self.order = [place for place in wanted if moves[place]]

    def follow(self, method: str) -> dict[int, int]:
        """Build the values one step later.

        Parameters
        ----------
        method : str
            ``"rk4"``, or ``"rk2"``: the mean of the rates at both ends of a step of Euler.

        Returns
        -------
        dict of int to int
            The node of each integrated state.
        """
        graph = self.graph
        first = {state: rate for state, (rate, _) in self.rates.items()}
        if method == "rk2":
            second = self._evaluate(first, self.step)
            mean = {state: self._sum(first[state], second[state]) for state in first}
            return self._finish(mean, graph.const(0.5))
        second = self._evaluate(first, self.half)
        third = self._evaluate(second, self.half)
        fourth = self._evaluate(third, self.step)
        total = {}
        for state in first:
            inner = graph.add("mul", graph.const(2), self._sum(second[state], third[state]))
            total[state] = self._sum(self._sum(first[state], inner), fourth[state])
        return self._finish(total, graph.const(1 / 6))

    def _sum(self, a: int, b: int) -> int:
        return self.graph.add("add", a, b)

    def _evaluate(self, rates: Mapping[int, int], ahead: int) -> dict[int, int]:
        """Build the rates some time ahead, where the stocks have grown by given rates."""
        graph = self.graph
        new: dict[int, int] = {}
        for place in self.order:
            node = graph.nodes[place]
            if node[0] == "time":
                new[place] = graph.add("add", place, ahead)
            elif node[0] == "state":
                # What a delay or a sample remembers keeps its value during a step.
                rate = rates.get(node[1])
                new[place] = (
                    place if rate is None else self._sum(place, graph.add("mul", rate, ahead))
                )
            elif node[0] == "past":
                new[place] = place
            else:
                new.update((used, used) for used in list_operands(node) if used not in new)
                new[place] = graph.copy(node, new)
                if place in self.reasons:
                    self.reasons.setdefault(new[place], self.reasons[place])
        return {state: new.get(rate, rate) for state, (rate, _) in self.rates.items()}

    def _finish(self, rates: Mapping[int, int], share: int) -> dict[int, int]:
        graph = self.graph
        after = {}
        for state, rate in rates.items():
            mean = graph.add("mul", rate, share)
            grown = self._sum(graph.add("state", state), graph.add("mul", mean, self.step))
            kept = self.rates[state][1]
            after[state] = graph.add("max", grown, graph.const(0)) if kept else grown
        return after
