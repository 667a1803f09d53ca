"""Take parts out of their whole: what is left is the whole less what its parts have.

A whole's values are those of all of it, its parts' included: they were read from its own figures,
or fitted to them. In a model that also holds the parts, what is counted in firms, people, money or
land is therefore reduced by what the parts have (`calibration.data.constants`), a threshold or a
norm (`THRESHOLDS`) in proportion to the output that is left, and shares and rates stay. A region
written as several then does what it did as one (`tests/model/checking/test_split_region.py`), up to
what makes the part different.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.data.constants import is_extensive
from smecluster.model import Model
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.values import (
    fold_cell,
    read_values,
    set_values,
    spell_name,
    split_name,
)
from smecluster.model.errors import InputError
from smecluster.model.file.regions import read_regions

Floats = NDArray[np.float64]

#: Constants that are no sum over parts, though they count things, and what they are kept in
#: proportion to.
THRESHOLDS: Mapping[str, str] = {
    "critical mass": "reference output",
    "size for site choice": "reference output",
}
#: What is left of a whole where a draw or a trial gives its parts more than it has.
LEAST = 1e-3

_Key = tuple[str, frozenset[str]]


@dataclass(frozen=True)
class _Cell:
    """One value of a whole, and the same of each of its parts."""

    name: str
    unit: str
    whole: _Key
    parts: tuple[_Key, ...]
    # What a threshold is kept in proportion to; None for what adds up.
    measure: tuple[_Key, tuple[_Key, ...]] | None


class Netting:
    """What of a model's values depends on what its parts have.

    Parameters
    ----------
    model : Model
        The model with the values of the wholes, parts included.
    parts : mapping of str to sequence of str
        By whole its parts, all of them regions of the model.
    """

    def __init__(self, model: Model, parts: Mapping[str, Sequence[str]]) -> None:
        self.model = model
        self.parts = {whole: tuple(each) for whole, each in parts.items()}
        values = read_values(model.text)
        self._gross = {
            _make_key(name, cell): float(value)
            for name, cells in values.items()
            for cell, value in cells.items()
            if isinstance(value, int | float)
        }
        self._cells = tuple(self._list_cells(values))

    def net_model(self) -> Model:
        """Give the model in which each whole is what is left without its parts.

        Returns
        -------
        Model

        Raises
        ------
        InputError
            If a part has as much of something as its whole, or more.
        """
        found = {}
        for cell in self._cells:
            left = float(self._compute(cell, {}, 1)[0])
            whole = self._gross[cell.whole]
            if left <= 0 < whole or left < 0:
                region = next(w for w in self.parts if fold_name(w) in cell.whole[1])
                own = sum(self._gross[part] for part in cell.parts)
                names = " and ".join(self.parts[region])
                raise InputError(
                    f"{names} cannot be taken out of {region}: {cell.name!r} is {own:g} "
                    f"{cell.unit} in the part and {whole:g} in the whole; correct the part's "
                    "constants.csv, or leave one of the two out (--region)"
                )
            found[cell.name] = left
        text = set_values(self.model.text, found)
        return Model(text, self.model.path)

    def net_inputs(self, table: pd.DataFrame, *, every: bool = False) -> pd.DataFrame:
        """Bring what is left of the wholes in line with inputs of single runs.

        Parameters
        ----------
        table : pandas.DataFrame
            A row a run, a column an input of the model (``"name[element]"``), the wholes' as if
            their parts were in them.
        every : bool
            Whether to give all that depends on parts; else only what the table's columns move.

        Returns
        -------
        pandas.DataFrame
            The table with the wholes' values net of their parts; `LEAST` of a whole where the parts
            have all of it or more.
        """
        own = {_make_key(*split_name(str(name))): str(name) for name in table.columns}
        given = {key: table[name].to_numpy(dtype=float) for key, name in own.items()}
        found: dict[str, Floats] = {}
        for cell in self._cells:
            if not every and not any(key in given for key in _list_keys(cell)):
                continue
            left = self._compute(cell, given, len(table))
            least = LEAST * self._take(cell.whole, given, len(table))
            found[own.get(cell.whole, cell.name)] = np.maximum(left, least)
        kept = table.drop(columns=[name for name in found if name in table])
        return pd.concat([kept, pd.DataFrame(found, index=table.index)], axis=1)

    def count_short(self, table: pd.DataFrame) -> int:
        """Count the runs in which a part has as much of something as its whole, or more."""
        given = {
            _make_key(*split_name(str(name))): table[name].to_numpy(dtype=float) for name in table
        }
        short = np.zeros(len(table), dtype=bool)
        for cell in self._cells:
            if any(key in given for key in _list_keys(cell)):
                whole = self._take(cell.whole, given, len(table))
                short |= (self._compute(cell, given, len(table)) <= 0) & (whole > 0)
        return int(short.sum())

    def _list_cells(self, values: Mapping[str, Mapping[tuple[str, ...], object]]) -> list[_Cell]:
        found = []
        regional = read_regions(self.model.text)[0].constants
        for whole, parts in self.parts.items():
            for name in regional:
                variable = self.model.variables[name]
                if not is_extensive(name, variable.unit):
                    continue
                for cell in values[name]:
                    if fold_name(whole) not in fold_cell(cell):
                        continue
                    keys = tuple(_make_key(name, _replace(cell, whole, each)) for each in parts)
                    measure = None
                    if name in THRESHOLDS:
                        other = THRESHOLDS[name]
                        each = tuple(_make_key(other, (part,)) for part in parts)
                        measure = (_make_key(other, (whole,)), each)
                    own = _make_key(name, cell)
                    found.append(_Cell(spell_name(name, cell), variable.unit, own, keys, measure))
        return found

    def _compute(self, cell: _Cell, given: Mapping[_Key, Floats], rows: int) -> Floats:
        """Compute what is left of one value, for each run."""
        whole = self._take(cell.whole, given, rows)
        if cell.measure is None:
            return whole - sum(self._take(part, given, rows) for part in cell.parts)
        measure, parts = cell.measure
        share = sum(self._take(part, given, rows) for part in parts) / self._take(
            measure, given, rows
        )
        return np.asarray(whole * (1 - share))

    def _take(self, key: _Key, given: Mapping[_Key, Floats], rows: int) -> Floats:
        return given[key] if key in given else np.full(rows, self._gross[key])


def _list_keys(cell: _Cell) -> tuple[_Key, ...]:
    measured = () if cell.measure is None else (cell.measure[0], *cell.measure[1])
    return (cell.whole, *cell.parts, *measured)


def _make_key(name: str, cell: Sequence[str]) -> _Key:
    """Make what tells values apart, however the name is spelled and the elements are ordered."""
    return fold_name(name), frozenset(fold_cell(cell))


def _replace(cell: Sequence[str], whole: str, part: str) -> tuple[str, ...]:
    return tuple(part if fold_name(each) == fold_name(whole) else each for each in cell)
