"""Formulas over the results of a run, as used in checks and facts.

``change(x)`` is a stock's change in the coming time step, a year; ``sum(x)`` adds over every
dimension but time, ``total(x)`` over regions alone; ``log(x)``, ``exp(x)`` and ``absolute(x)`` are
what they say; ``x[Wenzhou]`` picks an element. Names are those of the model, in double quotes if
they contain a sign. A formula is parsed here and never evaluated by Python.
"""

from __future__ import annotations

import operator
import re
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from smecluster.model.engine.read.names import fold_name, split_elements
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION
from smecluster.model.support.limits import MOST_FORMULA_LEVELS, MOST_IN_A_FORMULA

if TYPE_CHECKING:
    import xarray as xr

_TIME = "time"
_TOKEN = re.compile(
    r'\s*(?:(?P<name>"[^"]*"|[^\W\d_][\w \']*)(?P<bracket>\s*\[[^\]]*\])?'
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<sign>[-+*/()]))"
)


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Attributes
    ----------
    text : str
        As written.
    names : tuple of str
        The variables that it needs.
    stepwise : bool
        Whether it uses a change, and so needs the results of every step.
    """

    text: str
    names: tuple[str, ...]
    stepwise: bool
    _evaluate: Callable[[xr.Dataset], xr.DataArray]

    def __call__(self, run: xr.Dataset | Mapping[str, Any]) -> xr.DataArray:
        """Evaluate the formula.

        Parameters
        ----------
        run : xarray.Dataset
            Results with the dimension ``time`` in years and one variable for each of `names`. A
            mapping to plain arrays, ``time`` among them, is ten times as fast for constants.

        Returns
        -------
        xarray.DataArray
            In the unit that the formula implies.
        """
        return self._evaluate(cast("xr.Dataset", run))


def parse_formula(text: str | float, variables: Iterable[str]) -> Formula:
    """Parse a formula.

    Parameters
    ----------
    text : str or float
        The formula.
    variables : iterable of str
        Names that it may use.

    Returns
    -------
    Formula

    Raises
    ------
    InputError
        If it is not a formula, uses an unknown name, or is too long or nested too deep.
    """
    reader = _Reader(str(text), {fold_name(name): name for name in variables})
    return Formula(str(text), tuple(dict.fromkeys(reader.names)), reader.stepwise, reader.evaluate)


Part = Callable[["xr.Dataset"], "xr.DataArray"]
Operation = Callable[[Any, Any], Any]

_OPERATIONS: dict[str, Operation] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class _Reader:
    """Recursive descent: sums of products of factors."""

    def __init__(self, text: str, variables: dict[str, str]) -> None:
        self.text = text
        self.variables = variables
        self.names: list[str] = []
        self.stepwise = False
        self._depth = 0
        if len(text) > MOST_IN_A_FORMULA:
            raise InputError(
                f"a formula of {len(text):,} characters is too long: at most "
                f"{MOST_IN_A_FORMULA:,} are read"
            )
        self.tokens = self._tokens()
        self.evaluate = self._read_sum()
        if self.tokens:
            raise self._refuse()

    def _tokens(self) -> deque[re.Match[str]]:
        tokens: deque[re.Match[str]] = deque()
        position = 0
        while position < len(self.text.rstrip()):
            match = _TOKEN.match(self.text, position)
            if match is None:
                raise self._refuse()
            tokens.append(match)
            position = match.end()
        return tokens

    def _refuse(self) -> InputError:
        return InputError(f"cannot read the formula {self.text!r}")

    def _take_sign(self, allowed: str) -> str | None:
        if self.tokens and (sign := self.tokens[0]["sign"]) and sign in allowed:
            self.tokens.popleft()
            return sign
        return None

    def _read_sum(self) -> Part:
        first, rest = self._read_product(), []
        while sign := self._take_sign("+-"):
            rest.append((_OPERATIONS[sign], self._read_product()))
        return _combine(first, rest)

    def _read_product(self) -> Part:
        first, rest = self._read_factor(), []
        while sign := self._take_sign("*/"):
            rest.append((_OPERATIONS[sign], self._read_factor()))
        return _combine(first, rest)

    def _read_factor(self) -> Part:
        self._depth += 1
        if self._depth > MOST_FORMULA_LEVELS:
            raise InputError(
                f"the formula {self.text!r} is nested too deep: at most "
                f"{MOST_FORMULA_LEVELS} levels"
            )
        part = self._read_part()
        self._depth -= 1
        return part

    def _read_part(self) -> Part:
        if self._take_sign("-"):
            inner = self._read_factor()
            return lambda run: -inner(run)
        if self._take_sign("("):
            return self._read_closed()
        if not self.tokens:
            raise self._refuse()
        token = self.tokens.popleft()
        if token["number"]:
            return _constant(float(token["number"]))
        if not token["name"]:
            raise self._refuse()
        name = fold_name(token["name"])
        if self._take_sign("("):
            if name not in _FUNCTIONS:
                raise UnknownNameError(f"function in {self.text!r}", name, _FUNCTIONS)
            self.stepwise = self.stepwise or _FUNCTIONS[name] is _change
            function, inner = _FUNCTIONS[name], self._read_closed()
            return lambda run: function(inner(run))
        if name not in self.variables:
            raise UnknownNameError(
                f"variable in {self.text!r}", token["name"], self.variables.values()
            )
        self.names.append(self.variables[name])
        return _variable(self.variables[name], split_elements(token["bracket"] or ""))

    def _read_closed(self) -> Part:
        inner = self._read_sum()
        if self._take_sign(")") is None:
            raise self._refuse()
        return inner


def _combine(first: Part, rest: Sequence[tuple[Operation, Part]]) -> Part:
    """Chain operations from left to right, however many there are."""
    if not rest:
        return first

    def evaluate(run: xr.Dataset) -> xr.DataArray:
        result = first(run)
        for operation, part in rest:
            result = _apply(operation, result, part(run))
        return result

    return evaluate


def _apply(operation: Operation, one: Any, other: Any) -> xr.DataArray:
    """Combine values of the same run, as xarray does, which compares all their labels each time.

    What has the same dimensions has the same labels, but for a change, which lacks the last time.
    """
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return cast("xr.DataArray", operation(one, other))
    wide, narrow = (one, other) if one.ndim >= other.ndim else (other, one)
    if narrow.dims != tuple(dim for dim in wide.dims if dim in narrow.dims):
        return cast("xr.DataArray", operation(one, other))
    if _TIME in narrow.dims and one.sizes[_TIME] != other.sizes[_TIME]:
        here = slice(min(one.sizes[_TIME], other.sizes[_TIME]))
        one, other, wide = (values.isel({_TIME: here}) for values in (one, other, wide))
    # What is no number is judged as such; as in xarray's own operations there is no warning of it.
    with np.errstate(all="ignore"):
        data = operation(*(_spread(values, wide.dims) for values in (one, other)))
    return cast("xr.DataArray", wide.copy(deep=False, data=data))


def _spread(values: xr.DataArray, dims: tuple[Hashable, ...]) -> NDArray[np.float64]:
    """Give values an axis of length 1 for each dimension that they lack."""
    axes = tuple(slice(None) if dim in values.dims else None for dim in dims)
    return cast("NDArray[np.float64]", values.values[axes])


def _constant(value: float) -> Part:
    def evaluate(run: xr.Dataset) -> xr.DataArray:
        return run["time"] * 0.0 + value

    return evaluate


def _variable(name: str, cell: tuple[str, ...]) -> Part:
    def evaluate(run: xr.Dataset) -> xr.DataArray:
        values: Any = run[name]
        if isinstance(values, np.ndarray):
            return cast("xr.DataArray", values)
        for element in cell:
            values = _pick(values, name, element)
        found = values.drop_vars([c for c in values.coords if c not in values.dims])
        return cast("xr.DataArray", found)

    return evaluate


def _pick(values: xr.DataArray, name: str, element: str) -> xr.DataArray:
    known = []
    for dim in values.dims:
        if dim == "time":
            continue
        for label in values[dim].values:
            if fold_name(str(label)) == fold_name(element):
                return values.sel({dim: label})
            known.append(str(label))
    raise UnknownNameError(f"element of {name!r}", element, known)


def _change(values: xr.DataArray) -> xr.DataArray:
    now = values.isel({_TIME: slice(None, -1)})
    axis = values.get_axis_num(_TIME)
    step = np.diff(values[_TIME].values).reshape([-1, *[1] * (values.ndim - axis - 1)])
    return now.copy(deep=False, data=np.diff(values.values, axis=axis) / step)


def _all(values: xr.DataArray) -> xr.DataArray:
    return values.sum([dim for dim in values.dims if dim != "time"], skipna=False)


def _total(values: xr.DataArray) -> xr.DataArray:
    return values.sum(REGION, skipna=False) if REGION in values.dims else values


def _log(values: xr.DataArray) -> xr.DataArray:
    return values.copy(data=np.log(values.values))


def _exp(values: xr.DataArray) -> xr.DataArray:
    return values.copy(data=np.exp(values.values))


_FUNCTIONS: dict[str, Callable[[xr.DataArray], xr.DataArray]] = {
    "change": _change,
    "sum": _all,
    "total": _total,
    "absolute": abs,
    "log": _log,
    "exp": _exp,
}
