"""What the account says, in sentences made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.model.vensim.regions import REGION
from smecluster.policies.accounting.lines import (
    BUYERS,
    CUSTOMERS,
    ELSEWHERE,
    FOREIGNERS,
    LINE,
    LINES,
    NATION,
    OUTPUT,
    RESIDENTS,
)
from smecluster.policies.accounting.measures import (
    ACCOUNT,
    BESIDE,
    DEBT,
    LINES_PAID,
    PARTY,
    WAGE,
    WORKERS,
    YEAR,
    sum_parties,
)
from smecluster.policies.accounting.tables import residents_by_region
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.ensemble.ordering import order_by_majority
from smecluster.policies.wording.prose import (
    format_count,
    format_interval,
    format_number,
    join_names,
    lower_title,
    split_sign,
)

if TYPE_CHECKING:
    from smecluster.policies.accounting.result import Account

# A party whose gain or loss is less than this part of the largest one's is left to the tables.
_SMALL = 0.01
# A change of less than this part of the level is called hardly any.
_HARDLY = 5e-4
_DEBTS = {DEBT: "local public debt", WORKERS: "employment", WAGE: "the mean wage"}


def write_answer(account: Account) -> list[str]:
    """Say what each strategy is worth, what that is made of, who bears it, and what stands beside.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    list of str
        Paragraphs, the verdict on each strategy first.
    """
    said = [_verdict(account, name, first=at == 0) for at, name in enumerate(account.names)]
    said += [_between(account)] if len(account.names) > 1 else []
    for name in account.names:
        said += [_made_of(account, name), _parties(account, name), _beside(account, name)]
    return [line for line in said if line]


def write_basis(account: Account) -> list[str]:
    """Say what the account rests on.

    Parameters
    ----------
    account : Account
        The account.

    Returns
    -------
    list of str
        Sentences.
    """
    said = [
        f"Money of each strategy: {account.budget.describe()}. The baseline of each draw is "
        f"{lower_title(account.baseline.title)} in the same draw. Benefits and costs count from "
        f"{account.start:g} to {account.horizon:g}; money counts to {account.budget.end:g}.",
        "The sum of the lines, the sum of what the parties gain and the model's own account differ "
        f"by at most {account.measure_gap():.0e} of the largest line. The parties are computed "
        "from what is paid to workers, owners, lenders and governments, not from the lines. Wages, "
        "jobs and debt are no part of the account. Every line is written out in docs/accounts.md.",
        "Left out of it: time and health of workers, the environment other than farm land, and "
        "what an equal division is worth. Whoever weighs a yuan of one party more than a yuan of "
        "another can do so with the table of parties.",
        f"{account.runs:,} runs in {format_count(len(account.draws), 'draw', 'draws')}.",
        account.odds.describe(account.draws),
    ]
    if account.failed:
        said.append(
            f"{format_count(account.failed, 'run has', 'runs have')} no result and "
            f"{'is' if account.failed == 1 else 'are'} left out."
        )
    return said + [f"Warning: {one.describe()}." for one in account.spans]


def _verdict(account: Account, name: str, *, first: bool) -> str:
    """Say what a strategy is worth to the nation, and how sure that is."""
    values = account.benefit(name).values
    if not np.isfinite(values).any():
        return f"{capitalise(name)} has no result in any draw."
    unit, factor = display_unit("Myuan")
    middle = float(np.nanmedian(values))
    until = f"to {account.horizon:g}, in present value"
    money = account.money.sel({STRATEGY: name}).values
    paid = float(np.nanmedian(money))
    yuan = ""
    if account.budget.money > 0 and paid > 1.0:
        yuan = f", {format_number(abs(middle) / paid)} for each yuan of additional money"
    if not np.nan_to_num(values).any():
        return f"{capitalise(name)} is worth nothing to the nation and costs it nothing, {until}."
    more, sizes = split_sign(values)
    amount = _with_interval(account, sizes * factor, unit)
    verb = "is worth" if more else "costs the nation"
    whom = " to the nation" if more else ""
    odds = account.odds.say(values, short=not first)
    sure = f" The sum is above zero {odds}." if odds else ""
    what = (
        " That is the net national benefit: what is gained by anybody in the country less what "
        "it costs anybody in it."
        if first
        else ""
    )
    return f"{capitalise(name)} {verb} {amount}{whom}{yuan}, {until}.{sure}{what}"


def _between(account: Account) -> str:
    """Say which strategy is worth most, draw by draw."""
    order = order_by_majority(
        {name: np.asarray(account.benefit(name).values, dtype=float) for name in account.names}
    )
    if len(order) < 2:
        return ""
    best, *others = order
    parts = []
    unit, factor = display_unit("Myuan")
    for other in others:
        lead = (account.benefit(best) - account.benefit(other)).values
        if not np.nan_to_num(lead).any():
            parts.append(f"as much as {other}")
            continue
        odds = account.odds.say(lead)
        amount = _with_interval(account, lead * factor, unit)
        parts.append(f"{amount} more than {other}{', more ' * bool(odds)}{odds}")
    return f"{capitalise(best)} is worth {'; '.join(parts)}."


def _made_of(account: Account, name: str) -> str:
    """Say what the sum is made of: what moves, what buyers get, what it costs."""
    unit, factor = display_unit("Myuan")
    paid = account.changes[LINES_PAID].sel({STRATEGY: name}).median("draw")
    middle = {line: float(paid.sel({LINE: line.name})) * factor for line in LINES}
    if not all(np.isfinite(list(middle.values()))):
        return ""
    won, lost = middle[OUTPUT], middle[ELSEWHERE]
    verb = "adds" if won >= 0 else "takes"
    where = "to" if won >= 0 else "from"
    back = "loses" if lost < 0 else "gains"
    moved = (
        f"{capitalise(name)} {verb} {format_number(abs(won))} {unit} of value added {where} the "
        f"regions, and the rest of China {back} {format_number(abs(lost))}"
    )
    others = [line for line in LINES if line not in (OUTPUT, ELSEWHERE, BUYERS)]
    order = sorted(others, key=lambda line: middle[line])
    size = max(abs(value) for value in middle.values())
    shown = [line for line in order if abs(middle[line]) >= _SMALL * size]
    costs = [f"{line.name} {format_number(-middle[line])}" for line in shown if middle[line] < 0]
    back_again = [
        f"{line.name} {format_number(middle[line])}" for line in shown if middle[line] > 0
    ]
    buyers = middle[BUYERS]
    gain = "gain" if buyers >= 0 else "lose"
    said = f"{moved}. Buyers in all of China {gain} {format_number(abs(buyers))}."
    if costs:
        said += f" It costs, in {unit}: {join_names(costs)}."
    if back_again:
        said += f" On the other side: {join_names(back_again)}."
    return said + " These are medians, which need not add up."


def _parties(account: Account, name: str) -> str:
    """Say who gains and who loses, the losers first and by name."""
    unit, factor = display_unit("Myuan")
    sums = sum_parties(account).sel({STRATEGY: name}) * factor
    rows = [(str(party), sums.sel({PARTY: party}).values) for party in sums[PARTY].values]
    known = [(party, values) for party, values in rows if np.isfinite(values).any()]
    if not known:
        return ""
    size = max(abs(float(np.nanmedian(values))) for _, values in known)
    if size == 0:
        return f"Under {name} nobody gains and nobody loses."
    large = [
        (party, values)
        for party, values in known
        if abs(float(np.nanmedian(values))) >= _SMALL * size
    ]
    losers = [(party, -values) for party, values in large if float(np.nanmedian(values)) < 0]
    winners = [(party, values) for party, values in large if float(np.nanmedian(values)) > 0]

    def list_all(those: list[tuple[str, np.ndarray]]) -> str:
        parts = []
        for party, values in sorted(those, key=lambda one: -float(np.nanmedian(one[1]))):
            odds = account.odds.say(values)
            how = f", {odds}" if odds and (values > 0).sum() < np.isfinite(values).sum() else ""
            called = party if party in (CUSTOMERS, RESIDENTS) else _article(party)
            parts.append(f"{called} {format_number(float(np.nanmedian(values)))}{how}")
        return join_names(parts)

    said = f"Who loses under {name}, in {unit}: {list_all(losers)}." if losers else ""
    if not losers:
        said = f"Under {name} no party loses."
    if winners:
        said += f" Who gains: {list_all(winners)}."
    homes = residents_by_region(account, name, RESIDENTS)
    worse = [
        str(place)
        for place in homes[REGION].values
        if place != NATION and float(homes.sel({REGION: place}).median()) < 0
    ]
    better = [
        str(place)
        for place in homes[REGION].values
        if place != NATION and float(homes.sel({REGION: place}).median()) > 0
    ]
    if worse and better:
        said += (
            f" Of the residents, those of {join_names(worse)} lose and those of "
            f"{join_names(better)} gain."
        )
    abroad = float(
        residents_by_region(account, name, FOREIGNERS).sum(REGION, skipna=False).median()
    )
    if abs(abroad) * factor >= _SMALL * size:
        verb = "gain" if abroad > 0 else "lose"
        said += f" Foreign owners {verb} {format_number(abs(abroad) * factor)}, which counts for "
        said += "nothing here."
    return said


def _article(party: str) -> str:
    return f"the {party}"


def _beside(account: Account, name: str) -> str:
    """Say what wages, jobs and debt do, which are no part of the account."""
    parts = []
    years = [int(year) for year in account.levels[YEAR].values]
    for outcome in (one for one in _DEBTS if one in BESIDE):
        change = account.changes[outcome].sel({STRATEGY: name})
        told = []
        for year in years:
            base = account.levels[outcome].sel({YEAR: year})
            relative = 100 * (change.sel({YEAR: year}) / base).values
            if not np.isfinite(relative).any():
                continue
            if abs(float(np.nanmedian(relative))) < 100 * _HARDLY:
                told.append(f"hardly different in {year}")
                continue
            more, sizes = split_sign(relative)
            told.append(
                f"{_with_interval(account, sizes, '%')} {'higher' if more else 'lower'} in {year}"
            )
        if told:
            parts.append(f"{_DEBTS[outcome]} is {join_names(told)}")
    return f"Beside the account, under {name}: {'; '.join(parts)}." if parts else ""


def _with_interval(account: Account, values: xr.DataArray | np.ndarray, unit: str) -> str:
    """Write the median with its unit, and where there are several draws its 90 % interval."""
    text = format_interval(np.asarray(values, dtype=float))
    middle, bracket, rest = text.partition(" (")
    interval = f" (90 % interval {rest}" if bracket else ""
    return f"{middle} {unit}{interval}"


def describe_sum(account: Account, name: str) -> str:
    """Say in a few words what a figure shows of a strategy: its sum."""
    unit, factor = display_unit("Myuan")
    middle = float(account.benefit(name).median()) * factor
    return f"{ACCOUNT} {format_number(middle)} {unit}"
