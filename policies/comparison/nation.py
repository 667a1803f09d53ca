"""What a comparison says of the nation: net benefit, and what the rest of China loses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.comparison.measures import (
    count_wins,
    find_level,
    rank_strategies,
    select_base,
)
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.wording.prose import (
    call_strategy,
    format_change,
    format_draws,
    lower_title,
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
    return say.sentences([_benefit(comparison), _elsewhere(comparison)])


def _benefit(comparison: Comparison) -> str:
    if BENEFIT not in comparison.changes:
        return ""
    change = _total(comparison, BENEFIT)
    order = rank_strategies(comparison, change)
    if not order:
        return ""
    said = []
    if len(order) > 1:
        first, second = (call_strategy(one, comparison.titles) for one in order[:2])
        best = float(change.sel({STRATEGY: order[0]}).median())
        level = find_level(change, order)
        if len(level) > 1:
            names = say.join([call_strategy(one, comparison.titles) for one in level])
            verdict = say("{names} are worth the same", names=capitalise(names))
        elif best > 0:
            verdict = say("{strategy} is worth most", strategy=capitalise(first))
        else:
            verdict = say("{strategy} costs the nation least", strategy=capitalise(first))
        if comparison.several and len(level) < 2:
            wins = format_draws(*count_wins(change, order[0], order[1]))
            verdict += say(", ahead of {second} {odds}", second=second, odds=wins)
        said.append(say("{said}.", said=verdict))
    said.append(
        say(
            "Net national benefit, which also counts what the rest of China loses, what workers "
            "and capital would earn elsewhere and what public money costs, is {parts} in present "
            "value than under {baseline}, to {year}.",
            parts=_differences(comparison, BENEFIT, change, order),
            baseline=lower_title(comparison.baseline.title),
            year=f"{comparison.end:g}",
        )
    )
    return say.sentences(said)


def _elsewhere(comparison: Comparison) -> str:
    if ELSEWHERE not in comparison.changes:
        return ""
    change = _total(comparison, ELSEWHERE)
    order = rank_strategies(comparison, -change)  # who takes most comes first
    if not order:
        return ""
    return say(
        "In {year} value added in the rest of China is {parts}.",
        year=f"{comparison.end:g}",
        parts=_differences(comparison, ELSEWHERE, change, order),
    )


def _total(comparison: Comparison, name: str) -> xr.DataArray:
    values = comparison.changes[name]
    return select_base(
        comparison, values.sel({PLACE: TOTAL}, drop=True) if PLACE in values.dims else values
    )


def _differences(comparison: Comparison, name: str, change: xr.DataArray, order: list[str]) -> str:
    unit, factor = say.unit(comparison.ends[name].attrs.get("unit", ""))
    parts = []
    for one in order:
        more, amount = format_change(np.asarray(change.sel({STRATEGY: one}).values) * factor)
        told = {
            "amount": amount,
            "unit": unit,
            "name": call_strategy(one, comparison.titles),
        }
        if more:
            parts.append(say("{amount} {unit} higher under {name}", **told))
        else:
            parts.append(say("{amount} {unit} lower under {name}", **told))
    return say.clauses(parts)
