"""What each engine computes for a model file, in a process of its own."""

from __future__ import annotations

import multiprocessing
import resource
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty
from typing import Any

import numpy as np

from smecluster import model
from smecluster.model.program import interpreter
from smecluster.model.program.clock import compute_times
from smecluster.model.support.errors import InputError
from smecluster.model.vensim.source import fold_name
from tests.parity.published import Case, Key, Series, split_column

# Of processor time, and of memory.
SECONDS = 120
BYTES = 6 * 2**30


@dataclass(frozen=True)
class Answer:
    """What became of a run.

    Attributes
    ----------
    outcome : str
        ``"ran"``, ``"refused"`` (in a line meant for the user), ``"traceback"`` or ``"no end"``.
    text : str
        The refusal, or what went wrong.
    results : dict of tuple of str to Series
        What was computed.
    """

    outcome: str
    text: str
    results: dict[Key, Series]


def run_kernel(case: Case) -> dict[Key, Series]:
    """Run a model with the kernel, and keep every step."""
    m = model.load(case.path, data=case.data)
    every = {} if m.xmile or m.time.saveper == m.time.step else {"SAVEPER": m.time.step}
    data = model.simulate(m, every)
    times = tuple(float(time) for time in data["time"].values)
    computed = {}
    for name, values in data.data_vars.items():
        series = values.transpose("time", ...)
        for place in np.ndindex(series.shape[1:]):
            cell = [
                str(series[dim].values[at]) for dim, at in zip(series.dims[1:], place, strict=True)
            ]
            key = split_column(f"{name}[{','.join(cell)}]" if cell else str(name))
            computed[key] = Series(
                times, tuple(float(v) for v in series.values[(slice(None), *place)])
            )
    return computed


def run_interpreter(case: Case) -> dict[Key, Series]:
    """Compute the kernel's operations one after another, without compiling them."""
    program = model.load(case.path, data=case.data).program
    parameters = np.array([parameter.value for parameter in program.parameters])
    times = compute_times(program, parameters, {})
    cells = [
        ((name, *cell), node)
        for name, output in program.outputs.items()
        for cell, node in output.cells.items()
    ]
    rows = interpreter.run(
        interpreter.Interpreter(program, parameters),
        times.all,
        times.step,
        range(len(times.all)),
        [node for _, node in cells],
    )
    labels = tuple(float(time) for time in times.all)
    return {
        tuple(map(fold_name, key)): Series(labels, tuple(map(float, rows[:, place])))
        for place, (key, _) in enumerate(cells)
    }


def run_pysd(case: Case) -> dict[Key, Series]:
    """Run a model with PySD."""
    import pysd

    read = pysd.read_vensim if case.path.suffix.lower() == ".mdl" else pysd.read_xmile
    extra: dict[str, Any] = {"data_files": [str(path) for path in case.data]} if case.data else {}
    made = read(str(case.path), **extra)
    table = made.run(flatten_output=True)
    times = tuple(float(time) for time in table.index)
    return {
        split_column(str(name)): Series(times, tuple(float(value) for value in table[name]))
        for name in table.columns
        if np.issubdtype(table[name].dtype, np.number)
    }


def run_simlin(case: Case) -> dict[Key, Series]:
    """Run a model with pysimlin."""
    import simlin

    simulation = simlin.load(str(case.path)).simulate()
    simulation.run_to_end()
    times = tuple(float(time) for time in simulation.get_series("time"))
    return {
        split_column(name): Series(
            times, tuple(float(value) for value in simulation.get_series(name))
        )
        for name in simulation.get_var_names()
    }


ENGINES: dict[str, Callable[[Case], dict[Key, Series]]] = {
    "kernel": run_kernel,
    "interpreter": run_interpreter,
    "PySD": run_pysd,
    "pysimlin": run_simlin,
}


def run_apart(engine: str, case: Case) -> Answer:
    """Run a model in a process of its own, which may fail in any way.

    Parameters
    ----------
    engine : str
        One of `ENGINES`.
    case : Case
        The model.

    Returns
    -------
    Answer
    """
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    process = context.Process(target=_work, args=(engine, case, queue))
    process.start()
    try:
        return queue.get(timeout=3 * SECONDS)
    except Empty:
        return Answer("no end", f"no result within {3 * SECONDS} s", {})
    finally:
        process.kill()
        process.join()


def _work(engine: str, case: Case, queue: Any) -> None:
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    try:
        answer = Answer("ran", "", ENGINES[engine](case))
    except InputError as error:
        answer = Answer("refused", str(error), {})
    except BaseException as error:  # whatever an engine does, the others go on
        lines = str(error).strip().splitlines() or [""]
        answer = Answer("traceback", f"{type(error).__name__}: {lines[0][:160]}", {})
    queue.put(answer)
    queue.close()
    queue.join_thread()
