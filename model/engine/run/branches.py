"""Runs that differ only after some year: what they have in common is computed once.

Strategies share their history, and futures their past. A trunk is run from the first year to the
fork, all its states are saved, and every branch continues from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.engine.graph.graph import Graph, Output, Parameter, Program, list_operands
from smecluster.model.engine.model import Model
from smecluster.model.engine.run.runs import simulate_many
from smecluster.model.errors import InputError

_INITIAL, _FINAL = "INITIAL TIME", "FINAL TIME"
_STATE = "state {}"


@dataclass(frozen=True)
class ForkedModel(Model):
    """A model whose states can be read at any time, and set where a run starts."""

    @property
    def program(self) -> Program:
        """The equations, with an input and an output for every state."""
        return add_states(Model(self.text, self.path))

    @property
    def hash(self) -> str:
        """Fingerprint of what determines the numbers."""
        return f"{super().hash} continued"


class Trunk:
    """The years that runs have in common.

    Parameters
    ----------
    m : Model
        The model.
    table : pandas.DataFrame
        A row a trunk, a column for each input that differs.
    year : float
        Year of the fork.
    base : mapping, optional
        What all runs set, as in `model.simulate`.
    workers : int, optional
        Threads; their number changes no digit.

    Attributes
    ----------
    model : Model
        The model to run branches with.
    base : dict
        What branches set besides their own inputs: where they start.
    reasons : array of str
        Why a trunk failed; empty if it did not.

    Raises
    ------
    InputError
        If an input cannot be used, the year is none of the run's steps, or the model cannot be
        continued.
    """

    def __init__(
        self,
        m: Model,
        table: pd.DataFrame,
        year: float,
        base: Mapping[str, Any] | None = None,
        workers: int | None = None,
    ) -> None:
        if not can_fork(m):
            raise InputError("runs of this model cannot be continued: it remembers its first year")
        self.model = ForkedModel(m.text, m.path)
        self.base = {_INITIAL: year}
        names = [_STATE.format(at) for at in range(len(m.program.states))]
        until = {**(base or {}), _FINAL: year}
        run = simulate_many(
            self.model,
            table,
            names,
            [year],
            workers=workers,
            base=until,
            within_ranges=False,
        )
        self._states = {name: run[name].values[:, 0] for name in names}
        self.reasons = run["failure reason"].values

    @property
    def runs(self) -> int:
        """Number of trunks."""
        return len(self.reasons)

    def columns(self, rows: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
        """Give the inputs with which runs continue from trunks.

        Parameters
        ----------
        rows : array of int
            The trunk of each run; none that failed.

        Returns
        -------
        dict
            By input a value for each run.
        """
        return {name: values[rows] for name, values in self._states.items()}

    @cached_property
    def failed(self) -> NDArray[np.bool_]:
        """Which trunks failed."""
        return np.asarray(self.reasons != "")


@lru_cache(maxsize=8)
def can_fork(m: Model) -> bool:
    """Say whether a run of a model is determined by its states, its inputs and the time.

    Parameters
    ----------
    m : Model
        The model.

    Returns
    -------
    bool
        False if the model remembers more of its past (``DELAY FIXED``), or an equation reads the
        first year.
    """
    program = m.program
    if program.pasts:
        return False
    begin, *_ = program.clock
    pending = [after for _, after in program.states]
    pending += [node for output in program.outputs.values() for node in output.cells.values()]
    allowed = program.outputs.get(_INITIAL)
    own = set() if allowed is None else set(allowed.cells.values())
    seen: set[int] = set()
    pending = [node for node in pending if node not in own]
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        if node == begin:
            return False
        seen.add(node)
        pending.extend(list_operands(program.nodes[node]))
    return True


@lru_cache(maxsize=8)
def add_states(m: Model) -> Program:
    """Give the equations of a model an input and an output for every state.

    Parameters
    ----------
    m : Model
        The model.

    Returns
    -------
    Program
        Inputs and outputs ``state 0``, ``state 1`` ...; where a run sets an input, the state
        begins with it.
    """
    program = m.program
    graph = Graph(program.nodes)
    parameters = list(program.parameters)
    states, outputs = [], dict(program.outputs)
    for at, (first, after) in enumerate(program.states):
        given = graph.add("param", len(parameters))
        parameters.append(Parameter(_STATE.format(at), (), "initial", float("nan")))
        missing = graph.add("ne", given, given)
        states.append((graph.add("select", missing, first, given), after))
        outputs[_STATE.format(at)] = Output((), {(): graph.add("state", at)})
    return replace(
        program,
        nodes=tuple(graph.nodes),
        parameters=tuple(parameters),
        states=tuple(states),
        outputs=outputs,
    )
