"""The verdict: at most five sentences that can be read aloud, each true to its numbers' signs."""

from __future__ import annotations

from typing import Any

from smecluster.calibration.store.named import DRAWN
from smecluster.model.presentation.formatting import capitalise
from smecluster.policies.brief.parts.doubts import COMPARISONS, OPTIONS, count_turns
from smecluster.policies.brief.parts.losers import summarise_losers
from smecluster.policies.brief.parts.tasks import summarise_tasks
from smecluster.policies.brief.parts.trust import beats_nation
from smecluster.policies.brief.words.evidence import DECISION, MAP, TIPPING, Evidence
from smecluster.policies.brief.words.race import NATION, REGIONS, Yardstick, tell_nation, tell_race
from smecluster.policies.brief.words.voice import Voice
from smecluster.policies.ensemble.gains import BENEFIT, HORIZON
from smecluster.policies.money_map.measures import JUDGED
from smecluster.policies.money_map.tables import SHARE
from smecluster.policies.strategy import BASELINE

MOST = 5


def write_verdict(voice: Voice, evidence: Evidence) -> tuple[str, ...]:
    """Write the verdict.

    Parameters
    ----------
    voice : Voice
        The language.
    evidence : Evidence
        What is known.

    Returns
    -------
    tuple of str
        At most `MOST` sentences: the regions, the nation to either year, who loses, and who should
        do what. What the answer depends on stands above them, see `tell_doubt`.
    """
    sticks = evidence.yardsticks()
    said = [
        _tell_regions(voice, evidence, sticks),
        *_tell_nation(voice, sticks),
        _tell_losers(voice, evidence, sticks),
        summarise_tasks(voice, evidence),
    ]
    return tuple(capitalise(sentence) for sentence in said if sentence)


def _tell_regions(voice: Voice, evidence: Evidence, sticks: list[Yardstick]) -> str:
    say, comparison = voice.say, evidence.comparison
    raced = [tell_race(voice, one) for one in sticks if one.whose == REGIONS]
    told = say("; ").join(filter(None, raced))
    if not told:
        return say("No strategy has a result.")
    if comparison.baseline.name != BASELINE:
        values = {"told": told, "baseline": voice.title(comparison.baseline.name)}
        if comparison.baseline.programmes:
            told = say("{told} (against {baseline})", **values)
        else:
            told = say("{told} (against {baseline}, so with what policy as now brings)", **values)
    budget = comparison.budget
    if budget is None:
        return say("With the money that each strategy's file asks for, {told}.", told=told)
    return say(
        "With {money} on top of policy as now, {start} to {end}, which is {share} % of the "
        "regions' value added, {told}.",
        money=voice.money([budget.money]),
        start=f"{budget.start:g}",
        end=f"{budget.end:g}",
        share=f"{100 * budget.share:.3g}",
        told=told,
    )


def _tell_nation(voice: Voice, sticks: list[Yardstick]) -> list[str]:
    """Say what the nation gains, a sentence a year: each is to be read aloud in one breath."""
    first, *later = tell_nation(voice, [one for one in sticks if one.whose == NATION]) or [""]
    if not first:
        return []
    net = voice.say("Net of what others lose and of what public money costs, {told}.", told=first)
    return [net, *(voice.say("{said}.", said=one) for one in later)]


def _tell_losers(voice: Voice, evidence: Evidence, sticks: list[Yardstick]) -> str:
    """Say who loses under the two strategies that are worth most to the nation in the end."""
    if evidence.account is None:
        return ""
    nation = [one for one in sticks if one.whose == NATION]
    order = nation[-1].order if nation else []
    return summarise_losers(voice, evidence.account, order[:2]) if order else ""


def tell_doubt(voice: Voice, evidence: Evidence) -> str:
    """Say what turns the answer, and how far the model can be trusted.

    Parameters
    ----------
    voice : Voice
        The language.
    evidence : Evidence
        What is known.

    Returns
    -------
    str
        A sentence. Where the model does not forecast better than growth like the nation, it says
        so.
    """
    say = voice.say
    turns = []
    found = evidence.table(MAP)
    if found is not None:
        own = found[(found["judged by"] == JUDGED[BENEFIT]) & found["ahead"].notna()]
        if (own.groupby(HORIZON)["ahead"].nunique() > 1).any():
            turns.append(say("with the money"))
        if (own.groupby(SHARE)["ahead"].nunique() > 1).any():
            turns.append(say("with the years that are counted"))
    cases = evidence.table(TIPPING, COMPARISONS)
    if cases is not None and count_turns(cases)[0]:
        turned, total = count_turns(cases)
        turns.append(
            say(
                "with a single constant, within what is believed of it, in {turned} of {total} "
                "comparisons",
                turned=turned,
                total=total,
            )
        )
    varied = _tell_varied(voice, evidence)
    if beats_nation(evidence.trust) is False:
        last = say(
            "and the model does not forecast better than growth like the nation: use this page "
            "to see what the choice depends on"
        )
    else:
        last = say("so use this page to see what the choice depends on, not to settle it")
    if not turns:
        return say("This is what one model says{varied}, {last}.", varied=varied, last=last)
    return say(
        "The order turns {turns}{varied}, {last}.",
        turns=say.join(turns),
        varied=varied,
        last=last,
    )


def _tell_varied(voice: Voice, evidence: Evidence) -> str:
    """Say how often doing nothing is best, and who is ahead, with every judged constant varied."""
    found = evidence.table(DECISION, OPTIONS)
    if found is None:
        return ""
    own = found[found["option"].isin(evidence.comparison.names)]
    nothing = found[~found["option"].isin(evidence.comparison.names)]
    if own.empty or nothing.empty:
        return ""
    row = own.sort_values("ahead of the other strategies", ascending=False).iloc[0]
    stamp = evidence.ready[DECISION].stamp
    told: dict[str, Any] = {
        "year": stamp.get("horizon", ""),
        "first": voice.title(str(row["option"])),
        "share": _of_hundred(row["ahead of the other strategies"], row["draws"]),
        "nothing": _of_hundred(nothing.iloc[0]["best"], nothing.iloc[0]["draws"]),
    }
    held = DRAWN in stamp.get("calibration", "")
    if held and voice.odds.all_varied:
        # The draws of the page are some of these.
        return voice.say(
            "; of {total} worlds that fit the history, counted to {year}, the nation does better "
            "under {first} in {share} of 100, and best by spending nothing in {nothing}",
            total=f"{int(row['draws']):,}",
            **told,
        )
    if held:
        return voice.say(
            "; when all that is judged varies too, held against the histories and counted to "
            "{year}, the lead is with {first} in {share} of 100 draws, and spending nothing is "
            "best in {nothing}",
            **told,
        )
    return voice.say(
        "; when all that is judged varies too, counted to {year}, the lead is with {first} in "
        "{share} of 100 draws, and spending nothing is best in {nothing}",
        **told,
    )


def _of_hundred(count: float, total: float) -> str:
    return f"{100 * count / total:.0f}"
