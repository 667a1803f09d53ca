"""What a comparison says, in sentences made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.policies.comparison.measures import (
    SUPPLY,
    count_wins,
    rank_strategies,
    select_base,
)
from smecluster.policies.comparison.nation import answer_nation
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.payers import CENTRE, PAYER
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.wording.prose import (
    format_count,
    format_draws,
    format_interval,
    format_number,
    format_share,
    join_names,
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
    said = {
        "What gains most for the same money?" if equal else "What gains most?": _most(comparison),
        "How sure is that?": _sure(comparison),
        "What is it worth to the nation?": answer_nation(comparison),
        "What does it do to local debt?": _debt(comparison),
        "In which region?": _by_region(comparison),
        "Who pays?": _pays(comparison),
        "At the neighbours' expense?": _neighbours(comparison),
        "When?": _when(comparison),
        "In another future?": _elsewhere(comparison),
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
    strategies = format_count(len(comparison.strategies) + 1, "strategy", "strategies")
    said = [
        f"Money of each strategy: {comparison.describe_budget()}.",
        f"Baseline: {lower_title(comparison.baseline.title)}. {comparison.runs:,} runs: "
        f"{strategies} with the baseline, "
        f"{format_count(len(comparison.futures), 'future', 'futures')}, "
        + (
            f"{len(comparison.draws):,} draws, the same for all."
            if comparison.several
            else "one draw."
        ),
        comparison.odds.describe(comparison.draws),
    ]
    if len(comparison.futures) > 1:
        said.append(
            "Each future repeats something that has happened once. They are stress tests, not "
            "forecasts: none has a probability."
        )
    rate, year = comparison.discounting
    said.append(
        f"Money and discounted sums count from {comparison.start:g}, in constant prices of 2010, "
        f"discounted at {100 * rate:g} % a year to {year:g}."
    )
    if len(comparison.failures):
        first = comparison.failures.iloc[0]
        said.append(
            f"{format_count(len(comparison.failures), 'case has', 'cases have')} no result and "
            f"{'is' if len(comparison.failures) == 1 else 'are'} left out, for example "
            f"{first[STRATEGY]} in {first[FUTURE]}, draw {first[DRAW]}: {first.iloc[3]}."
        )
    said += [f"Warning: {one.describe()}." for one in comparison.spans]
    said.append(
        "The model has no single firm, no city within a region and no politics beyond money, "
        "information and the weight that governments give to growth and revenue; see "
        "docs/limitations.md."
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
        return "No strategy has a result in the base future."
    unit, factor = display_unit("Myuan")
    best = float(gained.sel({STRATEGY: order[0]}).median())
    parts = [
        f"{name} {format_interval(gained.sel({STRATEGY: name}).values * factor)}" for name in order
    ]
    verb = "gains most value added" if best > 0 else "loses least value added"
    begin = f"{capitalise(order[0])} {verb}" if len(order) > 1 else "Value added gained"
    interval = ", 90 % intervals in brackets" if comparison.several else ""
    said = (
        f"{begin} against {lower_title(comparison.baseline.title)}, {comparison.start:g} to "
        f"{comparison.end:g}: {join_names(parts)} {unit} in present value{interval}"
    )
    spending = [name for name in order if comparison.has_money(name)]
    if comparison.budget is not None and comparison.budget.money == 0:
        said += ", for as much money as policy as now"
    elif comparison.budget is not None and spending:
        money = format_number(comparison.budget.money * factor)
        each = " each" * (len(spending) > 1)
        said += f", for {money} {unit}{each} on top of policy as now"
    ratios = [f"{name} {format_interval(_per_yuan(comparison, name))}" for name in spending]
    if ratios:
        as_now = (
            abs(
                float(
                    select_base(comparison, comparison.money)
                    .sel({STRATEGY: comparison.baseline.name})
                    .max()
                )
            )
            < 1
        )
        of_it = "of it" if as_now else "spent beyond the baseline"
        said += f". Gain for each yuan {of_it}: {join_names(ratios)}"
    return f"{said}.{_unequal(comparison)}"


def _unequal(comparison: Comparison) -> str:
    """Say of strategies without a programme that they are not at equal cost."""
    unit, factor = display_unit("Myuan")
    said = ""
    for one in (comparison.baseline, *comparison.strategies):
        if one.programmes or not comparison.has_result_anywhere(one.name):
            continue
        money = (
            float(select_base(comparison, comparison.money).sel({STRATEGY: one.name}).median())
            * factor
        )
        if abs(money) < 1e-3:
            continue
        amount = f"{format_number(abs(money))} {unit} {'less' if money < 0 else 'more'}"
        if one is comparison.baseline:
            said += (
                f" The baseline ({lower_title(one.title)}) spends {amount} than policy as now: the "
                "gains include what that money brings."
            )
        else:
            said += (
                f" {capitalise(one.name)} has no programme and spends {amount} than policy as "
                "now: it is not at equal cost."
            )
    if comparison.budget is None and len(comparison.strategies) > 1:
        said += " Budgets are as written: the strategies are not at equal cost."
    return said


def _sure(comparison: Comparison) -> str:
    gained = select_base(comparison, comparison.gained.sel({PLACE: TOTAL}, drop=True))
    order = rank_strategies(comparison, gained)
    if len(order) < 2:
        return ""
    if not comparison.several:
        return comparison.odds.describe(comparison.draws)
    leads = {other: count_wins(gained, order[0], other) for other in order[1:]}
    alike: dict[str, list[str]] = {}
    for other, lead in leads.items():
        alike.setdefault(format_draws(*lead), []).append(other)
    parts = [f"more than {join_names(others)} {how}" for how, others in alike.items()]
    said = f"{capitalise(order[0])} gains {join_names(parts)}."
    unsure = [other for other, (wins, total) in leads.items() if wins < _SURE * total]
    if unsure:
        said += f" Between {order[0]} and {join_names(unsure)} the data do not decide."
    if comparison.odds.all_varied:
        return said
    return (
        f"{said} The draws vary only the constants that the calibration estimates. Those that they "
        "hold fixed can turn an order on which all draws agree, here and below: smecluster tipping "
        f"{order[0]} {order[1]} names them."
    )


def _debt(comparison: Comparison) -> str:
    if DEBT not in comparison.ends:
        return ""
    unit, factor = display_unit(comparison.ends[DEBT].attrs.get("unit", ""))
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
        more, sizes = split_sign(values)
        if abs(float(np.nanmedian(values))) < limit:
            parts.append(f"hardly different under {name}")
        else:
            amount = format_interval(sizes)
            parts.append(f"{amount} {unit} {'higher' if more else 'lower'} under {name}")
    if not parts:
        return ""
    return (
        f"In {comparison.end:g} local public debt is {join_names(parts)} than under "
        f"{lower_title(comparison.baseline.title)}."
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
                losers.setdefault(how, []).append(f"{place} under {name}")
    lost = ""
    if losers:
        parts = [f"{join_names(where)}{how}" for how, where in losers.items()]
        lost = f"Worse off than under {lower_title(comparison.baseline.title)}: {'; '.join(parts)}."
    if len(known) < 2:
        return lost
    leaders: dict[tuple[str, str], list[str]] = {}
    for place in places:
        name, wins, total = _lead(gained.sel({PLACE: place, STRATEGY: known}, drop=True))
        how = f" {format_draws(wins, total)}" if comparison.several else ""
        leaders.setdefault((name, how), []).append(place)
    if len(leaders) == 1:
        (name, how), _ = leaders.popitem()
        first = f"{capitalise(name)} gains most in every region{',' * bool(how)}{how}."
    else:
        parts = [f"{name} in {join_names(where)}{how}" for (name, how), where in leaders.items()]
        first = f"What gains most: {'; '.join(parts)}."
    return f"{first} {lost}".strip()


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
    return f", {format_draws(int((values < 0).sum()), known)}"


def _pays(comparison: Comparison) -> str:
    same: dict[str, list[str]] = {}  # the strategies that are paid alike
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
        called = {payer: f"the {payer}" if payer == CENTRE else payer for payer in payers}
        if shares[payers[0]] > 0.995:
            same.setdefault(f"is paid entirely by {called[payers[0]]}", []).append(name)
            continue
        bills = [
            f"{format_share(shares[one])} by {called[one]}" for one in payers if shares[one] > 0.005
        ]
        same.setdefault(f"is paid {join_names(bills)}", []).append(name)
    parts = [
        f"{join_names(names)} {how if len(names) == 1 else how.replace('is paid', 'are paid', 1)}"
        for how, names in same.items()
    ]
    return f"{capitalise('; '.join(parts))}." if parts else ""


def _neighbours(comparison: Comparison) -> str:
    effect = comparison.others.get(SUPPLY)
    if effect is None:
        return ""
    unit, factor = display_unit(comparison.ends[SUPPLY].attrs.get("unit", ""))
    parts = []
    for name in comparison.names:
        values = effect.sel({STRATEGY: name}).values * factor
        if not np.isfinite(values).any():
            continue
        more, sizes = split_sign(values)
        verb = "adds" if more else "takes"
        where = "to" if more else "from"
        parts.append(
            f"under {name} it {verb} {format_interval(sizes)} {unit} {where} their value added"
        )
    if not parts:
        return ""
    return (
        f"Each region's own programme, run alone, also acts on the other regions, in "
        f"{comparison.end:g} and added up: {'; '.join(parts)}."
    )


def _when(comparison: Comparison) -> str:
    half = select_base(comparison, comparison.half.sel({PLACE: TOTAL}, drop=True))
    known = [name for name in comparison.names if bool(half.sel({STRATEGY: name}).notnull().any())]
    if not known:
        return ""
    quick = sorted(known, key=lambda name: float(half.sel({STRATEGY: name}).median()))
    parts = [
        f"{format_interval(half.sel({STRATEGY: name}).values)} years under {name}" for name in quick
    ]
    return (
        f"Half of the effect on value added of {comparison.end:g} is reached after "
        f"{join_names(parts)}."
    )


def _elsewhere(comparison: Comparison) -> str:
    if len(comparison.futures) < 2:
        return ""
    costly = _costliest(comparison)
    worst = f"Costliest: {_future(comparison, costly[0])}" if costly else ""
    return f"{_order(comparison)} {worst}".strip()


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
    if not others:
        count = len(comparison.futures)
        return f"{capitalise(best[0])} gains most in all {count} futures that were run."
    parts = [f"{one} in {future}" for future, one in others.items()]
    return (
        f"{capitalise(best[0])} gains most in every future but {join_names([*others])}: "
        f"{join_names(parts)}."
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
    parts = [f"{one} {format_interval(loss[one].values)}" for one in order]
    others = f"; {join_names(parts)}" if parts else ""
    return (
        f"{title}: {lower_title(comparison.baseline.title)} loses "
        f"{format_interval(loss[base].values)} % of a year's value added{others}. "
        f"{_back(comparison, data[YEARS])}"
    )


def _back(comparison: Comparison, years: xr.DataArray) -> str:
    """Say how long it takes until value added is back within 1 %."""
    names = [
        one
        for one in (comparison.baseline.name, *comparison.names)
        if comparison.has_result_anywhere(one)
    ]
    known = {one: years.sel({STRATEGY: one}).values for one in names}
    back = {one: values for one, values in known.items() if np.isfinite(values).mean() > 0.5}
    if not back:
        return f"Value added is not back within 1 % by {comparison.end:g}."
    if all(np.nanmax(values) == 0 for values in back.values()) and len(back) == len(names):
        return "Value added stays within 1 % of what it would be."
    said = {one: format_interval(values) for one, values in back.items()}
    if len(back) == len(names) and len(set(said.values())) == 1:
        return f"Value added is back within 1 % after {said[names[0]]} years under every strategy."
    parts = [f"{_plain(comparison, one)} after {words} years" for one, words in said.items()]
    late = [_plain(comparison, one) for one in names if one not in back]
    never = f"; not by {comparison.end:g}: {join_names(late)}" if late else ""
    return f"Back within 1 %: {join_names(parts)}{never}."


# Parts of sentences


def _plain(comparison: Comparison, name: str) -> str:
    return lower_title(comparison.baseline.title) if name == comparison.baseline.name else name


def _per_yuan(comparison: Comparison, name: str) -> np.ndarray:
    return np.asarray(select_base(comparison, comparison.per_yuan).sel({STRATEGY: name}).values)
