"""What the game says, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.policies.game.aims import PRIZE_YEARS
from smecluster.policies.game.arrangements import (
    COORDINATED,
    FROM_ABOVE,
    PLANNER,
    Leading,
    name_nash,
)
from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.game.measures import (
    EXTERNALITY,
    RIVALRY,
    benefit,
    list_parts,
    mean_action,
    worth_of_knowing,
)
from smecluster.policies.wording.prose import (
    format_count,
    format_number,
    join_names,
)
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.game.result import GameResult

_UNIT, _FACTOR = display_unit("Myuan")
#: Slopes of reactions that studies find: for zones, and for land prices.
PUBLISHED_SLOPES = (0.5, 0.0)
# Levers with less of the money than this are not named.
_NAMED = 0.1
# Differences below this share of the planner's benefit are called none.
_NONE = 0.005
# What the centre does not see is little where it costs less than this share of that.
_LITTLE = 0.02


def write_answer(result: GameResult) -> list[str]:
    """Say what governments reach, what they miss and why, the most important first.

    Parameters
    ----------
    result : GameResult
        The game.

    Returns
    -------
    list of str
        Sentences.
    """
    said = [_worth(result), _recovered(result), _parts(result), _spending(result)]
    said.append(_settled(result))
    said += [_reactions(result), _knowing(result), _unseen(result)]
    said += [_leading(result, led) for led in result.leading]
    return [one for one in said if one]


def write_basis(result: GameResult) -> list[str]:
    """Say what the game rests on.

    Parameters
    ----------
    result : GameResult
        The game.

    Returns
    -------
    list of str
        Sentences.
    """
    setup = result.setup
    if setup.free:
        limits = join_names(
            [f"{100 * result.money[region]:.2g} % in {region}" for region in result.menu.regions]
        )
        money = (
            "Each region chooses how much it spends, up to its debt limit (a year, of its value "
            f"added: {limits}), and on what"
        )
    else:
        money = (
            f"Each region spends {100 * setup.share:.3g} % of its value added a year, as its "
            "government perceives it, on top of policy as now, and chooses on what"
        )
    seen = {
        "signals": (
            "Regions act on what their own statistics show of their cluster in the first year; "
            "how they act on it is fitted over the draws"
        ),
        "none": "Regions act on what everybody believes, and see nothing of the draw they are in",
        "full": "Every region knows the draw, which no government does: an upper bound",
    }[setup.information]
    return [
        f"{result.runs:,} runs in {format_count(len(result.draws), 'draw', 'draws')}.",
        f"{money}. All commit themselves in {setup.start:g} for good; the rest of China does not "
        "react.",
        f"{seen}.",
        "What a government gets is what it aims at, less what its own programme costs at the "
        "marginal cost of public funds. Growth is a prize for growing more than the other regions' "
        f"mean over {PRIZE_YEARS:g} years: a per cent more is worth {format_number(setup.prize)} "
        "per cent of the region's value added over these years (judgement; it matters only where "
        "money is free). Revenue is what the region itself collects, welfare what its residents "
        f"get, both to {setup.horizon:g}.",
        "Net national benefit counts everybody, the rest of China and taxpayers included, against "
        f"policy as now in the same draw, in present value to {setup.horizon:g}.",
        result.odds.describe(result.draws),
        "Aims, signals and the prize are judgement. The order of the levers on which most of the "
        "money goes rests on effects that no study measures directly (docs/returns.md).",
    ]


def _worth(result: GameResult) -> str:
    """Say what the nation gets from planner, coordination and each aim."""
    planner, agreed = (benefit(result, name) for name in (PLANNER, COORDINATED))
    money = "With money free" if result.setup.free else "With the same money beside policy as now"
    interval = ", 90 % of draws in brackets" if len(result.draws) > 1 else ""
    rivals = [
        f"{_signed(benefit(result, name_nash(aim)))} if each wants {_AIM_WORDS[aim]}"
        for aim in result.setup.aims
    ]
    return (
        f"{money}, a planner's choice brings the nation {_signed(planner)} in present value"
        f"{interval}; that of regions that agree among themselves {_signed(agreed)}; and that of "
        f"regions that choose each for itself {join_names(rivals)}."
    )


_AIM_WORDS = {
    "growth": "to outgrow the others",
    "revenue": "revenue of its own",
    "welfare": "the best for its residents",
}


def _recovered(result: GameResult) -> str:
    """Say what would recover most of what rivals for growth miss."""
    if not {"growth", "welfare"} <= set(result.setup.aims):
        return ""
    steps = [name_nash("growth"), name_nash("welfare"), COORDINATED, PLANNER]
    worth = [float(np.nanmean(benefit(result, name))) for name in steps]
    missed = worth[-1] - worth[0]
    if not missed > _NONE * abs(worth[-1]):
        return ""
    aim, agreed, counted = (100 * rise / missed for rise in np.diff(worth))
    return (
        "Of what rivals for growth miss against the planner, another aim (welfare instead of "
        f"growth) recovers {aim:.0f} %, agreement among the regions {agreed:.0f} %, and counting "
        f"the rest of China {counted:.0f} %."
    )


def _parts(result: GameResult) -> str:
    """Say what the planner's lead is made of."""
    whole = float(np.nanmean(benefit(result, PLANNER)))
    words = []
    for part, better, worse in list_parts(result):
        values = benefit(result, better) - benefit(result, worse)
        mean = float(np.nanmean(values))
        if abs(mean) < _NONE * abs(whole):
            words.append(f"{part}: next to nothing")
            continue
        verb = "costs" if mean > 0 else "gains"
        if part == EXTERNALITY:
            what = "what regions do to the rest of China and do not count"
        elif part == RIVALRY:
            what = part
        else:
            what = f"{part} instead of residents' welfare"
        agree = int((values > 0).sum() if mean > 0 else (values < 0).sum())
        drawn = f" (in {agree} of {np.isfinite(values).sum()} draws)" if len(values) > 1 else ""
        words.append(f"{what} {verb} the nation {_size(np.array([abs(mean)]))}{drawn}")
    return f"{capitalise('; '.join(words))}."


def _spending(result: GameResult) -> str:
    """Say where the planner puts most, and what rivals for each aim put elsewhere."""
    best = _share_levers(result, PLANNER)
    levers = result.menu.levers
    order = [at for at in np.argsort(-best, kind="stable") if best[at] >= _NAMED]
    named = join_names([f"{levers[at]} ({100 * best[at]:.0f} %)" for at in order])
    words = [f"The planner spends most on {named}" if order else "The planner spends on all levers"]
    for aim in result.setup.aims:
        own = _share_levers(result, name_nash(aim))
        if not own.sum() > 0:
            words.append(f"{name_nash(aim)} spend nothing")
            continue
        apart = own - best
        most, least = int(apart.argmax()), int(apart.argmin())
        if apart[most] < _NAMED and apart[least] > -_NAMED:
            words.append(f"{name_nash(aim)} do about the same")
            continue
        words.append(
            f"{name_nash(aim)} put {100 * own[most]:.0f} % into {levers[most]}, where it puts "
            f"{100 * best[most]:.0f}, and {100 * own[least]:.0f} into {levers[least]}, where it "
            f"puts {100 * best[least]:.0f}"
        )
    return f"{'; '.join(words)}."


def _share_levers(result: GameResult, name: str) -> Floats:
    """Give the share of each lever in the money of all regions, Dmnl."""
    one, total = result.find(name), np.zeros(len(result.menu.levers))
    sizes = result.idle.size[0].mean(axis=0)
    for at, region in enumerate(result.menu.regions):
        total += sizes[at] * result.money[region] * mean_action(result, one, at)
    return total / max(float(total.sum()), 1e-300)


def _settled(result: GameResult) -> str:
    """Say whether play settles, and in how many ways."""
    several, circles, lost = [], [], []
    for one in result.arrangements:
        if one.is_bound:
            continue
        if len(one.ends) > 1:
            several.append(f"{one.name} ({len(one.ends)})")
        outcomes = [play.outcome for play in one.plays]
        if "cycle" in outcomes:
            circles.append(f"{one.name} ({outcomes.count('cycle')} of {len(outcomes)} starts)")
        if "unsettled" in outcomes:
            lost.append(f"{one.name} ({outcomes.count('unsettled')} of {len(outcomes)} starts)")
    limit = 100 * result.setup.effort.epsilon
    said = []
    if not (several or circles or lost):
        starts = result.setup.starts
        said.append(
            f"Play ends in the same place from {format_count(starts, 'start', 'different starts')}"
            if starts > 1
            else "Play ends in an equilibrium from the one start that was tried"
        )
        said[-1] += (
            f", where no transfer of 1 or 10 % of the money gains a region {limit:g} % of what its "
            "programme brings it."
        )
    if several:
        said.append(f"There are several equilibria: {join_names(several)}.")
    if circles:
        said.append(f"Replies run in a circle, without an equilibrium: {join_names(circles)}.")
    if lost:
        said.append(f"Play did not settle: {join_names(lost)}.")
    return " ".join(said)


def _reactions(result: GameResult) -> str:
    """Say how strongly regions follow one another."""
    means = {aim: float(np.mean(found["slope"])) for aim, found in result.reactions.items()}
    if not means:
        return ""
    words = [f"{round(mean, 2) + 0.0:.2f} for {aim}" for aim, mean in means.items()]
    zones, prices = PUBLISHED_SLOPES
    nearer = all(abs(mean - prices) < abs(mean - zones) for mean in means.values())
    verdict = (
        "nearer to the study that finds none"
        if nearer
        else "nearer to the study that finds one of 0.5"
        if all(abs(mean - zones) <= abs(mean - prices) for mean in means.values())
        else "which lie between the studies"
    )
    return (
        "When the others put a tenth of their money into sites, talent from elsewhere and external "
        f"investors, a region's best answer follows with a slope of {join_names(words)}: {verdict} "
        f"(Deng, Zhao and Yu 2018 find {zones:g} for zones; Wang, Zong and Tao 2013 none for land "
        "prices)."
    )


def _knowing(result: GameResult) -> str:
    """Say what it would be worth if everybody knew the draw."""
    if result.setup.information == "full":
        return ""
    gained = worth_of_knowing(result, PLANNER)
    mean, whole = float(np.nanmean(gained)), float(np.nanmean(benefit(result, PLANNER)))
    return (
        "If the planner knew which draw is true, which nobody does, its choice would be worth "
        f"{_size(np.array([mean]))} more ({100 * mean / whole:.1f} %): an upper bound of what "
        f"better statistics can be worth to it here.{_seeing_less(result)}"
    )


def _seeing_less(result: GameResult) -> str:
    """Say what it costs a planner to see what the centre sees, and not what regions do."""
    if FROM_ABOVE not in result.accounts:
        return ""
    lost = benefit(result, PLANNER) - benefit(result, FROM_ABOVE)
    mean, whole = float(np.nanmean(lost)), float(np.nanmean(benefit(result, PLANNER)))
    how = "less" if mean >= 0 else "more"
    share = f"{abs(100 * mean / whole):.1f} %"
    reason = "no" if mean < 0 else "little" if mean < _LITTLE * abs(whole) else "some"
    return (
        " If it saw only what the centre sees, a later total with less detail, its choice would be "
        f"worth {_size(np.array([abs(mean)]))} {how} ({share}): what can be seen from close by is "
        f"{reason} reason to decide there."
    )


def _unseen(result: GameResult) -> str:
    """Say whether the planner's choice holds on draws that were not used to make it."""
    table = result.unseen
    if table is None or table.empty:
        return ""
    worse = [str(row["name"]) for row in table.to_dict("records") if row["worse"]]
    count = int(table["draws"].max())
    if worse:
        return (
            f"On {count:,} unseen draws the planner's choice is significantly worse than "
            f"{join_names(worse)}: it fits the draws that it was made on."
        )
    nearest = min(table.to_dict("records"), key=lambda row: float(row["lead"]))
    lead = float(nearest["lead"])
    how = "ahead" if lead >= 0 else "behind"
    return (
        f"On {count:,} unseen draws the planner's choice is significantly worse than no other, "
        f"strategies by hand at the same money included; of the nearest ({nearest['name']}) it is "
        f"{_size(np.array([abs(lead)]))} {how}."
    )


def _leading(result: GameResult, led: Leading) -> str:
    """Say what the centre gains by going first."""
    at_once = led.at_once_account.nation[0] - led.idle.nation[0]
    first = led.first_account.nation[0] - led.idle.nation[0]
    gain = float(np.nanmean(first - at_once))
    if abs(gain) < _NONE * abs(float(np.nanmean(at_once))):
        change = "going first changes next to nothing"
    else:
        how = "more" if gain > 0 else "less"
        change = f"if it commits itself first, {_size(np.array([abs(gain)]))} {how}"
    return (
        f"With a centre that counts everybody and spends {_central_money(result)} beside regions "
        f"that want {_AIM_WORDS[led.aim]}, the nation gets {_signed(at_once)}; {change} "
        f"({format_count(at_once.size, 'draw', 'draws')})."
    )


def _central_money(result: GameResult) -> str:
    share = 100 * result.money["centre"]
    return f"up to {share:g} %" if result.setup.free else f"{share:g} %"


def _signed(values: Floats) -> str:
    """Write a benefit or a loss."""
    mean = float(np.nanmean(values))
    if not np.abs(values).max() > 0:
        return "nothing"
    return _size(values) if mean >= 0 else f"a loss of {_size(-values)}"


def _size(values: Floats) -> str:
    """Write the mean of an amount, and where there are several draws its 90 % interval."""
    shown = np.asarray(values, dtype=float) * _FACTOR
    mean = f"{format_number(float(np.nanmean(shown)))} {_UNIT}"
    (low, _, high), known = compute_quantiles(shown)
    if known < 2 or low == high:
        return mean
    return f"{mean} ({format_number(float(low))} to {format_number(float(high))})"
