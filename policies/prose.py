"""Parts of sentences that every answer uses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def join_names(names: Sequence[str], last: str = "and") -> str:
    """Join names as a sentence does: a, b and c."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"


def format_count(count: int, one: str, several: str) -> str:
    """Write a count with its noun."""
    return f"{count:,} {one if count == 1 else several}"


def format_share(share: float) -> str:
    """Write a share in percent; nothing is rounded to all or none."""
    if 0 < share < 0.01:
        return "less than 1 %"
    if 0.99 < share < 1:
        return "more than 99 %"
    return f"{100 * share:.0f} %"


def split_sign(values: NDArray[np.float64]) -> tuple[bool, NDArray[np.float64]]:
    """Turn values so that their median is a size, for a sentence whose verb says the direction.

    Parameters
    ----------
    values : array of float
        Values, one a draw; NaN where there is none.

    Returns
    -------
    more : bool
        Whether the median is zero or more.
    sizes : array of float
        The values, with their signs turned where the median is below zero: draws that go the
        other way stay below zero.
    """
    more = bool(np.nanmedian(values) >= 0)
    return more, values if more else -values
