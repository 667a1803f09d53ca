"""Labelled results: Vensim's names, units and definitions on every number."""

from __future__ import annotations

import itertools
import platform
from collections.abc import Collection, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.engine.graph.graph import Program
from smecluster.model.engine.graph.outputs import Selection
from smecluster.model.engine.model import Model
from smecluster.model.engine.read.document import Variable
from smecluster.model.engine.read.names import fold_name


def label_results(
    model: Model,
    chosen: Selection,
    values: NDArray[np.float64],
    times: NDArray[np.float64],
    runs: Sequence[Any] | NDArray[Any] | None,
    engine: str,
) -> xr.Dataset:
    """Label results.

    Parameters
    ----------
    model : Model
        The model.
    chosen : Selection
        The variables in the rows of `values`.
    values : array of float
        Of shape (nodes, times) or (nodes, times, runs).
    times : array of float
        Times returned.
    runs : sequence, optional
        Labels of the runs.
    engine : str
        The engine that computed them.

    Returns
    -------
    xarray.Dataset
        Dimensions ``(run,) time`` and the variables' ranges; where a variable has a range twice,
        the second is called ``"Range 2"``.
    """
    program, variables = model.program, model.variables
    data: dict[str, Any] = {}
    coordinates: dict[str, Any] = {"time": times}
    if runs is not None:
        coordinates["run"] = runs
    begin = 0
    for name in chosen.names:
        output = program.outputs[name]
        part = values[begin : begin + len(output.cells)]
        begin += len(output.cells)
        shape = tuple(len(program.ranges[dim]) for dim in output.dims)
        dims = _tell_apart(output.dims, program.ranges)
        for dim, named in zip(output.dims, dims, strict=True):
            coordinates[named] = list(program.ranges[dim])
        block = _block(program, name, part, shape)
        lead = ("run", "time") if runs is not None else ("time",)
        # From (elements..., time, run) to (run, time, elements...), without copying.
        turned = np.moveaxis(block, range(block.ndim - len(lead), block.ndim), range(len(lead)))
        if runs is not None:
            turned = np.swapaxes(turned, 0, 1)
        data[name] = ((*lead, *dims), turned, _attributes(variables.get(name)))
    result = xr.Dataset(data, coordinates, attrs=record_provenance(model, engine))
    result["time"].attrs = {"unit": _find_time_unit(model)}
    return result


def _tell_apart(dims: Sequence[str], ranges: Collection[str]) -> list[str]:
    """Name dimensions: xarray has no two of one name, and a matrix may have a range twice."""
    names: list[str] = []
    for dim in dims:
        further = (f"{dim} {number}" for number in itertools.count(2))
        taken = {*ranges, *names}
        names.append(dim if dim not in names else next(n for n in further if n not in taken))
    return names


def record_provenance(model: Model, engine: str) -> dict[str, str]:
    """Say where results come from.

    Parameters
    ----------
    model : Model
        The model.
    engine : str
        The engine that computed them.

    Returns
    -------
    dict
        Model, its hash, the engine, and the versions of the packages involved.
    """
    return {
        "model": model.path.name,
        "model hash": model.hash,
        "engine": engine,
        "versions": _list_versions(engine),
    }


@cache
def _list_versions(engine: str) -> str:
    """List the versions of the packages that an engine needs: looked up on disk, so only once."""
    packages = ["smecluster", "numpy", "xarray"]
    packages.append({"kernel": "llvmlite", "pysd": "pysd", "simlin": "pysimlin"}[engine])
    versions = [f"Python {platform.python_version()}"]
    for package in packages:
        try:
            versions.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(versions)


def _block(
    program: Program, name: str, part: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Arrange the elements of a variable; one without an equation is NaN."""
    output = program.outputs[name]
    if len(output.cells) == int(np.prod(shape)):
        return part.reshape(*shape, *part.shape[1:])
    block = np.full((*shape, *part.shape[1:]), np.nan)
    for row, cell in zip(part, output.cells, strict=True):
        place = tuple(
            program.ranges[dim].index(element)
            for dim, element in zip(output.dims, cell, strict=True)
        )
        block[place] = row
    return block


def _find_time_unit(model: Model) -> str:
    """Find the unit of time; Vensim takes control variables in any spelling."""
    step = fold_name("TIME STEP")
    return next(v.unit for name, v in model.variables.items() if fold_name(name) == step)


def _attributes(variable: Variable | None) -> dict[str, str]:
    if variable is None:
        return {}
    return {"unit": variable.unit, "definition": variable.definition, "source": variable.source}
