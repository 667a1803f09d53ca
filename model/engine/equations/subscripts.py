"""Subscripts: the ranges of a model, and the elements that each variable has.

A range may contain other ranges, repeat another one, or pair with one of the same length by
position (Vensim's mappings and ``<->``).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from smecluster.model.engine.equations.declared import Cell, Declared, Definition, Env, Site
from smecluster.model.engine.read.names import fold_name
from smecluster.model.engine.read.ranges import write_ranges
from smecluster.model.engine.read.syntax import Component, Element, Range
from smecluster.model.errors import InputError, suggest_name
from smecluster.model.support.limits import MOST_CELLS

# What results have besides the ranges of a model.
_DIMENSIONS = ("time", "run")

Maps = dict[tuple[str, str], dict[str, str]]


class Subscripts:
    """The ranges of a model and their elements.

    Parameters
    ----------
    given : iterable of Range
        The ranges as the file gives them.

    Attributes
    ----------
    ranges : dict of str to tuple of str
        The elements of each range, other ranges in it resolved.
    maps : dict of (str, str) to dict of str to str
        For a range and another one, keys of names: which element of the first an element of the
        second means.
    spelled : dict of str to str
        Names of ranges by key.
    elements : dict of str to str
        Names of elements by key.
    """

    def __init__(self, given: Iterable[Range]) -> None:
        given = tuple(given)
        listed = {entry.name: entry.elements for entry in given if not entry.equals}
        copies = {entry.name: entry.equals for entry in given if entry.equals}
        written = write_ranges(listed, copies, {})
        self.ranges = {entry.name: written[entry.name] for entry in given}
        for name, elements in self.ranges.items():
            _check_range(name, elements)
        self.maps = _read_maps(given, self.ranges)
        self.cells = 0
        self.spelled = {fold_name(name): name for name in self.ranges}
        self.elements = {
            fold_name(element): element for listed in self.ranges.values() for element in listed
        }

    def declare(self, element: Element, line: int | None) -> Declared:
        """Read a variable: its equations, and which of them each element has.

        Parameters
        ----------
        element : Element
            The variable as the file gives it.
        line : int or None
            Its line in the file.

        Returns
        -------
        Declared
            Its elements in the order of the ranges.

        Raises
        ------
        InputError
            If a subscript is unknown, or its elements belong to no common range.
        """
        name = element.name.strip().strip('"')
        variable = Declared(name, line, ())
        self._check_name(variable)
        definitions = []
        for component in element.components:
            definitions.append((self._define(variable, component), component.excepted))
        counts = {len(definition.dims) for definition, _ in definitions}
        counts |= {len(cell) for _, excepted in definitions for cell in excepted}
        if len(counts) > 1:
            raise InputError(
                f"{variable.place}{name!r} is defined with {min(counts)} subscripts and with "
                f"{max(counts)}: give each equation the same number"
            )
        for definition, excepted in definitions:
            left_out = [self._axes_of(variable, cell) for cell in excepted]
            for env in definition.envs:
                cell = _cell_of(definition.dims, env)
                if not any(
                    all(part in axis for part, axis in zip(cell, axes, strict=True))
                    for axes in left_out
                ):
                    if cell in variable.cells:
                        raise refuse_second(variable, cell)
                    variable.cells[cell] = (definition, env)
        variable.dims = self._dims_of(variable, [definition for definition, _ in definitions])
        places = [{e: at for at, e in enumerate(self.ranges[dim])} for dim in variable.dims]
        variable.cells = dict(
            sorted(
                variable.cells.items(),
                key=lambda item: [at[e] for at, e in zip(places, item[0], strict=True)],
            )
        )
        return variable

    def _check_name(self, variable: Declared) -> None:
        """Refuse names that results could not hold."""
        name = fold_name(variable.name)
        if name == "time":
            raise InputError(
                f"{variable.place}{variable.name!r} is the name of the model's own time: give the "
                "variable another name"
            )
        if name in self.spelled:
            raise InputError(
                f"{variable.place}{variable.name!r} is a range and a variable: give one of them "
                "another name"
            )

    def _define(self, variable: Declared, component: Component) -> Definition:
        names = component.subscripts
        axes = self._axes_of(variable, names)
        self.cells += math.prod(map(len, axes))
        if self.cells > MOST_CELLS:
            raise InputError(
                f"{variable.place}with {variable.name!r} the model has more than {MOST_CELLS:,} "
                "elements, which is the most that is computed: use fewer or shorter ranges"
            )
        keys = [fold_name(name) if fold_name(name) in self.spelled else "" for name in names]
        envs = tuple(
            tuple((k, part) for k, part in zip(keys, cell, strict=True) if k)
            for cell in itertools.product(*axes)
        )
        dims = tuple(self.spelled[k] if k else axis[0] for k, axis in zip(keys, axes, strict=True))
        if len({k for k in keys if k}) < len([k for k in keys if k]):
            raise InputError(
                f"{variable.place}{variable.name!r} uses a range twice: give the second one "
                "another name with '<->'"
            )
        return Definition(component.ast, dims, component.kind == "table", envs)

    def _axes_of(self, variable: Declared, names: Any) -> list[tuple[str, ...]]:
        axes = []
        for name in names:
            folded = fold_name(name)
            if folded in self.spelled:
                axes.append(self.ranges[self.spelled[folded]])
            elif folded in self.elements:
                axes.append((self.elements[folded],))
            else:
                raise self.refuse_subscript(variable, name)
        return axes

    def refuse_subscript(self, variable: Declared, name: str) -> InputError:
        """Make the error about a subscript that does not exist."""
        guess = suggest_name(name, [*self.spelled.values(), *self.elements.values()])
        hint = f", did you mean {guess!r}?" if guess else ""
        return InputError(
            f"{variable.place}{variable.name!r} uses the unknown subscript {name!r}{hint}"
        )

    def _dims_of(self, variable: Declared, definitions: list[Definition]) -> tuple[str, ...]:
        """Find for each position the range that contains all its elements."""
        dims: list[str] = []
        for place, first in enumerate(definitions[0].dims):
            used = dict.fromkeys(cell[place] for cell in variable.cells)
            alike = all(definition.dims[place] == first for definition in definitions)
            if alike and first in self.ranges:
                dims.append(first)
                continue
            holding = [
                name
                for name, listed in self.ranges.items()
                if set(used) <= set(listed) and name not in dims
            ]
            if holding:
                dims.append(min(holding, key=lambda name: len(self.ranges[name])))
            else:
                dims.append(self._make_range(variable, tuple(used), dims))
        return tuple(dims)

    def _make_range(self, variable: Declared, used: tuple[str, ...], dims: list[str]) -> str:
        """Make a range for results of elements that belong to none, or to one that is taken."""
        for name, listed in list(self.ranges.items()):
            if set(used) <= set(listed):
                twin = f"{name} again"
                while twin in dims or self.ranges.get(twin, listed) != listed:
                    twin += " again"
                self.ranges[twin] = listed
                return twin
        own = f"elements of {variable.name} {len(dims) + 1}"
        self.ranges[own] = used
        return own

    def resolve_element(self, where: Site, env: Env, subscript: str) -> str:
        """Find the element that a subscript means in an equation.

        Parameters
        ----------
        where : Site
            The equation.
        env : Env
            The elements that the ranges mean in it.
        subscript : str
            A range or an element.

        Returns
        -------
        str

        Raises
        ------
        InputError
            If it is unknown, or a range without an element here.
        """
        folded = fold_name(subscript)
        known = dict(env)
        if folded in known:
            return known[folded]
        if folded in self.spelled:
            mapped = self._follow_map(folded, env)
            if mapped is not None:
                return mapped
            raise where.refuse(
                f"uses the range {subscript!r}, which is neither on its left-hand side nor summed"
            )
        if folded in self.elements:
            return self.elements[folded]
        raise self.refuse_subscript(where.variable, subscript)

    def _follow_map(self, wanted: str, env: Env) -> str | None:
        """Find the element of a range that an element of another one means."""
        for other, element in env:
            if element in self.maps.get((wanted, other), {}):
                return self.maps[wanted, other][element]
        # The equation may be for a part of the other range.
        for _, element in env:
            for (range_, _), pairs in self.maps.items():
                if range_ == wanted and element in pairs:
                    return pairs[element]
        return None


def refuse_second(variable: Declared, cell: Cell = ()) -> InputError:
    """Make the error about a variable, or an element of one, that is defined twice."""
    named = f"{variable.name}[{', '.join(cell)}]" if cell else variable.name
    how = ", or leave the element out of one with :EXCEPT:" if cell else ""
    return InputError(f"{variable.place}{named!r} is defined twice: keep one equation{how}")


def _cell_of(dims: tuple[str, ...], env: Env) -> Cell:
    known = dict(env)
    return tuple(known.get(fold_name(dim), dim) for dim in dims)


def _read_maps(given: Sequence[Range], ranges: Mapping[str, tuple[str, ...]]) -> Maps:
    keys = {fold_name(name): listed for name, listed in ranges.items()}
    maps: Maps = {}

    def pair(one: str, other: str, pairs: Iterable[tuple[str, str]]) -> None:
        """Let elements of one range mean elements of another; the first meaning stays."""
        known = maps.setdefault((one, other), {})
        for mine, theirs in pairs:
            known.setdefault(theirs, mine)

    for entry in given:
        own = fold_name(entry.name)
        others = {**entry.maps, **({entry.equals: ()} if entry.equals else {})}
        for name, parts in others.items():
            other = fold_name(name)
            if other not in keys:
                continue  # Vensim passes over it too
            if not parts:
                pair(own, other, zip(keys[own], keys[other], strict=False))
                pair(other, own, zip(keys[other], keys[own], strict=False))
                continue
            for mine, part in zip(entry.elements, parts, strict=True):
                for theirs in keys.get(fold_name(part), (part,)):
                    for element in keys.get(fold_name(mine), (mine,)):
                        pair(own, other, [(element, theirs)])
                        pair(other, own, [(theirs, element)])
    return maps


def _check_range(name: str, elements: Sequence[str]) -> None:
    """Refuse a range that results could not hold, or that would make its variables vanish."""
    if not elements:
        raise InputError(f"the range {name!r} has no elements: list them")
    if name in _DIMENSIONS:
        raise InputError(
            f"the range {name!r} has the name of a dimension that results have: give it another "
            "name"
        )
