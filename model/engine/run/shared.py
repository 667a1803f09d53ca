"""What the runs of a batch share, and how a part of them is run."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.engine.compile.diagnosis import Failure, explain_failure
from smecluster.model.engine.compile.kernel import Batch, Result
from smecluster.model.engine.graph.clock import Times, compute_times
from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.graph.inputs import Inputs
from smecluster.model.engine.graph.outputs import Selection, select_outputs
from smecluster.model.engine.model import Model
from smecluster.model.engine.run.batches import CHUNK_NUMBERS, run_batch
from smecluster.model.engine.run.results import label_results
from smecluster.model.engine.run.run_table import group_runs
from smecluster.model.engine.run.settings import index_inputs
from smecluster.model.errors import InputError


@dataclass(frozen=True)
class Shared:
    """What the runs of a batch share; it can be sent to another machine."""

    model: Model
    outputs: tuple[str, ...]
    years: tuple[float, ...] | None
    base: Mapping[str, Any]
    within_ranges: bool = True

    def resolve(self) -> Inputs:
        """Give what all runs set, in the terms of the program."""
        return index_inputs(self.model).resolve(self.base, self.within_ranges)

    def chunk(self) -> int:
        """Choose how many runs to compute at a time."""
        program = self.model.program
        resolved = self.resolve()
        clock = compute_times(program, resolved.parameters(program), resolved.tables, self.years)
        numbers = len(select_outputs(program, self.outputs).nodes) * max(1, len(clock.labels))
        return max(64, min(65536, CHUNK_NUMBERS // max(1, numbers)) // 64 * 64)

    def run(self, frame: pd.DataFrame, threads: int) -> xr.Dataset:
        """Run every row of a table."""
        program = self.model.program
        chosen = select_outputs(program, self.outputs)
        index = index_inputs(self.model)
        groups = group_runs(program, index, frame, self.resolve(), self.within_ranges)
        values: NDArray[np.float64] | None = None
        labels: NDArray[np.float64] | None = None
        failed: list[Failure | None] = [None] * len(frame)
        for group in groups:
            clock = compute_times(program, group.parameters, group.tables, self.years)
            if labels is None:
                labels = clock.labels
            elif not np.array_equal(labels, clock.labels):
                raise InputError(
                    "the runs save values at different times: give 'years' that all of them have"
                )
            batch = Batch(
                clock.all,
                clock.kept,
                group.parameters,
                group.varied,
                group.tables,
                runs=len(group.rows),
            )
            result = run_batch(self.model, batch, chosen, threads, say)
            for place in np.flatnonzero(result.failed >= 0):
                failure = explain_run(program, batch, result, clock, int(place), chosen)
                failed[int(group.rows[place])] = failure
            if len(groups) == 1:
                values = result.values
            else:
                if values is None:
                    values = np.empty((*result.values.shape[:2], len(frame)))
                values[..., group.rows] = result.values
        assert values is not None
        assert labels is not None
        labelled = label_results(
            self.model, chosen, values, labels, frame.index.to_numpy(), "kernel"
        )
        reasons = np.array([f.reason if f else "" for f in failed], dtype=object)
        variables = np.array([f.variable if f else "" for f in failed], dtype=object)
        years = np.array([f.year if f else np.nan for f in failed])
        return labelled.assign(
            {
                "failure reason": ("run", reasons),
                "failure variable": ("run", variables),
                "failure year": ("run", years, {"unit": "Year"}),
            }
        )


def explain_run(
    program: Program, batch: Batch, result: Result, clock: Times, run: int, chosen: Selection
) -> Failure:
    """Find what stopped a run of a batch, where and when."""
    parameters = batch.parameters.copy()
    for place, numbers in batch.varied.items():
        parameters[place] = numbers[run]
    return explain_failure(
        program,
        parameters,
        batch.tables,
        clock,
        int(result.failed[run]),
        result.states[:, run],
        chosen.nodes,
    )


def say(message: str) -> None:
    """Inform a person who waits, but not a program that reads the output."""
    if sys.stderr.isatty():
        print(message, file=sys.stderr)
