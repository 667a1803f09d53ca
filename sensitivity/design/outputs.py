"""The outputs of a study as columns of numbers, one for each run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from smecluster.model import outcomes
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.outcomes import DISPERSION, PLACE, TOTAL, Outcome, collect_outcomes
from smecluster.sensitivity.design.study import Study
from smecluster.sensitivity.design.study_tables import OutputTable

if TYPE_CHECKING:
    from smecluster.model import Model

_ALL = "all"
# What the dispersion among regions is computed from.
_BEHIND_DISPERSION = "value added per worker"


@dataclass(frozen=True)
class Column:
    """One number of each run.

    Attributes
    ----------
    outcome : str
        The outcome, or a variable of the model that is none.
    place : str
        A region, or ``"total"``; of a variable that is no outcome its element.
    year : float
        The year of its value.
    since : float or None
        The year whose value is taken off.
    unit : str
        Its unit.
    better : {"more", "less", "neither"}
        Which direction is an improvement.
    plain : bool
        Whether it is a variable as the model has it, not an outcome.
    """

    outcome: str
    place: str
    year: float
    since: float | None
    unit: str
    better: str
    plain: bool = False

    @property
    def name(self) -> str:
        """Its name in tables, and in the files of the runs."""
        since = "" if self.since is None else f" since {self.since:g}"
        return f"{self.outcome}, {self.place}, {self.year:g}{since}"

    def record(self) -> dict[str, Any]:
        """Give its content for a JSON file."""
        return asdict(self)

    @classmethod
    def from_record(cls, content: Mapping[str, Any]) -> Column:
        """Make it again from what `record` gave."""
        return cls(**content)


def build_columns(study: Study, model: Model) -> tuple[Column, ...]:
    """List the columns of a study.

    Parameters
    ----------
    study : Study
        The study.
    model : Model
        The model.

    Returns
    -------
    tuple of Column

    Raises
    ------
    InputError
        If a place is not the model's, or a column is asked for twice.
    """
    found: dict[str, Column] = {}
    for table in study.output:
        for place in _list_places(table, model):
            for year in table.years:
                column = Column(
                    _spell_output(table, model),
                    place,
                    year,
                    table.since,
                    _find_unit(table, model),
                    _find_better_side(table),
                    _is_plain(table),
                )
                if column.name in found:
                    raise InputError(f"the output {column.name!r} is asked for twice")
                found[column.name] = column
    for name in study.enough.outputs if study.enough else ():
        if name not in found:
            raise UnknownNameError("output in enough", name, found)
    return tuple(found.values())


def list_required(columns: Sequence[Column]) -> tuple[list[str], list[float]]:
    """List the model's variables and the years that columns are computed from."""
    years = {column.year for column in columns}
    years |= {column.since for column in columns if column.since is not None}
    named = outcomes.list_variables(_find_outcomes(columns))
    plain = [column.outcome for column in columns if column.plain]
    return [*dict.fromkeys([*named, *plain])], sorted(years)


def extract_outputs(
    result: xr.Dataset, columns: Sequence[Column]
) -> dict[str, NDArray[np.float64]]:
    """Take the columns out of runs of the model.

    Parameters
    ----------
    result : xarray.Dataset
        From `model.simulate_many`, with what `list_required` lists; NaN where a run has failed.
    columns : sequence of Column
        What to take.

    Returns
    -------
    dict of str to array of float, shape (runs,)
        By the column's name, in its unit.
    """
    time = {float(year): place for place, year in enumerate(result["time"].values)}
    found = {
        column.name: _extract_plain(result, column, time) for column in columns if column.plain
    }
    columns = [column for column in columns if not column.plain]
    if not columns:
        return found
    gathered = collect_outcomes(result, _find_outcomes(columns))
    where = {str(name): place for place, name in enumerate(gathered[PLACE].values)}
    blocks = {}
    for name in {column.outcome for column in columns}:
        variable = gathered[name]
        order = [dim for dim in ("run", "time", PLACE) if dim in variable.dims]
        blocks[name] = variable.transpose(*order).values
    for column in columns:
        block = blocks[column.outcome]
        block = block[..., where[column.place]] if block.ndim > 2 else block
        values = block[:, time[column.year]]
        if column.since is not None:
            values = values - block[:, time[column.since]]
        found[column.name] = np.ascontiguousarray(values, dtype=float)
    return found


def _is_plain(table: OutputTable) -> bool:
    """Say whether a variable is asked for as the model has it; outcomes are added up, too."""
    return bool(table.variable)


def _spell_output(table: OutputTable, model: Model) -> str:
    """Spell an output as the model does."""
    if table.outcome:
        return table.outcome
    from smecluster.model.engine.graph.outputs import select_outputs

    return select_outputs(model.program, [table.variable]).names[0]


def _list_elements(name: str, model: Model) -> dict[str, tuple[str, ...]]:
    """List the elements of a variable, by the name of their place; the total without any."""
    cells = model.program.outputs[name].cells
    return {", ".join(cell) if cell else TOTAL: cell for cell in cells}


def _extract_plain(
    result: xr.Dataset, column: Column, time: Mapping[float, int]
) -> NDArray[np.float64]:
    """Take one column of a variable that is no outcome; shape (runs,)."""
    variable = result[column.outcome]
    axes = [dim for dim in variable.dims if dim not in ("run", "time")]
    if axes:
        elements = column.place.split(", ")
        variable = variable.sel(dict(zip(axes, elements, strict=True)))
    if "time" not in variable.dims:  # a constant
        values = variable.values.astype(float)
        return np.zeros_like(values) if column.since is not None else values
    block = variable.transpose("run", "time").values
    values = block[:, time[column.year]]
    if column.since is not None:
        values = values - block[:, time[column.since]]
    return np.ascontiguousarray(values, dtype=float)


def _find_outcomes(columns: Sequence[Column]) -> list[Outcome]:
    names = dict.fromkeys(
        _BEHIND_DISPERSION if column.outcome == DISPERSION else column.outcome
        for column in columns
        if not column.plain
    )
    return [outcomes.find_outcome(name) for name in names]


def _list_places(table: OutputTable, model: Model) -> tuple[str, ...]:
    if _is_plain(table):
        return _list_plain_places(table, model)
    regions = model.regions
    if not _is_regional(table.outcome, model):
        for place in table.places:
            if place not in (TOTAL, _ALL):
                raise InputError(
                    f"output {table.outcome!r} is national: its place is {TOTAL!r}, not {place!r}"
                )
        return (TOTAL,)
    allowed = (*regions, TOTAL)
    if table.place == _ALL:
        return allowed
    for place in table.places:
        if place not in allowed:
            raise UnknownNameError(f"place of output {table.outcome!r}", place, (*allowed, _ALL))
    return table.places


def _list_plain_places(table: OutputTable, model: Model) -> tuple[str, ...]:
    name = _spell_output(table, model)
    elements = _list_elements(name, model)
    if table.place == _ALL or (table.place == TOTAL and TOTAL in elements):
        return tuple(elements)
    for place in table.places:
        if place not in elements:
            raise UnknownNameError(f"place of output {name!r}", place, (*elements, _ALL))
    return table.places


def _is_regional(outcome: str, model: Model) -> bool:
    return outcome != DISPERSION and "Region" in model.document.variable(outcome).dims


def _find_unit(table: OutputTable, model: Model) -> str:
    return "Dmnl" if table.outcome == DISPERSION else model.document.variable(table.name).unit


def _find_better_side(table: OutputTable) -> str:
    if table.outcome == DISPERSION:
        return "less"
    return "neither" if table.variable else outcomes.find_outcome(table.outcome).better
