"""What a decision rests on, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import ndtri

from smecluster.policies.wording.prose import (
    format_count,
    format_draws,
    format_interval,
    format_number,
    format_share,
    join_names,
)
from smecluster.sensitivity.decision.groups import BY_CONSTANT, BY_SECTOR
from smecluster.sensitivity.decision.importance import ALL
from smecluster.sensitivity.decision.measures import BILLION, Pair
from smecluster.sensitivity.decision.worlds import YARDSTICKS
from smecluster.sensitivity.methods.effective import LEAST_RUNS, count_effective

if TYPE_CHECKING:
    from smecluster.sensitivity.decision.result import Decision

# Half of a 90 % interval, in standard errors.
_HALF = float(ndtri(0.95))
# Names that a sentence holds.
_MOST = 3
_NAMES = {BY_SECTOR: "sector", BY_CONSTANT: "constant"}


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
        said += [_value_groups(decision, yardstick, way) for way in _NAMES]
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
        f"Every strategy spends {decision.budget} more than policy as now: "
        f"{_format_money(gains.money)} bn yuan in present value, the same in every draw and "
        "spent by the last year. "
        f"Gains are present values until {decision.horizon}, against policy as now in the same "
        f"draw. {gains.runs:,} runs.",
        "The value of information is that of knowing a constant exactly before this one decision, "
        "if the choice goes to what is then best to be expected. A study learns less, and costs: "
        "the value is the most that it could be worth for this decision; it may serve others too. "
        "Values of groups do not add up, and a group may come out a little below one of its own "
        "constants: by less than the errors.",
        "Each value is judged on draws that the regression has not seen, so it can fall below "
        "zero. Intervals are 90 %. A value is called above zero only if it is so at 5 % for all "
        "groups of its kind together.",
        "What all draws have in common is not uncertain here: the equations, the national drivers, "
        "the discount rate.",
    ]
    if gains.reasons:
        lost = format_count(decision.lost, "draw", "draws")
        said.append(
            f"Left out, because some strategy had no result there: {lost} ({gains.reasons[0]})."
        )
    return said


def _name_best(decision: Decision, yardstick: str) -> str:
    """Say which option is best on what is known today, and in how many draws each is."""
    values = decision.gains.values[..., YARDSTICKS.index(yardstick)]
    options, best = decision.gains.options, decision.find_best(yardstick)
    winners = np.array(options)[values.argmax(axis=1)]
    count = len(values)
    order = sorted(options, key=lambda name: -int((winners == name).sum()))
    shares = join_names([f"{name} {_in_draws(winners, name, count)}" for name in order])
    expected = join_names(
        [
            f"{name} {_format_money(float(values[:, at].mean()))} bn yuan "
            f"(90 % of draws: {_spread(values[:, at])})"
            for at, name in enumerate(options[:-1])
        ]
    )
    return (
        f"By {yardstick}, {best} is best to be expected on what is known today. Expected gain: "
        f"{expected}; doing nothing, 0. Best: {shares}."
    )


def _in_draws(winners: np.ndarray, name: str, count: int) -> str:
    return format_draws(int((winners == name).sum()), count)


def _spread(values: np.ndarray) -> str:
    low, high = np.quantile(values, [0.05, 0.95])
    return f"{_format_money(float(low))} to {_format_money(float(high))}"


def _value_everything(decision: Decision, yardstick: str) -> str:
    """Say what knowing everything would be worth."""
    value, error = decision.perfect[yardstick]
    money = decision.gains.money
    return (
        f"By {yardstick}, knowing everything before deciding would be worth "
        f"{_format_value(value, error)}, {format_number(value / money)} yuan for each yuan of the "
        "programme: no research on the constants can be worth more to this decision."
    )


def _value_groups(decision: Decision, yardstick: str, way: str) -> str:
    """Say which sectors or constants are worth a study."""
    table = decision.information[yardstick]
    table = table[table["way"] == way]
    what = _NAMES[way]
    found = table[table["distinct"]]
    rest = len(table) - len(found)
    if found.empty:
        return (
            f"By {yardstick}, the value of knowing any single {what} cannot be told from nothing "
            f"({len(table)} tried): no study of one {what} would pay for itself by this decision "
            f"alone, as far as {len(decision.draws.table):,} draws can tell."
        )
    named = join_names([_name_value(row) for row in found.head(_MOST).to_dict("records")])
    more = f" Above zero, too: {len(found) - _MOST} more." if len(found) > _MOST else ""
    lead = "the next study to pay for is of" if way == BY_CONSTANT else "most is to be learned in"
    other = f" The value of {_count_others(rest, what)} cannot be told from nothing."
    return f"By {yardstick}, {lead} the {what} {named}.{more}{other if rest else ''}"


def _count_others(rest: int, what: str) -> str:
    return f"the other {what}" if rest == 1 else f"any of the {rest} other {what}s"


def _name_value(row: Mapping[Any, Any]) -> str:
    value = _format_value(float(row["value"]), float(row["error"]))
    changed = format_share(float(row["changed"]))
    return f"'{row['group']}' (worth {value}; it would change the choice in {changed} of draws)"


def _format_value(value: float, error: float) -> str:
    """Write a value in billion yuan with its 90 % interval."""
    low, high = value - _HALF * error, value + _HALF * error
    return f"{_format_money(value)} bn yuan ({_format_money(low)} to {_format_money(high)})"


def _format_money(value: float) -> str:
    """Write Myuan in billion yuan: whole ones from ten on, else two digits."""
    billions = value / BILLION
    return f"{billions:,.0f}" if abs(billions) >= 9.95 else f"{billions:.2g}"


def _explain(decision: Decision, pair: Pair, yardstick: str) -> str:
    """Say what the difference between two strategies hangs on."""
    first, second = pair
    table = decision.importance[pair, yardstick]
    whole = table[table["constant"] == ALL].iloc[0]
    single = table[table["constant"] != ALL]
    found = single[single["distinct"]]
    difference = decision.subtract(pair, yardstick) / decision.gains.money
    ahead = int((difference > 0).sum())
    said = (
        f"By {yardstick}, {first} is ahead of {second} {format_draws(ahead, len(difference))}; the "
        f"difference is {format_interval(difference)} yuan a yuan."
    )
    effective = float(count_effective(difference[:, None])[0])
    if effective < LEAST_RUNS:
        said += (
            f" Its variance rests on effectively {effective:.0f} draws (a heavy tail): other draws "
            "may give other shares."
        )
    if found.empty:
        return f"{said} No single constant explains enough of the difference to be told from none."
    named = join_names([_name_share(row, first) for row in found.head(_MOST).to_dict("records")])
    beyond = max(float(whole["share"]) - float(found["share"].sum()), 0.0)
    rest = f", {format_share(beyond)} of it by small effects and by constants that work together"
    explained = format_share(float(whole["share"]))
    return (
        f"{said} It hangs on {named}. All constants together explain {explained} of its variance"
        f"{rest if beyond > 0.01 else ''}. {_describe_turns(decision, pair, yardstick)}"
    )


def _name_share(row: Mapping[Any, Any], first: str) -> str:
    share, low, high = (
        format_share(float(row[name])) for name in ("share", "ahead where low", "ahead where high")
    )
    return (
        f"'{row['constant']}' ({share} of the variance; {first} ahead in {low} of draws where it "
        f"is lowest, {high} where it is highest)"
    )


def _describe_turns(decision: Decision, pair: Pair, yardstick: str) -> str:
    """Say whether the leading constants turn the order to be expected."""
    planes = decision.planes[pair, yardstick]
    if not planes:
        return "Fewer than two constants can be told from none, so there is no plane to map."
    turning = [join_names([f"'{name}'" for name in one.constants]) for one in planes if one.turns]
    if not turning:
        return "In no plane of the leading constants does the order that is to be expected turn."
    listed = join_names([f"of {one}" for one in turning])
    return f"The order that is to be expected turns in the plane {listed}."
