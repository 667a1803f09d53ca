"""What a template says in its language with a function: names, numbers, counts, lists."""

from __future__ import annotations

import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from smecluster.model.presentation.formatting import Rounded
from smecluster.model.presentation.language.catalogue import CHINESE as CHINESE
from smecluster.model.presentation.language.catalogue import ENGLISH as ENGLISH
from smecluster.model.presentation.language.catalogue import load_language
from smecluster.model.presentation.language.numbers import format_money

# What Markdown reads as a sign.
_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~])")
# Between the names of a label of several, as in ``Firms > exit`` or ``Wenzhou / Local``.
_BETWEEN = re.compile(r"( [>/] )")
_TOO_LONG = 10_000  # from here on a whole number is written with separators


class Words:
    """Names and numbers in one language.

    Parameters
    ----------
    language : str
        Code of the language.

    Raises
    ------
    InputError
        If there is no such language.
    """

    def __init__(self, language: str) -> None:
        self.language = load_language(language)
        self.chinese = language == CHINESE

    @property
    def functions(self) -> Mapping[str, Callable[..., str | int]]:
        """What a template may call by its bare name."""
        names = (
            "name",
            "label",
            "number",
            "percent",
            "join",
            "semicolons",
            "count",
            "least",
            "most",
        )
        return {name: getattr(self, name) for name in names}

    def name(self, name: str) -> str:
        """Name a lever, outcome, region, future, strategy or variable, as text in Markdown."""
        return _SIGNS.sub(r"\\\1", self.label(name))

    def label(self, name: str) -> str:
        """Name something in a cell or on a picture; of several names each."""
        parts = _BETWEEN.split(name)
        if len(parts) > 1:
            return "".join(one if at % 2 else self.label(one) for at, one in enumerate(parts))
        base, bracket, elements = name.partition("[")
        if bracket and name.endswith("]"):  # a variable of the model, of one element
            of = ", ".join(self.label(one.strip()) for one in elements[:-1].split(","))
            return f"{self.label(base)}[{of}]"
        said = self.language.name(name)
        return self.language(name) if said == name and name else said

    def number(self, value: float) -> str:
        """Write a number with three significant digits; a dash for none."""
        if not math.isfinite(value):
            return "-"
        rounded = float(f"{value:.3g}") + 0.0
        return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"

    def count(self, value: int) -> str:
        """Write a whole number."""
        return f"{value:,}"

    def percent(self, share: float) -> str:
        """Write a share in per cent; nothing is rounded to all or none."""
        if not math.isfinite(share):
            return "-"
        if 0 < share < 0.01 or 0.99 < share < 1:
            return "<1 %" if share < 0.5 else ">99 %"
        return f"{100 * share:.0f} %"

    def unit(self, unit: str) -> tuple[str, float]:
        """Give the reader's unit for a unit of the model, and the factor that converts values."""
        return self.language.unit(unit) if unit else ("", 1.0)

    def own_unit(self, unit: str) -> str:
        """Write one of the model's units as it is, for values that are not converted."""
        return self.language.own_unit(self.language(unit))

    def money(self, value: float) -> str:
        """Write a sum of Myuan with the reader's unit: ``1,710 bn yuan``."""
        return format_money(self.language, value)

    def join(self, parts: Sequence[str]) -> str:
        """Join parts as a sentence does: a, b and c."""
        return self.language.join(parts)

    def semicolons(self, parts: Sequence[str]) -> str:
        """Join parts of a sentence that have commas themselves."""
        return self.language.semicolons(parts)

    def least(self, total: int) -> int:
        """Give the one-sided 95 % bound, of 100, where something holds in all of `total` draws.

        The bound on the share is ``0.05 ** (1 / total)``, close to ``1 - 3 / total`` (the rule of
        three).
        """
        return math.floor(100 * math.pow(0.05, 1 / total))

    def most(self, total: int) -> int:
        """Give the one-sided 95 % bound, of 100, where something holds in none of the draws."""
        return math.ceil(100 * (1 - math.pow(0.05, 1 / total)))

    def interval(self, low: str, high: str) -> str:
        """Write the ends of an interval in a cell."""
        return f"{low}至{high}" if self.chinese else f"{low} to {high}"

    def count_of(self, count: str, total: str) -> str:
        """Write a count and its total in a cell."""
        return f"{count}/{total}" if self.chinese else f"{count} of {total}"

    def cell(self, value: Any) -> str:
        """Write a cell of a table: numbers rounded, years without a separator, a dash for none."""
        if value is None or value != value:
            return "-"
        if isinstance(value, bool | np.bool_):
            return self.language("yes" if value else "no")
        if isinstance(value, numbers.Integral):
            return str(int(value)) if abs(int(value)) < _TOO_LONG else f"{int(value):,}"
        if isinstance(value, numbers.Real):
            return "0" if value == 0 else str(Rounded(round(float(value), 4) + 0.0))
        return self.label(str(value))
