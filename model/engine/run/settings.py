"""Values that a user sets by hand: inputs of the model within its ranges, and counts."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from smecluster.model.engine.graph.inputs import InputIndex
from smecluster.model.engine.graph.values import Range
from smecluster.model.engine.model import Model
from smecluster.model.errors import InputError
from smecluster.model.support.limits import MOST_COUNTED, MOST_STEPS_A_YEAR

# Kinds of variables that a run sets and whose numbers have a range.
_RANGED = ("constant", "control", "initial", "stock")


@lru_cache(maxsize=8)
def index_inputs(model: Model) -> InputIndex:
    """Index the inputs of a model, with their ranges.

    Parameters
    ----------
    model : Model
        The model.

    Returns
    -------
    InputIndex
    """
    ranges = {
        name: Range(
            -math.inf if variable.low is None else variable.low,
            math.inf if variable.high is None else variable.high,
            variable.unit,
        )
        for name, variable in model.variables.items()
        if variable.kind in _RANGED
    }
    return InputIndex(model.program, ranges)


def check_inputs(model: Model, values: Mapping[str, Any] | None, where: str = "") -> dict[str, Any]:
    """Check what a user sets: names, values, ranges, and that nothing is set twice.

    Parameters
    ----------
    model : Model
        The model.
    values : mapping, optional
        As for `engine.run.runs.simulate`.
    where : str
        Where the values come from, for the error.

    Returns
    -------
    dict
        The values as they were given.

    Raises
    ------
    InputError
        If an input cannot be used or lies outside its range.
    """
    given = {} if values is None else values
    try:
        index_inputs(model).resolve(given, within_ranges=True)
    except InputError as error:
        if not where:
            raise
        raise InputError(f"{where}: {error}") from None
    return dict(given)


def override_inputs(
    model: Model, below: Mapping[str, Any], above: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Let some inputs go before others, however each is spelled.

    Parameters
    ----------
    model : Model
        The model.
    below, above : mapping
        As for `engine.run.runs.simulate`; where both set a value, that of `above` holds.

    Returns
    -------
    dict

    Raises
    ------
    InputError
        If a name of either is no input.
    """
    return index_inputs(model).override(below, above or {})


def check_count(name: str, value: Any, most: int = MOST_COUNTED) -> int:
    """Read a count, such as that of threads.

    Parameters
    ----------
    name : str
        What is counted, for the error.
    value : object
        What was given.
    most : int
        The largest count allowed.

    Returns
    -------
    int
        At least 1.

    Raises
    ------
    InputError
        If it is no whole number, below 1 or above `most`.
    """
    try:
        count = operator.index(value)
    except TypeError:
        raise InputError(f"{name} must be a whole number, not {value!r}") from None
    if isinstance(value, bool):
        raise InputError(f"{name} must be a whole number, not {value!r}")
    if count < 1:
        raise InputError(f"{name} must be at least 1, not {value!r}")
    if count > most:
        raise InputError(f"{name} must be at most {most:,}, not {value!r}")
    return count


def check_time_step(step: float) -> float:
    """Check a time step that a command takes, so that years begin at a step.

    Parameters
    ----------
    step : float
        The time step, Year.

    Returns
    -------
    float
        The same.

    Raises
    ------
    InputError
        If it is not 1 over a whole number, or shorter than 1/1024.
    """
    if not 1 / MOST_STEPS_A_YEAR <= step <= 1 or not (1 / step).is_integer():
        raise InputError(
            f"time step {step:g}: 1 over a whole number, such as 0.125, and at least "
            f"1/{MOST_STEPS_A_YEAR}"
        )
    return step


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
    values: dict[str, float] = {}
    for option in given:
        name, separator, text = option.rpartition("=")
        name = name.strip()
        try:
            number = float(text)
        except ValueError:
            separator = ""
        if not separator or not name:
            raise InputError(f"--set {option!r} is not NAME=VALUE with a number as value")
        if name in values:
            raise InputError(f"--set gives {name!r} twice: give one value")
        values[name] = number
    check_inputs(model, values, "--set")
    return values
