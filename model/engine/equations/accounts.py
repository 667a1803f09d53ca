"""Present values and depreciation.

The definitions are those of Vensim's reference manual.
"""

from __future__ import annotations

from typing import Any

from smecluster.model.engine.equations.declared import Env, Site
from smecluster.model.engine.equations.delays import DelayBuilder
from smecluster.model.engine.graph.functions import NEAR, at_most


class AccountBuilder(DelayBuilder):
    """Builds present values and depreciation.

    Parameters
    ----------
    file : File
        What the model's file says.
    """

    def build_npv(self, where: Site, env: Env, tree: Any) -> int:
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
            share = self.add_state(
                graph.const(1),
                lambda state: self.integrate(
                    state,
                    graph.add("neg", graph.add("div", graph.add("mul", state, rate), growth)),
                ),
            )
            total = self.add_state(
                self.build_first(where, env, tree.initial),
                lambda state: self.integrate(state, graph.add("mul", stream, share)),
            )
        now = graph.add("mul", graph.add("mul", stream, step), share)
        return graph.add("mul", graph.add("add", total, now), factor)

    def build_depreciation(self, where: Site, env: Env, tree: Any) -> int:
        """Build the straight-line depreciation of all that is not written off yet.

        Each step writes off an equal part of what came in during the depreciation time, the step
        itself included; before the first one `initial` came in at each (Vensim's reference manual,
        and the published results of ``depreciate`` of SDEverywhere). How Vensim lumps together what
        comes in during a longer fiscal period these do not show.
        """
        if self.method != "euler":
            raise where.refuse(
                "has a DEPRECIATE STRAIGHTLINE, which is computed with Euler's integration only"
            )
        graph = self.graph
        first, step = where.at_start(), self.find_span(where).step
        initial, count, fits = self._count_periods(first, env, tree, step)
        before = graph.add("mul", initial, count)
        total: int
        stream = self.number(where, env, tree.stream)
        if where.first:
            past = initial
        else:
            same = [
                graph.add("eq", self.number(where, env, part), self.number(first, env, part))
                for part in (tree.depreciation_time, tree.fiscal_period)
            ]
            reason = "DEPRECIATE STRAIGHTLINE whose periods change during the run"
            kept = self.demand(where, graph.add("and", *same), reason, "keep them")
            fits = graph.add("mul", fits, kept)
            before = self.add_state(before, lambda _: total)
            self.pasts.append(stream)
            past = graph.add("past", len(self.pasts) - 1, count, initial)
        total = graph.add("sub", graph.add("add", before, stream), past)
        return graph.add("mul", graph.add("div", total, count), fits)

    def _count_periods(self, first: Site, env: Env, tree: Any, step: int) -> tuple[int, int, int]:
        """Count the steps over which an investment is written off.

        Returns the nodes of what came in at each step before the first one, of the number of steps,
        and of what to multiply the depreciation by (see `demand`).
        """
        graph = self.graph
        initial = self.number(first, env, tree.initial)
        time, period = (
            self.number(first, env, part) for part in (tree.depreciation_time, tree.fiscal_period)
        )
        steps = graph.add("div", time, step)
        count = graph.add("floor", graph.add("add", steps, graph.const(0.5)))
        name = "DEPRECIATE STRAIGHTLINE"
        fits = graph.const(1)
        for a, b, reason, advice in (
            (period, step, "whose fiscal period is not the time step", "make them the same"),
            (
                steps,
                graph.add("max", count, graph.const(1)),
                "whose depreciation time is no whole number of time steps",
                "make it one",
            ),
        ):
            gap = graph.add("abs", graph.add("sub", a, b))
            condition = at_most(graph, gap, graph.add("mul", graph.const(NEAR), b))
            kept = self.demand(first, condition, f"{name} {reason}", advice)
            fits = graph.add("mul", fits, kept)
        return initial, count, fits
