"""Each region as several: the same places, with more governments that play.

Studies of coordination have thirty provinces or fifty states, the model three regions. A region
that is written as equal parts has in sum what it had (`tests/model/checking/test_split_region.py`),
so what changes is the number of governments alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from smecluster.calibration.data.constants import is_extensive
from smecluster.model.errors import InputError
from smecluster.model.file.model import Model
from smecluster.model.file.regions import Region, read_regions, set_regions

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Parts at most: thirty regions take minutes to compile and a tenth of the speed.
MOST_PARTS = 10
_COLUMN = re.compile(r"(?P<name>[^\[]+)\[(?P<elements>.+)\]")


def name_part(region: str, at: int) -> str:
    """Name a part of a region, counted from 0."""
    return f"{region} {at + 1}"


def split_regions(model: Model, parts: int) -> Model:
    """Write each region of a model as equal parts.

    Parameters
    ----------
    model : Model
        The model.
    parts : int
        How many parts each region is written as.

    Returns
    -------
    Model
        The model with the parts as its regions; itself for one part.

    Raises
    ------
    InputError
        If the number of parts is not in 1..`MOST_PARTS`.
    """
    if not 1 <= parts <= MOST_PARTS:
        raise InputError(f"a region can be written as 1..{MOST_PARTS} parts, not {parts}")
    if parts == 1:
        return model
    made = []
    for region in read_regions(model.text):
        constants = {
            name: _divide(value, parts) if _is_larger(model, name) else value
            for name, value in region.constants.items()
        }
        made += [
            Region(name_part(region.name, at), constants, region.tables) for at in range(parts)
        ]
    return Model(set_regions(model.text, made), model.path)


def split_draws(model: Model, draws: pd.DataFrame, parts: int) -> pd.DataFrame:
    """Write draws of a model's regions as draws of their parts.

    Parameters
    ----------
    model : Model
        The model as it was.
    draws : pandas.DataFrame
        A row a draw, a column an input.
    parts : int
        How many parts each region is written as.

    Returns
    -------
    pandas.DataFrame
        The same draws; all parts of a region have the same values.
    """
    if parts == 1:
        return draws
    columns = {}
    for column in map(str, draws.columns):
        found = _COLUMN.fullmatch(column)
        elements = [] if found is None else [one.strip() for one in found["elements"].split(",")]
        place = next((at for at, one in enumerate(elements) if one in model.regions), None)
        if found is None or place is None:
            columns[column] = draws[column]
            continue
        values = draws[column] / (parts if _is_larger(model, found["name"]) else 1)
        for at in range(parts):
            own = [*elements]
            own[place] = name_part(elements[place], at)
            columns[f"{found['name']}[{', '.join(own)}]"] = values
    return pd.DataFrame(columns, index=draws.index)


def _is_larger(model: Model, name: str) -> bool:
    return is_extensive(name, model.variables[name].unit)


def _divide(value: float | Mapping[str, float], parts: int) -> float | Mapping[str, float]:
    if isinstance(value, float | int):
        return value / parts
    return {element: number / parts for element, number in value.items()}
