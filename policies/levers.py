"""The catalogue of policy levers: what each one is, for the menu of the model that is loaded."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.support.reading import read_toml
from smecluster.model.support.schema import Schema, validate
from smecluster.model.support.workspace import locate
from smecluster.policies.menu import LEVELS, Level, Menu, list_catalogues, read_menu

if TYPE_CHECKING:
    from smecluster.model import Model

FOLDER = Path(__file__).parent
_SHIPPED = list_catalogues()[0]


class Lever(Schema):
    """One policy lever: who runs it, what it buys, what it feeds.

    Parameters
    ----------
    name : str
        The element of the model's subscript.
    level : {"local", "central", "either"}
        The level of government that can run it.
    paper : tuple of str
        Sections of Qu Li (2020, doi 10.25236/IJNDES.040223).
    feeds : str
        The variable of the model that the money moves: the first stock on which others depend,
        wherever there is one.
    unit : str
        Unit of its money.
    cost_basis : str
        The size against which its money is measured.
    share : tuple of float
        Plausible span of its yearly money as a share of the cost basis, 1/Year.
    share_source : str
        Where the span comes from, or "judgement".
    description : str
        What the money buys, in one sentence.
    """

    name: str
    level: Level | Literal["either"]
    paper: tuple[str, ...] = Field(min_length=1)
    feeds: str
    unit: str = "Myuan/Year"
    cost_basis: str
    share: tuple[float, float]
    share_source: str
    description: str

    @property
    def levels(self) -> tuple[Level, ...]:
        """The levels of government that can run it."""
        return LEVELS if self.level == "either" else (self.level,)

    @property
    def kind(self) -> str:
        """What pages call it: whose lever it is."""
        return "lever of either level" if self.level == "either" else f"{self.level} lever"

    @model_validator(mode="after")
    def _ordered(self) -> Lever:
        low, high = self.share
        if not 0 <= low < high <= 1:
            raise ValueError(f"lever {self.name!r}: share {low}..{high} is not a span within 0..1")
        return self


class _Catalogue(Schema):
    sections: dict[str, str]
    lever: tuple[Lever, ...]

    @model_validator(mode="after")
    def _sections_known(self) -> _Catalogue:
        for lever in self.lever:
            for number in lever.paper:
                if number not in self.sections:
                    raise ValueError(f"lever {lever.name!r}: section {number!r} is not in sections")
        return self


@cache
def _read(name: str) -> _Catalogue:
    path = locate(FOLDER / name)
    return validate(_Catalogue, read_toml(path), path.name)


@cache
def read_levers(level: Level | None = None, menu: Menu | None = None) -> tuple[Lever, ...]:
    """Read the levers, in the model's order.

    Parameters
    ----------
    level : {"local", "central"}, optional
        One level of government; both if not given.
    menu : Menu, optional
        The menu of the model, which decides the catalogue; the shipped model's if not given.

    Returns
    -------
    tuple of Lever
        The levers.

    Raises
    ------
    InputError
        If the catalogue is broken.
    """
    levers = _read(_SHIPPED if menu is None else menu.catalogue).lever
    return tuple(lever for lever in levers if level is None or level in lever.levels)


@cache
def read_sections(menu: Menu | None = None) -> dict[str, str]:
    """Read what the paper's sections are about, by number.

    Parameters
    ----------
    menu : Menu, optional
        The menu of the model; the shipped model's if not given.

    Returns
    -------
    dict
        A few words on each section that a lever cites.

    Raises
    ------
    InputError
        If the catalogue is broken.
    """
    return _read(_SHIPPED if menu is None else menu.catalogue).sections


def find_lever(name: str, level: Level | None = None, menu: Menu | None = None) -> Lever:
    """Find a lever by its name.

    Parameters
    ----------
    name : str
        The lever's name.
    level : {"local", "central"}, optional
        The level that must run it.
    menu : Menu, optional
        The menu of the model; the shipped model's if not given.

    Returns
    -------
    Lever
        The lever.

    Raises
    ------
    InputError
        If there is none of that name at that level.
    """
    for lever in read_levers(level, menu):
        if lever.name == name:
            return lever
    kind = f"{level} lever" if level else "lever"
    raise UnknownNameError(kind, name, [lever.name for lever in read_levers(level, menu)])


def check_name(name: str, level: Level) -> None:
    """Refuse a name that is a level's lever in no catalogue.

    A strategy is read before it is known which model it meets; `policies.strategy.Strategy.plan`
    holds its levers against the model's own.

    Parameters
    ----------
    name : str
        The lever's name.
    level : {"local", "central"}
        The level that must run it.

    Raises
    ------
    InputError
        If no catalogue has it.
    """
    known = (lever for file in list_catalogues() for lever in _read(file).lever)
    if not any(lever.name == name and level in lever.levels for lever in known):
        find_lever(name, level)


def check_catalogue(model: Model) -> None:
    """Check the catalogue against a model.

    Parameters
    ----------
    model : Model
        The model.

    Raises
    ------
    InputError
        If a lever of one is missing in the other, feeds a variable that the model does
        not have, or may cost more than the model allows for.
    """
    menu = read_menu(model)
    for level in LEVELS:
        known = [lever.name for lever in read_levers(level, menu)]
        modelled = menu.levers(level)
        for name in known:
            if name not in modelled:
                raise UnknownNameError(f"{level} lever of the model", name, modelled)
        for name in modelled:
            if name not in known:
                raise InputError(f"{level} lever {name!r} of the model is not in {menu.catalogue}")
    for lever in read_levers(menu=menu):
        if lever.feeds not in model.variables:
            raise UnknownNameError(
                f"variable fed by lever {lever.name!r}", lever.feeds, model.variables
            )
        for level in lever.levels:
            allowed = model.variables[menu.efforts[level]].high
            if allowed is not None and lever.share[1] > allowed:
                raise InputError(
                    f"lever {lever.name!r}: share {lever.share[1]:g} is above the model's "
                    f"{allowed:g}"
                )
