"""Run the model with one call: what a notebook uses.

>>> from smecluster.model.interface import simulate
>>> base = simulate(outputs=["value added"], years=[2000, 2040])
>>> base
<Runs: 1 run, 1 variable, 2000-2040>
>>> list(base.table(["value added[Wenzhou]"]).columns)
['year', 'variable', 'element', 'unit', 'value']
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.values import split_name
from smecluster.model.engine.run import runs
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.model import Model, load
from smecluster.model.presentation.formatting import display_unit
from smecluster.model.presentation.prose import format_count

if TYPE_CHECKING:
    from smecluster.model.engine.run.dask import Cluster
    from smecluster.model.presentation.plotting import Figure

_FAILURES = ("failure reason", "failure variable", "failure year")
_LEAD = ("run", "time")
# Rows, less the heading, and columns of a sheet.
_SHEET = (1_048_575, 16_384)
# Dimensions that a figure can show.
_PLAIN = {"run", "time", "Region"}
# What a figure shows if nothing is chosen, as far as the runs hold it.
_SHOWN = (
    "value added",
    "total firms",
    "Employment",
    "value added per worker",
    "innovation capacity",
    "Local public debt",
)


@dataclass(frozen=True, repr=False)
class Runs:
    """One run of the model or many, with names and units.

    Attributes
    ----------
    data : xarray.Dataset
        Every variable in the model's own unit (attribute ``unit``), with its definition and
        source, along ``time``, its ranges such as ``Region`` and, for many runs, ``run``. Where
        the numbers come from (model, its hash, engine, versions) is in the attributes.
    inputs : pandas.DataFrame
        What each run set: a row a run, a column an input.
    """

    data: xr.Dataset
    inputs: pd.DataFrame

    def __repr__(self) -> str:
        first, last = self.data["time"].values[[0, -1]]
        counts = (format_count(len(self.inputs), "run"), format_count(len(self.names), "variable"))
        return f"<Runs: {', '.join(counts)}, {first:g}-{last:g}>"

    @property
    def names(self) -> list[str]:
        """Names of the variables."""
        return [str(name) for name in self.data.data_vars if name not in _FAILURES]

    def table(
        self, variables: Sequence[str] | None = None, years: Sequence[float] | None = None
    ) -> pd.DataFrame:
        """Give the values as a table, in the units of the command line.

        Parameters
        ----------
        variables : sequence of str, optional
            ``"name"``, or ``"name[element]"`` for one element; all if left out.
        years : sequence of float, optional
            Years that the runs keep; all if left out.

        Returns
        -------
        pandas.DataFrame
            A row a value: ``run`` (of many runs), ``year``, ``variable``, ``element`` (a region,
            or several names; empty for a national variable), ``unit`` and ``value``.

        Raises
        ------
        InputError
            If the runs do not hold a variable, element or year.
        """
        columns: dict[str, list[NDArray[Any]]] = {}
        for series in self._select_all(variables, years):
            unit, factor = display_unit(str(series.attrs.get("unit", "")))
            lead = [str(dim) for dim in _LEAD if dim in series.dims]
            elements = _list_elements(series, self.data)
            count = series.size // len(elements)
            steps = np.meshgrid(*(series[dim].values for dim in lead), indexing="ij")
            part = {
                dim: np.tile(step.ravel(), len(elements))
                for dim, step in zip(lead, steps, strict=True)
            }
            part["variable"] = np.full(series.size, str(series.name), dtype=object)
            part["element"] = np.repeat(np.array(elements, dtype=object), count)
            part["unit"] = np.full(series.size, unit, dtype=object)
            part["value"] = series.transpose(..., *lead).values.ravel() * factor
            for name, values in part.items():
                columns.setdefault("year" if name == "time" else name, []).append(values)
        table = pd.DataFrame({name: np.concatenate(parts) for name, parts in columns.items()})
        return table.astype({"year": int}) if (table["year"] % 1 == 0).all() else table

    def failures(self) -> pd.DataFrame:
        """List the runs that left the domain of an equation, with reason and inputs.

        Returns
        -------
        pandas.DataFrame
            A row a failed run: ``failure reason``, ``failure variable``, ``failure year`` and
            the inputs. Values of such a run are missing from that year on.
        """
        if _FAILURES[0] not in self.data:
            return pd.DataFrame(columns=[*_FAILURES, *self.inputs.columns])
        return runs.failures(self.data, self.inputs)

    def figure(self, variables: Sequence[str] | None = None) -> Figure:
        """Draw variables over time: a line a region; of many runs the median and 90 % interval.

        Parameters
        ----------
        variables : sequence of str, optional
            ``"name"`` or ``"name[element]"``, a panel each; by default up to six of the main
            outcomes.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            If the runs do not hold a variable, or it has other dimensions than ``Region``.
        """
        from smecluster.model.figures import draw_runs

        names = variables
        if names is None:
            plain = [name for name in self.names if set(self.data[name].dims) <= _PLAIN]
            names = [name for name in _SHOWN if name in plain] or plain[: len(_SHOWN)]
        return draw_runs(self._select_all(names, None), self.data.attrs)

    def to_excel(self, path: str | Path, variables: Sequence[str] | None = None) -> Path:
        """Write values, inputs, definitions and provenance as a workbook.

        The sheet of values has a row a year (and run) and a column an element of a variable.

        Parameters
        ----------
        path : str or Path
            The workbook, ``.xlsx``.
        variables : sequence of str, optional
            As for `table`.

        Returns
        -------
        Path
            The workbook.

        Raises
        ------
        InputError
            If the values do not fit a sheet, the name does not end in ``.xlsx``, or the
            file cannot be written.
        """
        from smecluster.model.presentation.exports import write_excel

        values = self._widen(variables)
        if len(values) > _SHEET[0] or len(values.columns) > _SHEET[1]:
            raise InputError(
                f"{len(values):,} rows and {len(values.columns):,} columns do not fit a sheet of "
                f"{_SHEET[0]:,} by {_SHEET[1]:,}: choose variables, or run with fewer 'outputs' "
                "or 'years'"
            )
        described = [
            {"variable": name, **self.data[name].attrs}
            for name in dict.fromkeys(str(one.name) for one in self._select_all(variables, None))
        ]
        sheets = {
            "values": values,
            "inputs": self.inputs.reset_index(names="run"),
            "variables": pd.DataFrame(described).rename(columns={"unit": "model's unit"}),
        }
        failed = self.failures()
        if len(failed):
            sheets["failures"] = failed.reset_index(names="run")
        notes = {str(name): str(value) for name, value in self.data.attrs.items()}
        return write_excel(sheets, path, notes)

    def _widen(self, variables: Sequence[str] | None) -> pd.DataFrame:
        """Give the values as a row a year (and run) and a column an element of a variable."""
        wide: dict[str, NDArray[Any]] = {}
        for series in self._select_all(variables, None):
            unit, factor = display_unit(str(series.attrs.get("unit", "")))
            lead = [str(dim) for dim in _LEAD if dim in series.dims]
            if not wide:
                steps = np.meshgrid(*(series[dim].values for dim in lead), indexing="ij")
                wide = {
                    "year" if dim == "time" else dim: step.ravel()
                    for dim, step in zip(lead, steps, strict=True)
                }
            elements = _list_elements(series, self.data)
            rows = series.transpose(..., *lead).values.reshape(len(elements), -1)
            for element, values in zip(elements, rows, strict=True):
                name = f"{series.name}, {element}" if element else str(series.name)
                wide[f"{name} [{unit}]" if unit else name] = values * factor
        return pd.DataFrame(wide)

    def _select_all(
        self, variables: Sequence[str] | None, years: Sequence[float] | None
    ) -> list[xr.DataArray]:
        names = self.names if variables is None else list(variables)
        if not names:
            raise InputError("no variable given: name at least one")
        spelled = {fold_name(name): name for name in self.names}
        return [self._select(spelled, name, years) for name in names]

    def _select(
        self, spelled: Mapping[str, str], written: str, years: Sequence[float] | None
    ) -> xr.DataArray:
        """Find the values of ``"name"`` or ``"name[element]"``, of some years."""
        bare, elements = split_name(written)
        if fold_name(bare) not in spelled:
            raise UnknownNameError("variable of these runs", bare, self.names)
        series = self.data[spelled[fold_name(bare)]]
        for element in elements:
            places = {
                fold_name(str(value)): (dim, value)
                for dim in series.dims
                if dim not in _LEAD
                for value in series[dim].values
            }
            if fold_name(element) not in places:
                allowed = [str(value) for _, value in places.values()]
                raise UnknownNameError(f"element of {bare!r}", element, allowed)
            dim, value = places[fold_name(element)]
            series = series.sel({dim: value})
        if years is None:
            return series
        missing = [year for year in years if year not in series["time"]]
        if missing:
            first, last = series["time"].values[[0, -1]]
            raise InputError(
                f"the runs keep no values of {missing[0]:g}: they have {series.sizes['time']} "
                f"years from {first:g} to {last:g}"
            )
        return series.sel(time=list(years))


def _list_elements(series: xr.DataArray, data: xr.Dataset) -> list[str]:
    """Name the elements of a variable, one that was chosen included, in the order of `series`."""
    axes = [
        [str(value) for value in np.atleast_1d(series[dim].values)]
        for dim in data[series.name].dims
        if dim not in _LEAD
    ]
    return [", ".join(cell) for cell in itertools.product(*axes)]


def simulate(
    inputs: Mapping[str, Any] | None = None,
    *,
    model: Model | None = None,
    engine: str = "kernel",
    outputs: Sequence[str] | None = None,
    years: Sequence[float] | None = None,
    within_ranges: bool = True,
) -> Runs:
    """Run the model once.

    Parameters
    ----------
    inputs, engine, outputs, years, within_ranges
        As for `engine.run.runs.simulate`.
    model : Model, optional
        The model; the shipped one if left out.

    Returns
    -------
    Runs

    Raises
    ------
    InputError
        If an input, output, year or engine cannot be used.
    RunError
        If the run leaves the domain: division by zero, overflow, logarithm of a negative.

    Examples
    --------
    >>> steep = simulate({"substitution among regions": 3}, outputs=["value added"])
    >>> steep.inputs
      substitution among regions
    0                          3
    """
    data = runs.simulate(
        model or load(),
        inputs,
        engine=engine,
        outputs=outputs,
        years=years,
        within_ranges=within_ranges,
    )
    return Runs(data, pd.DataFrame([dict(inputs or {})], dtype=object))


def simulate_many(
    table: pd.DataFrame | Mapping[str, Any],
    outputs: Sequence[str],
    years: Sequence[float] | None = None,
    *,
    model: Model | None = None,
    base: Mapping[str, Any] | None = None,
    workers: int | None = None,
    cluster: str | Cluster | None = None,
    within_ranges: bool = True,
) -> Runs:
    """Run the model many times.

    Parameters
    ----------
    table, outputs, years, base, workers, cluster, within_ranges
        As for `engine.run.runs.simulate_many`.
    model : Model, optional
        The model; the shipped one if left out.

    Returns
    -------
    Runs
        `Runs.failures` lists the runs that failed.

    Raises
    ------
    InputError
        If an input, output or year cannot be used.

    Examples
    --------
    >>> many = simulate_many({"substitution among regions": [2.5, 3]}, ["value added"], [2040])
    >>> many.table(["value added[Wenzhou]"])["run"].tolist()
    [0, 1]
    """
    data = runs.simulate_many(
        model or load(),
        table,
        outputs,
        years,
        base=base,
        workers=workers,
        cluster=cluster,
        within_ranges=within_ranges,
    )
    return Runs(data, table if isinstance(table, pd.DataFrame) else pd.DataFrame(dict(table)))
