"""What a run sets: from the names that people write to the parameters of a program.

Everything that sets an input, from Python or the command line, passes here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.graph.graph import Points, Program
from smecluster.model.engine.graph.values import (
    Range,
    Scale,
    read_number,
    read_numbers,
    read_points,
)
from smecluster.model.engine.read.names import fold_name
from smecluster.model.errors import InputError, UnknownNameError, suggest_name

Cell = tuple[str, ...]

_NAME = re.compile(r"\s*(?P<name>[^\[\]]+?)\s*(?:\[(?P<cell>[^\[\]]*)\])?\s*\Z")


@dataclass
class Inputs:
    """What a run sets, in the terms of a program.

    Attributes
    ----------
    values : dict of int to float
        By parameter.
    tables : dict of int to (x, y)
        Points that replace those of a table.
    written : dict of int to str
        By parameter how the user wrote it; for a table by the parameter of its scale.
    """

    values: dict[int, float] = field(default_factory=dict)
    tables: dict[int, Points] = field(default_factory=dict)
    written: dict[int, str] = field(default_factory=dict)

    def claim(self, written: str, places: Iterable[int]) -> None:
        """Note who sets some parameters.

        Parameters
        ----------
        written : str
            The input, as the user wrote it.
        places : iterable of int
            The parameters that it sets.

        Raises
        ------
        InputError
            If another input sets one of them too.
        """
        for place in places:
            before = self.written.setdefault(place, written)
            if before != written:
                raise InputError(
                    f"inputs {before!r} and {written!r} set the same value: give one of them"
                )

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
    ranges : mapping of str to Range, optional
        Where values may lie, by name of the variable.
    """

    def __init__(self, program: Program, ranges: Mapping[str, Range] | None = None) -> None:
        self.program = program
        self._limits = {fold_name(name): limit for name, limit in (ranges or {}).items()}
        self.names: dict[str, str] = {}
        self.numbers: dict[str, dict[Cell, int]] = {}
        self.scales: dict[str, dict[Cell, int]] = {}
        self.tables: dict[str, dict[Cell, int]] = {}
        self.turned: set[tuple[str, Cell]] = set()
        for place, parameter in enumerate(program.parameters):
            folded = fold_name(parameter.name)
            self.names[folded] = parameter.name
            group = self.scales if parameter.kind == "scale" else self.numbers
            group.setdefault(folded, {})[parameter.cell] = place
        for place, table in enumerate(program.tables):
            if fold_name(table.name) in self.scales:  # others are written inside an equation
                cells = self.tables.setdefault(fold_name(table.name), {})
                if table.cell in cells:
                    self.turned.add((fold_name(table.name), table.cell))
                cells[table.cell] = place
        self.elements = {
            fold_name(element): element for listed in program.ranges.values() for element in listed
        }
        self.ranges = {fold_name(name): listed for name, listed in program.ranges.items()}
        # Names are read again and again where many tables of runs are run one after the other.
        self._read: dict[str, tuple[str, list[Cell]]] = {}
        self._set: dict[str, tuple[int, ...]] = {}

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

    def find_places(self, written: str) -> list[int]:
        """List the parameters that a name means; of a table those of its scale.

        Parameters
        ----------
        written : str
            As for `find`.

        Returns
        -------
        list of int

        Raises
        ------
        InputError
            If no input has that name.
        """
        name, cells = self.find(written)
        return [self._cells(name)[cell] for cell in cells]

    def find_range(self, written: str) -> Range | None:
        """Give the range in which the values of an input must lie, None if it has none."""
        return self._limits.get(self.find(written)[0])

    def find_set(self, written: str, number: float) -> tuple[int, ...]:
        """List the parameters that a number sets; read once for each name.

        Parameters
        ----------
        written : str
            As for `find`.
        number : float
            A number that it is set to.

        Returns
        -------
        tuple of int

        Raises
        ------
        InputError
            If no input has that name, or it cannot be a number.
        """
        if written not in self._set:
            self._set[written] = tuple(self.resolve({written: number}).values)
        return self._set[written]

    def resolve(self, given: Mapping[str, Any], within_ranges: bool = False) -> Inputs:
        """Turn what a user writes into parameters and tables.

        Parameters
        ----------
        given : mapping
            By name a number, a mapping of elements to numbers, or an array over the variable's
            elements; for tables points ``[(x, y), ...]`` or a `Scale`.
        within_ranges : bool
            Whether values outside of a variable's range are refused.

        Returns
        -------
        Inputs

        Raises
        ------
        InputError
            If a name, element, shape or value cannot be used, or two entries set one value.
        """
        if not isinstance(given, Mapping):
            raise InputError(f"inputs must be a mapping of names to values, not {given!r}")
        result = Inputs()
        for written, value in given.items():
            name, cells = self.find(written)
            places = self._assign(result, written, name, cells, value)
            limit = self._limits.get(name) if within_ranges else None
            if limit is not None:
                limit.check(written, np.array([result.values[place] for place in places]))
        return result

    def _assign(
        self,
        result: Inputs,
        written: str,
        name: str,
        cells: list[Cell],
        value: Any,
        level: int = 0,
    ) -> list[int]:
        """Set values, and list the parameters that were set."""
        if isinstance(value, Mapping):
            return self._assign_parts(result, written, name, cells, value, level)
        places = [self._cells(name)[cell] for cell in cells]
        result.claim(written, places)
        if name in self.scales:
            self._assign_table(result, written, name, cells, value)
        else:
            single = cells == [()]
            numbers = read_numbers(written, value, len(cells), single)
            result.values.update(zip(places, numbers, strict=True))
        return places

    def _assign_parts(
        self,
        result: Inputs,
        written: str,
        name: str,
        cells: list[Cell],
        parts: Mapping[Any, Any],
        level: int,
    ) -> list[int]:
        if not parts:
            raise InputError(f"input {written!r} is an empty mapping: give a value")
        if level and level >= len(cells[0]):
            raise InputError(f"input {written!r} must be a number, not {dict(parts)!r}")
        places: list[int] = []
        for part, inner in parts.items():
            names = [str(one) for one in part] if isinstance(part, tuple) else [str(part)]
            wanted = [self._expand_element(written, one) for one in names]
            chosen = _match_cells(cells, wanted)
            if not chosen:
                raise InputError(
                    f"input {written!r}: {self.names[name]!r} has no element {', '.join(names)!r}"
                )
            inside = f"{written}: {', '.join(names)}"
            places += self._assign(result, inside, name, chosen, inner, level + 1)
        return places

    def _assign_table(
        self, result: Inputs, written: str, name: str, cells: list[Cell], value: Any
    ) -> None:
        if isinstance(value, Scale):
            factor = read_number(written, value.factor)
            result.values.update({self.scales[name][cell]: factor for cell in cells})
            return
        points = read_points(written, value)
        if any((name, cell) in self.turned for cell in cells):
            raise InputError(
                f"input {written!r}: the model reads {self.names[name]!r} in several ways, such as "
                "forward: give Scale(factor), or change its points in the file"
            )
        result.tables.update({self.tables[name][cell]: points for cell in cells})

    def override(self, below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
        """Let some inputs go before others, however each is spelled.

        Parameters
        ----------
        below, above : mapping
            Inputs as for `resolve`; where both set a value, that of `above` holds.

        Returns
        -------
        dict
            `above`, and what it leaves of `below`: an entry of which it sets a part is written
            element by element.

        Raises
        ------
        InputError
            If a name of either is no input.
        """
        taken = {place for written in above for place in self.find_places(written)}
        kept: dict[str, Any] = {}
        for written, value in below.items():
            places = self.find_places(written)
            if not taken.intersection(places):
                kept[written] = value
            elif not taken.issuperset(places):
                kept |= self._write_out(written, value, taken)
        return {**kept, **above}

    def _write_out(self, written: str, value: Any, taken: set[int]) -> dict[str, Any]:
        name, cells = self.find(written)
        alone = self.resolve({written: value})
        found: dict[str, Any] = {}
        for cell in cells:
            place = self._cells(name)[cell]
            if place in taken or place not in alone.written:
                continue
            spelled = f"{self.names[name]}[{', '.join(cell)}]"
            if name not in self.scales:
                found[spelled] = alone.values[place]
            elif place in alone.values:
                found[spelled] = Scale(alone.values[place])
            else:
                found[spelled] = list(zip(*alone.tables[self.tables[name][cell]], strict=True))
        return found


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
