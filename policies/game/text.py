"""What the game says, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.numbers import format_range
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.game.aims import PRIZE_YEARS
from smecluster.policies.game.arrangements import (
    COORDINATED,
    FROM_ABOVE,
    PLANNER,
    Leading,
    name_nash,
    speak_name,
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
    count_draws,
    format_number,
)
from smecluster.policies.wording.quantiles import compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.game.result import GameResult

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
    return [
        say(
            "{runs} runs in {draws}.",
            runs=f"{result.runs:,}",
            draws=count_draws(len(result.draws)),
        ),
        say.sentences(
            [
                _money(result),
                say(
                    "All commit themselves in {start} for good; the rest of China does not react.",
                    start=f"{setup.start:g}",
                ),
            ]
        ),
        say(_SEEN[setup.information]),
        say(
            "What a government gets is what it aims at, less what its own programme costs at the "
            "marginal cost of public funds. Growth is a prize for growing more than the other "
            "regions' mean over {years} years: a per cent more is worth {prize} per cent of the "
            "region's value added over these years (judgement; it matters only where money is "
            "free). Revenue is what the region itself collects, welfare what its residents get, "
            "both to {horizon}.",
            years=f"{PRIZE_YEARS:g}",
            prize=format_number(setup.prize),
            horizon=f"{setup.horizon:g}",
        ),
        say(
            "Net national benefit counts everybody, the rest of China and taxpayers included, "
            "against policy as now in the same draw, in present value to {horizon}.",
            horizon=f"{setup.horizon:g}",
        ),
        result.odds.describe(result.draws),
        say(
            "Aims, signals and the prize are judgement. The order of the levers on which most of "
            "the money goes rests on effects that no study measures directly (docs/returns.md)."
        ),
    ]


_SEEN = {
    "signals": mark(
        "Regions act on what their own statistics show of their cluster in the first year; how "
        "they act on it is fitted over the draws."
    ),
    "none": mark(
        "Regions act on what everybody believes, and see nothing of the draw they are in."
    ),
    "full": mark("Every region knows the draw, which no government does: an upper bound."),
}


def _money(result: GameResult) -> str:
    setup = result.setup
    if not setup.free:
        return say(
            "Each region spends {share} % of its value added a year, as its government perceives "
            "it, on top of policy as now, and chooses on what.",
            share=f"{100 * setup.share:.3g}",
        )
    limits = [
        say(
            "{share} % in {region}",
            share=f"{100 * result.money[region]:.2g}",
            region=say.name(region),
        )
        for region in result.menu.regions
    ]
    return say(
        "Each region chooses how much it spends, up to its debt limit (a year, of its value added: "
        "{limits}), and on what.",
        limits=say.join(limits),
    )


def _worth(result: GameResult) -> str:
    """Say what the nation gets from planner, coordination and each aim."""
    rivals = [
        say(
            "{sum} if each wants {aim}",
            sum=_signed(benefit(result, name_nash(aim))),
            aim=say(_AIM_WORDS[aim]),
        )
        for aim in result.setup.aims
    ]
    return say(
        "{money}, a planner's choice brings the nation {planner} in present value{interval}; that "
        "of regions that agree among themselves {agreed}; and that of regions that choose each for "
        "itself {rivals}.",
        money=say("With money free")
        if result.setup.free
        else say("With the same money beside policy as now"),
        interval=say(", 90 % of draws in brackets") if len(result.draws) > 1 else "",
        planner=_signed(benefit(result, PLANNER)),
        agreed=_signed(benefit(result, COORDINATED)),
        rivals=say.join(rivals),
    )


_AIM_WORDS = {
    "growth": mark("to outgrow the others"),
    "revenue": mark("revenue of its own"),
    "welfare": mark("the best for its residents"),
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
    aim, agreed, counted = (f"{100 * rise / missed:.0f}" for rise in np.diff(worth))
    return say(
        "Of what rivals for growth miss against the planner, another aim (welfare instead of "
        "growth) recovers {aim} %, agreement among the regions {agreed} %, and counting the rest "
        "of China {counted} %.",
        aim=aim,
        agreed=agreed,
        counted=counted,
    )


def _parts(result: GameResult) -> str:
    """Say what the planner's lead is made of."""
    whole = float(np.nanmean(benefit(result, PLANNER)))
    words = []
    for part, better, worse in list_parts(result):
        values = benefit(result, better) - benefit(result, worse)
        mean = float(np.nanmean(values))
        if abs(mean) < _NONE * abs(whole):
            words.append(say("{part}: next to nothing", part=say(part)))
            continue
        if part == EXTERNALITY:
            what = say("what regions do to the rest of China and do not count")
        elif part == RIVALRY:
            what = say(part)
        else:
            what = say("{part} instead of residents' welfare", part=say(part))
        agree = int((values > 0).sum() if mean > 0 else (values < 0).sum())
        drawn = ""
        if len(values) > 1:
            known = int(np.isfinite(values).sum())
            drawn = say(" (in {count} of {total} draws)", count=agree, total=known)
        told = {"what": what, "size": _size(np.array([abs(mean)])), "drawn": drawn}
        if mean > 0:
            words.append(say("{what} costs the nation {size}{drawn}", **told))
        else:
            words.append(say("{what} gains the nation {size}{drawn}", **told))
    return say("{said}.", said=capitalise(say.semicolons(words)))


def _spending(result: GameResult) -> str:
    """Say where the planner puts most, and what rivals for each aim put elsewhere."""
    best = _share_levers(result, PLANNER)
    levers = [say.name(lever) for lever in result.menu.levers]
    order = [at for at in np.argsort(-best, kind="stable") if best[at] >= _NAMED]
    named = [
        say("{name} ({size})", name=levers[at], size=f"{100 * best[at]:.0f} %") for at in order
    ]
    words = [
        say("The planner spends most on {levers}", levers=say.join(named))
        if order
        else say("The planner spends on all levers")
    ]
    for aim in result.setup.aims:
        own, rivals = _share_levers(result, name_nash(aim)), speak_name(name_nash(aim))
        if not own.sum() > 0:
            words.append(say("{rivals} spend nothing", rivals=rivals))
            continue
        apart = own - best
        most, least = int(apart.argmax()), int(apart.argmin())
        if apart[most] < _NAMED and apart[least] > -_NAMED:
            words.append(say("{rivals} do about the same", rivals=rivals))
            continue
        words.append(
            say(
                "{rivals} put {more} % into {lever}, where it puts {there}, and {less} into "
                "{other}, where it puts {elsewhere}",
                rivals=rivals,
                lever=levers[most],
                other=levers[least],
                more=f"{100 * own[most]:.0f}",
                there=f"{100 * best[most]:.0f}",
                less=f"{100 * own[least]:.0f}",
                elsewhere=f"{100 * best[least]:.0f}",
            )
        )
    return say("{said}.", said=say.semicolons(words))


def _share_levers(result: GameResult, name: str) -> Floats:
    """Give the share of each lever in the money of all regions, Dmnl."""
    one, total = result.find(name), np.zeros(len(result.menu.levers))
    sizes = result.idle.size[0].mean(axis=0)
    for at, region in enumerate(result.menu.regions):
        total += sizes[at] * result.money[region] * mean_action(result, one, at)
    return total / max(float(total.sum()), 1e-300)


def _settled(result: GameResult) -> str:
    """Say whether play settles, and in how many ways."""
    several: list[str] = []
    circles: list[str] = []
    lost: list[str] = []
    for one in result.arrangements:
        if one.is_bound:
            continue
        name = speak_name(one.name)
        if len(one.ends) > 1:
            several.append(say("{name} ({size})", name=name, size=len(one.ends)))
        outcomes = [play.outcome for play in one.plays]
        for outcome, some in (("cycle", circles), ("unsettled", lost)):
            if outcome in outcomes:
                told = {"name": name, "count": outcomes.count(outcome), "total": len(outcomes)}
                some.append(say("{name} ({count} of {total} starts)", **told))
    limit = f"{100 * result.setup.effort.epsilon:g}"
    said = []
    if not (several or circles or lost):
        starts = result.setup.starts
        said.append(
            say(
                "Play ends in the same place from {count} different starts, where no transfer of 1 "
                "or 10 % of the money gains a region {limit} % of what its programme brings it.",
                count=f"{starts:,}",
                limit=limit,
            )
            if starts > 1
            else say(
                "Play ends in an equilibrium from the one start that was tried, where no transfer "
                "of 1 or 10 % of the money gains a region {limit} % of what its programme brings "
                "it.",
                limit=limit,
            )
        )
    if several:
        said.append(say("There are several equilibria: {names}.", names=say.join(several)))
    if circles:
        said.append(
            say(
                "Replies run in a circle, without an equilibrium: {names}.",
                names=say.join(circles),
            )
        )
    if lost:
        said.append(say("Play did not settle: {names}.", names=say.join(lost)))
    return say.sentences(said)


def _reactions(result: GameResult) -> str:
    """Say how strongly regions follow one another."""
    means = {aim: float(np.mean(found["slope"])) for aim, found in result.reactions.items()}
    if not means:
        return ""
    words = [
        say("{slope} for {aim}", slope=f"{round(mean, 2) + 0.0:.2f}", aim=say(aim))
        for aim, mean in means.items()
    ]
    zones, prices = PUBLISHED_SLOPES
    if all(abs(mean - prices) < abs(mean - zones) for mean in means.values()):
        verdict = say("nearer to the study that finds none")
    elif all(abs(mean - zones) <= abs(mean - prices) for mean in means.values()):
        verdict = say("nearer to the study that finds one of 0.5")
    else:
        verdict = say("which lie between the studies")
    return say(
        "When the others put a tenth of their money into sites, talent from elsewhere and external "
        "investors, a region's best answer follows with a slope of {slopes}: {verdict} (Deng, Zhao "
        "and Yu 2018 find {zones} for zones; Wang, Zong and Tao 2013 none for land prices).",
        slopes=say.join(words),
        verdict=verdict,
        zones=f"{zones:g}",
    )


def _knowing(result: GameResult) -> str:
    """Say what it would be worth if everybody knew the draw."""
    if result.setup.information == "full":
        return ""
    gained = worth_of_knowing(result, PLANNER)
    mean, whole = float(np.nanmean(gained)), float(np.nanmean(benefit(result, PLANNER)))
    said = say(
        "If the planner knew which draw is true, which nobody does, its choice would be worth "
        "{size} more ({share} %): an upper bound of what better statistics can be worth to it "
        "here.",
        size=_size(np.array([mean])),
        share=f"{100 * mean / whole:.1f}",
    )
    return say.sentences([said, _seeing_less(result)])


def _seeing_less(result: GameResult) -> str:
    """Say what it costs a planner to see what the centre sees, and not what regions do."""
    if FROM_ABOVE not in result.accounts:
        return ""
    lost = benefit(result, PLANNER) - benefit(result, FROM_ABOVE)
    mean, whole = float(np.nanmean(lost)), float(np.nanmean(benefit(result, PLANNER)))
    told = {
        "size": _size(np.array([abs(mean)])),
        "share": f"{abs(100 * mean / whole):.1f}",
    }
    if mean < 0:
        return say(
            "If it saw only what the centre sees, a later total with less detail, its choice would "
            "be worth {size} more ({share} %): what can be seen from close by is no reason to "
            "decide there.",
            **told,
        )
    if mean < _LITTLE * abs(whole):
        return say(
            "If it saw only what the centre sees, a later total with less detail, its choice would "
            "be worth {size} less ({share} %): what can be seen from close by is little reason to "
            "decide there.",
            **told,
        )
    return say(
        "If it saw only what the centre sees, a later total with less detail, its choice would be "
        "worth {size} less ({share} %): what can be seen from close by is some reason to decide "
        "there.",
        **told,
    )


def _unseen(result: GameResult) -> str:
    """Say whether the planner's choice holds on draws that were not used to make it."""
    table = result.unseen
    if table is None or table.empty:
        return ""
    worse = [speak_name(str(row["name"])) for row in table.to_dict("records") if row["worse"]]
    count = f"{int(table['draws'].max()):,}"
    if worse:
        return say(
            "On {count} unseen draws the planner's choice is significantly worse than {others}: it "
            "fits the draws that it was made on.",
            count=count,
            others=say.join(worse),
        )
    nearest = min(table.to_dict("records"), key=lambda row: float(row["lead"]))
    lead = float(nearest["lead"])
    told = {
        "count": count,
        "nearest": speak_name(str(nearest["name"])),
        "size": _size(np.array([abs(lead)])),
    }
    if lead >= 0:
        return say(
            "On {count} unseen draws the planner's choice is significantly worse than no other, "
            "strategies by hand at the same money included; of the nearest ({nearest}) it is "
            "{size} ahead.",
            **told,
        )
    return say(
        "On {count} unseen draws the planner's choice is significantly worse than no other, "
        "strategies by hand at the same money included; of the nearest ({nearest}) it is {size} "
        "behind.",
        **told,
    )


def _leading(result: GameResult, led: Leading) -> str:
    """Say what the centre gains by going first."""
    at_once = led.at_once_account.nation[0] - led.idle.nation[0]
    first = led.first_account.nation[0] - led.idle.nation[0]
    gain = float(np.nanmean(first - at_once))
    size = _size(np.array([abs(gain)]))
    if abs(gain) < _NONE * abs(float(np.nanmean(at_once))):
        change = say("going first changes next to nothing")
    elif gain > 0:
        change = say("if it commits itself first, {size} more", size=size)
    else:
        change = say("if it commits itself first, {size} less", size=size)
    return say(
        "With a centre that counts everybody and spends {money} beside regions that want {aim}, "
        "the nation gets {sum}; {change} ({draws}).",
        money=_central_money(result),
        aim=say(_AIM_WORDS[led.aim]),
        sum=_signed(at_once),
        change=change,
        draws=count_draws(at_once.size),
    )


def _central_money(result: GameResult) -> str:
    share = f"{100 * result.money['centre']:g} %"
    return say("up to {share}", share=share) if result.setup.free else share


def _signed(values: Floats) -> str:
    """Write a benefit or a loss."""
    mean = float(np.nanmean(values))
    if not np.abs(values).max() > 0:
        return say("nothing")
    return _size(values) if mean >= 0 else say("a loss of {size}", size=_size(-values))


def _size(values: Floats) -> str:
    """Write the mean of an amount, and where there are several draws its 90 % interval."""
    unit, factor = say.unit("Myuan")
    shown = np.asarray(values, dtype=float) * factor
    mean = say("{value} {unit}", value=format_number(float(np.nanmean(shown))), unit=unit)
    (low, _, high), known = compute_quantiles(shown)
    if known < 2 or low == high:
        return mean
    ends = format_range(say.language, format_number(float(low)), format_number(float(high)))
    return f"{mean}{ends}"
