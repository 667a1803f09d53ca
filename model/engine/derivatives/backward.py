"""Runs forwards and backwards: outputs, and the derivatives of a number made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.compile.kernel import TOGETHER, Batch, load_kernel
from smecluster.model.engine.derivatives.adjoint import make_adjoint
from smecluster.model.engine.derivatives.steps import Group, Steps
from smecluster.model.engine.graph.clock import Times
from smecluster.model.engine.graph.graph import Points, Program

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Trace:
    """Runs, and what is needed to take them backwards.

    Attributes
    ----------
    values : array of float, shape (varied parameters, runs)
        What they set.
    outputs : array of float, shape (nodes, times, runs)
        The nodes that are returned, at every time; NaN from the time at which a run fails.
    stocks : array of float, shape (stocks, times, runs)
        The stocks.
    """

    values: Floats
    outputs: Floats
    stocks: Floats


class Backward:
    """Runs of a program that can be taken backwards.

    Parameters
    ----------
    program : Program
        The model.
    wanted : sequence of int
        Nodes to return.
    varied : sequence of int
        Parameters that differ among runs, and by which derivatives are taken.
    parameters : array of float
        The values of all parameters, for those that do not differ.
    tables : mapping of int to (x, y)
        Points that replace those of a table.
    times : Times
        The times of a run.

    Raises
    ------
    InputError
        If the clock changes in a run.
    NoDerivativeError
        See `engine.derivatives.adjoint.make_adjoint`.
    """

    def __init__(
        self,
        program: Program,
        wanted: Sequence[int],
        varied: Sequence[int],
        parameters: Floats,
        tables: Mapping[int, Points],
        times: Times,
    ) -> None:
        times.require_steady("the derivative of a run")
        self._program = program
        self._wanted, self._varied = list(wanted), list(varied)
        self._parameters, self._tables, self._times = parameters, dict(tables), times
        self._adjoint = make_adjoint(program, wanted, varied, parameters.tolist(), tables)
        nodes = {node[1]: place for place, node in enumerate(program.nodes) if node[0] == "state"}
        self._stocks = [nodes[stock] for stock in self._adjoint.stocks]

    def run(self, values: Floats, workers: int = 1) -> Trace:
        """Run forwards.

        Parameters
        ----------
        values : array of float, shape (varied parameters, runs)
            What each run sets.
        workers : int
            Threads; their number changes no digit.

        Returns
        -------
        Trace
        """
        steps = len(self._times.all)
        batch = Batch(
            self._times.all,
            np.arange(steps),
            self._parameters,
            dict(zip(self._varied, values, strict=True)),
            self._tables,
            values.shape[1],
        )
        wanted = [*self._wanted, *self._stocks]
        code = load_kernel(self._program, wanted, self._varied)
        found = code.run(batch, len(wanted), workers).values
        count = len(self._wanted)
        return Trace(values, found[:count], found[count:])

    def pull(self, trace: Trace, given: Floats, workers: int = 1) -> Floats:
        """Run backwards.

        Parameters
        ----------
        trace : Trace
            Runs.
        given : array of float, shape (nodes, times, runs)
            Of a number made of a run's outputs, its derivatives by them.
        workers : int
            Threads; their number changes no digit.

        Returns
        -------
        array of float, shape (varied parameters, runs)
            Its derivatives by what the run sets; NaN where the run failed.
        """
        runs = trace.values.shape[1]
        parts = [slice(begin, min(begin + TOGETHER, runs)) for begin in range(0, runs, TOGETHER)]
        programs = self._programs  # compiled here, once, and not in each thread

        def take(part: slice) -> Floats:
            one = Trace(trace.values[:, part], trace.outputs[..., part], trace.stocks[..., part])
            return self._pull_part(programs, one, given[..., part])

        if workers == 1 or len(parts) == 1:
            found = [take(part) for part in parts]
        else:
            with ThreadPoolExecutor(min(workers, len(parts))) as pool:
                found = list(pool.map(take, parts))
        return np.concatenate(found, axis=1)

    def _pull_part(
        self, programs: tuple[Steps, Steps, Steps], trace: Trace, given: Floats
    ) -> Floats:
        still, step, end = programs
        runs, count, kept = trace.values.shape[1], len(self._stocks), len(self._adjoint.by_kept)
        values = _pad(trace.values)
        inputs = np.zeros((kept + 2 * count + len(self._wanted), TOGETHER))
        inputs[:kept] = Group(still, values).take(0)[:kept]
        stocks, following, seeds = np.split(inputs[kept:], [count, 2 * count])
        total = np.zeros((kept, TOGETHER))
        group = Group(step, inputs)
        for k in range(len(self._times.all) - 1, -1, -1):
            stocks[:, :runs], stocks[:, runs:] = trace.stocks[:, k], trace.stocks[:, k, -1:]
            seeds[:, :runs] = given[:, k]
            found = group.take(k)
            following[:] = found[:count]
            total += found[count:]
        last = np.concatenate([values, total, following])
        return Group(end, last).take(0)[:, :runs].copy()

    @cached_property
    def _programs(self) -> tuple[Steps, Steps, Steps]:
        """The code for what stays the same, for a step backwards, and for the end."""
        adjoint, times = self._adjoint, self._times.all
        return (
            Steps(adjoint.still, adjoint.kept, times),
            Steps(adjoint.step, [*adjoint.by_stocks, *adjoint.by_kept], times),
            Steps(adjoint.end, adjoint.by_inputs, times),
        )


def _pad(values: Floats) -> Floats:
    """Repeat the last run until the group is full."""
    missing = TOGETHER - values.shape[1]
    return np.concatenate([values, np.repeat(values[:, -1:], missing, axis=1)], axis=1)
