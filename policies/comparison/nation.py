"""What a comparison says of the nation: net benefit, and what the rest of China loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.policies.comparison.measures import count_wins, rank_strategies, select_base
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.wording.prose import (
    format_draws,
    format_interval,
    join_names,
    lower_title,
    split_sign,
)

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

BENEFIT, ELSEWHERE = "Net national benefit account", "value added elsewhere"


def answer_nation(comparison: Comparison) -> str:
    """Say which strategy is worth most to the nation, and what the rest of China loses.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    str
        Sentences; nothing where neither outcome was asked for.
    """
    return " ".join(filter(None, (_benefit(comparison), _elsewhere(comparison))))


def _benefit(comparison: Comparison) -> str:
    if BENEFIT not in comparison.changes:
        return ""
    change = _total(comparison, BENEFIT)
    order = rank_strategies(comparison, change)
    if not order:
        return ""
    said = ""
    if len(order) > 1:
        best = float(change.sel({STRATEGY: order[0]}).median())
        verb = "is worth most" if best > 0 else "costs the nation least"
        wins = format_draws(*count_wins(change, order[0], order[1]))
        how = f", ahead of {order[1]} {wins}" if comparison.several else ""
        said = f"{capitalise(order[0])} {verb}{how}. "
    return (
        f"{said}Net national benefit, which also counts what the rest of China loses, what workers "
        "and capital would earn elsewhere and what public money costs, is "
        f"{_differences(comparison, BENEFIT, change, order)} in present value than under "
        f"{lower_title(comparison.baseline.title)}, to {comparison.end:g}."
    )


def _elsewhere(comparison: Comparison) -> str:
    if ELSEWHERE not in comparison.changes:
        return ""
    change = _total(comparison, ELSEWHERE)
    order = rank_strategies(comparison, -change)  # who takes most comes first
    if not order:
        return ""
    return (
        f"In {comparison.end:g} value added in the rest of China is "
        f"{_differences(comparison, ELSEWHERE, change, order)}."
    )


def _total(comparison: Comparison, name: str) -> xr.DataArray:
    values = comparison.changes[name]
    return select_base(
        comparison, values.sel({PLACE: TOTAL}, drop=True) if PLACE in values.dims else values
    )


def _differences(comparison: Comparison, name: str, change: xr.DataArray, order: list[str]) -> str:
    unit, factor = display_unit(comparison.ends[name].attrs.get("unit", ""))
    parts = []
    for one in order:
        more, sizes = split_sign(np.asarray(change.sel({STRATEGY: one}).values) * factor)
        parts.append(f"{format_interval(sizes)} {unit} {'higher' if more else 'lower'} under {one}")
    return join_names(parts)
