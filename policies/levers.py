"""The catalogue of policy levers, read from ``levers.toml`` and checked against the model."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.support.reading import read_toml
from smecluster.model.support.schema import Schema, validate
from smecluster.model.support.workspace import locate

if TYPE_CHECKING:
    from smecluster.model import Model

CATALOGUE = Path(__file__).with_name("levers.toml")
Level = Literal["local", "central"]
LEVELS: tuple[Level, ...] = ("local", "central")
_EFFORT: dict[Level, str] = {
    "local": "historical local effort",
    "central": "historical central effort",
}
SUBSCRIPT: dict[Level, str] = {"local": "Local lever", "central": "Central lever"}


class Lever(Schema):
    """One policy lever: who runs it, what it buys, what it feeds.

    Parameters
    ----------
    name : str
        The element of the model's subscript.
    level : {"local", "central"}
        The level of government that runs it.
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
    level: Level
    paper: tuple[str, ...] = Field(min_length=1)
    feeds: str
    unit: str = "Myuan/Year"
    cost_basis: str
    share: tuple[float, float]
    share_source: str
    description: str

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
    path = locate(CATALOGUE)
    return validate(_Catalogue, read_toml(path), path.name)


@cache
def read_levers(level: Level | None = None) -> tuple[Lever, ...]:
    """Read the levers, in the model's order.

    Parameters
    ----------
    level : {"local", "central"}, optional
        One level of government; both if not given.

    Returns
    -------
    tuple of Lever
        The levers.

    Raises
    ------
    InputError
        If the catalogue is broken.
    """
    return tuple(lever for lever in _read().lever if level in (None, lever.level))


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


def find_lever(name: str, level: Level | None = None) -> Lever:
    """Find a lever by its name.

    Parameters
    ----------
    name : str
        The lever's name.
    level : {"local", "central"}, optional
        The level that must run it.

    Returns
    -------
    Lever
        The lever.

    Raises
    ------
    InputError
        If there is none of that name at that level.
    """
    for lever in read_levers(level):
        if lever.name == name:
            return lever
    kind = f"{level} lever" if level else "lever"
    raise UnknownNameError(kind, name, [lever.name for lever in read_levers(level)])


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
    for level, subscript in SUBSCRIPT.items():
        known = [lever.name for lever in read_levers(level)]
        modelled = model.subscripts.get(subscript, ())
        for name in known:
            if name not in modelled:
                raise UnknownNameError(f"{level} lever of the model", name, modelled)
        for name in modelled:
            if name not in known:
                raise InputError(f"{level} lever {name!r} of the model is not in {CATALOGUE.name}")
    for lever in read_levers():
        if lever.feeds not in model.variables:
            raise UnknownNameError(
                f"variable fed by lever {lever.name!r}", lever.feeds, model.variables
            )
        allowed = model.variables[_EFFORT[lever.level]].high
        if allowed is not None and lever.share[1] > allowed:
            raise InputError(
                f"lever {lever.name!r}: share {lever.share[1]:g} is above the model's {allowed:g}"
            )
