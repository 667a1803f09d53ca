"""What each engine computes for a model file, in a process of its own."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import resource
import signal
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from smecluster import model
from smecluster.model.engine.graph.clock import compute_times
from smecluster.model.engine.graph.interpreter import Interpreter
from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import InputError
from tests.parity.interpreted import run
from tests.parity.published import Case, Key, Series, split_column

# Where engines that are not this program's come from.
PACKAGES = {"PySD": "pysd", "pysimlin": "pysimlin"}
_PARITY = Path(__file__).parent
# Of processor time, of the clock without any of it, and of memory. Where other work takes the
# processors, a second of processor time may take minutes: what still gets some is not given up.
SECONDS = 240
PATIENCE = 120
BYTES = 6 * 2**30
# Less processor time than this, in s, is none: the clock of processes ticks in hundredths.
_IDLE = 0.05


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
    rows = run(
        Interpreter(program, parameters),
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


@cache
def identify(engine: str) -> str:
    """Give an engine's name with a fingerprint of what its verdicts rest on."""
    if engine in PACKAGES:
        return f"{engine} {version(PACKAGES[engine])} {_hash_files(_PARITY)[:16]}"
    return f"{engine} {_hash_files(_PARITY, Path(model.__file__).parent)[:16]}"


def _hash_files(*folders: Path) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.toml"))):
            digest.update(path.name.encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()


def run_apart(
    engine: str, case: Case, seconds: float = SECONDS, patience: float = PATIENCE
) -> Answer:
    """Run a model in a process of its own, which may fail in any way.

    Parameters
    ----------
    engine : str
        One of `ENGINES`.
    case : Case
        The model.
    seconds : float
        How much processor time it may take.
    patience : float
        For how long, by the clock, it may take none at all.

    Returns
    -------
    Answer
        A process that ends without an answer is a traceback that says how it ended.
    """
    context = multiprocessing.get_context("fork")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(engine, case, seconds, writer))
    process.start()
    writer.close()  # the process holds the only other end, so that its end is seen at once
    try:
        taken = -1.0
        while not reader.poll(patience):
            before, taken = taken, _read_processor_seconds(process.pid)
            if taken - before < _IDLE:
                text = f"waits: {taken:.1f} s of the processor, none in the last {patience:g} s"
                return Answer("no end", text, {})
        answer: Answer = reader.recv()
        return answer
    except EOFError:
        process.join()
        return _explain_end(process.exitcode or 0, seconds)
    finally:
        process.kill()
        process.join()
        reader.close()


def _explain_end(code: int, seconds: float) -> Answer:
    """Say how a process ended that gave no answer."""
    if code == -signal.SIGXCPU:
        return Answer("no end", f"no result in {seconds:g} s of the processor", {})
    how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
    return Answer("traceback", f"its process {how}", {})


def _read_processor_seconds(pid: int | None) -> float:
    """Read how much processor time a process has taken; 0 where the system does not say."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    # The name, in brackets, may hold spaces; behind it the 12th and 13th are user's and system's.
    ticks = text.rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def _work(engine: str, case: Case, seconds: float, writer: Connection) -> None:
    warnings.simplefilter("ignore")
    whole = max(1, round(seconds))
    resource.setrlimit(resource.RLIMIT_CPU, (whole, whole + 1))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    try:
        answer = Answer("ran", "", ENGINES[engine](case))
    except InputError as error:
        answer = Answer("refused", str(error), {})
    except BaseException as error:  # whatever an engine does, the others go on
        lines = str(error).strip().splitlines() or [""]
        answer = Answer("traceback", f"{type(error).__name__}: {lines[0][:160]}", {})
    writer.send(answer)
