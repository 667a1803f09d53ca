"""The reference engine: PySD, given a copy of the model in which every name is a number.

PySD writes a Python file from the model and imports it; names, units and comments would be
part of that file. They are replaced before PySD sees them: variables become ``v0``, ``v1``,
..., ranges and elements ``r0`` and ``e0``, and comments and units are left out, so no text of
the model file can be executed.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.engine.graph.clock import Times
from smecluster.model.engine.graph.graph import Points, Program
from smecluster.model.engine.graph.inputs import Inputs
from smecluster.model.engine.graph.outputs import Selection
from smecluster.model.engine.read.formats import XMILE
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.vensim import translate_vensim
from smecluster.model.engine.read.xmile_file import translate_xmile
from smecluster.model.engine.reference.job import Job
from smecluster.model.engine.reference.pysd_names import CONTROLS, Names
from smecluster.model.errors import InputError

_DECIMALS = 8


def run_pysd(job: Job) -> NDArray[np.float64]:
    """Run a model with PySD.

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
        If PySD cannot run it, or a run leaves the domain of its equations.
    """
    with Reference(job.text, job.program, xmile=job.suffix.lower() in XMILE) as reference:
        return reference.run(job.inputs, job.selection, job.times)


class Reference:
    """A model translated by PySD; a context manager that removes PySD's files.

    Parameters
    ----------
    text : str
        The text of the model file.
    program : Program
        Its equations. Building them has checked the text, so PySD never sees what the kernel
        refuses.
    xmile : bool
        Whether the text is XMILE rather than Vensim.
    """

    def __init__(self, text: str, program: Program, *, xmile: bool = False) -> None:
        self.program = program
        self.names = Names(program)
        file = translate_xmile(text) if xmile else translate_vensim(text)
        self._folder = tempfile.TemporaryDirectory(prefix="smecluster-")
        path = Path(self._folder.name) / "model.py"
        with _silence_warnings():
            import pysd
            from pysd.builders.python.python_model_builder import ModelBuilder

            if file.macros or file.method != "euler":
                raise InputError("the engine 'pysd' runs no macros, and Euler's integration only")
            clean = self.names.write_model(file, path)
            try:
                ModelBuilder(clean).build_model()
                self._model = pysd.load(str(path))
            except Exception as error:
                self._folder.cleanup()
                lines = str(error).strip().splitlines() or [type(error).__name__]
                raise InputError(f"PySD cannot run this model: {lines[0][:160]}") from error

    def __enter__(self) -> Reference:
        return self

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()

    def run(self, inputs: Inputs, chosen: Selection, clock: Times) -> NDArray[np.float64]:
        """Run the model once.

        Parameters
        ----------
        inputs : Inputs
            What the run sets.
        chosen : Selection
            Variables to return.
        clock : Times
            The times of the run.

        Returns
        -------
        array of float
            Of shape (elements of the variables, times kept).
        """
        clock.require_steady("the engine 'pysd'")
        with _silence_warnings(), np.errstate(all="ignore"):
            # PySD keeps parameters for later runs: start from the file again.
            self._model.reload()
            try:
                return self._run(inputs, chosen, clock)
            except InputError:
                raise
            except Exception as error:
                lines = str(error).strip().splitlines() or [type(error).__name__]
                raise InputError(f"the run fails in PySD: {lines[-1][:160]}") from error

    def _run(self, inputs: Inputs, chosen: Selection, clock: Times) -> NDArray[np.float64]:
        program, names = self.program, self.names
        given, initials = self._translate_inputs(inputs)
        labels = clock.all[clock.kept >= 0]
        initial = float(clock.all[0])
        self._model.components._control_vars["initial_time"] = lambda: initial
        self._model.time.set_control_vars(initial_time=initial)
        condition: Any = (initial, initials) if initials else "original"
        results = self._model.run(
            params=given,
            return_columns=[names.variables[fold_name(name)] for name in chosen.names],
            return_timestamps=list(labels),
            final_time=clock.final,
            time_step=clock.step,
            saveper=clock.saveper,
            initial_condition=condition,
            flatten_output=False,
        )
        rows = []
        for name in chosen.names:
            column = list(results[names.variables[fold_name(name)]])
            block = np.stack([np.asarray(value, dtype=float) for value in column])
            places = _number_elements(column[0])
            for cell in program.outputs[name].cells:
                row = block
                for place, element in zip(places, cell, strict=True):
                    row = row[:, place[names.elements[element]]]
                rows.append(row)
        return np.array(rows, dtype=float)

    def _translate_inputs(self, inputs: Inputs) -> tuple[dict[str, Any], dict[str, Any]]:
        """Turn inputs into the form that PySD takes."""
        program, names = self.program, self.names
        changed: dict[str, set[str]] = {"constant": set(), "initial": set(), "scale": set()}
        for place in inputs.values:
            parameter = program.parameters[place]
            changed[parameter.kind].add(parameter.name)
        for parameter in program.parameters:
            # PySD's own copy of a list of constants has eight decimals.
            listed = parameter.cell and parameter.kind == "constant"
            if listed and round(parameter.value, _DECIMALS) != parameter.value:
                changed["constant"].add(parameter.name)
        for place in inputs.tables:
            changed["scale"].add(program.tables[place].name)
        given: dict[str, Any] = {}
        initials: dict[str, Any] = {}
        for name in changed["constant"]:
            if name.upper() in CONTROLS:
                continue
            values = {
                parameter.cell: inputs.values.get(place, parameter.value)
                for place, parameter in enumerate(program.parameters)
                if parameter.name == name and parameter.kind == "constant"
            }
            given[names.variables[fold_name(name)]] = self._make_array(name, values)
        for name in changed["initial"]:
            values = {
                parameter.cell: inputs.values.get(place, np.nan)
                for place, parameter in enumerate(program.parameters)
                if parameter.name == name and parameter.kind == "initial"
            }
            initials[names.variables[fold_name(name)]] = self._fill_initials(name, values)
        for name in changed["scale"]:
            given[names.variables[fold_name(name)]] = self._make_table(name, inputs)
        return given, initials

    def _fill_initials(self, name: str, values: dict[tuple[str, ...], float]) -> Any:
        """Complete the first values: PySD sets all elements of a stock or none."""
        if any(np.isnan(value) for value in values.values()):
            before = self._model[self.names.variables[fold_name(name)]]
            for cell, value in values.items():
                if np.isnan(value):
                    place = [self.names.elements[element] for element in cell]
                    values[cell] = float(_pick_value(before, place))
        return self._make_array(name, values)

    def _make_array(self, name: str, values: Mapping[tuple[str, ...], float]) -> Any:
        if () in values:
            return values[()]
        output = self.program.outputs[name]
        names = self.names
        # PySD chooses the range of a dimension; its own value shows which.
        like = self._model[names.variables[fold_name(name)]]
        array = xr.full_like(like, np.nan, dtype=float)
        assert len(array.dims) == len(output.dims)
        for cell, value in values.items():
            place = [names.elements[element] for element in cell]
            array.loc[dict(zip(array.dims, place, strict=True))] = value
        return array

    def _make_table(self, name: str, inputs: Inputs) -> Any:
        program, names = self.program, self.names
        points: dict[tuple[str, ...], Points] = {}
        for place, table in enumerate(program.tables):
            if table.name == name:
                points[table.cell] = inputs.tables.get(place, (table.x, table.y))
        for place, parameter in enumerate(program.parameters):
            if parameter.name == name and parameter.kind == "scale":
                factor = inputs.values.get(place, 1.0)
                x, y = points[parameter.cell]
                points[parameter.cell] = (x, tuple(factor * value for value in y))
        grid = sorted({x for xs, _ in points.values() for x in xs})
        read = {cell: np.interp(grid, *xy) for cell, xy in points.items()}
        if () in read:
            return pd.Series(read[()], index=grid)
        like = getattr(
            self._model.components, f"_hardcodedlookup_{names.variables[fold_name(name)]}"
        )
        empty = like.data.isel(lookup_dim=0, drop=True)
        rows = []
        for place in range(len(grid)):
            row = xr.full_like(empty, np.nan, dtype=float)
            for cell, ys in read.items():
                where = [names.elements[element] for element in cell]
                row.loc[dict(zip(row.dims, where, strict=True))] = ys[place]
            rows.append(row)
        return pd.Series(rows, index=grid)


def _number_elements(value: Any) -> list[dict[str, int]]:
    """Give each element its place along its dimension."""
    if not isinstance(value, xr.DataArray):
        return []
    return [
        {str(element): place for place, element in enumerate(value.coords[dim].values)}
        for dim in value.dims
    ]


def _pick_value(value: Any, place: list[str]) -> float:
    if isinstance(value, xr.DataArray):
        if not place:
            return float(value)
        return float(value.loc[dict(zip(value.dims, place, strict=True))])
    return float(value)


@contextmanager
def _silence_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
