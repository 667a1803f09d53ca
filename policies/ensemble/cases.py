"""Results of plans in the draws of one future, filled in any order."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

STRATEGY, FUTURE, DRAW = "strategy", "future", "draw"
REASON = "failure reason"


class Cases:
    """Results along (strategy, draw, ...).

    Parameters
    ----------
    shape : tuple of int
        How many plans and draws.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.arrays: dict[str, Floats] = {}
        self.reasons = np.full(shape, "", dtype=object)
        self._dims: dict[str, tuple[str, ...]] = {}
        self._attrs: dict[str, dict[str, Any]] = {}
        self._coords: dict[str, Any] = {}

    def put(self, here: tuple[Integers, ...], part: xr.Dataset) -> None:
        """Take in the results of some runs (dimension ``run`` first)."""
        for key, values in part.data_vars.items():
            name = str(key)
            if name not in self.arrays:
                self.arrays[name] = np.full((*self.shape, *values.shape[1:]), np.nan)
                self._dims[name] = tuple(map(str, values.dims[1:]))
                self._attrs[name] = dict(values.attrs)
                for dim in self._dims[name]:
                    self._coords[dim] = part[dim].values
            self.arrays[name][here] = values.values

    def add(self, name: str, values: Floats, unit: str) -> None:
        """Take in values of all cases, along (strategy, draw)."""
        self.arrays[name], self._dims[name], self._attrs[name] = values, (), {"unit": unit}

    def explain(self, here: tuple[Integers, ...], part: xr.Dataset) -> None:
        """Take in why runs failed: in what variable, in which year."""
        reasons = part[REASON].values
        words = np.full(len(reasons), "", dtype=object)
        for at in np.flatnonzero(reasons != ""):
            variable, year = part["failure variable"].values[at], part["failure year"].values[at]
            words[at] = f"{reasons[at]} in {variable} in {year:g}"
            for values in self.arrays.values():
                values[here[0][at], here[1][at]] = np.nan
        self.reasons[here] = words

    def fail(self, where: Truths, reason: str) -> None:
        """Mark cases that have no result."""
        self.reasons[where & (self.reasons == "")] = reason
        for values in self.arrays.values():
            values[where] = np.nan

    def dataset(self, count: int) -> xr.Dataset:
        """Give the results of the first plans, as many as `count` says."""
        data = {
            name: ((STRATEGY, DRAW, *self._dims[name]), values[:count], self._attrs[name])
            for name, values in self.arrays.items()
        }
        made = xr.Dataset(data, self._coords)
        return made.assign({REASON: ((STRATEGY, DRAW), self.reasons[:count])})
