"""What a check assumes: inputs written for whole ranges, resolved to single elements."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from smecluster.model.engine.read.document import Document, read_document
from smecluster.model.engine.read.names import fold_name, split_elements
from smecluster.model.engine.read.values import Cell, Value, read_values
from smecluster.model.errors import InputError, UnknownNameError

BASE = "base"
BASED_ON = "based on"
ONLY_WITH = "only with"

Inputs = Mapping[str, Any]


class Scenarios:
    """The named scenarios of a folder of checks, for one model.

    Parameters
    ----------
    text : str
        The Vensim file's text.
    named : mapping
        Inputs by name of the scenario, as written.
    """

    def __init__(self, text: str, named: Mapping[str, Inputs]) -> None:
        self._document: Document = read_document(text)
        self._values = read_values(text)
        self._named = named

    @property
    def names(self) -> tuple[str, ...]:
        """All named scenarios, the model as it is (``base``) first."""
        return (BASE, *self._named)

    def find_lacking(self, content: Inputs) -> str | None:
        """Name a region that a scenario or check needs and the model lacks.

        Parameters
        ----------
        content : mapping
            A scenario or a check; ``only with`` lists the regions that it needs.

        Returns
        -------
        str or None
            The first such region; None if the model has all.
        """
        known = {fold_name(name) for name in self._document.subscripts.get("Region", ())}
        return next(
            (name for name in content.get(ONLY_WITH, ()) if fold_name(name) not in known), None
        )

    def find_lacking_for(self, scenario: str) -> str | None:
        """Name a region that a named scenario needs and the model lacks; see `find_lacking`."""
        return self.find_lacking(self._named.get(scenario, {}))

    def inputs(self, scenario: str | Inputs) -> Inputs:
        """Resolve a scenario.

        Parameters
        ----------
        scenario : str or mapping
            A name, or inputs: by ``name`` or ``name[Region, talent training]`` (a range means all
            its elements; later lines override earlier ones) a number, ``{times: number}``,
            or the points of a table; ``based on`` names the scenario that it
            extends, and ``only with`` the regions that it needs.

        Returns
        -------
        mapping
            Numbers and points by variable, one entry an element, as `model.simulate` takes them.

        Raises
        ------
        InputError
            If a scenario, variable or element is unknown, or a value cannot be used.
        """
        if isinstance(scenario, str):
            if scenario not in self.names:
                raise UnknownNameError("scenario", scenario, self.names)
            scenario = self._named.get(scenario, {})
        result: dict[str, Any] = {}
        if BASED_ON in scenario:
            result.update(self.inputs(str(scenario[BASED_ON])))
        for given, value in scenario.items():
            if given in (BASED_ON, ONLY_WITH):
                continue
            if not isinstance(given, str):
                raise InputError(f"{given!r} is not the name of an input")
            bare, bracket, inside = given.partition("[")
            name = self._document.variable(bare).name
            if name not in self._values:
                raise InputError(f"{name!r} is computed by the model: it is not an input")
            for cell in self._list_cells(name, split_elements(bracket + inside) if bracket else ()):
                spelled = f"{name}[{', '.join(cell)}]" if cell else name
                result[spelled] = _compute_value(given, value, self._values[name][cell])
        return result

    def _list_cells(self, name: str, asked: Sequence[str]) -> list[Cell]:
        """List the elements that subscripts mean."""
        cells = self._values[name]
        if not asked:
            return list(cells)
        ranges = {fold_name(range_): listed for range_, listed in self._document.subscripts.items()}
        axes = [ranges.get(fold_name(one), (one,)) for one in asked]
        folded = {tuple(fold_name(part) for part in cell): cell for cell in cells}
        chosen = []
        for combination in itertools.product(*axes):
            cell = folded.get(tuple(fold_name(part) for part in combination))
            if cell is None:
                known = [", ".join(cell) for cell in cells]
                raise UnknownNameError(f"element of {name!r}", ", ".join(combination), known)
            chosen.append(cell)
        return chosen


def _compute_value(name: str, given: Any, old: Value) -> Any:
    """Compute the new value of a constant, or the new points of a table."""
    table = not isinstance(old, float)
    if isinstance(given, Mapping) and set(given) == {"times"}:
        factor = _read_number(name, given["times"])
        return [(x, y * factor) for x, y in old] if table else old * factor  # type: ignore[union-attr, operator]
    if isinstance(given, int | float) and not isinstance(given, bool):
        return [(x, float(given)) for x, _ in old] if table else float(given)  # type: ignore[union-attr]
    if table and isinstance(given, list):
        if not all(isinstance(point, list) and len(point) == 2 for point in given):
            raise InputError(f"input {name!r}: points are [[x, y], ...], not {given!r}")
        return [(_read_number(name, x), _read_number(name, y)) for x, y in given]
    allowed = "a number, points [[x, y], ...]" if table else "a number"
    raise InputError(f"input {name!r}: give {allowed} or {{times: number}}, not {given!r}")


def _read_number(name: str, value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"input {name!r}: {value!r} is not a number") from None
