"""Runs of the model: a pure function of a model and its inputs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import xarray as xr

from smecluster.model.engine.compile.diagnosis import Failure
from smecluster.model.engine.compile.kernel import ALONE, Batch, load_kernel
from smecluster.model.engine.graph.clock import compute_times, read_years
from smecluster.model.engine.graph.outputs import select_outputs
from smecluster.model.engine.model import Model
from smecluster.model.engine.reference.job import Job
from smecluster.model.engine.run.batches import find_rows
from smecluster.model.engine.run.engines import run_engine
from smecluster.model.engine.run.results import label_results
from smecluster.model.engine.run.run_table import read_table
from smecluster.model.engine.run.settings import check_count, index_inputs
from smecluster.model.engine.run.shared import Shared, explain_run, say
from smecluster.model.errors import InputError, UnknownNameError

if TYPE_CHECKING:
    from smecluster.model.engine.run.dask import Cluster
    from smecluster.model.engine.run.kept_runs import KeptRuns

ENGINES = ("kernel", "pysd", "simlin")

# So many runs are kept at a time where finished runs are kept: some seconds' work.
_KEPT_TOGETHER = 4096


class RunError(InputError):
    """A run left the domain of its equations.

    Attributes
    ----------
    failure : Failure
        What happened, where and when.
    """

    def __init__(self, failure: Failure) -> None:
        super().__init__(
            f"the run fails in {failure.year:g}: {failure.reason} in {failure.variable!r}"
        )
        self.failure = failure


def simulate(
    m: Model,
    inputs: Mapping[str, Any] | None = None,
    *,
    engine: str = "kernel",
    outputs: Sequence[str] | None = None,
    years: Sequence[float] | None = None,
    within_ranges: bool = True,
) -> xr.Dataset:
    """Run a model once.

    Parameters
    ----------
    m : Model
        The model.
    inputs : mapping, optional
        What the run sets, by name: constants, first values of stocks, tables, and the control
        variables. ``"name"``, ``"name[element]"`` or ``"name[element, element]"`` to a number
        in the variable's unit; ``"name"`` to a mapping of elements to numbers or to an array;
        a table to points ``[(x, y), ...]`` or `model.Scale`.
    engine : {"kernel", "pysd", "simlin"}
        The batch kernel, or PySD or pysimlin for comparison.
    outputs : sequence of str, optional
        Variables to return; all if left out.
    years : sequence of float, optional
        Times to return; every ``SAVEPER`` if left out.
    within_ranges : bool
        Whether values outside of the ranges that the model gives are refused. Switch it off to
        go beyond them on purpose, as a test of extremes does.

    Returns
    -------
    xarray.Dataset
        Dimensions ``time`` and the variables' ranges. Each variable has its unit, definition and
        source as attributes; the dataset says where the numbers come from.

    Raises
    ------
    InputError
        If an input, output, year or engine cannot be used, two inputs set one value, or a value
        lies outside its range.
    RunError
        If the run leaves the domain: division by zero, overflow, logarithm of a negative.
    """
    if engine not in ENGINES:
        raise UnknownNameError("engine", engine, ENGINES)
    program = m.program
    resolved = index_inputs(m).resolve({} if inputs is None else inputs, within_ranges)
    chosen = select_outputs(program, outputs)
    parameters = resolved.parameters(program)
    wanted = None if years is None else read_years(years)
    clock = compute_times(program, parameters, resolved.tables, wanted)
    if engine != "kernel":
        job = Job(m.text, m.path.suffix, program, resolved, chosen, clock)
        values = run_engine(engine, job)
        return label_results(m, chosen, values, clock.labels, None, engine)
    everything = select_outputs(program, None)
    code = load_kernel(
        program,
        everything.nodes,
        range(len(program.parameters)),
        ALONE,
        say,
        steps=len(clock.all),
    )
    batch = Batch(clock.all, clock.kept, parameters, {}, resolved.tables, runs=1)
    result = code.run(batch, len(everything.nodes))
    if result.failed[0] >= 0:
        raise RunError(explain_run(program, batch, result, clock, 0, everything))
    rows = find_rows(program, chosen)
    return label_results(m, chosen, result.values[rows, :, 0], clock.labels, None, engine)


def simulate_many(
    m: Model,
    table: pd.DataFrame | Mapping[str, Any],
    outputs: Sequence[str],
    years: Sequence[float] | None = None,
    *,
    chunk: int | None = None,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    base: Mapping[str, Any] | None = None,
    within_ranges: bool = True,
) -> xr.Dataset:
    """Run a model many times.

    Parameters
    ----------
    m : Model
        The model.
    table : pandas.DataFrame or mapping
        A row a run, a column for each input that differs (``"name"`` or ``"name[element]"``);
        cells are numbers, or for tables `model.Scale` or points.
    outputs : sequence of str
        Variables to return.
    years : sequence of float, optional
        Times to return; every ``SAVEPER`` if left out.
    chunk : int, optional
        Runs computed at a time; by default as many as fit 64 MiB of results.
    workers : int, optional
        Threads; by default one for each processor.
    cluster : str or Cluster, optional
        Address of a Dask scheduler that spreads the runs over machines; with certificates for
        TLS, a `engine.run.dask.Cluster`.
    base : mapping, optional
        What all runs set, as in `simulate`; what the table sets goes before it.
    within_ranges : bool
        As in `simulate`; for the table and for `base`.

    Returns
    -------
    xarray.Dataset
        Dimensions ``run``, ``time`` and the variables' ranges; ``failure reason``,
        ``failure variable`` and ``failure year`` say whether, where and when each run failed; its
        values are NaN from then on. Neither `chunk` nor `workers` changes a digit.

    Raises
    ------
    InputError
        If an input, output, year or count cannot be used, two inputs set one value, or a value
        lies outside its range.
    """
    parts = list(
        stream(
            m,
            table,
            outputs,
            years,
            chunk=chunk,
            workers=workers,
            cluster=cluster,
            base=base,
            within_ranges=within_ranges,
        )
    )
    if len(parts) == 1:
        return parts[0]
    return xr.concat(
        parts,
        dim="run",
        data_vars="minimal",
        coords="minimal",
        compat="override",
        combine_attrs="override",
        join="outer",
    )


def stream(
    m: Model,
    table: pd.DataFrame | Mapping[str, Any] | Iterable[pd.DataFrame],
    outputs: Sequence[str],
    years: Sequence[float] | None = None,
    *,
    chunk: int | None = None,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    base: Mapping[str, Any] | None = None,
    within_ranges: bool = True,
    kept: KeptRuns | None = None,
) -> Iterator[xr.Dataset]:
    """Run a model many times and return the results piece by piece.

    Memory use does not grow with the number of runs; the table may also come in pieces.

    Parameters
    ----------
    m, outputs, years, chunk, workers, cluster, base, within_ranges
        As in `simulate_many`.
    table : pandas.DataFrame, mapping, or iterable of pandas.DataFrame
        The runs.
    kept : KeptRuns, optional
        Where finished runs are kept; what it holds already is not run again. The table must be
        whole then.

    Yields
    ------
    xarray.Dataset
        As from `simulate_many`, for some of the runs at a time, in order.

    Raises
    ------
    InputError
        As in `simulate_many`.
    """
    wanted = None if years is None else tuple(read_years(years))
    prepared = Shared(m, tuple(outputs), wanted, base or {}, within_ranges)
    if not isinstance(table, pd.DataFrame | Mapping | Iterable):
        raise InputError("the runs must be a pandas.DataFrame or a mapping of columns")
    pieces = (
        [read_table(table)] if isinstance(table, pd.DataFrame | Mapping) else map(read_table, table)
    )
    threads = check_count("workers", workers) if workers is not None else os.cpu_count() or 1
    size = check_count("chunk", chunk) if chunk is not None else prepared.chunk()
    run = partial(_run_parts, prepared, threads=threads, cluster=cluster)
    if kept is not None:
        if not isinstance(table, pd.DataFrame | Mapping):
            raise InputError("runs are kept of a whole table only, not of one in pieces")
        size = min(size, _KEPT_TOGETHER) if chunk is None else size
        yield from kept.run(prepared, read_table(table), size, run)
        return
    chunks = (
        piece.iloc[begin : begin + size]
        for piece in pieces
        for begin in range(0, max(1, len(piece)), size)
    )
    yield from run(chunks)


def _run_parts(
    prepared: Shared, parts: Iterable[pd.DataFrame], threads: int, cluster: str | Cluster | None
) -> Iterator[xr.Dataset]:
    """Run the parts of a table, here or on a cluster."""
    if cluster is None:
        for part in parts:
            yield prepared.run(part, threads)
        return
    from smecluster.model.engine.run.dask import distribute_runs

    yield from distribute_runs(partial(prepared.run, threads=1), parts, cluster)


def failures(result: xr.Dataset, table: pd.DataFrame) -> pd.DataFrame:
    """List the runs that failed, with their inputs.

    Parameters
    ----------
    result : xarray.Dataset
        From `simulate_many`.
    table : pandas.DataFrame
        The inputs that it was given.

    Returns
    -------
    pandas.DataFrame
        A row a failed run: reason, variable, year and inputs.
    """
    columns = ["failure reason", "failure variable", "failure year"]
    runs = result[columns].to_dataframe()
    return runs[runs["failure reason"] != ""].join(table)
