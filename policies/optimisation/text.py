"""What the best use of a budget says, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.formatting import Rounded
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.optimisation.evaluation import BALANCE, BENEFIT, CRITERIA, GAIN
from smecluster.policies.optimisation.measures import (
    AHEAD,
    COMPARED,
    LEAD,
    compare_by_hand,
    share_money,
    speak_unit,
)
from smecluster.policies.strategy import Strategy
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    format_draws,
    format_share,
    format_sum,
)

if TYPE_CHECKING:
    from smecluster.policies.optimisation.result import BestUse

_WORDS = {BENEFIT: mark("net national benefit"), GAIN: mark("value added")}
# Ahead in so large a share of the draws: the lead is called sure.
_SURE = 0.95


def write_verdict(best_use: BestUse) -> str:
    """Say whether the best use beats every strategy by hand on unseen draws, and if not why.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    str
        One or a few sentences.
    """
    rows = _select(best_use, best_use.aim)
    behind = [name for name, row in rows.items() if not row[LEAD + "mean"] > 0]
    draws = f"{best_use.unseen.sizes['draw']:,}"
    if behind:
        told = {"draws": draws, "strategies": _titles(best_use, behind)}
        said = (
            say(
                "The search did not beat every strategy by hand on {draws} draws that were not "
                "used to choose: {strategies} is as good or better.",
                **told,
            )
            if len(behind) == 1
            else say(
                "The search did not beat every strategy by hand on {draws} draws that were not "
                "used to choose: {strategies} are as good or better.",
                **told,
            )
        )
        return say.sentences([said, _why_not(best_use, behind)])
    nearest = min(rows, key=lambda name: rows[name][LEAD + "mean"])
    row, (unit, factor) = rows[nearest], say.unit("Myuan")
    said = say(
        "The best use that the search found beats every strategy by hand on {draws} draws that "
        "were not used to choose it. Against the next best, {strategy}, it gains {median} {unit} "
        "more {what} in present value (90 % interval: {low} to {high}) and is ahead {odds}.",
        draws=draws,
        strategy=_title(best_use, nearest),
        unit=unit,
        what=say(_WORDS[best_use.aim]),
        odds=format_draws(int(row[AHEAD]), int(row[COMPARED])),
        **{name: Rounded(row[LEAD + name] * factor) for name in ("low", "median", "high")},
    )
    unsure = [name for name, row in rows.items() if row[AHEAD] < _SURE * max(1.0, row[COMPARED])]
    if not unsure:
        return said
    return say.sentences(
        [
            said,
            say(
                "Its lead over {strategies} is not sure: in some draws it is behind.",
                strategies=_titles(best_use, unsure),
            ),
        ]
    )


def write_answer(best_use: BestUse) -> list[str]:
    """Say what the best use of the budget is, what it gains and what it costs elsewhere.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    list of str
        Sentences, the verdict first.
    """
    gains = best_use.unseen[best_use.aim].sel(strategy=best_use.best.name)
    points = gains.quantile([0.05, 0.5, 0.95]).values * say.unit("Myuan")[1]
    return [
        write_verdict(best_use),
        say(
            "It gains {sum} against '{baseline}', {ratio} yuan of {what} for a yuan of additional "
            "money.",
            sum=format_sum(*(Rounded(float(one)) for one in points)),
            baseline=say.name(best_use.baseline.title),
            ratio=Rounded(float(gains.median()) / best_use.budget.money),
            what=say(_WORDS[best_use.aim]),
        ),
        _spending(best_use),
        _timing(best_use.best),
        *_elsewhere(best_use),
    ]


def write_basis(best_use: BestUse) -> list[str]:
    """Say what the result rests on.

    Parameters
    ----------
    best_use : BestUse
        The best use.

    Returns
    -------
    list of str
        Sentences: money, runs, draws, and what the search does not know.
    """
    chosen, unseen = (values.sizes["draw"] for values in (best_use.chosen_on, best_use.unseen))
    named = [one.name for one in (best_use.best, *best_use.by_hand)]
    lost = int(np.isnan(best_use.unseen[best_use.aim].sel(strategy=named).values).any(0).sum())
    said = [
        say(
            "Every strategy spends {money}, in every draw; what it brings counts to {horizon}.",
            money=best_use.budget.describe(),
            horizon=f"{best_use.horizon:g}",
        ),
        say(
            "{runs} runs; {chosen} draws to choose on and {unseen} others to check on; seed "
            "{seed}. The search used a time step of 1/{parts} year; all results come from the "
            "model's own.",
            runs=f"{best_use.runs:,}",
            chosen=chosen,
            unseen=unseen,
            seed=best_use.search.seed,
            parts=f"{1 / best_use.step:g}",
        ),
        best_use.odds.describe(best_use.unseen_draws),
        _overfit(best_use),
        say(
            "The search knows only the model. It relies on every lever whose strength is "
            "judgement, and it finds the top of this model, not of the world: read the levers that "
            "it chooses as questions to ask."
        ),
        say(SHARED_OUT),
    ]
    if BALANCE in best_use.criteria:
        said.append(
            say(
                "The public balance counts what governments borrow and what the centre keeps; "
                "local money that is taken from general services shows in no balance."
            )
        )
    said += [say("Warning: {said}.", said=one.describe()) for one in best_use.spans]
    if lost:
        said.append(
            say("In {count} of the unseen draws a strategy could not be evaluated.", count=lost)
        )
    return said


def _select(best_use: BestUse, criterion: str) -> dict[str, dict[str, float]]:
    """Give what the strategies by hand reach by one criterion, by name and measure."""
    table = compare_by_hand(best_use)
    chosen = (table["criterion"] == criterion) & (table["strategy"] != best_use.best.name)
    numbers = table[chosen].set_index("strategy").drop(columns=["criterion", "unit"])
    rows = numbers.astype(float).to_dict("index")
    return {
        str(name): {str(key): float(value) for key, value in row.items()}
        for name, row in rows.items()
    }


def _why_not(best_use: BestUse, ahead: Sequence[str]) -> str:
    before = best_use.chosen_on[best_use.aim].mean("draw")
    best = float(before.sel(strategy=best_use.best.name))
    fitted = [name for name in ahead if float(before.sel(strategy=name)) < best]
    outside = [name for name in ahead if name not in fitted]
    parts = []
    if fitted:
        parts.append(
            say(
                "On the {draws} draws that it was chosen on it leads over {strategies}, so it is "
                "fitted to those draws: choose on more of them.",
                draws=best_use.chosen_on.sizes["draw"],
                strategies=_titles(best_use, fitted),
            )
        )
    if outside:
        parts.append(
            say(
                "It does not lead over {strategies} on the draws that it was chosen on either: the "
                "search was too short, or the strategy does what the search may not (amounts, "
                "triggers, regions that spend differently, replacing policy as now).",
                strategies=_titles(best_use, outside),
            )
        )
    return say.sentences(parts)


def _spending(best_use: BestUse) -> str:
    """Say on what most of the money goes."""
    shares = share_money(best_use.best, best_use.spent[best_use.best.name])
    central = sum(share for (level, _), share in shares.items() if level == "central")
    levers = [lever for _, lever in shares]
    named = []
    for (level, lever), share in list(shares.items())[:5]:
        name = say.name(lever)
        if levers.count(lever) > 1:  # whose money it is must be said
            name = say("{level} {lever}", level=say.name(level), lever=name)
        named.append(say("{name} ({size})", name=name, size=format_share(share)))
    return say(
        "It spends most on {levers}; {share} of the money is the centre's.",
        levers=say.join(named),
        share=format_share(central),
    )


def _timing(strategy: Strategy) -> str:
    starts = {
        level: programme.start
        for level, programme in (("local", strategy.local), ("central", strategy.central))
        if programme is not None
    }
    said = say(
        "It spends {money}.",
        money=say.join(
            [
                say("{level} money from {start} on", level=say.name(level), start=f"{start:g}")
                for level, start in starts.items()
            ]
        ),
    )
    local = strategy.local
    if local is None or not local.exceptions:
        return said
    few = [
        say(
            "{share} % in {region}",
            share=f"{100 * changes['share']:.2g}",
            region=say.name(region),
        )
        for region, changes in local.exceptions.items()
    ]
    return say.sentences(
        [
            said,
            say(
                "Local money is {share} % of a region's value added a year, except {others}.",
                share=f"{100 * (local.share or 0.0):.2g}",
                others=say.join(few),
            ),
        ]
    )


def _elsewhere(best_use: BestUse) -> list[str]:
    """Say where the best use is worse than a strategy by hand by another criterion."""
    said = []
    for name in best_use.criteria:
        if name == best_use.aim:
            continue
        leads = {one: row[LEAD + "median"] for one, row in _select(best_use, name).items()}
        worse = [one for one, lead in leads.items() if lead < 0]
        if worse:
            unit, factor = speak_unit(name)
            gaps = [abs(leads[one] * factor) for one in worse]
            by = str(Rounded(min(gaps)))
            if len(worse) > 1:
                by = say("{low} to {high}", low=by, high=Rounded(max(gaps)))
            how = (
                mark("Its {criterion} is lower than that of {strategies} (by {by} {unit}).")
                if CRITERIA[name] > 0
                else mark("Its {criterion} is higher than that of {strategies} (by {by} {unit}).")
            )
            titles = _titles(best_use, worse)
            said.append(say(how, criterion=say(name), strategies=titles, by=by, unit=unit))
    return said or [say("By none of the other criteria is it worse than a strategy by hand.")] * (
        len(best_use.criteria) > 1
    )


def _overfit(best_use: BestUse) -> str:
    unit, factor = say.unit("Myuan")
    chosen, unseen = (
        Rounded(float(values[best_use.aim].sel(strategy=best_use.best.name).mean()) * factor)
        for values in (best_use.chosen_on, best_use.unseen)
    )
    return say(
        "On the draws that it was chosen on it gains {chosen} {unit} on average, on unseen ones "
        "{unseen}.",
        chosen=chosen,
        unit=unit,
        unseen=unseen,
    )


def _title(best_use: BestUse, name: str) -> str:
    titles = {one.name: one.title for one in (best_use.best, *best_use.by_hand)}
    return say("'{title}'", title=say.name(titles[name]))


def _titles(best_use: BestUse, names: Sequence[str]) -> str:
    return say.join([_title(best_use, name) for name in names])
