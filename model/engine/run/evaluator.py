"""The same few outputs of the model again and again, for estimation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.compile.kernel import Batch, load_kernel
from smecluster.model.engine.derivatives.backward import Backward
from smecluster.model.engine.derivatives.rules import NoDerivativeError
from smecluster.model.engine.graph.clock import compute_times, list_ruling
from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.outputs import Selection, select_outputs
from smecluster.model.engine.model import Model
from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import InputError, UnknownNameError

#: Takes the derivatives of a number by the outputs of runs, and gives those by their inputs.
Pull = Callable[[NDArray[np.float64]], NDArray[np.float64]]


class Evaluator:
    """Runs that vary the same inputs and return the same outputs, as plain arrays.

    Results equal those of `model.simulate_many` to the last digit. It may be called from
    several threads at once.

    Parameters
    ----------
    m : Model
        The model.
    inputs : sequence of str
        The inputs that differ, ``"name"`` or ``"name[element]"``; numbers, not tables.
    outputs : sequence of str
        What to return: ``"name"`` or ``"name[element]"``.
    years : sequence of float
        Times to return.
    base : mapping, optional
        What all runs set, as in `model.simulate`.

    Raises
    ------
    InputError
        If an input, an output or a year cannot be used.
    """

    def __init__(
        self,
        m: Model,
        inputs: Sequence[str],
        outputs: Sequence[str],
        years: Sequence[float],
        base: Mapping[str, Any] | None = None,
    ) -> None:
        program = m.program
        directory = InputIndex(program)
        common = directory.resolve(base or {})
        self._parameters = common.parameters(program)
        self._tables = common.tables
        self._places = [list(directory.resolve({name: 1.0}).values) for name in inputs]
        self._clock = compute_times(program, self._parameters, self._tables, years)
        ruling = set(list_ruling(program))
        for name, group in zip(inputs, self._places, strict=True):
            if ruling.intersection(group):
                raise InputError(
                    f"input {name!r} decides when a run begins, ends or takes steps: give it to "
                    "all runs alike"
                )
        names = list(dict.fromkeys(output.partition("[")[0].strip() for output in outputs))
        chosen = select_outputs(program, names)
        cells = _number_elements(m, chosen)
        for output in outputs:
            if fold_name(output) not in cells:
                raise UnknownNameError("output", output, cells)
        self._rows = [cells[fold_name(output)] for output in outputs]
        self._model = m
        self._nodes = chosen.nodes
        self._varied = sorted({place for group in self._places for place in group})
        self.years = self._clock.labels

    def run(self, values: NDArray[np.float64], workers: int = 1) -> NDArray[np.float64]:
        """Run the model.

        Parameters
        ----------
        values : array of float, shape (runs, inputs)
            What each run sets, in the inputs' units.
        workers : int
            Threads; their number changes no digit.

        Returns
        -------
        array of float, shape (runs, outputs, years)
            In the outputs' units; NaN from the time at which a run fails.

        Raises
        ------
        InputError
            If `values` has another shape.
        """
        values = self._check(values)
        varied = {
            place: values[:, column] for column, group in enumerate(self._places) for place in group
        }
        batch = Batch(
            self._clock.all,
            self._clock.kept,
            self._parameters,
            varied,
            self._tables,
            runs=len(values),
        )
        code = load_kernel(
            self._model.program,
            self._nodes,
            self._varied,
            steps=len(values) * len(self._clock.all),
        )
        result = code.run(batch, len(self._nodes), workers)
        return np.moveaxis(result.values[self._rows], -1, 0)

    def run_both_ways(
        self, values: NDArray[np.float64], workers: int = 1
    ) -> tuple[NDArray[np.float64], Pull]:
        """Run the model so that derivatives can be had at the cost of a few runs.

        Parameters
        ----------
        values : array of float, shape (runs, inputs)
            What each run sets, in the inputs' units.
        workers : int
            Threads; their number changes no digit.

        Returns
        -------
        outputs : array of float, shape (runs, outputs, years)
            As `run` gives them.
        pull : callable
            Takes, for each run, the derivatives of a number by its outputs, shape (runs, outputs,
            years), and gives those by its inputs, shape (runs, inputs): per unit of the input; NaN
            where the run failed.

        Raises
        ------
        InputError
            If `values` has another shape.
        NoDerivativeError
            If the model has a fixed delay, or a function without a known derivative.
        """
        values = self._check(values)
        inputs = np.empty((len(self._varied), len(values)))
        for column, group in enumerate(self._places):
            inputs[[self._column[place] for place in group]] = values[:, column]
        trace = self._backward.run(inputs, workers)
        slots = np.flatnonzero(self._clock.kept >= 0)
        slots = slots[np.argsort(self._clock.kept[slots])]

        def pull(given: NDArray[np.float64]) -> NDArray[np.float64]:
            seeds = np.zeros(trace.outputs.shape)
            seeds[:, slots] = np.moveaxis(np.asarray(given, dtype=float), 0, -1)
            found = self._backward.pull(trace, seeds, workers)
            return np.stack(
                [
                    found[[self._column[place] for place in group]].sum(axis=0)
                    for group in self._places
                ],
                axis=1,
            )

        return np.moveaxis(trace.outputs[:, slots], -1, 0), pull

    @cached_property
    def has_derivatives(self) -> bool:
        """Whether `run_both_ways` can be used with this model."""
        try:
            return self._backward is not None
        except NoDerivativeError:
            return False

    @cached_property
    def _column(self) -> dict[int, int]:
        return {place: column for column, place in enumerate(self._varied)}

    @cached_property
    def _backward(self) -> Backward:
        return Backward(
            self._model.program,
            [self._nodes[row] for row in self._rows],
            self._varied,
            self._parameters,
            self._tables,
            self._clock,
        )

    def _check(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        values = np.asarray(values, dtype=float)
        if values.ndim != 2 or values.shape[1] != len(self._places):
            raise InputError(
                f"the runs' values have shape {values.shape}: (runs, {len(self._places)}) is needed"
            )
        return values


def _number_elements(m: Model, chosen: Selection) -> dict[str, int]:
    """Give each element its row, in the order of the nodes."""
    rows: dict[str, int] = {}
    for name in chosen.names:
        for cell in m.program.outputs[name].cells:
            rows[fold_name(f"{name}[{', '.join(cell)}]" if cell else name)] = len(rows)
    return rows
