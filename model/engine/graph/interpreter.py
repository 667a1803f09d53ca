"""A plain interpreter of a `engine.graph.graph.Program`: NumPy, one operation after another.

It is slow and defines what each operation means. The batch kernel is tested against it; it
also computes the clock of a run and finds where a failed run went wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.graph.graph import Program

Values = dict[int, Any]

OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "neg": np.negative,
    "pow": np.power,
    "min": np.minimum,
    "max": np.maximum,
    "abs": np.abs,
    "exp": np.exp,
    "ln": np.log,
    "sqrt": np.sqrt,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arctan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "trunc": np.trunc,
    "floor": np.floor,
    "lt": np.less,
    "le": np.less_equal,
    "eq": np.equal,
    "ne": np.not_equal,
    "and": np.logical_and,
    "or": np.logical_or,
    "not": np.logical_not,
    "float": np.float64,
    "select": np.where,
}


def interpolate(x: Sequence[float], y: Sequence[float], form: str, at: Any) -> Any:
    """Read a table.

    Parameters
    ----------
    x, y : sequence of float
        Its points, in ascending order of `x`.
    form : str
        ``"interpolate"`` (ends held), ``"extrapolate"`` or ``"hold_backward"`` (steps).
    at : float or array of float
        Where to read it.

    Returns
    -------
    float or array of float
    """
    xs, ys = np.asarray(x), np.asarray(y)
    if len(xs) == 1:
        return ys[0] + 0 * np.asarray(at)
    place = np.clip(np.searchsorted(xs, at, side="right") - 1, 0, len(xs) - 2)
    left, right = xs[place], xs[place + 1]
    if form == "hold_backward":
        return np.where(at >= xs[-1], ys[-1], ys[place])
    inside = ys[place] + (at - left) * ((ys[place + 1] - ys[place]) / (right - left))
    if form == "extrapolate":
        return inside
    return np.where(at <= xs[0], ys[0], np.where(at >= xs[-1], ys[-1], inside))


class Interpreter:
    """Computes nodes for one or several runs.

    Parameters
    ----------
    program : Program
        The model.
    parameters : sequence
        For each parameter a value, or a value for each run.
    tables : mapping of int to (x, y), optional
        Points that replace those of a table.
    """

    def __init__(
        self,
        program: Program,
        parameters: Sequence[Any] | NDArray[np.float64],
        tables: Mapping[int, tuple[Sequence[float], Sequence[float]]] | None = None,
    ) -> None:
        self.program = program
        self.parameters = parameters
        self.tables: dict[int, tuple[Sequence[float], Sequence[float], str]] = {
            place: (table.x, table.y, table.form) for place, table in enumerate(program.tables)
        }
        for place, (x, y) in (tables or {}).items():
            self.tables[place] = (x, y, program.tables[place].form)

    def compute(
        self,
        nodes: Sequence[int],
        values: Values,
        time: float = float("nan"),
        states: Sequence[Any] = (),
        pasts: Sequence[Sequence[Any]] = (),
    ) -> Values:
        """Compute nodes in the order given; values already known are kept.

        Parameters
        ----------
        nodes : sequence of int
            What to compute (see `engine.graph.graph.list_reached`).
        values : dict
            Filled in place.
        time : float
            The time of the model.
        states : sequence
            Value of each state.
        pasts : sequence of sequence
            Earlier values of each node that is remembered.

        Returns
        -------
        dict
            The values.
        """
        with np.errstate(all="ignore"):
            for node in nodes:
                if node not in values:
                    values[node] = self._one(self.program.nodes[node], values, time, states, pasts)
        return values

    def _one(
        self,
        node: tuple[Any, ...],
        values: Values,
        time: float,
        states: Sequence[Any],
        pasts: Sequence[Sequence[Any]],
    ) -> Any:
        op, *rest = node
        match op:
            case "const" | "true":
                return rest[0]
            case "param":
                return self.parameters[rest[0]]
            case "time":
                return time
            case "state":
                return states[rest[0]]
            case "table":
                return interpolate(*self.tables[rest[0]], values[rest[1]])
            case "past":
                return self._past(pasts[rest[0]], values[rest[1]], values[rest[2]])
        return OPERATIONS[op](*(values[arg] for arg in rest))

    @staticmethod
    def _past(past: Sequence[Any], lag: Any, initial: Any) -> Any:
        lags, first = np.broadcast_arrays(lag, initial)
        result = np.array(first, dtype=float)
        for place in np.ndindex(lags.shape):
            if lags[place] <= len(past):
                before = np.broadcast_to(past[len(past) - int(lags[place])], lags.shape)
                result[place] = before[place]
        return result
