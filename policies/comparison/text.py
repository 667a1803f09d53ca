"""What a comparison says, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.comparison.measures import (
    SUPPLY,
    count_wins,
    find_level,
    rank_strategies,
    select_base,
)
from smecluster.policies.comparison.nation import answer_nation
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.payers import CENTRE, PAYER
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.wording.prose import (
    call_strategy,
    format_change,
    format_draws,
    format_interval,
    format_number,
    format_share,
    lower_title,
    split_sign,
)

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

DEBT = "Local public debt"

# A lead in fewer draws than this is called open.
_SURE = 0.9
# Less debt than this, over value added of a year, is no side effect worth a sentence.
_SMALL_DEBT = 1e-4


def answer_comparison(comparison: Comparison) -> dict[str, str]:
    """Say which strategy gains most, how sure that is, at whose cost, and what would change it.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    dict of str to str
        Answers by question, the first one first; a question without an answer is left out.
    """
    equal = comparison.budget is not None
    most = say("What gains most for the same money?") if equal else say("What gains most?")
    said = {
        most: _most(comparison),
        say("How sure is that?"): _sure(comparison),
        say("What is it worth to the nation?"): answer_nation(comparison),
        say("What does it do to local debt?"): _debt(comparison),
        say("In which region?"): _by_region(comparison),
        say("Who pays?"): _pays(comparison),
        say("At the neighbours' expense?"): _neighbours(comparison),
        say("When?"): _when(comparison),
        say("In another future?"): _elsewhere(comparison),
    }
    return {question: reply for question, reply in said.items() if reply}


def describe_basis(comparison: Comparison) -> list[str]:
    """Say what a comparison rests on, and what it leaves out.

    Parameters
    ----------
    comparison : Comparison
        The comparison.

    Returns
    -------
    list of str
        Sentences.
    """
    said = [
        say("Money of each strategy: {budget}.", budget=comparison.describe_budget()),
        say(
            "Baseline: {baseline}. {runs} runs: {strategies} with the baseline, {futures}, "
            "{draws}.",
            baseline=lower_title(comparison.baseline.title),
            runs=f"{comparison.runs:,}",
            strategies=say.plural(
                len(comparison.strategies) + 1, "{count} strategy", "{count} strategies"
            ),
            futures=say.plural(len(comparison.futures), "{count} future", "{count} futures"),
            draws=(
                say("{count} draws, the same for all", count=f"{len(comparison.draws):,}")
                if comparison.several
                else say("one draw")
            ),
        ),
        comparison.odds.describe(comparison.draws),
    ]
    if len(comparison.futures) > 1:
        said.append(
            say(
                "Each future repeats something that has happened once. They are stress tests, not "
                "forecasts: none has a probability."
            )
        )
    rate, year = comparison.discounting
    said.append(
        say(
            "Money and discounted sums count from {start}, in constant prices of 2010, discounted "
            "at {rate} % a year to {year}.",
            start=f"{comparison.start:g}",
            rate=f"{100 * rate:g}",
            year=f"{year:g}",
        )
    )
    if len(comparison.failures):
        first = comparison.failures.iloc[0]
        said.append(
            say.plural(
                len(comparison.failures),
                "{count} case has no result and is left out, for example {strategy} in {future}, "
                "draw {draw}: {reason}.",
                "{count} cases have no result and are left out, for example {strategy} in "
                "{future}, draw {draw}: {reason}.",
                strategy=first[STRATEGY],
                future=first[FUTURE],
                draw=first[DRAW],
                reason=first.iloc[3],
            )
        )
    said += [say("Warning: {warning}.", warning=one.describe()) for one in comparison.spans]
    said.append(
        say(
            "The model has no single firm, no city within a region and no politics beyond money, "
            "information and the weight that governments give to growth and revenue; see "
            "docs/limitations.md."
        )
    )
    return said


def answer_futures(comparison: Comparison) -> list[str]:
    """Say what each future costs, under which strategy least, and whether value added recovers.

    Parameters
    ----------
    comparison : Comparison
        The comparison, with more than the base future.

    Returns
    -------
    list of str
        Whether the order of strategies holds, then a sentence for each future, the costliest first.
    """
    said = [_order(comparison), *(_future(comparison, one) for one in _costliest(comparison))]
    return [line for line in said if line]


# The sentences


def _most(comparison: Comparison) -> str:
    gained = select_base(comparison, comparison.gained.sel({PLACE: TOTAL}, drop=True))
    order = rank_strategies(comparison, gained)
    if not order:
        return say("No strategy has a result in the base future.")
    unit, factor = say.unit("Myuan")
    best = float(gained.sel({STRATEGY: order[0]}).median())
    gains = [
        _with_value(comparison, name, gained.sel({STRATEGY: name}).values * factor)
        for name in order
    ]
    level = find_level(gained, order)
    if len(order) < 2:
        begin = say("Value added gained")
    elif len(level) > 1:
        begin = _tell_level(comparison, level, whole=len(level) == len(order), gain=best >= 0)
    elif best > 0:
        begin = say("{strategy} gains most value added", strategy=_begin(comparison, order[0]))
    else:
        begin = say("{strategy} loses least value added", strategy=_begin(comparison, order[0]))
    said = say(
        "{begin} against {baseline}, {start} to {end}: {gains} {unit} in present value",
        begin=begin,
        baseline=lower_title(comparison.baseline.title),
        start=f"{comparison.start:g}",
        end=f"{comparison.end:g}",
        gains=say.clauses(gains),
        unit=unit,
    )
    if comparison.several:
        said += say(", 90 % intervals in brackets")
    spending = [name for name in order if comparison.has_money(name)]
    if comparison.budget is not None and comparison.budget.money == 0:
        said += say(", for as much money as policy as now")
    elif comparison.budget is not None and spending:
        money = {"money": format_number(comparison.budget.money * factor), "unit": unit}
        if len(spending) > 1:
            said += say(", for {money} {unit} each on top of policy as now", **money)
        else:
            said += say(", for {money} {unit} on top of policy as now", **money)
        if comparison.end != comparison.budget.end:
            # The money is not that of the years whose consequences count.
            said += say(
                ", spent {start} to {end}",
                start=f"{comparison.budget.start:g}",
                end=f"{comparison.budget.end:g}",
            )
    ratios = [_with_value(comparison, name, _per_yuan(comparison, name)) for name in spending]
    if ratios:
        spent = select_base(comparison, comparison.money).sel({STRATEGY: comparison.baseline.name})
        if abs(float(spent.max())) < 1:
            said += say(". Gain for each yuan of it: {ratios}", ratios=say.clauses(ratios))
        else:
            said += say(
                ". Gain for each yuan spent beyond the baseline: {ratios}",
                ratios=say.clauses(ratios),
            )
    return say.sentences([say("{said}.", said=said), *_unequal(comparison)])


def _tell_level(comparison: Comparison, level: list[str], *, whole: bool, gain: bool) -> str:
    """Say of strategies that are the same in each draw that they gain most, or all alike."""
    names = capitalise(_join(comparison, level))
    if whole and gain:
        return say("{names} gain the same value added", names=names)
    if whole:
        return say("{names} lose the same value added", names=names)
    if gain:
        return say("{names} gain most value added", names=names)
    return say("{names} lose least value added", names=names)


def _unequal(comparison: Comparison) -> list[str]:
    """Say of strategies without a programme that they are not at equal cost."""
    unit, factor = say.unit("Myuan")
    said = []
    for one in (comparison.baseline, *comparison.strategies):
        if one.programmes or not comparison.has_result_anywhere(one.name):
            continue
        own = select_base(comparison, comparison.money).sel({STRATEGY: one.name})
        money = float(own.median()) * factor
        if abs(money) < 1e-3:
            continue
        size = {"size": format_number(abs(money)), "unit": unit}
        less, more = say("{size} {unit} less", **size), say("{size} {unit} more", **size)
        amount = less if money < 0 else more
        if one is comparison.baseline:
            said.append(
                say(
                    "The baseline ({baseline}) spends {amount} than policy as now: the gains "
                    "include what that money brings.",
                    baseline=lower_title(one.title),
                    amount=amount,
                )
            )
        else:
            said.append(
                say(
                    "{strategy} has no programme and spends {amount} than policy as now: it is not "
                    "at equal cost.",
                    strategy=_begin(comparison, one.name),
                    amount=amount,
                )
            )
    if comparison.budget is None and len(comparison.strategies) > 1:
        said.append(say("Budgets are as written: the strategies are not at equal cost."))
    return said


def _sure(comparison: Comparison) -> str:
    gained = select_base(comparison, comparison.gained.sel({PLACE: TOTAL}, drop=True))
    order = rank_strategies(comparison, gained)
    if len(order) < 2:
        return ""
    if not comparison.several:
        return comparison.odds.describe(comparison.draws)
    level = find_level(gained, order)
    alike_said = (
        [say("{names} gain the same in each draw.", names=capitalise(_join(comparison, level)))]
        if len(level) > 1
        else []
    )
    leads = {other: count_wins(gained, order[0], other) for other in order if other not in level}
    if not leads:
        return say.sentences(alike_said)
    alike: dict[str, list[str]] = {}
    for other, lead in leads.items():
        alike.setdefault(format_draws(*lead), []).append(other)
    parts = [
        say("more than {others} {how}", others=_join(comparison, others), how=how)
        for how, others in alike.items()
    ]
    first = _begin(comparison, order[0])
    gains = say("{strategy} gains {parts}.", strategy=first, parts=say.clauses(parts))
    said = [*alike_said, gains]
    unsure = [other for other, (wins, total) in leads.items() if wins < _SURE * total]
    if unsure:
        said.append(
            say(
                "Between {strategy} and {others} the data do not decide.",
                strategy=_call(comparison, order[0]),
                others=_join(comparison, unsure),
            )
        )
    if comparison.odds.all_varied:
        return say.sentences(said)
    said.append(
        say(
            "The draws vary only the constants that the calibration estimates. Those that they "
            "hold fixed can turn an order on which all draws agree, here and below: smecluster "
            "stress tipping {first} {second} names them.",
            first=order[0],
            second=order[1],
        )
    )
    return say.sentences(said)


def _debt(comparison: Comparison) -> str:
    if DEBT not in comparison.ends:
        return ""
    unit, factor = say.unit(comparison.ends[DEBT].attrs.get("unit", ""))
    change = (
        select_base(comparison, comparison.changes[DEBT].sel({PLACE: TOTAL}, drop=True)) * factor
    )
    size = select_base(comparison, comparison.ends[SUPPLY].sel({PLACE: TOTAL}, drop=True)) * factor
    limit = _SMALL_DEBT * float(size.sel({STRATEGY: comparison.baseline.name}).median())
    parts = []
    for name in comparison.names:
        values = change.sel({STRATEGY: name}).values
        if not np.isfinite(values).any():
            continue
        more, amount = format_change(values)
        said = {"amount": amount, "unit": unit, "name": _call(comparison, name)}
        if abs(float(np.nanmedian(values))) < limit:
            parts.append(say("hardly different under {name}", name=said["name"]))
        elif more:
            parts.append(say("{amount} {unit} higher under {name}", **said))
        else:
            parts.append(say("{amount} {unit} lower under {name}", **said))
    if not parts:
        return ""
    return say(
        "In {year} local public debt is {parts} than under {baseline}.",
        year=f"{comparison.end:g}",
        parts=say.clauses(parts),
        baseline=lower_title(comparison.baseline.title),
    )


def _by_region(comparison: Comparison) -> str:
    places = [str(place) for place in comparison.ends[PLACE].values if place != TOTAL]
    gained = select_base(comparison, comparison.gained)
    known = [
        name for name in comparison.names if bool(gained.sel({STRATEGY: name}).notnull().any())
    ]
    if len(places) < 2 or not known:
        return ""
    losers: dict[str, list[str]] = {}  # by how often
    for name in known:
        for place in places:
            here = gained.sel({PLACE: place, STRATEGY: name})
            if float(here.median()) < 0:
                how = _how_often_below(comparison, here)
                where = say(
                    "{place} under {name}", place=say.name(place), name=_call(comparison, name)
                )
                losers.setdefault(how, []).append(where)
    lost = ""
    if losers:
        parts = [f"{say.join(where)}{how}" for how, where in losers.items()]
        lost = say(
            "Worse off than under {baseline}: {parts}.",
            baseline=lower_title(comparison.baseline.title),
            parts=say("; ").join(parts),
        )
    if len(known) < 2:
        return lost
    leaders: dict[tuple[str, str], list[str]] = {}
    level = {place: _find_level_at(gained, place, known) for place in places}
    if all(len(names) == len(known) for names in level.values()):
        same = say(
            "{names} gain the same in every region.", names=capitalise(_join(comparison, known))
        )
        return say.sentences([same, lost])
    for place in places:
        if len(level[place]) > 1:
            alike = say("{names} alike", names=_join(comparison, level[place]))
            leaders.setdefault((alike, ""), []).append(say.name(place))
            continue
        name, wins, total = _lead(gained.sel({PLACE: place, STRATEGY: known}, drop=True))
        how = format_draws(wins, total) if comparison.several else ""
        leaders.setdefault((name, how), []).append(say.name(place))
    if len(leaders) == 1 and len(level[places[0]]) > 1:
        names = capitalise(_join(comparison, level[places[0]]))
        first = say("{names} gain most in every region.", names=names)
    elif len(leaders) == 1:
        (name, how), _ = leaders.popitem()
        first = say("{name} gains most in every region", name=_begin(comparison, name))
        first = say("{said}, {how}.", said=first, how=how) if how else say("{said}.", said=first)
    else:
        parts = []
        for (name, how), won in leaders.items():
            one = say("{name} in {places}", name=_call(comparison, name), places=say.join(won))
            parts.append(say("{said} {how}", said=one, how=how) if how else one)
        first = say("What gains most: {parts}.", parts=say("; ").join(parts))
    return say.sentences([first, lost])


def _find_level_at(gained: xr.DataArray, place: str, known: list[str]) -> list[str]:
    """Find the strategies that gain most in a place and the same as one another in each draw."""
    here = gained.sel({PLACE: place}, drop=True)
    order = sorted(known, key=lambda name: -float(here.sel({STRATEGY: name}).median()))
    return find_level(here, order)


def _lead(values: xr.DataArray) -> tuple[str, int, int]:
    """Find the strategy that is ahead in most draws, in how many, and how many there are."""
    together = values.dropna(DRAW)
    best = together.argmax(STRATEGY).values
    counts = np.bincount(best, minlength=together.sizes[STRATEGY])
    first = int(counts.argmax())
    return str(together[STRATEGY].values[first]), int(counts[first]), len(best)


def _how_often_below(comparison: Comparison, values: xr.DataArray) -> str:
    if not comparison.several:
        return ""
    known = int(values.notnull().sum())
    return say(", {odds}", odds=format_draws(int((values < 0).sum()), known))


def _pays(comparison: Comparison) -> str:
    same: dict[tuple[str, str], list[str]] = {}  # the strategies that are paid alike
    paid = select_base(comparison, comparison.paid).median(DRAW)
    for name in comparison.names:
        bill = paid.sel({STRATEGY: name})
        total = float(bill.sum())
        if not comparison.has_money(name) or not total > 0:
            continue
        shares = {
            str(payer): float(bill.sel({PAYER: payer})) / total for payer in bill[PAYER].values
        }
        payers = sorted(shares, key=lambda payer: -shares[payer])
        called = {one: say("the centre") if one == CENTRE else say.name(one) for one in payers}
        if shares[payers[0]] > 0.995:
            said = ("entirely", called[payers[0]])
        else:
            bills = [
                say("{share} by {payer}", share=format_share(shares[one]), payer=called[one])
                for one in payers
                if shares[one] > 0.005
            ]
            said = ("", say.clauses(bills))
        same.setdefault(said, []).append(name)
    parts = []
    for (entirely, payer), names in same.items():
        told = {"names": _join(comparison, names), "payer": payer}
        if entirely and len(names) == 1:
            parts.append(say("{names} is paid entirely by {payer}", **told))
        elif entirely:
            parts.append(say("{names} are paid entirely by {payer}", **told))
        elif len(names) == 1:
            parts.append(say("{names} is paid {payer}", **told))
        else:
            parts.append(say("{names} are paid {payer}", **told))
    return say("{said}.", said=capitalise(say("; ").join(parts))) if parts else ""


def _neighbours(comparison: Comparison) -> str:
    effect = comparison.others.get(SUPPLY)
    if effect is None:
        return ""
    unit, factor = say.unit(comparison.ends[SUPPLY].attrs.get("unit", ""))
    parts = []
    for name in comparison.names:
        values = effect.sel({STRATEGY: name}).values * factor
        if not np.isfinite(values).any():
            continue
        more, sizes = split_sign(values)
        told = {"name": _call(comparison, name), "size": format_interval(sizes), "unit": unit}
        if more:
            parts.append(say("under {name} it adds {size} {unit} to their value added", **told))
        else:
            parts.append(say("under {name} it takes {size} {unit} from their value added", **told))
    if not parts:
        return ""
    return say(
        "Each region's own programme, run alone, also acts on the other regions, in {year} and "
        "added up: {parts}.",
        year=f"{comparison.end:g}",
        parts=say("; ").join(parts),
    )


def _when(comparison: Comparison) -> str:
    half = select_base(comparison, comparison.half.sel({PLACE: TOTAL}, drop=True))
    known = [name for name in comparison.names if bool(half.sel({STRATEGY: name}).notnull().any())]
    if not known:
        return ""
    quick = sorted(known, key=lambda name: float(half.sel({STRATEGY: name}).median()))
    parts = [
        say(
            "{years} years under {name}",
            years=format_interval(half.sel({STRATEGY: name}).values),
            name=_call(comparison, name),
        )
        for name in quick
    ]
    return say(
        "Half of the effect on value added of {year} is reached after {parts}.",
        year=f"{comparison.end:g}",
        parts=say.clauses(parts),
    )


def _elsewhere(comparison: Comparison) -> str:
    if len(comparison.futures) < 2:
        return ""
    costly = _costliest(comparison)
    worst = say("Costliest: {future}", future=_future(comparison, costly[0])) if costly else ""
    return say.sentences([_order(comparison), worst])


def _order(comparison: Comparison) -> str:
    """Say whether the order of strategies holds in every future."""
    if len(comparison.names) < 2:
        return ""
    gained = comparison.gained.sel({PLACE: TOTAL}, drop=True)
    first = {
        future.name: rank_strategies(comparison, gained.sel({FUTURE: future.name}, drop=True))[:1]
        for future in comparison.futures
    }
    best = first[comparison.futures[0].name]
    others = {name: names[0] for name, names in first.items() if names and names != best}
    if not best:
        return ""
    level = find_level(gained.transpose(STRATEGY, ...), [*comparison.names])
    if len(level) == len(comparison.names):
        return say.plural(
            len(comparison.futures),
            "{names} gain the same in the {count} future that was run.",
            "{names} gain the same in all {count} futures that were run.",
            names=capitalise(_join(comparison, level)),
        )
    if not others:
        return say.plural(
            len(comparison.futures),
            "{name} gains most in the {count} future that was run.",
            "{name} gains most in all {count} futures that were run.",
            name=_begin(comparison, best[0]),
        )
    parts = [
        say("{name} in {places}", name=_call(comparison, one), places=_call(comparison, future))
        for future, one in others.items()
    ]
    return say(
        "{name} gains most in every future but {futures}: {parts}.",
        name=_begin(comparison, best[0]),
        futures=_join(comparison, [*others]),
        parts=say.clauses(parts),
    )


def _costliest(comparison: Comparison) -> list[str]:
    loss = (
        comparison.recovered[LOSS]
        .sel({PLACE: TOTAL, STRATEGY: comparison.baseline.name})
        .median(DRAW)
    )
    names = [str(name) for name in loss[FUTURE].values if bool(loss.sel({FUTURE: name}).notnull())]
    return sorted(names, key=lambda name: -float(loss.sel({FUTURE: name})))


def _future(comparison: Comparison, name: str) -> str:
    title = comparison.titles[name]
    data = comparison.recovered.sel({FUTURE: name, PLACE: TOTAL})
    base = comparison.baseline.name
    loss = {one: data[LOSS].sel({STRATEGY: one}) for one in (base, *comparison.names)}
    known = [one for one in comparison.names if bool(loss[one].notnull().any())]
    order = sorted(known, key=lambda one: float(loss[one].median()))
    parts = [_with_value(comparison, one, loss[one].values) for one in order]
    said = say(
        "{future}: {baseline} loses {loss} % of a year's value added",
        future=say.name(title),
        baseline=lower_title(comparison.baseline.title),
        loss=format_interval(loss[base].values),
    )
    if parts:
        said = say("{said}; {others}", said=said, others=say.clauses(parts))
    return say.sentences([say("{said}.", said=said), _back(comparison, data[YEARS])])


def _back(comparison: Comparison, years: xr.DataArray) -> str:
    """Say how long it takes until value added is back within 1 %."""
    names = [
        one
        for one in (comparison.baseline.name, *comparison.names)
        if comparison.has_result_anywhere(one)
    ]
    known = {one: years.sel({STRATEGY: one}).values for one in names}
    back = {one: values for one, values in known.items() if np.isfinite(values).mean() > 0.5}
    end = f"{comparison.end:g}"
    if not back:
        return say("Value added is not back within 1 % by {year}.", year=end)
    if all(np.nanmax(values) == 0 for values in back.values()) and len(back) == len(names):
        return say("Value added stays within 1 % of what it would be.")
    said = {one: format_interval(values) for one, values in back.items()}
    if len(back) == len(names) and len(set(said.values())) == 1:
        return say(
            "Value added is back within 1 % after {years} years under every strategy.",
            years=said[names[0]],
        )
    parts = [
        say("{name} after {years} years", name=_plain(comparison, one), years=words)
        for one, words in said.items()
    ]
    told = say("Back within 1 %: {parts}", parts=say.clauses(parts))
    late = [_plain(comparison, one) for one in names if one not in back]
    if late:
        told = say("{said}; not by {year}: {names}", said=told, year=end, names=say.join(late))
    return say("{said}.", said=told)


# Parts of sentences


def _call(comparison: Comparison, name: str) -> str:
    return call_strategy(name, comparison.titles)


def _begin(comparison: Comparison, name: str) -> str:
    return capitalise(_call(comparison, name))


def _join(comparison: Comparison, names: Sequence[str]) -> str:
    return say.join([_call(comparison, name) for name in names])


def _with_value(comparison: Comparison, name: str, values: np.ndarray) -> str:
    return say("{name} {value}", name=_call(comparison, name), value=format_interval(values))


def _plain(comparison: Comparison, name: str) -> str:
    if name == comparison.baseline.name:
        return lower_title(comparison.baseline.title)
    return _call(comparison, name)


def _per_yuan(comparison: Comparison, name: str) -> np.ndarray:
    return np.asarray(select_base(comparison, comparison.per_yuan).sel({STRATEGY: name}).values)
