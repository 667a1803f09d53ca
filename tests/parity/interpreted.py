"""A whole run by the plain interpreter, which defines what each operation means."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.graph.graph import list_reached
from smecluster.model.engine.graph.interpreter import Interpreter


def run(
    interpreter: Interpreter,
    times: NDArray[np.float64],
    step: float,
    kept: Sequence[int],
    wanted: Sequence[int],
) -> NDArray[np.float64]:
    """Run a model.

    Parameters
    ----------
    interpreter : Interpreter
        Model and inputs.
    times : array of float
        Every time of the run.
    step : float
        The time step.
    kept : sequence of int
        Which of these times to return.
    wanted : sequence of int
        Nodes to return.

    Returns
    -------
    array of float
        Of shape (times, nodes) or (times, nodes, runs).
    """
    program = interpreter.program
    first = [initial for initial, _ in program.states]
    begun = interpreter.compute(list_reached(program.nodes, first), {}, float(times[0]))
    states = [begun[node] for node in first]
    following = [after for _, after in program.states]
    order = list_reached(program.nodes, [*following, *program.pasts, *wanted])
    pasts: list[list[Any]] = [[] for _ in program.pasts]
    rows = []
    for place, time in enumerate(times):
        values = interpreter.compute(order, {}, float(time), states, pasts)
        if place in kept:
            rows.append(np.stack(np.broadcast_arrays(*(values[node] for node in wanted))))
        for past, node in zip(pasts, program.pasts, strict=True):
            past.append(values[node])
        states = [values[node] for node in following]
    return np.stack(rows).astype(float)
