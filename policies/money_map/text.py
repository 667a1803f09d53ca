"""What the map says, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.ensemble.gains import BENEFIT, GAINED
from smecluster.policies.money_map.measures import JUDGED, SURE, Cell, find_first, find_limits
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    call_strategy,
    format_interval,
    format_number,
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
    budgets = say.join([_percent(one.share) for one in found.budgets])
    said = [
        say(
            "Additional money of each strategy: {budgets} % of the regions' value added, "
            "{start}-{end}, in present value, on top of policy as now.",
            budgets=budgets,
            start=f"{first.start:g}",
            end=f"{first.end:g}",
        ),
        say(
            "The programme is the same in every column: it runs as long as its file says, and its "
            "money counts over all its years. A horizon says only until which year its benefits "
            "and costs count; a horizon before the end of the programme counts the part of both "
            "that has come by then. The baseline is {baseline} in the same draw.",
            baseline=lower_title(found.baseline.title),
        ),
        say(
            "Ahead is who is worth more in more than half of the {draws}; what is called open is "
            "ahead in less than {share} % of them. A strategy pays where its median net national "
            "benefit (docs/accounts.md) is above zero; between budgets it is taken to move on a "
            "straight line.",
            draws=found.odds.noun(short=True),
            share=f"{100 * SURE:g}",
        ),
        say.plural(
            len(found.draws),
            "{runs} runs in {count} draw.",
            "{runs} runs in {count} draws.",
            runs=f"{found.runs:,}",
        ),
        found.odds.describe(found.draws),
        say(SHARED_OUT),
    ]
    if found.failed:
        said.append(
            say.plural(
                found.failed,
                "{count} case has no result and is left out.",
                "{count} cases have no result and are left out.",
            )
        )
    beyond = [
        (budget, spans) for budget, spans in zip(found.budgets, found.spans, strict=True) if spans
    ]
    if beyond:
        budget, spans = beyond[0]
        levers = dict.fromkeys(say.name(one.lever) for one in spans)
        said.append(
            say(
                "From {share} % on a strategy spends more on some levers than is plausible, first "
                "on {levers}.",
                share=_percent(budget.share),
                levers=say.join(list(levers)),
            )
        )
    return said


def _call(found: MoneyMap, name: str) -> str:
    titles = {one.name: one.title for one in found.strategies}
    return call_strategy(name, titles)


def _usual(found: MoneyMap) -> str:
    """Say who is ahead at the usual money, or the nearest, to the last horizon."""
    shares = np.array([one.share for one in found.budgets])
    budget = found.budgets[int(np.argmin(np.abs(np.log(shares / _USUAL))))]
    horizon = found.horizons[-1]
    cell = find_first(found, BENEFIT, budget.money, horizon)
    where = say(
        "At {share} % of value added and counted to {year}",
        share=_percent(budget.share),
        year=f"{horizon:g}",
    )
    if not cell.first:
        return say("{where}, no strategy has a result.", where=where)
    unit, factor = say.unit("Myuan")
    worth = float(np.nanmedian(cell.worth)) * factor
    size = {"sum": format_number(abs(worth)), "unit": unit}
    if worth >= 0:
        value = say("it is worth {sum} {unit} to the nation", **size)
    else:
        value = say("it costs the nation {sum} {unit}", **size)
    told = {"where": where, "first": _call(found, cell.first), "value": value}
    if not cell.second:
        return say("{where}, only {first} has a result: {value}.", **told)
    told["second"] = _call(found, cell.second)
    if cell.level:
        return say("{where}, {first} and {second} are level: {value}.", **told)
    told |= {"lead": format_interval(cell.lead * factor), "unit": unit}
    if odds := found.odds.say(cell.lead, short=False):
        return say(
            "{where}, {first} is worth more to the nation than {second}, by {lead} {unit} and "
            "{odds}; {value}.",
            odds=odds,
            **told,
        )
    return say(
        "{where}, {first} is worth more to the nation than {second}, by {lead} {unit}; {value}.",
        **told,
    )


def _lead(found: MoneyMap, judged: str) -> str:
    """Say who is ahead at which money, horizon by horizon."""
    runs = {
        horizon: _runs(
            found, [find_first(found, judged, one.money, horizon) for one in found.budgets]
        )
        for horizon in found.horizons
    }
    if len(runs) > 1 and len(set(runs.values())) == 1:
        same = next(iter(runs.values()))
        parts = [say("to each of the {count} horizons, {who}", count=len(runs), who=same)]
    else:
        parts = [say("to {year}, {who}", year=f"{year:g}", who=who) for year, who in runs.items()]
    return say(
        "By {yardstick} the first is: {parts}.",
        yardstick=say(JUDGED[judged]),
        parts=say("; ").join(parts),
    )


def _runs(found: MoneyMap, cells: Sequence[Cell]) -> str:
    """Say who is ahead along the budgets, and at which that is open."""
    names = [_call(found, cell.first) if not cell.level else say("neither") for cell in cells]
    parts, begin = [], 0
    for at in range(1, len(names) + 1):
        if at < len(names) and names[at] == names[begin]:
            continue
        low, high = (_percent(found.budgets[one].share) for one in (begin, at - 1))
        if begin == 0 and at == len(names) and len(names) > 1:
            where = say("at every budget that was run")
        elif low == high:
            where = say("at {share} %", share=low)
        else:
            where = say("from {low} to {high} %", low=low, high=high)
        who = names[begin] or say("nobody has a result")
        parts.append(say("{who} {where}", who=who, where=where))
        begin = at
    said = say.clauses(parts)
    unsure = [
        _percent(budget.share)
        for budget, cell in zip(found.budgets, cells, strict=True)
        if cell.second and not cell.sure and not cell.level
    ]
    if found.several and len(unsure) == len(cells):
        return said + say(" (open: all of it)")
    if found.several and unsure:
        return said + say(" (open: {shares} %)", shares=say.join(unsure))
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
                words = say("has no result")
            elif not any(known):
                words = say("pays at none of these sums")
            elif all(known):
                words = say("pays at all of these sums")
            elif np.isfinite(limits.until):
                share = f"{100 * limits.until / whole:.2g}"
                words = say("pays up to about {share} % of value added", share=share)
            else:
                least = next(
                    one.share
                    for one, pays in zip(found.budgets, limits.paying, strict=True)
                    if pays
                )
                words = say("pays from {share} % on", share=_percent(least))
            told.setdefault(words, []).append(f"{horizon:g}")
        said = [
            say("{words} to {years}", words=words, years=say.join(years))
            for words, years in told.items()
        ]
        strategy = capitalise(_call(found, name))
        parts.append(say("{strategy} {parts}", strategy=strategy, parts=say.clauses(said)))
    return say("Where it stops paying: {parts}.", parts=say("; ").join(parts))


def _percent(share: float) -> str:
    return f"{100 * share:.3g}"
