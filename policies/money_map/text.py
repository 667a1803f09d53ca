"""What the map says, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.policies.ensemble.gains import BENEFIT, GAINED
from smecluster.policies.money_map.measures import JUDGED, SURE, Cell, find_first, find_limits
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    format_count,
    format_interval,
    format_number,
    join_names,
    lower_title,
)

if TYPE_CHECKING:
    from smecluster.policies.money_map.result import MoneyMap

# Money of a comparison of which nothing else is said, as a share of value added, Dmnl.
_USUAL = 0.005


def write_answer(found: MoneyMap) -> list[str]:
    """Say who is ahead where, how sure that is, and where it stops paying.

    Parameters
    ----------
    found : MoneyMap
        The map.

    Returns
    -------
    list of str
        Paragraphs.
    """
    said = [_usual(found), _lead(found, BENEFIT), _paying(found), _lead(found, GAINED)]
    return [line for line in said if line]


def write_basis(found: MoneyMap) -> list[str]:
    """Say what the map rests on.

    Parameters
    ----------
    found : MoneyMap
        The map.

    Returns
    -------
    list of str
        Sentences.
    """
    first = found.budgets[0]
    budgets = join_names([_percent(one.share) for one in found.budgets])
    said = [
        f"Additional money of each strategy: {budgets} % of the regions' value added, "
        f"{first.start:g}-{first.end:g}, in present value, on top of policy as now.",
        "The programme is the same in every column: it runs as long as its file says, and its "
        "money counts over all its years. A horizon says only until which year its benefits and "
        "costs count; a horizon before the end of the programme counts the part of both that has "
        f"come by then. The baseline is {lower_title(found.baseline.title)} in the same draw.",
        f"Ahead is who is worth more in more than half of the {found.odds.noun(short=True)}; what "
        f"is called open is ahead in less than {100 * SURE:g} % of them. A strategy pays where its "
        "median net national benefit (docs/accounts.md) is above zero; between budgets it is taken "
        "to move on a straight line.",
        f"{found.runs:,} runs in {format_count(len(found.draws), 'draw', 'draws')}.",
        found.odds.describe(found.draws),
        SHARED_OUT,
    ]
    if found.failed:
        said.append(
            f"{format_count(found.failed, 'case has', 'cases have')} no result and "
            f"{'is' if found.failed == 1 else 'are'} left out."
        )
    beyond = [
        (budget, spans) for budget, spans in zip(found.budgets, found.spans, strict=True) if spans
    ]
    if beyond:
        budget, spans = beyond[0]
        levers = dict.fromkeys(one.lever for one in spans)
        said.append(
            f"From {_percent(budget.share)} % on a strategy spends more on some levers than is "
            f"plausible, first on {join_names(list(levers))}."
        )
    return said


def _usual(found: MoneyMap) -> str:
    """Say who is ahead at the usual money, or the nearest, to the last horizon."""
    shares = np.array([one.share for one in found.budgets])
    budget = found.budgets[int(np.argmin(np.abs(np.log(shares / _USUAL))))]
    horizon = found.horizons[-1]
    cell = find_first(found, BENEFIT, budget.money, horizon)
    where = f"At {_percent(budget.share)} % of value added and counted to {horizon:g}"
    if not cell.first:
        return f"{where}, no strategy has a result."
    unit, factor = display_unit("Myuan")
    worth = float(np.nanmedian(cell.worth)) * factor
    value = (
        f"it is worth {format_number(worth)} {unit} to the nation"
        if worth >= 0
        else f"it costs the nation {format_number(-worth)} {unit}"
    )
    if not cell.second:
        return f"{where}, only {cell.first} has a result: {value}."
    if cell.level:
        return f"{where}, {cell.first} and {cell.second} are level: {value}."
    odds = found.odds.say(cell.lead, short=False)
    return (
        f"{where}, {cell.first} is worth more to the nation than {cell.second}, by "
        f"{format_interval(cell.lead * factor)} {unit}{' and ' * bool(odds)}{odds}; {value}."
    )


def _lead(found: MoneyMap, judged: str) -> str:
    """Say who is ahead at which money, horizon by horizon."""
    parts = []
    for horizon in found.horizons:
        cells = [find_first(found, judged, one.money, horizon) for one in found.budgets]
        parts.append(f"to {horizon:g}, {_runs(found, cells)}")
    same = {part.partition(", ")[2] for part in parts}
    if len(same) == 1:
        parts = [f"to each of the {len(parts)} horizons, {same.pop()}"] if len(parts) > 1 else parts
    return f"By {JUDGED[judged]} the first is: {'; '.join(parts)}."


def _runs(found: MoneyMap, cells: Sequence[Cell]) -> str:
    """Say who is ahead along the budgets, and at which that is open."""
    names = [cell.first if not cell.level else "neither" for cell in cells]
    parts, begin = [], 0
    for at in range(1, len(names) + 1):
        if at < len(names) and names[at] == names[begin]:
            continue
        low, high = (_percent(found.budgets[one].share) for one in (begin, at - 1))
        where = f"at {low} %" if low == high else f"from {low} to {high} %"
        if begin == 0 and at == len(names):
            where = "at every budget that was run" if len(names) > 1 else where
        parts.append(f"{names[begin] or 'nobody has a result'} {where}")
        begin = at
    said = join_names(parts)
    unsure = [
        _percent(budget.share)
        for budget, cell in zip(found.budgets, cells, strict=True)
        if cell.second and not cell.sure and not cell.level
    ]
    if found.several and unsure:
        which = "all of it" if len(unsure) == len(cells) else f"{join_names(unsure)} %"
        said += f" (open: {which})"
    return said


def _paying(found: MoneyMap) -> str:
    """Say up to which money each strategy pays."""
    parts = []
    whole = found.budgets[0].value_added
    for name in found.names:
        told: dict[str, list[str]] = {}
        for horizon in found.horizons:
            limits = find_limits(found, name, horizon)
            known = [one for one in limits.paying if one is not None]
            if not known:
                words = "has no result"
            elif not any(known):
                words = "pays at none of these sums"
            elif all(known):
                words = "pays at all of these sums"
            elif np.isfinite(limits.until):
                words = f"pays up to about {100 * limits.until / whole:.2g} % of value added"
            else:
                least = next(
                    one.share
                    for one, pays in zip(found.budgets, limits.paying, strict=True)
                    if pays
                )
                words = f"pays from {_percent(least)} % on"
            told.setdefault(words, []).append(f"{horizon:g}")
        said = [f"{words} to {join_names(years)}" for words, years in told.items()]
        parts.append(f"{capitalise(name)} {join_names(said)}")
    return f"Where it stops paying: {'; '.join(parts)}."


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"
