"""What a run sets: from the names that people write to the parameters of a program."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.program.graph import Points, Program
from smecluster.model.support.errors import InputError, UnknownNameError, suggest_name
from smecluster.model.vensim.source import fold_name

Cell = tuple[str, ...]

_NAME = re.compile(r"\s*(?P<name>[^\[\]]+?)\s*(?:\[(?P<cell>[^\[\]]*)\])?\s*\Z")


@dataclass(frozen=True)
class Scale:
    """A factor on all values of a table.

    Attributes
    ----------
    factor : float
        1 leaves the table as it is.
    """

    factor: float


@dataclass
class Inputs:
    """What a run sets, in the terms of a program.

    Attributes
    ----------
    values : dict of int to float
        By parameter.
    tables : dict of int to (x, y)
        Points that replace those of a table.
    """

    values: dict[int, float] = field(default_factory=dict)
    tables: dict[int, Points] = field(default_factory=dict)

    def parameters(self, program: Program) -> NDArray[np.float64]:
        """Give the value of every parameter of a program."""
        values = np.array([parameter.value for parameter in program.parameters], dtype=float)
        for place, number in self.values.items():
            values[place] = number
        return values


class InputIndex:
    """The inputs of a program by name: everything that a run may set.

    Parameters
    ----------
    program : Program
        The model.
    """

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names: dict[str, str] = {}
        self.numbers: dict[str, dict[Cell, int]] = {}
        self.scales: dict[str, dict[Cell, int]] = {}
        self.tables: dict[str, dict[Cell, int]] = {}
        for place, parameter in enumerate(program.parameters):
            folded = fold_name(parameter.name)
            self.names[folded] = parameter.name
            group = self.scales if parameter.kind == "scale" else self.numbers
            group.setdefault(folded, {})[parameter.cell] = place
        for place, table in enumerate(program.tables):
            if fold_name(table.name) in self.scales:  # others are written inside an equation
                self.tables.setdefault(fold_name(table.name), {})[table.cell] = place
        self.elements = {
            fold_name(element): element for listed in program.ranges.values() for element in listed
        }
        self.ranges = {fold_name(name): listed for name, listed in program.ranges.items()}
        # Names are read again and again where many tables of runs are run one after the other.
        self._read: dict[str, tuple[str, list[Cell]]] = {}

    def find(self, written: str) -> tuple[str, list[Cell]]:
        """Read a name such as ``"name[element]"``.

        Parameters
        ----------
        written : str
            As the user writes it; a range or a missing subscript means all elements.

        Returns
        -------
        name : str
            The variable's key.
        cells : list of tuple of str
            The elements that it means.

        Raises
        ------
        InputError
            If no input has that name.
        """
        if isinstance(written, str) and written in self._read:
            return self._read[written]
        match = _NAME.match(written) if isinstance(written, str) else None
        if match is None:
            raise InputError(f"cannot read the input {written!r}: write 'name' or 'name[element]'")
        name = fold_name(match["name"])
        if name not in self.names:
            computed = {fold_name(spelled): spelled for spelled in self.program.outputs}
            if name in computed:
                raise InputError(
                    f"{computed[name]!r} is computed by the model: a run sets constants, tables "
                    "and the first values of stocks"
                )
            raise UnknownNameError("input", match["name"], self.names.values())
        given = [part for part in (match["cell"] or "").split(",") if part.strip()]
        self._read[written] = name, self._choose_cells(written, name, given)
        return self._read[written]

    def _cells(self, name: str) -> dict[Cell, int]:
        return self.numbers.get(name) or self.scales[name]

    def _choose_cells(self, written: str, name: str, given: Sequence[str]) -> list[Cell]:
        """List the cells with the given elements in order; other subscripts are free."""
        cells = list(self._cells(name))
        wanted = [self._expand_element(written, part) for part in given]
        if wanted and len(wanted) > len(cells[0]):
            raise InputError(
                f"input {written!r} has {len(wanted)} subscripts, "
                f"{self.names[name]!r} has {len(cells[0])}"
            )
        chosen = _match_cells(cells, wanted)
        if not chosen:
            options = [", ".join(cell) for cell in cells]
            guess = suggest_name(", ".join(given), options)
            hint = f"did you mean {guess!r}?" if guess else f"allowed: {'; '.join(options[:12])}"
            raise InputError(f"input {written!r}: {self.names[name]!r} has no such element, {hint}")
        return chosen

    def _expand_element(self, written: str, part: str) -> set[str]:
        folded = fold_name(part)
        if folded in self.ranges:
            return set(self.ranges[folded])
        if folded in self.elements:
            return {self.elements[folded]}
        names = [*self.elements.values(), *self.program.ranges]
        raise UnknownNameError(f"element in the input {written!r}, that is", part.strip(), names)

    def resolve(self, given: Mapping[str, Any]) -> Inputs:
        """Turn what a user writes into parameters and tables.

        Parameters
        ----------
        given : mapping
            By name a number, a mapping of elements to numbers, or an array over the variable's
            elements; for tables points ``[(x, y), ...]`` or a `Scale`.

        Returns
        -------
        Inputs

        Raises
        ------
        InputError
            If a name, element, shape or value cannot be used.
        """
        result = Inputs()
        for written, value in given.items():
            name, cells = self.find(written)
            self._assign(result, str(written), name, cells, value)
        return result

    def _assign(
        self, result: Inputs, written: str, name: str, cells: list[Cell], value: Any
    ) -> None:
        if isinstance(value, Mapping):
            for part, inner in value.items():
                parts = list(part) if isinstance(part, tuple) else [str(part)]
                wanted = [self._expand_element(written, one) for one in parts]
                chosen = _match_cells(cells, wanted)
                if not chosen:
                    raise InputError(
                        f"input {written!r}: {self.names[name]!r} has no element "
                        f"{', '.join(parts)!r}"
                    )
                self._assign(result, written, name, chosen, inner)
        elif name in self.scales:
            self._assign_table(result, written, name, cells, value)
        else:
            places = [self.numbers[name][cell] for cell in cells]
            for place, number in zip(
                places, _read_numbers(written, value, len(cells)), strict=True
            ):
                result.values[place] = number

    def _assign_table(
        self, result: Inputs, written: str, name: str, cells: list[Cell], value: Any
    ) -> None:
        if isinstance(value, Scale):
            factor = _read_number(written, value.factor)
            result.values.update({self.scales[name][cell]: factor for cell in cells})
            return
        points = _read_points(written, value)
        result.tables.update({self.tables[name][cell]: points for cell in cells})


def _match_cells(cells: list[Cell], wanted: Sequence[set[str]]) -> list[Cell]:
    """List the cells that begin with the wanted elements, or else contain them in order."""

    def begins(cell: Cell) -> bool:
        return all(part in allowed for part, allowed in zip(cell, wanted, strict=False))

    def holds(cell: Cell) -> bool:
        parts = iter(cell)
        return all(any(part in allowed for part in parts) for allowed in wanted)

    if any(len(wanted) > len(cell) for cell in cells):
        return []
    return [cell for cell in cells if begins(cell)] or [cell for cell in cells if holds(cell)]


def _read_number(written: str, value: Any) -> float:
    if isinstance(value, str | bytes) or value is None:
        raise InputError(f"input {written!r} must be a number, not {value!r}")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"input {written!r} must be a number, not {str(value)[:60]!r}") from None
    if not math.isfinite(number):
        raise InputError(f"input {written!r} must be a finite number, not {number}")
    return number


def _read_numbers(written: str, value: Any, count: int) -> list[float]:
    if isinstance(value, Scale):
        raise InputError(f"input {written!r} is a number, not a table: give a value")
    array = np.asarray(value)
    if array.ndim == 0:
        return [_read_number(written, array.item())] * count
    if array.size != count:
        raise InputError(f"input {written!r} has {array.size} values, {count} are needed")
    return [_read_number(written, one) for one in array.ravel().tolist()]


def _read_points(written: str, value: Any) -> Points:
    try:
        pairs = [(float(x), float(y)) for x, y in value]
    except (TypeError, ValueError):
        raise InputError(
            f"input {written!r} is a table: give its points [(x, y), ...] or Scale(factor)"
        ) from None
    if len(pairs) < 2:
        raise InputError(f"input {written!r}: a table needs at least two points")
    for x, y in pairs:
        _read_number(written, x), _read_number(written, y)
    pairs.sort()
    xs, ys = tuple(x for x, _ in pairs), tuple(y for _, y in pairs)
    if len(set(xs)) < len(xs):
        raise InputError(f"input {written!r}: a table needs one value for each x")
    return xs, ys
