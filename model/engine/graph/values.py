"""Numbers and points that a run sets: what counts as one, and in which range it must lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.graph.graph import Points
from smecluster.model.errors import InputError

# Relative error of a value that has been taken to another scale and back.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class Scale:
    """A factor on all values of a table.

    Attributes
    ----------
    factor : float
        1 leaves the table as it is.
    """

    factor: float


@dataclass(frozen=True)
class Range:
    """Where a variable's values may lie.

    Attributes
    ----------
    low, high : float
        In the variable's unit; infinite where the model gives no end.
    unit : str
        The unit, for messages.
    """

    low: float
    high: float
    unit: str = ""

    def check(self, written: str, values: NDArray[np.float64]) -> None:
        """Refuse values that lie outside.

        Parameters
        ----------
        written : str
            The input, as the user wrote it.
        values : array of float
            Finite numbers.

        Raises
        ------
        InputError
            If one lies outside; the message gives the range.
        """
        # exp(log(5)) is not 5: an estimate that stands at a bound may be beyond it by a rounding.
        low, high = self.low - _ROUNDING * abs(self.low), self.high + _ROUNDING * abs(self.high)
        wrong = (values < low) | (values > high)
        if wrong.any():
            unit = "" if self.unit in ("", "Dmnl") else f" {self.unit}"
            raise InputError(
                f"{written} = {float(values[wrong][0]):g} is outside "
                f"{self.low:g}..{self.high:g}{unit}"
            )


def read_number(written: str, value: Any) -> float:
    """Read a finite number.

    Parameters
    ----------
    written : str
        The input that it is for.
    value : object
        What was given.

    Returns
    -------
    float

    Raises
    ------
    InputError
        If it is no number: a text, a list, None, something masked, complex, infinite or not a
        number, or a whole number too large for a float.
    """
    if isinstance(value, str | bytes) or value is None:
        raise InputError(f"input {written!r} must be a number, not {value!r}")
    if np.ma.is_masked(value):
        raise InputError(f"input {written!r} must be a number, not a masked value")
    if np.iscomplexobj(value) or np.ndim(value):
        raise InputError(f"input {written!r} must be a number, not {str(value)[:60]!r}")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"input {written!r} must be a number, not {str(value)[:60]!r}") from None
    except OverflowError:
        raise InputError(f"input {written!r} must be a number below 1e308 in size") from None
    if not math.isfinite(number):
        raise InputError(f"input {written!r} must be a finite number, not {number}")
    return number


def read_numbers(written: str, value: Any, count: int, single: bool) -> list[float]:
    """Read one number for all elements, or a number for each.

    Parameters
    ----------
    written : str
        The input that they are for.
    value : object
        What was given: a number or an array.
    count : int
        How many elements there are.
    single : bool
        Whether the variable has no elements at all, so that only a number will do.

    Returns
    -------
    list of float

    Raises
    ------
    InputError
        If it is neither, has another size, or one is no number.
    """
    if isinstance(value, Scale):
        raise InputError(f"input {written!r} is a number, not a table: give a value")
    if np.ma.is_masked(value):
        raise InputError(f"input {written!r} must be a number, not a masked value")
    try:
        array = np.asarray(value)
    except ValueError:  # lists of unequal lengths
        raise InputError(f"input {written!r} must be a number, not {str(value)[:60]!r}") from None
    if array.ndim == 0:
        return [read_number(written, array.item())] * count
    if single:
        raise InputError(f"input {written!r} has no elements: give a number, not a list")
    if array.size != count:
        raise InputError(f"input {written!r} has {array.size} values, {count} are needed")
    return [read_number(written, one) for one in array.ravel().tolist()]


def read_points(written: str, value: Any) -> Points:
    """Read the points of a table.

    Parameters
    ----------
    written : str
        The input that they are for.
    value : object
        What was given: pairs of numbers.

    Returns
    -------
    tuple of (xs, ys)
        In the order of x.

    Raises
    ------
    InputError
        If there are fewer than two points, two with one x, or one is no pair of numbers.
    """
    try:
        pairs = [(read_number(written, x), read_number(written, y)) for x, y in value]
    except InputError:
        raise
    except (TypeError, ValueError):
        raise InputError(
            f"input {written!r} is a table: give its points [(x, y), ...] or Scale(factor)"
        ) from None
    if len(pairs) < 2:
        raise InputError(f"input {written!r}: a table needs at least two points")
    pairs.sort()
    xs, ys = tuple(x for x, _ in pairs), tuple(y for _, y in pairs)
    if len(set(xs)) < len(xs):
        raise InputError(f"input {written!r}: a table needs one value for each x")
    return xs, ys
