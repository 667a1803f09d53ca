"""What it costs and brings, who bears it, and what happens to debt: the account of the brief."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.documents.blocks import Cell, Column, Part, Table
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.accounting.lines import (
    BURDEN,
    BUYERS,
    CAPITAL,
    CENTRE,
    CUSTOMERS,
    ELSEWHERE,
    FOREIGN,
    HARVESTS,
    LABOUR,
    LINE,
    LINES,
    OUTPUT,
    OWNERS,
    RELIEF,
    RESIDENTS,
    RESOURCES,
    REST,
)
from smecluster.policies.accounting.measures import (
    BESIDE,
    DEBT,
    LINES_PAID,
    PARTY,
    YEAR,
    sum_parties,
)
from smecluster.policies.brief.words.cells import write_interval, write_sum, write_text, write_year
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.voice import SURE, Voice
from smecluster.policies.comparison.measures import select_base
from smecluster.policies.ensemble.cases import STRATEGY

if TYPE_CHECKING:
    from smecluster.policies.accounting.result import Account

# Less than this, over the largest change of a party, is left to the table, Dmnl.
_SMALL = 0.02
# Less than this is called hardly different, per cent.
_HARDLY = 0.1
_LINES = {
    OUTPUT.name: mark("value added of the regions"),
    ELSEWHERE.name: mark("value added of the rest of China"),
    BUYERS.name: mark("what buyers get for their money"),
    LABOUR.name: mark("what workers would earn elsewhere"),
    CAPITAL.name: mark("what capital would earn elsewhere"),
    FOREIGN.name: mark("profit of foreign owners"),
    RESOURCES.name: mark("resources that policy uses"),
    BURDEN.name: mark("burden of raising the money spent"),
    RELIEF.name: mark("burden saved by what comes back in taxes"),
    HARVESTS.name: mark("harvests of the land taken"),
}
_PARTIES = {
    RESIDENTS: mark("residents of the regions"),
    OWNERS: mark("owners and lenders"),
    REST: mark("producers in the rest of China"),
    CUSTOMERS: mark("buyers in all of China"),
    CENTRE: mark("the central budget"),
}


def summarise_losers(voice: Voice, account: Account, names: Sequence[str]) -> str:
    """Say in a sentence who loses under strategies and what happens to local debt.

    Parameters
    ----------
    voice : Voice
        The language.
    account : Account
        The account.
    names : sequence of str
        The strategies, in the order in which they are named.

    Returns
    -------
    str
        A sentence; nothing where no strategy has a result.
    """
    say = voice.say
    told = [part for name in names if (part := _tell_parties(voice, account, name))]
    if not told:
        return ""
    return say(
        "Counted to {year}, {losers}; {debt}.",
        year=f"{account.horizon:g}",
        losers=say.semicolons(told),
        debt=_tell_debt(voice, account, names),
    )


def _tell_parties(voice: Voice, account: Account, name: str) -> str:
    """Say who loses under a strategy, who loses most first; nothing without a result."""
    say = voice.say
    sums = sum_parties(account).sel({STRATEGY: name})
    middle = {str(party): float(sums.sel({PARTY: party}).median()) for party in sums[PARTY].values}
    if not all(np.isfinite(list(middle.values()))):
        return ""
    size = max(map(abs, middle.values()))
    losers = sorted(
        (party for party, value in middle.items() if value < 0 and -value >= _SMALL * size),
        key=lambda party: middle[party],
    )
    title = voice.title(name)
    if not losers:
        return say("no group loses under {first}", first=title)
    parts = [
        say("{party} ({sum})", party=say(_PARTIES[party]), sum=voice.money([-middle[party]]))
        for party in losers
    ]
    if losers == [CENTRE]:
        return say("{losers} loses under {first}", first=title, losers=say.join(parts))
    return say("{losers} lose under {first}", first=title, losers=say.join(parts))


def _tell_debt(voice: Voice, account: Account, names: Sequence[str]) -> str:
    """Say what happens to local debt under each strategy, those of the sentence first."""
    say = voice.say
    year = int(account.levels[YEAR].values[0])
    told = []
    for one in (*names, *(other for other in account.names if other not in names)):
        change = account.changes[DEBT].sel({STRATEGY: one, YEAR: year})
        relative = 100 * np.asarray((change / account.levels[DEBT].sel({YEAR: year})).values)
        known = relative[np.isfinite(relative)]
        if not len(known):
            continue
        middle = float(np.median(known))
        values = {"first": voice.title(one), "size": _write_percent(abs(middle))}
        if abs(middle) < _HARDLY:
            told.append(say("hardly different under {first}", first=values["first"]))
        elif (known * middle > 0).sum() < SURE * len(known):
            told.append(say("not clearly higher or lower under {first}", first=values["first"]))
        elif middle > 0:
            told.append(say("{size} % higher under {first}", **values))
        else:
            told.append(say("{size} % lower under {first}", **values))
    return say("local public debt in {year} is {told}", year=year, told=say.clauses(told))


def _write_percent(size: float) -> str:
    """Write a size with two digits, or as a whole number."""
    return f"{float(f'{size:.2g}'):,.0f}" if size >= 10 else f"{size:.2g}"


def write_account(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on costs, benefits and losers; None without an account."""
    account = evidence.account
    if account is None:
        return None
    say = voice.say
    text = (
        say(
            "Present value means that a yuan of a later year counts for less, by {rate} % a year; "
            "all money is in prices of 2010. A cost is below zero. The net national benefit is the "
            "sum of the lines; the same sum by who gains and who loses stands in the second "
            "table.",
            rate=f"{100 * evidence.comparison.discounting[0]:g}",
        ),
        say(
            "What the regions gain in value added the rest of China loses, yuan for yuan, because "
            "buyers share out the same spending. Buyers gain when goods become better, cheaper or "
            "more various. Public money counts at what a yuan of it costs taxpayers, which is more "
            "than a yuan."
        ),
    )
    tables = (
        _tabulate_regions(voice, evidence),
        _tabulate_lines(voice, account),
        _tabulate_parties(voice, account),
        _tabulate_beside(voice, account),
    )
    return Part(say("Money and losers"), text, tables)


def _tabulate_regions(voice: Voice, evidence: Evidence) -> Table:
    say, comparison = voice.say, evidence.comparison
    unit, _ = say.unit("Myuan")
    gained = select_base(comparison, comparison.gained)
    places = [*evidence.regions, TOTAL]
    rows = [
        (
            write_text(say.name(place) if place != TOTAL else say("all regions"), tone),
            *(
                write_sum(say, gained.sel({PLACE: place, STRATEGY: name}).values)
                for name in comparison.names
            ),
        )
        for place, tone in ((place, "strong" if place == TOTAL else "") for place in places)
    ]
    columns = (
        Column(say("region")),
        *(Column(voice.short(name), unit, number=True) for name in comparison.names),
    )
    return Table(
        say("regions"),
        say(
            "Value added that each region gains, {start} to {year}, in present value",
            start=f"{comparison.start:g}",
            year=f"{comparison.end:g}",
        ),
        columns,
        tuple(rows),
        _note_intervals(voice),
    )


def _columns(voice: Voice, account: Account, first: str, unit: str) -> tuple[Column, ...]:
    return (
        Column(first),
        *(Column(voice.short(name), unit, number=True) for name in account.names),
    )


def _tabulate_lines(voice: Voice, account: Account) -> Table:
    say = voice.say
    unit, _ = say.unit("Myuan")
    paid = account.changes[LINES_PAID]
    rows = [
        (
            write_text(say(_LINES[line.name])),
            *(
                write_sum(say, paid.sel({STRATEGY: name, LINE: line.name}).values)
                for name in account.names
            ),
        )
        for line in LINES
    ]
    rows.append(
        (
            write_text(say("net national benefit"), "strong"),
            *(write_sum(say, account.benefit(name).values) for name in account.names),
        )
    )
    rows.append(
        (
            write_text(say("of these, draws above zero")),
            *(_count_cell(voice, account.benefit(name).values) for name in account.names),
        )
    )
    rows.append(
        (
            write_text(say("additional money")),
            *(write_sum(say, account.money.sel({STRATEGY: name}).values) for name in account.names),
        )
    )
    return Table(
        say("account"),
        say(
            "What the nation gains and loses, {start} to {year}, in present value",
            start=f"{account.start:g}",
            year=f"{account.horizon:g}",
        ),
        _columns(voice, account, say("line"), unit),
        tuple(rows),
        _note_intervals(voice),
    )


def _tabulate_parties(voice: Voice, account: Account) -> Table:
    say = voice.say
    unit, _ = say.unit("Myuan")
    sums = sum_parties(account)
    rows = [
        (
            write_text(say(_PARTIES[str(party)])),
            *(
                write_sum(say, sums.sel({STRATEGY: name, PARTY: party}).values)
                for name in account.names
            ),
        )
        for party in sums[PARTY].values
    ]
    rows.append(
        (
            write_text(say("together: net national benefit"), "strong"),
            *(
                write_sum(say, sums.sel({STRATEGY: name}).sum(PARTY, skipna=False).values)
                for name in account.names
            ),
        )
    )
    notes = (
        say(
            "Residents are workers, and taxpayers who pay for local budgets; buyers are all who "
            "buy in China, residents among them. Foreign owners do not count."
        ),
    )
    return Table(
        say("who bears it"),
        say("Who gains and who loses, to {year}, in present value", year=f"{account.horizon:g}"),
        _columns(voice, account, say("party"), unit),
        tuple(rows),
        notes,
    )


def _tabulate_beside(voice: Voice, account: Account) -> Table:
    say = voice.say
    rows = []
    for outcome in BESIDE:
        for year in account.levels[YEAR].values:
            level = account.levels[outcome].sel({YEAR: year})
            cells = [write_text(capitalise(say.name(outcome))), write_year(float(year))]
            for name in account.names:
                change = account.changes[outcome].sel({STRATEGY: name, YEAR: year})
                cells.append(write_interval(say, 100 * np.asarray((change / level).values)))
            rows.append(tuple(cells))
    columns = (
        Column(say("outcome")),
        Column(say("year")),
        *(Column(voice.short(name), "%", number=True) for name in account.names),
    )
    return Table(
        say("beside the account"),
        say("Wages, jobs and debt of all regions: change against the baseline"),
        columns,
        tuple(rows),
        (say("They are no part of the sum: a wage paid is a cost to one, an income to another."),),
    )


def _count_cell(voice: Voice, values: np.ndarray) -> Cell:
    known = values[np.isfinite(values)]
    return write_text(voice.cell(int((known > 0).sum()), len(known)))


def _note_intervals(voice: Voice) -> tuple[str, ...]:
    if not voice.odds.several:
        return ()
    return (
        voice.say(
            "Medians over the draws, the 90 % interval in brackets; medians need not add up."
        ),
    )
