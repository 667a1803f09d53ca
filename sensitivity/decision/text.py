"""What a decision rests on, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from smecluster.model.presentation.language.numbers import format_range
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.wording.prose import (
    format_draws,
    format_interval,
    format_number,
    format_share,
)
from smecluster.sensitivity.decision.groups import BY_CONSTANT, BY_SECTOR
from smecluster.sensitivity.decision.importance import ALL
from smecluster.sensitivity.decision.measures import Pair
from smecluster.sensitivity.decision.worlds import YARDSTICKS
from smecluster.sensitivity.methods.effective import LEAST_RUNS, count_effective

if TYPE_CHECKING:
    from smecluster.sensitivity.decision.result import Decision

# Half of a 90 % interval, in standard errors.
_HALF = float(ndtri(0.95))
# Names that a sentence holds.
_MOST = 3
_WAYS = (BY_SECTOR, BY_CONSTANT)


def write_answer(decision: Decision) -> list[str]:
    """Say which option is best, what it hangs on, and which study to pay for next.

    Parameters
    ----------
    decision : Decision
        The decision.

    Returns
    -------
    list of str
        Sentences, for each yardstick in turn.
    """
    said = []
    for yardstick in reversed(YARDSTICKS):
        said.append(_name_best(decision, yardstick))
        said.append(_value_everything(decision, yardstick))
        said += [_value_groups(decision, yardstick, way) for way in _WAYS]
        said += [_explain(decision, pair, yardstick) for pair in decision.pairs]
    return said


def write_basis(decision: Decision) -> list[str]:
    """Say what the answer rests on.

    Parameters
    ----------
    decision : Decision
        The decision.

    Returns
    -------
    list of str
        Sentences.
    """
    gains = decision.gains
    said = [
        decision.draws.source,
        say(
            "Every strategy spends {budget} more than policy as now: {money} in present value, the "
            "same in every draw and to every horizon. Gains are present values, counted to "
            "{horizon}, against policy as now in the same draw. {runs} runs.",
            budget=decision.budget,
            money=_write_money(gains.money),
            horizon=decision.horizon,
            runs=f"{gains.runs:,}",
        ),
        say(
            "The value of information is that of knowing a constant exactly before this one "
            "decision, if the choice goes to what is then best to be expected. A study learns "
            "less, and costs: the value is the most that it could be worth for this decision; it "
            "may serve others too. Values of groups do not add up, and a group may come out a "
            "little below one of its own constants: by less than the errors."
        ),
        say(
            "Each value is judged on draws that the regression has not seen, so it can fall below "
            "zero. Intervals are 90 %. A value is called above zero only if it is so at 5 % for "
            "all groups of its kind together."
        ),
        say(
            "What all draws have in common is not uncertain here: the equations, the national "
            "drivers, the discount rate."
        ),
    ]
    if gains.reasons:
        said.append(
            say.plural(
                decision.lost,
                "Left out, because some strategy had no result there: {count} draw ({reason}).",
                "Left out, because some strategy had no result there: {count} draws ({reason}).",
                reason=gains.reasons[0],
            )
        )
    return said


def _name_best(decision: Decision, yardstick: str) -> str:
    """Say which option is best on what is known today, and in how many draws each is."""
    values = decision.gains.values[..., YARDSTICKS.index(yardstick)]
    options, best = decision.gains.options, decision.find_best(yardstick)
    winners = np.array(options)[values.argmax(axis=1)]
    count = len(values)
    order = sorted(options, key=lambda name: -int((winners == name).sum()))
    shares = [
        say("{name} {odds}", name=say.word(one), odds=_in_draws(winners, one, count))
        for one in order
    ]
    expected = [
        say(
            "{name} {money} (median {middle}, 90 % of draws: {spread})",
            name=say.word(name),
            money=_write_money(float(values[:, at].mean())),
            middle=_format_money(float(np.median(values[:, at]))),
            spread=_spread(values[:, at]),
        )
        for at, name in enumerate(options[:-1])
    ]
    return say(
        "By {yardstick}, {best} is best to be expected on what is known today. Expected gain, the "
        "mean of the draws: {expected}; doing nothing, 0. Best: {shares}.",
        yardstick=say(yardstick),
        best=say.word(best),
        expected=say.clauses(expected),
        shares=say.join(shares) if say.english else say("; ").join(shares),
    )


def _in_draws(winners: np.ndarray, name: str, count: int) -> str:
    return format_draws(int((winners == name).sum()), count)


def _spread(values: np.ndarray) -> str:
    low, high = np.quantile(values, [0.05, 0.95])
    return say("{low} to {high}", low=_format_money(float(low)), high=_format_money(float(high)))


def _value_everything(decision: Decision, yardstick: str) -> str:
    """Say what knowing everything would be worth."""
    value, error = decision.perfect[yardstick]
    money = decision.gains.money
    return say(
        "By {yardstick}, knowing everything before deciding would be worth {value}, {yuan} yuan "
        "for each yuan of the programme: no research on the constants can be worth more to this "
        "decision.",
        yardstick=say(yardstick),
        value=_format_value(value, error),
        yuan=format_number(value / money),
    )


def _value_groups(decision: Decision, yardstick: str, way: str) -> str:
    """Say which sectors or constants are worth a study."""
    table = decision.information[yardstick]
    table = table[table["way"] == way]
    found = table[table["distinct"]]
    rest = len(table) - len(found)
    told = {"yardstick": say(yardstick), "what": say(way)}
    if found.empty:
        return say(
            "By {yardstick}, the value of knowing any single {what} cannot be told from nothing "
            "({count} tried): no study of one {what} would pay for itself by this decision alone, "
            "as far as {draws} draws can tell.",
            count=len(table),
            draws=f"{len(decision.draws.table):,}",
            **told,
        )
    named = say.join([_name_value(row) for row in found.head(_MOST).to_dict("records")])
    if way == BY_CONSTANT:
        first = say(
            "By {yardstick}, the next study to pay for is of the {what} {named}.",
            named=named,
            **told,
        )
    else:
        first = say(
            "By {yardstick}, most is to be learned in the {what} {named}.", named=named, **told
        )
    said = [first]
    if len(found) > _MOST:
        said.append(say("Above zero, too: {count} more.", count=len(found) - _MOST))
    if rest == 1:
        said.append(
            say("The value of the other {what} cannot be told from nothing.", what=told["what"])
        )
    elif rest:
        said.append(
            say(
                "The value of any of the {count} other {what}s cannot be told from nothing.",
                count=rest,
                what=told["what"],
            )
        )
    return say.sentences(said)


def _name_value(row: Mapping[Any, Any]) -> str:
    return say(
        "'{group}' (worth {value}; it would change the choice in {share} of draws)",
        group=say.variable(str(row["group"])),
        value=_format_value(float(row["value"]), float(row["error"])),
        share=format_share(float(row["changed"])),
    )


def _format_value(value: float, error: float) -> str:
    """Write a value with its 90 % interval."""
    low, high = value - _HALF * error, value + _HALF * error
    ends = format_range(say.language, _format_money(low), _format_money(high))
    return _write_money(value) + ends


def _write_money(value: float) -> str:
    """Write Myuan with its unit."""
    return say("{value} {unit}", value=_format_money(value), unit=say.unit("Myuan")[0])


def _format_money(value: float) -> str:
    """Write Myuan in the unit of the language: whole ones from ten on, else two digits."""
    size = value * say.unit("Myuan")[1]
    return f"{size:,.0f}" if abs(size) >= 9.95 else f"{size:.2g}"


def _explain(decision: Decision, pair: Pair, yardstick: str) -> str:
    """Say what the difference between two strategies hangs on."""
    first, second = pair
    table = decision.importance[pair, yardstick]
    whole = table[table["constant"] == ALL].iloc[0]
    single = table[table["constant"] != ALL]
    found = single[single["distinct"]]
    difference = decision.subtract(pair, yardstick) / decision.gains.money
    ahead = int((difference > 0).sum())
    told = {"first": say.name(first), "second": say.name(second)}
    said = [
        say(
            "By {yardstick}, {first} is ahead of {second} {odds}; {first} less {second} is "
            "{difference} yuan a yuan.",
            yardstick=say(yardstick),
            odds=format_draws(ahead, len(difference)),
            difference=format_interval(difference),
            **told,
        )
    ]
    effective = float(count_effective(difference[:, None])[0])
    if effective < LEAST_RUNS:
        said.append(
            say(
                "Its variance rests on effectively {count} draws (a heavy tail): other draws may "
                "give other shares.",
                count=f"{effective:.0f}",
            )
        )
    if found.empty:
        said.append(
            say("No single constant explains enough of the difference to be told from none.")
        )
        return say.sentences(said)
    named = say.join([_name_share(row, first) for row in found.head(_MOST).to_dict("records")])
    said.append(say("It hangs on {names}.", names=named))
    beyond = max(float(whole["share"]) - float(found["share"].sum()), 0.0)
    explained = format_share(float(whole["share"]))
    if beyond > 0.01:
        said.append(
            say(
                "All constants together explain {explained} of its variance, {beyond} of it by "
                "small effects and by constants that work together.",
                explained=explained,
                beyond=format_share(beyond),
            )
        )
    else:
        said.append(
            say("All constants together explain {explained} of its variance.", explained=explained)
        )
    said.append(_describe_turns(decision, pair, yardstick))
    return say.sentences(said)


def _name_share(row: Mapping[Any, Any], first: str) -> str:
    share, low, high = (
        format_share(float(row[name])) for name in ("share", "ahead where low", "ahead where high")
    )
    return say(
        "'{constant}' ({share} of the variance; {first} ahead in {low} of draws where it is "
        "lowest, {high} where it is highest)",
        constant=say.variable(str(row["constant"])),
        share=share,
        first=say.name(first),
        low=low,
        high=high,
    )


def _describe_turns(decision: Decision, pair: Pair, yardstick: str) -> str:
    """Say whether the leading constants turn the order to be expected."""
    planes = decision.planes[pair, yardstick]
    if not planes:
        return say("Fewer than two constants can be told from none, so there is no plane to map.")
    turning = [
        say.join([say("'{name}'", name=say.variable(name)) for name in one.constants])
        for one in planes
        if one.turns
    ]
    if not turning:
        return say(
            "In no plane of the leading constants does the order that is to be expected turn."
        )
    return say(
        "The order that is to be expected turns in the plane {planes}.",
        planes=say.join([say("of {constants}", constants=one) for one in turning]),
    )
