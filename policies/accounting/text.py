"""What the account says, in sentences made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.file.regions import REGION
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
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
    call_strategy,
    format_number,
    lower_title,
    split_sign,
)
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.accounting.result import Account

# A party whose gain or loss is less than this part of the largest one's is left to the tables.
_SMALL = 0.01
# A change of less than this part of the level is called hardly any.
_HARDLY = 5e-4
_DEBTS = {
    DEBT: mark("local public debt"),
    WORKERS: mark("employment"),
    WAGE: mark("the mean wage"),
}


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
        say(
            "Money of each strategy: {budget}. The baseline of each draw is {baseline} in the same "
            "draw. Benefits and costs count from {start} to {horizon}; money counts to {end}.",
            budget=account.budget.describe(),
            baseline=lower_title(account.baseline.title),
            start=f"{account.start:g}",
            horizon=f"{account.horizon:g}",
            end=f"{account.budget.end:g}",
        ),
        say(
            "The sum of the lines, the sum of what the parties gain and the model's own account "
            "differ by at most {gap} of the largest line. The parties are computed from what is "
            "paid to workers, owners, lenders and governments, not from the lines. Wages, jobs and "
            "debt are no part of the account. Every line is written out in docs/accounts.md.",
            gap=f"{account.measure_gap():.0e}",
        ),
        say(
            "Left out of it: time and health of workers, the environment other than farm land, and "
            "what an equal division is worth. Whoever weighs a yuan of one party more than a yuan "
            "of another can do so with the table of parties."
        ),
        say.plural(
            len(account.draws),
            "{runs} runs in {count} draw.",
            "{runs} runs in {count} draws.",
            runs=f"{account.runs:,}",
        ),
        account.odds.describe(account.draws),
    ]
    if account.failed:
        said.append(
            say.plural(
                account.failed,
                "{count} run has no result and is left out.",
                "{count} runs have no result and are left out.",
            )
        )
    return said + [say("Warning: {warning}.", warning=one.describe()) for one in account.spans]


def _call(account: Account, name: str) -> str:
    return call_strategy(name, {one.name: one.title for one in account.strategies})


def _begin(account: Account, name: str) -> str:
    return capitalise(_call(account, name))


def _verdict(account: Account, name: str, *, first: bool) -> str:
    """Say what a strategy is worth to the nation, and how sure that is."""
    values = account.benefit(name).values
    strategy = _begin(account, name)
    if not np.isfinite(values).any():
        return say("{strategy} has no result in any draw.", strategy=strategy)
    unit, factor = say.unit("Myuan")
    year = f"{account.horizon:g}"
    if not np.nan_to_num(values).any():
        return say(
            "{strategy} is worth nothing to the nation and costs it nothing, to {year}, in present "
            "value.",
            strategy=strategy,
            year=year,
        )
    middle = float(np.nanmedian(values))
    paid = float(np.nanmedian(account.money.sel({STRATEGY: name}).values))
    more, sizes = split_sign(values)
    told = {"strategy": strategy, "sum": _with_interval(account, sizes * factor, unit)}
    if more:
        said = say("{strategy} is worth {sum} to the nation", **told)
    else:
        said = say("{strategy} costs the nation {sum}", **told)
    if account.budget.money > 0 and paid > 1.0:
        yuan = format_number(abs(middle) / paid)
        said += say(", {yuan} for each yuan of additional money", yuan=yuan)
    parts = [say("{said}, to {year}, in present value.", said=said, year=year)]
    if odds := account.odds.say(values, short=not first):
        parts.append(say("The sum is above zero {odds}.", odds=odds))
    if first:
        parts.append(
            say(
                "That is the net national benefit: what is gained by anybody in the country less "
                "what it costs anybody in it."
            )
        )
    return say.sentences(parts)


def _between(account: Account) -> str:
    """Say which strategy is worth most, draw by draw."""
    order = order_by_majority(
        {name: np.asarray(account.benefit(name).values, dtype=float) for name in account.names}
    )
    if len(order) < 2:
        return ""
    best, *others = order
    parts = []
    unit, factor = say.unit("Myuan")
    for other in others:
        lead = (account.benefit(best) - account.benefit(other)).values
        called = _call(account, other)
        if not np.nan_to_num(lead).any():
            parts.append(say("as much as {strategy}", strategy=called))
            continue
        amount = _with_interval(account, lead * factor, unit)
        one = say("{sum} more than {strategy}", sum=amount, strategy=called)
        if odds := account.odds.say(lead):
            one = say("{said}, more {odds}", said=one, odds=odds)
        parts.append(one)
    return say(
        "{strategy} is worth {parts}.", strategy=_begin(account, best), parts=say("; ").join(parts)
    )


def _made_of(account: Account, name: str) -> str:
    """Say what the sum is made of: what moves, what buyers get, what it costs."""
    unit, factor = say.unit("Myuan")
    paid = account.changes[LINES_PAID].sel({STRATEGY: name}).median("draw")
    middle = {line: float(paid.sel({LINE: line.name})) * factor for line in LINES}
    if not all(np.isfinite(list(middle.values()))):
        return ""
    said = [_moved(_begin(account, name), middle[OUTPUT], middle[ELSEWHERE], unit)]
    others = [line for line in LINES if line not in (OUTPUT, ELSEWHERE, BUYERS)]
    order = sorted(others, key=lambda line: middle[line])
    size = max(abs(value) for value in middle.values())
    shown = [line for line in order if abs(middle[line]) >= _SMALL * size]
    parts = {
        line: say("{name} {value}", name=say(line.name), value=format_number(abs(middle[line])))
        for line in shown
    }
    costs = [parts[line] for line in shown if middle[line] < 0]
    back_again = [parts[line] for line in shown if middle[line] > 0]
    buyers = format_number(abs(middle[BUYERS]))
    if middle[BUYERS] >= 0:
        said.append(say("Buyers in all of China gain {sum}.", sum=buyers))
    else:
        said.append(say("Buyers in all of China lose {sum}.", sum=buyers))
    if costs:
        said.append(say("It costs, in {unit}: {parts}.", unit=unit, parts=say.clauses(costs)))
    if back_again:
        said.append(say("On the other side: {parts}.", parts=say.clauses(back_again)))
    said.append(say("These are medians, which need not add up."))
    return say.sentences(said)


def _moved(strategy: str, won: float, lost: float, unit: str) -> str:
    """Say what the regions win and what the rest of China loses."""
    told = {"strategy": strategy, "sum": format_number(abs(won)), "unit": unit}
    if won >= 0:
        regions = say("{strategy} adds {sum} {unit} of value added to the regions", **told)
    else:
        regions = say("{strategy} takes {sum} {unit} of value added from the regions", **told)
    rest = format_number(abs(lost))
    if lost < 0:
        return say("{said}, and the rest of China loses {sum}.", said=regions, sum=rest)
    return say("{said}, and the rest of China gains {sum}.", said=regions, sum=rest)


def _parties(account: Account, name: str) -> str:
    """Say who gains and who loses, the losers first and by name."""
    unit, factor = say.unit("Myuan")
    strategy = _call(account, name)
    sums = sum_parties(account).sel({STRATEGY: name}) * factor
    rows = [(str(party), sums.sel({PARTY: party}).values) for party in sums[PARTY].values]
    known = [(party, values) for party, values in rows if np.isfinite(values).any()]
    if not known:
        return ""
    size = max(abs(float(np.nanmedian(values))) for _, values in known)
    if size == 0:
        return say("Under {strategy} nobody gains and nobody loses.", strategy=strategy)
    large = [
        (party, values)
        for party, values in known
        if abs(float(np.nanmedian(values))) >= _SMALL * size
    ]
    losers = [(party, -values) for party, values in large if float(np.nanmedian(values)) < 0]
    winners = [(party, values) for party, values in large if float(np.nanmedian(values)) > 0]
    if losers:
        parties = _list_parties(account, losers)
        said = [
            say(
                "Who loses under {strategy}, in {unit}: {parties}.",
                strategy=strategy,
                unit=unit,
                parties=parties,
            )
        ]
    else:
        said = [say("Under {strategy} no party loses.", strategy=strategy)]
    if winners:
        said.append(say("Who gains: {parties}.", parties=_list_parties(account, winners)))
    homes = residents_by_region(account, name, RESIDENTS)
    middles = {
        say.name(str(place)): float(homes.sel({REGION: place}).median())
        for place in homes[REGION].values
        if place != NATION
    }
    worse = [place for place, middle in middles.items() if middle < 0]
    better = [place for place, middle in middles.items() if middle > 0]
    if worse and better:
        said.append(
            say(
                "Of the residents, those of {worse} lose and those of {better} gain.",
                worse=say.join(worse),
                better=say.join(better),
            )
        )
    abroad = float(
        residents_by_region(account, name, FOREIGNERS).sum(REGION, skipna=False).median()
    )
    if abs(abroad) * factor >= _SMALL * size:
        amount = format_number(abs(abroad) * factor)
        gained = say("Foreign owners gain {sum}, which counts for nothing here.", sum=amount)
        lost = say("Foreign owners lose {sum}, which counts for nothing here.", sum=amount)
        said.append(gained if abroad > 0 else lost)
    return say.sentences(said)


def _list_parties(account: Account, those: list[tuple[str, np.ndarray]]) -> str:
    """List parties with what they gain or lose, the largest first."""
    parts = []
    for party, values in sorted(those, key=lambda one: -float(np.nanmedian(one[1]))):
        called = party if party in (CUSTOMERS, RESIDENTS) or not say.english else f"the {party}"
        one = say(
            "{name} {value}",
            name=say.word(called),
            value=format_number(float(np.nanmedian(values))),
        )
        odds = account.odds.say(values)
        if odds and (values > 0).sum() < np.isfinite(values).sum():
            one += say(", {odds}", odds=odds)
        parts.append(one)
    return say.clauses(parts)


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
                told.append(say("hardly different in {year}", year=year))
                continue
            more, sizes = split_sign(relative)
            change_of = {"size": _with_interval(account, sizes, "%"), "year": year}
            if more:
                told.append(say("{size} higher in {year}", **change_of))
            else:
                told.append(say("{size} lower in {year}", **change_of))
        if told:
            parts.append(
                say("{outcome} is {parts}", outcome=say(_DEBTS[outcome]), parts=say.clauses(told))
            )
    if not parts:
        return ""
    return say(
        "Beside the account, under {strategy}: {parts}.",
        strategy=_call(account, name),
        parts=say("; ").join(parts),
    )


def _with_interval(account: Account, values: xr.DataArray | np.ndarray, unit: str) -> str:
    """Write the median with its unit, and where there are several draws its 90 % interval."""
    (low, middle, high), known = compute_quantiles(np.asarray(values, dtype=float))
    said = {"value": format_number(middle), "unit": unit}
    if known < 2 or low == high:
        return say("{value} {unit}", **said)
    ends = {"low": format_number(low), "high": format_number(high)}
    return say("{value} {unit} (90 % interval {low} to {high})", **said, **ends)
