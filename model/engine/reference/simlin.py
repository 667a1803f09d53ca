"""A second opinion: pysimlin, an engine in Rust that shares no code with PySD or the kernel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.read.formats import XMILE
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.values import set_values
from smecluster.model.engine.reference.job import Job
from smecluster.model.errors import InputError


def run_simlin(job: Job) -> NDArray[np.float64]:
    """Run a model with pysimlin.

    Parameters
    ----------
    job : Job
        The model and its run.

    Returns
    -------
    array of float, shape (elements of the variables, times kept)
        In the units of the variables.

    Raises
    ------
    InputError
        If pysimlin is not installed, cannot read the model, or an input cannot be given to it.
    """
    try:
        import simlin
    except ImportError:
        raise InputError(
            "the engine 'simlin' is not installed: pip install 'smecluster[loops]'"
        ) from None
    with tempfile.TemporaryDirectory(prefix="smecluster-") as folder:
        path = Path(folder) / f"model{job.suffix}"
        path.write_text(_write_inputs(job), encoding="utf-8")
        try:
            simulation = simlin.load(str(path)).simulate()
            simulation.run_to_end()
            return _read_series(simulation, job)
        except simlin.SimlinError as error:
            lines = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"pysimlin cannot run this model: {lines[0][:160]}") from error


def _write_inputs(job: Job) -> str:
    """Write the inputs into the model's text; every step is saved."""
    program, inputs = job.program, job.inputs
    values: dict[str, Any] = {}
    tables = dict(inputs.tables)
    for place, number in inputs.values.items():
        parameter = program.parameters[place]
        written = _spell_input(parameter.name, parameter.cell)
        if parameter.kind == "initial":
            raise InputError(
                f"the engine 'simlin' cannot set the first value of {parameter.name!r}"
            )
        if parameter.kind == "constant":
            values[written] = number
            continue
        for table, own in enumerate(program.tables):
            if (own.name, own.cell) == (parameter.name, parameter.cell):
                x, y = tables.get(table, (own.x, own.y))
                tables[table] = (x, tuple(number * one for one in y))
    for table, (x, y) in tables.items():
        own = program.tables[table]
        values[_spell_input(own.name, own.cell)] = list(zip(x, y, strict=True))
    if job.suffix.lower() in XMILE:
        if values:
            raise InputError("the engine 'simlin' takes inputs for Vensim files only")
        return job.text
    job.times.require_steady("the engine 'simlin'")
    if job.times.saveper != job.times.step:
        values["SAVEPER"] = job.times.step
    return set_values(job.text, values)


def _read_series(simulation: Any, job: Job) -> NDArray[np.float64]:
    program, clock = job.program, job.times
    kept = clock.kept >= 0
    # pysimlin does not report the control variables.
    controls = {
        "initial time": float(clock.all[0]),
        "final time": clock.final,
        "time step": clock.step,
        "saveper": clock.saveper,
    }
    rows = []
    for name in job.selection.names:
        if fold_name(name) in controls:
            rows.append(np.full(int(kept.sum()), controls[fold_name(name)]))
            continue
        for cell in program.outputs[name].cells:
            written = ",".join(_fold_for_simlin(part) for part in cell)
            full = _fold_for_simlin(name) + (f"[{written}]" if written else "")
            series = np.asarray(simulation.get_series(full), dtype=float)
            if series.size != kept.size:
                raise InputError(
                    f"pysimlin saved {series.size} times of {name!r}, {kept.size} were expected"
                )
            rows.append(series[kept])
    return np.array(rows, dtype=float)


def _fold_for_simlin(name: str) -> str:
    return fold_name(name).replace(" ", "_")


def _spell_input(name: str, cell: tuple[str, ...]) -> str:
    return f"{name}[{', '.join(cell)}]" if cell else name
