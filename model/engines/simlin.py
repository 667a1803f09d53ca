"""A second opinion: pysimlin, an engine in Rust that shares no code with PySD and the kernel."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.clock import Times
from smecluster.model.inputs import Inputs
from smecluster.model.results import Selection
from smecluster.model.support.errors import InputError
from smecluster.model.system import Model
from smecluster.model.vensim.rewrite import with_values
from smecluster.model.vensim.source import fold_name


def run(model: Model, inputs: Inputs, chosen: Selection, clock: Times) -> NDArray[np.float64]:
    """Run a model with pysimlin.

    Parameters
    ----------
    model, inputs, chosen, clock
        As for `model.engines.run`.

    Returns
    -------
    array of float
        Of shape (elements of the variables, times kept).

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
        path = Path(folder) / f"model{model.path.suffix}"
        path.write_text(_with_inputs(model, inputs, clock), encoding="utf-8")
        try:
            simulation = simlin.load(str(path)).simulate()
            simulation.run_to_end()
            return _series(simulation, model, chosen, clock)
        except simlin.SimlinError as error:
            told = str(error).strip().splitlines() or [type(error).__name__]
            raise InputError(f"pysimlin cannot run this model: {told[0][:160]}") from error


def _with_inputs(model: Model, inputs: Inputs, clock: Times) -> str:
    """Write the inputs into the model's text; every step is kept."""
    program = model.program
    values: dict[str, Any] = {}
    tables = dict(inputs.tables)
    for place, number in inputs.values.items():
        parameter = program.parameters[place]
        written = _written(parameter.name, parameter.cell)
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
        values[_written(own.name, own.cell)] = list(zip(x, y, strict=True))
    if model.xmile:
        if values:
            raise InputError("the engine 'simlin' takes inputs for Vensim files only")
        return model.text
    if clock.saveper != clock.step:
        values["SAVEPER"] = clock.step
    return with_values(model.text, values)


def _series(simulation: Any, model: Model, chosen: Selection, clock: Times) -> NDArray[np.float64]:
    program = model.program
    kept = clock.kept >= 0
    # pysimlin does not report the control variables.
    controls = {
        "initial time": float(clock.all[0]),
        "final time": clock.final,
        "time step": clock.step,
        "saveper": clock.saveper,
    }
    rows = []
    for name in chosen.names:
        if fold_name(name) in controls:
            rows.append(np.full(int(kept.sum()), controls[fold_name(name)]))
            continue
        for cell in program.outputs[name].cells:
            written = ",".join(_canonical(part) for part in cell)
            full = _canonical(name) + (f"[{written}]" if written else "")
            series = np.asarray(simulation.get_series(full), dtype=float)
            if series.size != kept.size:
                raise InputError(
                    f"pysimlin kept {series.size} times of {name!r}, {kept.size} were expected"
                )
            rows.append(series[kept])
    return np.array(rows, dtype=float)


def _canonical(name: str) -> str:
    return fold_name(name).replace(" ", "_")


def _written(name: str, cell: tuple[str, ...]) -> str:
    return f"{name}[{', '.join(cell)}]" if cell else name
