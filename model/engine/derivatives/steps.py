"""A program of one step of time, taken through many steps from outside."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.compile.kernel import JoinedTables, allocate, get_address, load_kernel
from smecluster.model.engine.graph.graph import Program

Floats = NDArray[np.float64]


class Steps:
    """A program, all of whose parameters are given run by run, at any of some times.

    Parameters
    ----------
    program : Program
        The program; its states are given too, as parameters.
    wanted : sequence of int
        Nodes to return.
    times : array of float
        The times at which it may be asked for.
    """

    def __init__(self, program: Program, wanted: Sequence[int], times: Floats) -> None:
        self.kernel = load_kernel(program, wanted, range(len(program.parameters)))
        self.wanted = len(wanted)
        tables = JoinedTables(program, {})
        layout = self.kernel.layout
        self._still = allocate(layout.still)
        self._moving = allocate(len(times) * layout.moving)
        # Kept as long as this is: the code reads them by their addresses.
        self._kept = (tables, np.zeros(len(program.parameters)), np.array(times, dtype=float))
        self.kernel.prepare(
            get_address(self._kept[1]),
            *tables.pointers,
            get_address(self._kept[2]),
            len(times) - 1,
            get_address(self._still),
            get_address(self._moving),
        )
        self.common = (*tables.pointers, 0, get_address(self._still))

    def find_row(self, k: int) -> int:
        """Give the place of what is the same in all runs at the k-th time."""
        return get_address(self._moving) + 8 * k * self.kernel.layout.moving


class Group:
    """Some runs that one thread takes through the steps of a program.

    Parameters
    ----------
    steps : Steps
        The program.
    inputs : array of float, shape (parameters, runs)
        What is given: filled in before each step. The runs are those that the code takes together.
    """

    def __init__(self, steps: Steps, inputs: Floats) -> None:
        layout, stride = steps.kernel.layout, inputs.shape[1]
        self.inputs = inputs
        self.found = np.empty((steps.wanted, stride))
        self._steps = steps
        self._arrays = (
            np.zeros(1, dtype=np.int64),
            np.empty(stride, dtype=np.int64),
            np.empty((layout.dumped, stride)),
            allocate(layout.kept * layout.width),
            allocate(layout.dumped * layout.width),
            allocate(0),
        )
        save, *rest = map(get_address, self._arrays)
        self._before = (get_address(inputs), stride, 0, stride, *steps.common)
        self._after = (save, 1, get_address(self.found), *rest)

    def take(self, k: int) -> Floats:
        """Compute the k-th of the times.

        Returns
        -------
        array of float, shape (nodes, runs)
            The same array each time; NaN for a run that fails.
        """
        self._steps.kernel.block(*self._before, self._steps.find_row(k), *self._after)
        return self.found
