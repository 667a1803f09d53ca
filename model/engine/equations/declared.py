"""Variables as they are declared: their equations, and the place where one stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from smecluster.model.engine.read.syntax import Section
from smecluster.model.errors import InputError

Cell = tuple[str, ...]
# The element that each range of an equation means, by the range's key.
Env = tuple[tuple[str, str], ...]


@dataclass
class Definition:
    """One equation of a variable.

    Attributes
    ----------
    ast : Any
        Its right-hand side (see `engine.read.syntax`).
    dims : tuple of str
        For each subscript the name of a range or of an element.
    lookup : bool
        Whether it is a table.
    envs : tuple of Env
        The elements that it is written for.
    """

    ast: Any
    dims: tuple[str, ...]
    lookup: bool
    envs: tuple[Env, ...]


@dataclass
class Scope:
    """One call of a macro: what its names mean.

    Attributes
    ----------
    section : Section
        The macro.
    names : dict of str to str
        The key of each of its variables among those of the whole model.
    given : dict
        The expression that the call gives for each argument, and where it stands.
    """

    section: Section
    names: dict[str, str]
    given: dict[str, tuple[Site, Env, Any]]


@dataclass
class Declared:
    """A variable with all its equations.

    Attributes
    ----------
    name : str
        As the file spells it.
    line : int or None
        Line in the file.
    dims : tuple of str
        The range of each subscript.
    cells : dict
        By element its equation, and the elements that the ranges mean in it.
    scope : Scope or None
        The call of a macro that it belongs to, None for a variable of the model.
    """

    name: str
    line: int | None
    dims: tuple[str, ...]
    cells: dict[Cell, tuple[Definition, Env]] = field(default_factory=dict)
    scope: Scope | None = None

    @property
    def place(self) -> str:
        """Where it stands in the file, as the beginning of an error."""
        return f"line {self.line}: " if self.line else ""


@dataclass(frozen=True)
class Site:
    """The equation that is being built.

    Attributes
    ----------
    variable : Declared
        The variable.
    definition : Definition
        Its equation.
    cell : Cell
        Its element.
    first : bool
        Whether it is built for the time at which stocks get their first values.
    """

    variable: Declared
    definition: Definition
    cell: Cell
    first: bool

    @property
    def definition_name(self) -> str:
        """The variable's name as its own file or macro spells it."""
        return self.variable.name.rpartition(": ")[2] if self.variable.scope else self.variable.name

    def refuse(self, reason: str) -> InputError:
        """Make the error that says why the equation cannot be computed."""
        return InputError(f"{self.variable.place}{self.variable.name!r} {reason}")

    def check_count(self, name: str, given: Sequence[object], count: int) -> None:
        """Refuse a call that gives a function, or a macro, another number of arguments."""
        if len(given) != count:
            raise self.refuse(f"gives {name} {len(given)} arguments; it takes {count}")

    def at_start(self) -> Site:
        """Give the same equation as it is when stocks get their first values."""
        return Site(self.variable, self.definition, self.cell, first=True)
