"""What a comparison under uncertainty says, in sentences made from the numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.support.formatting import capitalise, display_unit
from smecluster.policies.comparison.result import SUPPLY, Comparison
from smecluster.policies.comparison.tables import quantiles
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.payers import CENTRE, PAYER
from smecluster.policies.ensemble.recovery import LOSS, YEARS
from smecluster.policies.futures import BASE
from smecluster.policies.prose import format_count, format_share, join_names, split_sign
from smecluster.policies.robustness.compute import ALL_WORLDS, BEATEN, ENOUGH, FAILS, Robustness
from smecluster.policies.robustness.prim import Box, in_words
from smecluster.policies.robustness.regret import BEST, EXPECTED, HIGH, MOST

# A lead in fewer draws than this is called open.
_SURE = 0.9
# Futures that differ by less in the share of draws are not told apart.
_TELLING = 0.1


def answer(found: Comparison) -> dict[str, str]:
    """Say which strategy does most, how sure that is, who pays, and what would change it.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    dict of str to str
        Answers by question, the first one first.
    """
    said = {
        "What brings most at the same cost?": _most(found),
        "How sure is that?": _beats(found),
        "In which region?": _by_region(found),
        "Who pays?": _pays(found),
        "At the neighbours' expense?": _neighbours(found),
        "When?": _when(found),
        "In another future?": _elsewhere(found),
    }
    return {question: reply for question, reply in said.items() if reply}


def basis(found: Comparison) -> list[str]:
    """Say what a comparison rests on, and what it leaves out.

    Parameters
    ----------
    found : Comparison
        The comparison.

    Returns
    -------
    list of str
        Sentences.
    """
    draws = len(found.draws)
    said = [
        f"{found.runs:,} runs: {format_count(len(found.strategies) + 1, 'strategy', 'strategies')} "
        f"(the baseline is {found.baseline.title.lower()}) in "
        f"{format_count(len(found.futures), 'future', 'futures')} and "
        f"{format_count(draws, 'draw', 'draws')}{', the same for all' * (draws > 1)}."
    ]
    if draws > 1:
        said.append(
            "A draw is a set of the model's values that fits the published figures; the interval "
            "holds 90 % of the draws. It says how sure the figures leave the model, not how sure "
            "the model is."
        )
    else:
        said.append("One set of values: the figures carry no uncertainty.")
    if len(found.futures) > 1:
        said.append(
            "Futures repeat what has happened once. They are stress tests, not forecasts: none has "
            "a probability."
        )
    said.append(f"Money of each strategy: {found.describe_budget()}.")
    rate, year = found.discounting
    said.append(
        f"Money and discounted sums count from {found.start:g} on, in constant prices of 2010, "
        f"discounted at {100 * rate:g} % a year to {year:g}."
    )
    if len(found.failures):
        first = found.failures.iloc[0]
        said.append(
            f"{format_count(len(found.failures), 'case has', 'cases have')} no result and "
            f"{'is' if len(found.failures) == 1 else 'are'} left out, for example "
            f"{first[STRATEGY]} in {first[FUTURE]}, draw {first[DRAW]}: {first.iloc[3]}."
        )
    said.append(
        "The model knows no single firm, no city inside a region and no politics beyond money and "
        "information; see docs/limitations.md."
    )
    return said


def futures_answer(found: Comparison) -> list[str]:
    """Say what each future costs, under which strategy least, and whether it is recovered from.

    Parameters
    ----------
    found : Comparison
        The comparison, with more than the base future.

    Returns
    -------
    list of str
        A sentence for each future, the dearest first.
    """
    return [
        line for line in [_order(found), *(_future(found, one) for one in _dearest(found))] if line
    ]


def robust_answer(judged: Robustness, found: Comparison) -> list[str]:
    """Say which strategy holds up best, and when each fails.

    Parameters
    ----------
    judged : Robustness
        The judgement.
    found : Comparison
        What was judged.

    Returns
    -------
    list of str
        Sentences, the answer first.
    """
    unit, factor = display_unit(found.ends[judged.outcome].attrs.get("unit", ""))
    away = _all_worlds(judged.regrets)
    shares = _all_worlds(judged.shares)
    best = min(away, key=lambda name: away[name][MOST])
    said = []
    if len(away) > 1 and away[best][BEST] == 1:
        said.append(f"{capitalise(best)} is best in every world.")
    elif len(away) > 1:
        least = {what: number(away[best][what] * factor) for what in (EXPECTED, HIGH, MOST)}
        said.append(
            f"{capitalise(best)} gives away least at worst: at most {least[MOST]} {unit} of "
            f"{judged.outcome.lower()} against the best strategy of the same world "
            f"({least[EXPECTED]} on average, less than {least[HIGH]} in nine worlds of ten); it is "
            f"best in {_worlds(away[best][BEST])}."
        )
    for name in away:
        if name != best:
            said.append(
                f"{capitalise(name)} gives away {number(away[name][EXPECTED] * factor)} {unit} on "
                f"average and {number(away[name][MOST] * factor)} at most; it is best in "
                f"{_worlds(away[name][BEST])}."
            )
    needed = [column for column in judged.shares.columns[2:] if column != ENOUGH]
    said.append(f"Good enough means: {join_names(needed)}.")
    for name in away:
        said.append(" ".join(_failing(judged, found, name, shares[name][ENOUGH])))
    return said


def spread(values: np.ndarray) -> str:
    """Write the median, and where there are several draws the interval, of one outcome."""
    (low, median, high), known = quantiles(np.asarray(values, dtype=float))
    if known < 2 or low == high:
        return number(median)
    return f"{number(median)} ({number(low)} to {number(high)})"


def number(value: float) -> str:
    """Write a number with three significant digits, as a sentence wants it."""
    if not np.isfinite(value):
        return "-"
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 100 else f"{rounded:g}"


# The sentences


def _most(found: Comparison) -> str:
    gained = _base(found.gained.sel({PLACE: TOTAL}, drop=True))
    order = _order_of(gained)
    unit, factor = display_unit("Myuan")
    cost = _base(found.money.sel({STRATEGY: found.names})).median(DRAW) * factor
    parts = [f"{name} {spread(gained.sel({STRATEGY: name}).values * factor)}" for name in order]
    spending = [name for name in order if _spends(found, name)]
    dear = join_names([f"{name} {spread(_ratio(found, name))}" for name in spending])
    interval = ", in brackets what holds 90 % of the draws" if len(found.draws) > 1 else ""
    each = " each" * (len(spending) > 1)
    equal = (
        f"for {number(float(cost.sel({STRATEGY: spending[0]})))} {unit}{each}"
        if spending and _same(cost.sel({STRATEGY: spending}).values)
        else "at what they cost as written"
    )
    gains = f"{capitalise(order[0])} brings most value added" if len(order) > 1 else "Value gained"
    return (
        f"{gains} {equal}, from {found.start:g} to {found.paths['time'].values[-1]:g} against "
        f"{found.baseline.title.lower()} ({unit} in present value{interval}): "
        f"{join_names(parts)}." + (f" For each yuan spent: {dear}." if spending else "")
    )


def _beats(found: Comparison) -> str:
    if len(found.names) < 2 or len(found.draws) < 2:
        return ""
    gained = _base(found.gained.sel({PLACE: TOTAL}, drop=True))
    order = _order_of(gained)
    lead = [(order[0], other, _share(gained, order[0], other)) for other in order[1:]]
    always = [other for _, other, share in lead if share == 1]
    parts = [
        f"{other} in {format_share(share)} of the draws" for _, other, share in lead if share < 1
    ]
    if always:
        parts.append(f"{join_names(always)} in every draw")
    said = f"{capitalise(order[0])} beats {join_names(parts)}."
    unsure = [other for _, other, share in lead if share < _SURE]
    if unsure:
        said += f" Between {order[0]} and {join_names(unsure)} the figures do not decide."
    return said


def _by_region(found: Comparison) -> str:
    places = [str(place) for place in found.ends[PLACE].values if place != TOTAL]
    if len(found.names) < 2 or len(places) < 2:
        return ""
    gained = _base(found.gained)
    parts, losers, leaders = [], [], set()
    for place in places:
        here = gained.sel({PLACE: place}, drop=True)
        best, *rest = _order_of(here)
        leaders.add(best)
        sure = min(_share(here, best, other) for other in rest)
        parts.append(
            f"{best} in {place}" + (f" ({format_share(sure)} of the draws)" if sure < 1 else "")
        )
        losers += [
            f"{place} under {name}"
            for name in found.names
            if float((here.sel({STRATEGY: name}) < 0).mean()) > 0.5
        ]
    lost = f" Worse off than without a programme: {join_names(losers)}." if losers else ""
    if len(leaders) == 1:
        return f"{capitalise(leaders.pop())} brings most in every region.{lost}"
    return f"Most is brought by {join_names(parts)}.{lost}"


def _pays(found: Comparison) -> str:
    same: dict[str, list[str]] = {}  # the strategies that are paid alike
    paid = _base(found.paid).median(DRAW)
    for name in found.names:
        bill = paid.sel({STRATEGY: name})
        total = float(bill.sum())
        if total <= 0:
            continue
        shares = {
            str(payer): float(bill.sel({PAYER: payer})) / total for payer in bill[PAYER].values
        }
        named = sorted(shares, key=lambda payer: -shares[payer])
        called = {payer: f"the {payer}" if payer == CENTRE else payer for payer in named}
        if shares[named[0]] > 0.995:
            same.setdefault(f"{called[named[0]]} all of", []).append(name)
            continue
        bills = [
            f"{called[one]} {format_share(shares[one])}" for one in named if shares[one] > 0.005
        ]
        same.setdefault(f"{join_names(bills)} of", []).append(name)
    parts = [f"{payers} {join_names(names)}" for payers, names in same.items()]
    return f"{capitalise('; '.join(parts))}." if parts else ""


def _neighbours(found: Comparison) -> str:
    effect = found.others.get(SUPPLY)
    if effect is None:
        return ""
    unit, factor = display_unit(found.ends[SUPPLY].attrs.get("unit", ""))
    last = f"{found.paths['time'].values[-1]:g}"
    parts = []
    for name in found.names:
        values = effect.sel({STRATEGY: name}).values * factor
        if not np.isfinite(values).any():
            continue
        more, sizes = split_sign(values)
        parts.append(f"under {name} it {'brings' if more else 'costs'} them {spread(sizes)}")
    if not parts:
        return ""
    return (
        "What each region's own programme does to the other regions' value added in "
        f"{last}, added up ({unit}): {'; '.join(parts)}."
    )


def _when(found: Comparison) -> str:
    half = _base(found.half.sel({PLACE: TOTAL}, drop=True))
    known = [name for name in found.names if bool(half.sel({STRATEGY: name}).notnull().any())]
    if not known:
        return ""
    quick = sorted(known, key=lambda name: float(half.sel({STRATEGY: name}).median()))
    parts = [f"{name} {spread(half.sel({STRATEGY: name}).values)}" for name in quick]
    return (
        f"Years from {found.start:g} until half of the effect of "
        f"{found.paths['time'].values[-1]:g} on value added is there: {join_names(parts)}."
    )


def _elsewhere(found: Comparison) -> str:
    if len(found.futures) < 2:
        return ""
    return f"{_order(found)} Dearest: {_future(found, _dearest(found)[0])}".strip()


def _order(found: Comparison) -> str:
    """Say whether the order of strategies holds in every future."""
    if len(found.names) < 2:
        return ""
    gained = found.gained.sel({PLACE: TOTAL}, drop=True)
    best = _order_of(_base(gained))[0]
    others = {}
    for future in found.futures[1:]:
        first = _order_of(gained.sel({FUTURE: future.name}, drop=True))[0]
        if first != best:
            others[future.name] = first
    if not others:
        return f"{capitalise(best)} brings most in every future."
    parts = [f"{first} in {future}" for future, first in others.items()]
    return (
        f"{capitalise(best)} brings most in every future but {join_names([*others])}: "
        f"{join_names(parts)}."
    )


def _dearest(found: Comparison) -> list[str]:
    loss = found.recovered[LOSS].sel({PLACE: TOTAL, STRATEGY: found.baseline.name}).median(DRAW)
    names = [str(name) for name in loss[FUTURE].values]
    return sorted(names, key=lambda name: -float(loss.sel({FUTURE: name})))


def _future(found: Comparison, name: str) -> str:
    title = found.titles[name]
    data = found.recovered.sel({FUTURE: name, PLACE: TOTAL})
    base = found.baseline.name
    loss = {one: data[LOSS].sel({STRATEGY: one}) for one in (base, *found.names)}
    order = sorted(found.names, key=lambda one: float(loss[one].median()))
    parts = [f"{one} {spread(loss[one].values)}" for one in order]
    return (
        f"{title}: costs {spread(loss[base].values)} % of a year's value added without a "
        f"programme; with one {join_names(parts)}. {_back(found, data[YEARS])}"
    )


def _back(found: Comparison, years: xr.DataArray) -> str:
    """Say how long it takes until value added is back within 1 %."""
    last = f"{found.paths['time'].values[-1]:g}"
    names = [found.baseline.name, *found.names]
    known = {one: years.sel({STRATEGY: one}).values for one in names}
    back = {one: values for one, values in known.items() if np.isfinite(values).mean() > 0.5}
    if not back:
        return f"Value added is not back within 1 % by {last}."
    if all(np.nanmax(values) == 0 for values in back.values()) and len(back) == len(names):
        return "Value added stays within 1 % of what it would be."
    said = {one: spread(values) for one, values in back.items()}
    if len(back) == len(names) and len(set(said.values())) == 1:
        return f"Value added is back within 1 % after {said[names[0]]} years, whatever is done."
    parts = [f"{_plain(found, one)} after {words} years" for one, words in said.items()]
    late = [_plain(found, one) for one in names if one not in back]
    never = f"; not by {last}: {join_names(late)}" if late else ""
    return f"Back within 1 %: {join_names(parts)}{never}."


def _plain(found: Comparison, name: str) -> str:
    return found.baseline.title.lower() if name == found.baseline.name else name


def _failing(judged: Robustness, found: Comparison, name: str, share: float) -> list[str]:
    searched = judged.found.get(name, {})
    said = [
        f"{capitalise(name)} is good enough in {_worlds(share)}{_by_future(judged, found, name)}."
    ]
    for what, verb in ((FAILS, "It fails"), (BEATEN, "It is beaten by another")):
        discovery = searched.get(what)
        if discovery is None or discovery.share in (0.0, 1.0):
            continue
        if not discovery.boxes:
            said.append(
                f"{verb} in {format_share(discovery.share)}, and no simple rule tells these worlds "
                "from the others."
            )
        for number, box in enumerate(discovery.boxes):
            said.append(_boxed(judged, box, verb, discovery.share, number))
    return said


def _by_future(judged: Robustness, found: Comparison, name: str) -> str:
    """Name the future in which a strategy is good enough least, where it makes a difference."""
    table = judged.shares[judged.shares[STRATEGY] == name].set_index(FUTURE)[ENOUGH]
    shares = {str(future): float(table[future]) for future in table.index if future != ALL_WORLDS}
    worst, best = (pick(shares, key=lambda one: shares[one]) for pick in (min, max))
    if shares[best] - shares[worst] < _TELLING:
        return ""
    return (
        f", least in the future '{found.titles[worst]}' ({format_share(shares[worst])} of the "
        f"draws; at best {format_share(shares[best])})"
    )


def _boxed(judged: Robustness, box: Box, verb: str, share: float, number: int) -> str:
    where = join_names(in_words(box.limits, judged.worlds))
    begin = f"{verb} in {format_share(share)}, mostly where" if number == 0 else "Else where"
    return (
        f"{begin} {where}: {format_share(box.coverage)} of these worlds lie there, and "
        f"{format_share(box.density)} of the worlds that lie there are of them."
    )


# Parts of sentences


def _base(values: xr.DataArray) -> xr.DataArray:
    return values.sel({FUTURE: BASE}, drop=True)


def _order_of(values: xr.DataArray) -> list[str]:
    """Order strategies by the median over the draws, the largest first."""
    medians = values.median(DRAW)
    names = [str(name) for name in values[STRATEGY].values]
    return sorted(names, key=lambda name: -float(medians.sel({STRATEGY: name})))


def _share(values: xr.DataArray, one: str, other: str) -> float:
    lead = values.sel({STRATEGY: one}) - values.sel({STRATEGY: other})
    known = lead.notnull()
    return float(((lead > 0) + 0.5 * (lead == 0)).where(known).mean())


def _ratio(found: Comparison, name: str) -> np.ndarray:
    return np.asarray(_base(found.per_yuan).sel({STRATEGY: name}).values)


def _spends(found: Comparison, name: str) -> bool:
    return bool((_base(found.money).sel({STRATEGY: name}) > 0).any())


def _same(values: np.ndarray) -> bool:
    return bool(np.ptp(values) <= 1e-3 * np.max(values))


def _all_worlds(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Take what is said of all futures together, by strategy."""
    whole = table[table[FUTURE] == ALL_WORLDS].drop(columns=FUTURE).set_index(STRATEGY)
    rows = whole.astype(float).to_dict("index")
    return {
        str(name): {str(key): float(value) for key, value in row.items()}
        for name, row in rows.items()
    }


def _worlds(share: float) -> str:
    """Write a share of all worlds."""
    if share in (0, 1):
        return "every world" if share else "no world"
    return f"{format_share(share)} of all worlds"
