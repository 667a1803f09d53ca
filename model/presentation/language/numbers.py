"""Numbers in sentences, as each language writes them: money, intervals, shares."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from smecluster.model.presentation.language.catalogue import CHINESE, Language

_POINTS = (0.05, 0.5, 0.95)
# From here on money in Chinese is counted in 万亿元 (trillion yuan); in 亿元.
_TRILLION = 1e4


def format_number(value: float) -> str:
    """Write a number with three significant digits; a dash for none.

    >>> format_number(1234.5), format_number(0.12345)
    ('1,230', '0.123')
    """
    if not np.isfinite(value):
        return "-"
    rounded = float(f"{value:.3g}") + 0.0
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


def format_money(say: Language, value: float) -> str:
    """Write a sum with its unit.

    Parameters
    ----------
    say : Language
        The language.
    value : float
        Myuan.

    Returns
    -------
    str
        Such as ``1,710 bn yuan`` or ``1.71万亿元``, three significant digits.
    """
    name, factor = _choose_unit(say, value)
    return _attach(say, format_number(value * factor), name)


def format_money_interval(say: Language, values: ArrayLike) -> str:
    """Write the median of sums and, where there are several, their 90 % interval.

    Parameters
    ----------
    say : Language
        The language.
    values : array of float
        Myuan, one a draw; NaN where there is none.

    Returns
    -------
    str
        Such as ``1,710 bn yuan (1,380 to 1,990)``.
    """
    points = compute_points(values)
    if points is None:
        return "-"
    low, middle, high = points
    name, factor = _choose_unit(say, max(abs(low), abs(middle), abs(high)))
    said = _attach(say, format_number(middle * factor), name)
    if low == high:
        return said
    return said + format_range(say, format_number(low * factor), format_number(high * factor))


def format_range(say: Language, low: str, high: str) -> str:
    """Write the ends of an interval in brackets, to stand after a value."""
    if say.code == CHINESE:
        return f"（{low}至{high}）"
    return f" ({low} to {high})"


def format_share(share: float) -> str:
    """Write a share in percent; nothing is rounded to all or none."""
    if not np.isfinite(share):
        return "-"
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{100 * share:.0f} %"


def compute_points(values: ArrayLike) -> tuple[float, float, float] | None:
    """Give the 5, 50 and 95 % points of what has a value; None where nothing has."""
    given = np.asarray(values, dtype=float).ravel()
    known = given[np.isfinite(given)]
    if not len(known):
        return None
    low, middle, high = (float(one) for one in np.quantile(known, _POINTS))
    return low, middle, high


def _choose_unit(say: Language, size: float) -> tuple[str, float]:
    name, factor = say.unit("Myuan")
    if say.code == CHINESE and abs(size * factor) >= _TRILLION:
        return "万亿元", factor / _TRILLION
    return name, factor


def _attach(say: Language, number: str, unit: str) -> str:
    return f"{number}{'' if say.code == CHINESE else ' '}{unit}"
