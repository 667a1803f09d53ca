"""What a lever is and how its money reaches value added, read from the model's own equations."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from smecluster.model.engine.read.document import Document, Variable
from smecluster.model.engine.read.document import read_document as read_document
from smecluster.model.engine.read.names import fold_name, list_subscripts
from smecluster.model.engine.read.values import Cell, Value, read_values
from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION
from smecluster.model.support.graphs import find_shortest_path
from smecluster.policies.levers import Lever, read_sections
from smecluster.policies.menu import Menu, find_menu

GOAL = "value added"
# The year for which the effort of today's policy is read.
TODAY = 2025.0
_CENTRE = "the centre"

Path = tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """A constant of the model that decides what the lever's money does.

    Attributes
    ----------
    name : str
        The constant.
    value : float or None
        Its value for this lever, in `unit`; None where the file gives none.
    low, high : float or None
        Its plausible range, in `unit`.
    unit, source : str
        Its unit, and where its value comes from.
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    source: str


@dataclass(frozen=True)
class LeverDescription:
    """A lever, and what the model does with its money.

    Attributes
    ----------
    lever : Lever
        The lever as the catalogue gives it.
    sections : dict of str to str
        What the sections of the paper that call for it are about, by number.
    today : dict of str to float
        What today's policy spends on it, as a share of value added, 1/Year: in each region of its
        own, and the centre of all regions.
    money_path : tuple of str
        Variables from the programme's spending to the variable that the lever feeds.
    effect_paths : dict of str to tuple of str
        Variables from the one that is fed to value added: the shortest path through each cause
        of value added, by that cause, the shortest of them first.
    evidence : tuple of Evidence
        Constants along the path of the money.
    """

    lever: Lever
    sections: Mapping[str, str]
    today: Mapping[str, float]
    money_path: Path
    effect_paths: Mapping[str, Path]
    evidence: tuple[Evidence, ...]


def describe_lever(lever: Lever, text: str) -> LeverDescription:
    """Describe a lever as a model uses it.

    Parameters
    ----------
    lever : Lever
        The lever.
    text : str
        Text of a Vensim model.

    Returns
    -------
    LeverDescription
        The description. Paths follow causal links that act during a run; the shortest path is
        the one with the fewest links, not the one that carries most of the effect.

    Raises
    ------
    InputError
        If the model does not have the lever, the variable that it feeds, or value added.
    """
    document = read_document(text)
    menu = find_menu(document.subscripts)
    if lever.name not in menu.levers:
        raise InputError(f"the model has no lever {lever.name!r}")
    fed = document.variable(lever.feeds).name
    values = read_values(text)
    money = _money_path(document, lever, fed)
    return LeverDescription(
        lever=lever,
        sections={number: read_sections()[number] for number in lever.paper},
        today=_today(values, lever),
        money_path=money,
        effect_paths=_effect_paths(document, fed),
        evidence=_evidence(document, values, lever, money),
    )


def _entries(document: Document, lever: Lever) -> list[str]:
    """List the variables whose equations name the lever: where its money enters the model."""
    return [
        name
        for name, variable in document.variables.items()
        if variable.kind not in ("constant", "table") and _names_lever(variable, lever)
    ]


def _names_lever(variable: Variable, lever: Lever) -> bool:
    right = (line.partition(" = ")[2] for line in variable.equation.splitlines())
    cells = (cell for line in right for cell in list_subscripts(line))
    return any(fold_name(element) == fold_name(lever.name) for cell in cells for element in cell)


def _money_path(document: Document, lever: Lever, fed: str) -> Path:
    begins = [document.variable(name).name for name in Menu.spending.values()]
    entries = _entries(document, lever)
    paths = []
    for begin, entry in itertools.product(begins, entries):
        # Money passes through no other entry: that one belongs to another use of the lever.
        others = [name for name in entries if name != entry]
        into = find_shortest_path(document.followers, begin, entry, [*others, GOAL])
        on = find_shortest_path(document.followers, entry, fed, [GOAL])
        if into is not None and on is not None:
            paths.append((*into, *on[1:]))
    return min(paths, key=len, default=())


def _effect_paths(document: Document, fed: str) -> dict[str, Path]:
    goal = document.variable(GOAL)
    found = {}
    for cause in goal.causes:
        others = [name for name in goal.causes if name != cause]
        path = find_shortest_path(document.followers, fed, cause, [*others, goal.name])
        if path is not None:
            found[cause] = (*path, goal.name)
    return dict(sorted(found.items(), key=lambda item: len(item[1])))


def _today(values: Mapping[str, Mapping[Cell, Value]], lever: Lever) -> dict[str, float]:
    shares = {}
    cells = (item for name in Menu.efforts.values() for item in values.get(name, {}).items())
    for cell, points in cells:
        if lever.name in cell and not isinstance(points, float | int):
            place = next((element for element in cell if element != lever.name), _CENTRE)
            years, sizes = zip(*points, strict=True)
            shares[place] = float(np.interp(TODAY, years, sizes))
    return shares


def _evidence(
    document: Document,
    values: Mapping[str, Mapping[Cell, Value]],
    lever: Lever,
    path: Path,
) -> tuple[Evidence, ...]:
    """List the constants of the lever, and those that act where its money has entered."""
    names: dict[str, None] = {}
    allocations = Menu.allocations.values()
    entered = False
    for name in path:
        entered = entered or _names_lever(document.variables[name], lever)
        for cause, constant in document.variables.items():
            if constant.kind != "constant" or name not in document.followers[cause]:
                continue
            of_lever = Menu.dimension in constant.dims and REGION not in constant.dims
            # How a strategy divides its money is no evidence.
            if (of_lever and cause not in allocations) or (entered and not constant.dims):
                names[cause] = None
    return tuple(_cite(document.variables[name], values, lever) for name in names)


def _cite(variable: Variable, values: Mapping[str, Mapping[Cell, Value]], lever: Lever) -> Evidence:
    cells = values.get(variable.name, {})
    own = cells.get((lever.name,), cells.get(()))
    value = float(own) if isinstance(own, float | int) else None
    return Evidence(
        variable.name, value, variable.low, variable.high, variable.unit, variable.source
    )
