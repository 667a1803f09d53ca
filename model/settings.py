"""Values of constants that a user sets by hand, within the ranges of the model."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from smecluster.model.support.errors import InputError
from smecluster.model.system import Model


def check_ranges(model: Model, values: Mapping[str, float], where: str) -> None:
    """Check that values of constants lie within the model's ranges.

    Parameters
    ----------
    model : Model
        The model.
    values : mapping
        Value by name, with or without elements in brackets.
    where : str
        Where the values come from, for the error.

    Raises
    ------
    InputError
        If a value lies outside its range; the message gives the range.
    """
    for name, value in values.items():
        variable = model.variables.get(name.partition("[")[0].strip())
        if variable is None:
            continue  # the engine refuses unknown names, but accepts control variables
        low = -math.inf if variable.low is None else variable.low
        high = math.inf if variable.high is None else variable.high
        if not low <= value <= high:
            raise InputError(
                f"{where}: {name} = {value:g} is outside {low:g}..{high:g} {variable.unit}"
            )


def parse_settings(model: Model, given: Sequence[str]) -> dict[str, float]:
    """Read ``NAME=VALUE`` options.

    Parameters
    ----------
    model : Model
        The model whose constants are set.
    given : sequence of str
        The options.

    Returns
    -------
    dict
        Value by name.

    Raises
    ------
    InputError
        If an option is not of that form or its value lies outside the range.
    """
    values = {}
    for option in given:
        name, separator, text = option.rpartition("=")
        try:
            values[name.strip()] = float(text)
        except ValueError:
            separator = ""
        if not separator or not name.strip():
            raise InputError(f"--set {option!r} is not NAME=VALUE with a number as value")
    check_ranges(model, values, "--set")
    return values
