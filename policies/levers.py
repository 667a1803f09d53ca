"""The catalogue of policy levers: what each one is, and which level the paper gives it to."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field, model_validator

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.inputs import Schema, read_toml, validate
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.support.workspace import locate
from smecluster.policies.menu import Level, Menu, read_menu

if TYPE_CHECKING:
    from smecluster.model import Model

FILE = Path(__file__).with_name("levers.toml")


class Lever(Schema):
    """One policy lever: what it buys, what it feeds, and whose task it is by the paper.

    Parameters
    ----------
    name : str
        The element of the model's subscript.
    given_to : tuple of {"local", "central"}
        The levels of government to which the paper's division of labour gives it, as we read it;
        none if the paper asks no government for it. Either level can run it.
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
        Plausible span of its yearly money, of both levels together and policy as now included,
        as a share of the cost basis, 1/Year.
    share_source : str
        Where the span comes from, or "judgement".
    description : str
        What the money buys, in one sentence.
    """

    name: str
    given_to: tuple[Level, ...]
    paper: tuple[str, ...] = Field(min_length=1)
    feeds: str
    unit: str = "Myuan/Year"
    cost_basis: str
    share: tuple[float, float]
    share_source: str
    description: str

    @property
    def task(self) -> str:
        """Whose task it is by the paper, in a word."""
        if len(self.given_to) > 1:
            return mark("both")
        return {(): mark("nobody"), ("local",): mark("regions"), ("central",): mark("centre")}[
            self.given_to
        ]

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
def _read() -> _Catalogue:
    path = locate(FILE)
    return validate(_Catalogue, read_toml(path), path.name)


@cache
def read_levers(level: Level | None = None) -> tuple[Lever, ...]:
    """Read the levers, in the model's order.

    Parameters
    ----------
    level : {"local", "central"}, optional
        Those that the paper gives to this level of government; all if not given.

    Returns
    -------
    tuple of Lever
        The levers.

    Raises
    ------
    InputError
        If the catalogue is broken.
    """
    return tuple(lever for lever in _read().lever if level is None or level in lever.given_to)


@cache
def read_sections() -> dict[str, str]:
    """Read what the paper's sections are about, by number.

    Returns
    -------
    dict
        A few words on each section that a lever cites.

    Raises
    ------
    InputError
        If the catalogue is broken.
    """
    return _read().sections


def find_lever(name: str) -> Lever:
    """Find a lever by its name.

    Parameters
    ----------
    name : str
        The lever's name.

    Returns
    -------
    Lever
        The lever.

    Raises
    ------
    InputError
        If there is none of that name.
    """
    for lever in read_levers():
        if lever.name == name:
            return lever
    raise UnknownNameError("lever", name, [lever.name for lever in read_levers()])


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
    modelled = read_menu(model).levers
    known = [lever.name for lever in read_levers()]
    for name in known:
        if name not in modelled:
            raise UnknownNameError("lever of the model", name, modelled)
    for name in modelled:
        if name not in known:
            raise InputError(f"lever {name!r} of the model is not in {FILE.name}")
    for lever in read_levers():
        if lever.feeds not in model.variables:
            raise UnknownNameError(
                f"variable fed by lever {lever.name!r}", lever.feeds, model.variables
            )
        for effort in Menu.efforts.values():
            allowed = model.variables[effort].high
            if allowed is not None and lever.share[1] > allowed:
                raise InputError(
                    f"lever {lever.name!r}: share {lever.share[1]:g} is above the model's "
                    f"{allowed:g}"
                )
