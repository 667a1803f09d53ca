"""What is believed of combinations of constants: the file ``calibration/combined.toml``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from smecluster.model.checking.formula import Formula, parse_formula
from smecluster.model.errors import InputError
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.support.workspace import locate

Floats = NDArray[np.float64]

#: The file.
COMBINED = Path(__file__).parents[1] / "combined.toml"
#: Outside the range the combination pays like a figure with this error of its logarithm.
ERROR = 0.05
# Relative step of differences.
_SMALL = 1e-5


class _Combination(Schema):
    name: str = Field(min_length=1)
    of: str = Field(min_length=1)
    low: float = Field(gt=0)
    high: float = Field(gt=0)
    source: str = Field(min_length=1)

    @model_validator(mode="after")
    def _rises(self) -> _Combination:
        if not self.low < self.high:
            raise ValueError(f"low and high of {self.name!r} do not rise: {self.low}, {self.high}")
        return self


class _File(Schema):
    combination: tuple[_Combination, ...] = ()


@dataclass(frozen=True)
class Combination:
    """A combination of constants that is believed to lie in a range.

    Attributes
    ----------
    name : str
        What it is.
    formula : Formula
        How it follows from constants without elements, Dmnl.
    low, high : float
        The range, above 0, Dmnl.
    """

    name: str
    formula: Formula
    low: float
    high: float

    def measure(self, names: Sequence[str], values: Floats) -> Floats:
        """Compute it for constants' values, shape (n, constants): shape (n,)."""
        place = {name: at for at, name in enumerate(names)}
        columns: Any = {name: values[:, place[name]] for name in self.formula.names}
        # A formula is made for the results of runs, in time.
        found = self.formula({"time": np.zeros(1), **columns})
        return np.asarray(found, dtype=float)

    def find_excess(self, names: Sequence[str], values: Floats) -> Floats:
        """Say by how many errors it is outside its range, shape (n,); 0 inside, Dmnl."""
        logs = np.log(np.maximum(self.measure(names, values), 1e-9))
        over = np.maximum(logs - np.log(self.high), 0.0)
        return np.asarray((over + np.minimum(logs - np.log(self.low), 0.0)) / ERROR)

    def differentiate(self, names: Sequence[str], values: Floats) -> tuple[Floats, Floats]:
        """Compute `find_excess` and its derivatives by the constants, shape (n, constants).

        By central differences: a formula has few constants.
        """
        slopes = np.zeros(values.shape)
        for name in self.formula.names:
            at = list(names).index(name)
            step = _SMALL * np.maximum(np.abs(values[:, at]), _SMALL)
            up, down = values.copy(), values.copy()
            up[:, at] += step
            down[:, at] -= step
            rise = self.find_excess(names, up) - self.find_excess(names, down)
            slopes[:, at] = rise / (2 * step)
        return self.find_excess(names, values), slopes


def read_combinations(
    names: Sequence[str], path: str | Path | None = None
) -> tuple[Combination, ...]:
    """Read what is believed of combinations of constants.

    Parameters
    ----------
    names : sequence of str
        The constants that have a prior.
    path : str or Path, optional
        Another file.

    Returns
    -------
    tuple of Combination

    Raises
    ------
    InputError
        If the file is malformed or a formula names what is not a constant with a prior.
    """
    place = locate(COMBINED) if path is None else Path(path)
    found = []
    for row in validate(_File, read_toml(place), str(place)).combination:
        try:
            formula = parse_formula(row.of, names)
        except InputError as error:
            raise InputError(f"{place}: combination {row.name!r}: {error}") from None
        found.append(Combination(row.name, formula, row.low, row.high))
    return tuple(found)
