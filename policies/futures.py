"""Futures: what may come from outside, as dated tables of the model bent from a year on.

Every strategy faces the same futures, one file each. Each repeats something that has happened
once: a hard test, but not an invented one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import Field, model_validator

from smecluster.model.engine.read.values import read_values
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.support.limits import MOST_BENDING
from smecluster.model.support.workspace import find_named_file, list_files

if TYPE_CHECKING:
    from smecluster.model import Model

FOLDER = Path(__file__).with_name("futures")
BASE = "base"
ALL = "all"

Points = list[tuple[float, float]]


class Bend(Schema):
    """What a future does to one dated table of the model.

    Parameters
    ----------
    table : str
        The table.
    effect : {"multiply", "add"}
        How the course acts on the table's values.
    course : tuple of (float, float)
        Years after the future's year, and size (Dmnl, or the table's unit where it is added);
        straight lines between, the last size for good.
    regions : tuple of str, optional
        Where; in all regions if not given. Only for tables that regions have.
    """

    table: str
    effect: Literal["multiply", "add"]
    course: tuple[tuple[float, float], ...] = Field(min_length=2)
    regions: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _begins_without_effect(self) -> Bend:
        later = [after for after, _ in self.course]
        if later != sorted(set(later)):
            raise ValueError(f"the years of the course of {self.table!r} do not ascend")
        if self.course[0] != (0.0, self.neutral):
            raise ValueError(
                f"the course of {self.table!r} begins with {list(self.course[0])}: "
                f"[0, {self.neutral:g}] is needed, so that nothing changes before the year"
            )
        if later[-1] > MOST_BENDING:
            raise ValueError(
                f"the course of {self.table!r} takes {later[-1]:g} years: "
                f"at most {MOST_BENDING:,} are allowed"
            )
        for _, size in self.course:
            if self.effect == "multiply" and not 0 <= size <= MOST_BENDING:
                raise ValueError(
                    f"the course of {self.table!r} multiplies by {size:g}: "
                    f"0 to {MOST_BENDING:,} is allowed"
                )
        return self

    @property
    def neutral(self) -> float:
        """The size that changes nothing."""
        return 1.0 if self.effect == "multiply" else 0.0

    def bend_points(self, points: Points, year: float) -> Points:
        """Bend a table from a year on.

        Parameters
        ----------
        points : list of (float, float)
            The table: year and value.
        year : float
            The future's year.

        Returns
        -------
        list of (float, float)
            The bent table.

        Raises
        ------
        InputError
            If much more is added than the table holds.
        """
        later, size = np.array(self.course).T
        x, y = np.array(points).T
        most = MOST_BENDING * max(1.0, np.abs(y).max())
        if self.effect == "add" and np.abs(size).max() > most:
            raise InputError(
                f"the course of {self.table!r} adds {size[np.abs(size).argmax()]:g}: "
                f"{-most:g} to {most:g} is allowed"
            )
        years = np.union1d(x, year + later)
        values, effect = np.interp(years, x, y), np.interp(years, year + later, size)
        values = values * effect if self.effect == "multiply" else values + effect
        return [(float(at), float(value)) for at, value in zip(years, values, strict=True)]


class Future(Schema):
    """What may come from outside.

    Parameters
    ----------
    name : str
        Short name: the file's, without its suffix.
    title : str
        What tables and figures call it.
    description : str
        What happens.
    year : float
        Year in which it begins.
    bend : tuple of Bend
        What it does to the model's tables; nothing in the base future.
    source : str
        Where shapes and sizes come from.
    """

    name: str
    title: str
    description: str
    year: float = Field(default=2030, ge=1978, le=2040)
    bend: tuple[Bend, ...] = ()
    source: str

    @property
    def hash(self) -> str:
        """SHA-256 of its content; layout and comments of the file do not matter."""
        content = json.dumps(self.model_dump(), sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def inputs(self, model: Model) -> dict[str, Points]:
        """Bend the model's tables.

        Parameters
        ----------
        model : Model
            The model.

        Returns
        -------
        dict
            Points (year, value) by table and region, as inputs of a run.

        Raises
        ------
        InputError
            If the model has no such table or region.
        """
        if not self.bend:
            return {}
        tables = _read_tables(model.text)
        bent: dict[str, Points] = {}
        for bend in self.bend:
            if bend.table not in tables:
                raise UnknownNameError(f"table bent by future {self.name!r}", bend.table, tables)
            cells = tables[bend.table]
            for region in bend.regions or ():
                if region not in model.regions:
                    raise UnknownNameError(f"region in future {self.name!r}", region, model.regions)
                if (region,) not in cells:
                    raise InputError(
                        f"future {self.name!r}: {bend.table!r} is national, leave out 'regions'"
                    )
            for cell, points in cells.items():
                if bend.regions is None or cell[0] in bend.regions:
                    name = f"{bend.table}[{', '.join(cell)}]" if cell else bend.table
                    bent[name] = bend.bend_points(bent.get(name, points), self.year)
        return bent


@lru_cache(maxsize=8)
def _read_tables(text: str) -> Mapping[str, Mapping[tuple[str, ...], Points]]:
    """Read the points of every table of a model, by name and element."""
    tables: dict[str, dict[tuple[str, ...], Points]] = {}
    for name, cells_of in read_values(text).items():
        for cell, value in cells_of.items():
            if not isinstance(value, float | int):
                tables.setdefault(name, {})[cell] = [(float(x), float(y)) for x, y in value]
    return tables


def load(name: str | Path) -> Future:
    """Read a future.

    Parameters
    ----------
    name : str or Path
        The name of a future in ``policies/futures``, or the path of a TOML file.

    Returns
    -------
    Future
        The future.

    Raises
    ------
    InputError
        If there is no such future, or the file is broken.
    """
    path = find_named_file("future", name, FOLDER)
    return validate(Future, {"name": path.stem} | read_toml(path), path.name)


def names() -> tuple[str, ...]:
    """Names of the futures of the workspace and of the package: the base, then by alphabet."""
    return tuple(sorted(list_files(FOLDER), key=lambda name: (name != BASE, name)))


def load_futures(chosen: Iterable[str | Path] = (ALL,)) -> tuple[Future, ...]:
    """Read several futures.

    Parameters
    ----------
    chosen : iterable of str or Path
        Names or paths; ``all`` stands for those of the workspace and of the package.

    Returns
    -------
    tuple of Future
        The futures, the base first: the others are compared with it.

    Raises
    ------
    InputError
        If one does not exist, is broken, or two have the same name.
    """
    wanted = [one for name in chosen for one in (names() if name == ALL else (name,))]
    loaded = [load(name) for name in dict.fromkeys([BASE, *wanted])]
    called = [future.name for future in loaded]
    for name in called:
        if called.count(name) > 1:
            raise InputError(f"two futures are called {name!r}: give one another file name")
    return tuple(loaded)
