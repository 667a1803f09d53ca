"""Cells of the brief's tables: sums with intervals, shares, counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from smecluster.model.presentation.documents.blocks import Cell
from smecluster.model.presentation.language.catalogue import Language
from smecluster.model.presentation.language.numbers import (
    compute_points,
    format_number,
    format_range,
)

#: Class of a loss, and of a cell whose lines are not broken.
LOSS, KEPT = "loss", "kept"
#: Classes of colour of the first strategies.
TONES = ("one", "two", "three", "four")
MONEY = "Myuan"


def write_text(text: str, tone: str = "") -> Cell:
    """Make a cell of text."""
    return Cell(text, None, tone)


def write_number(value: float, tone: str = "") -> Cell:
    """Make a cell of a number with three digits; empty where there is none."""
    if not np.isfinite(value):
        return Cell("-", None, tone)
    return Cell(format_number(value), float(value), tone)


def write_year(year: float) -> Cell:
    """Make a cell of a year."""
    return Cell(f"{year:g}", int(year))


def write_sum(say: Language, values: ArrayLike) -> Cell:
    """Make a cell of sums, Myuan, one a draw: median and interval in the language's unit."""
    _, factor = say.unit(MONEY)
    return write_interval(say, np.asarray(values, dtype=float) * factor)


def write_interval(say: Language, values: ArrayLike) -> Cell:
    """Make a cell of values, one a draw: the median and, of several, the 90 % interval."""
    points = compute_points(values)
    if points is None:
        return Cell("-")
    return write_points(say, *points)


def write_points(say: Language, low: float, middle: float, high: float) -> Cell:
    """Make a cell of a median and its interval that are known already."""
    if not np.isfinite(middle):
        return Cell("-")
    text, ends = format_number(middle), (format_number(low), format_number(high))
    tone = LOSS if middle < 0 else ""
    if not np.isfinite(low) or set(ends) == {text}:
        return Cell(text, float(middle), tone)
    return Cell(text + format_range(say, *ends), float(middle), tone, (float(low), float(high)))
