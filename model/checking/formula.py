"""Formulas over the results of a run, as checks and statements write them.

``change(x)`` is a stock's change in the coming time step, a year; ``sum(x)`` adds over every
dimension but time, ``total(x)`` over regions alone; ``x[Wenzhou]`` picks an element. Names are
the model's own, in double quotes where they hold a sign. A formula is parsed here and never
given to Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.model.vensim.regions import REGION
from smecluster.model.vensim.source import elements, fold_name

if TYPE_CHECKING:
    import xarray as xr

_TOKEN = re.compile(
    r'\s*(?:(?P<name>"[^"]*"|[^\W\d_][\w \']*)(?P<bracket>\s*\[[^\]]*\])?'
    r"|(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<sign>[-+*/()]))"
)


@dataclass(frozen=True)
class Formula:
    """A formula that has been read.

    Attributes
    ----------
    text : str
        As written.
    names : tuple of str
        The variables that it needs.
    stepwise : bool
        Whether it takes a change, so that the results must hold every step.
    """

    text: str
    names: tuple[str, ...]
    stepwise: bool
    _evaluate: Callable[[xr.Dataset], xr.DataArray]

    def __call__(self, run: xr.Dataset) -> xr.DataArray:
        """Work the formula out.

        Parameters
        ----------
        run : xarray.Dataset
            Results with the dimension ``time`` in years and one variable for each of `names`.

        Returns
        -------
        xarray.DataArray
            In the unit that the formula implies.
        """
        return self._evaluate(run)


def parse_formula(text: str | float, variables: Iterable[str]) -> Formula:
    """Read a formula.

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
        If it is not a formula, or uses an unknown name.
    """
    reader = _Reader(str(text), {fold_name(name): name for name in variables})
    return Formula(str(text), tuple(dict.fromkeys(reader.names)), reader.stepwise, reader.evaluate)


Part = Callable[["xr.Dataset"], "xr.DataArray"]


class _Reader:
    """Recursive descent: sums of products of factors."""

    def __init__(self, text: str, variables: dict[str, str]) -> None:
        self.text = text
        self.variables = variables
        self.names: list[str] = []
        self.stepwise = False
        self.tokens = self._tokens()
        self.evaluate = self._sum()
        if self.tokens:
            raise self._broken()

    def _tokens(self) -> list[re.Match[str]]:
        found, position = [], 0
        while self.text[position:].strip():
            match = _TOKEN.match(self.text, position)
            if match is None:
                raise self._broken()
            found.append(match)
            position = match.end()
        return found

    def _broken(self) -> InputError:
        return InputError(f"cannot read the formula {self.text!r}")

    def _sign(self, allowed: str) -> str | None:
        if self.tokens and (sign := self.tokens[0]["sign"]) and sign in allowed:
            self.tokens.pop(0)
            return sign
        return None

    def _sum(self) -> Part:
        left = self._product()
        while sign := self._sign("+-"):
            left = _joined(sign, left, self._product())
        return left

    def _product(self) -> Part:
        left = self._factor()
        while sign := self._sign("*/"):
            left = _joined(sign, left, self._factor())
        return left

    def _factor(self) -> Part:
        if self._sign("-"):
            inner = self._factor()
            return lambda run: -inner(run)
        if self._sign("("):
            return self._closed()
        if not self.tokens:
            raise self._broken()
        token = self.tokens.pop(0)
        if token["number"]:
            return _constant(float(token["number"]))
        if not token["name"]:
            raise self._broken()
        name = fold_name(token["name"])
        if self._sign("("):
            if name not in _FUNCTIONS:
                raise UnknownNameError(f"function in {self.text!r}", name, _FUNCTIONS)
            self.stepwise = self.stepwise or _FUNCTIONS[name] is _change
            function, inner = _FUNCTIONS[name], self._closed()
            return lambda run: function(inner(run))
        if name not in self.variables:
            raise UnknownNameError(
                f"variable in {self.text!r}", token["name"], self.variables.values()
            )
        self.names.append(self.variables[name])
        return _variable(self.variables[name], elements(token["bracket"] or ""))

    def _closed(self) -> Part:
        inner = self._sum()
        if self._sign(")") is None:
            raise self._broken()
        return inner


def _joined(sign: str, left: Part, right: Part) -> Part:
    if sign == "+":
        return lambda run: left(run) + right(run)
    if sign == "-":
        return lambda run: left(run) - right(run)
    if sign == "*":
        return lambda run: left(run) * right(run)
    return lambda run: left(run) / right(run)


def _constant(value: float) -> Part:
    def evaluate(run: xr.Dataset) -> xr.DataArray:
        return run["time"] * 0.0 + value

    return evaluate


def _variable(name: str, cell: tuple[str, ...]) -> Part:
    def evaluate(run: xr.Dataset) -> xr.DataArray:
        found = run[name]
        for element in cell:
            found = _picked(found, name, element)
        return found.drop_vars([c for c in found.coords if c not in found.dims])

    return evaluate


def _picked(values: xr.DataArray, name: str, element: str) -> xr.DataArray:
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
    later, now = values.isel(time=slice(1, None)), values.isel(time=slice(None, -1))
    step = later["time"].values - now["time"].values
    difference = later.assign_coords(time=now["time"]) - now
    return difference / now["time"].copy(data=step)


def _all(values: xr.DataArray) -> xr.DataArray:
    return values.sum([dim for dim in values.dims if dim != "time"], skipna=False)


def _total(values: xr.DataArray) -> xr.DataArray:
    return values.sum(REGION, skipna=False) if REGION in values.dims else values


_FUNCTIONS: dict[str, Callable[[xr.DataArray], xr.DataArray]] = {
    "change": _change,
    "sum": _all,
    "total": _total,
    "absolute": abs,
}
