"""The brief put together: verdict, figure, and what both rest on."""

from __future__ import annotations

from collections.abc import Mapping

from smecluster.model.presentation.documents.blocks import Document, Picture
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import Language, mark
from smecluster.policies.brief.parts.causes import write_causes
from smecluster.policies.brief.parts.doubts import write_doubts
from smecluster.policies.brief.parts.losers import write_account
from smecluster.policies.brief.parts.money import write_map
from smecluster.policies.brief.parts.regrets import write_regrets
from smecluster.policies.brief.parts.rivals import write_rivals
from smecluster.policies.brief.parts.sources import count_runs, write_sources
from smecluster.policies.brief.parts.stress import write_stress
from smecluster.policies.brief.parts.tasks import write_tasks
from smecluster.policies.brief.parts.trust import write_trust
from smecluster.policies.brief.verdict import tell_doubt, write_verdict
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.voice import SURE, Voice, bound_chance

#: Name of the figure's file.
FIGURE = "brief"
_PARTS = (
    write_tasks,
    write_map,
    write_account,
    write_rivals,
    write_causes,
    write_stress,
    write_regrets,
    write_doubts,
    write_trust,
    write_sources,
)


# Entries of a stamp as a reader knows them; the budget is said in the page's own words.
_STAMP = {
    "command": mark("command"),
    "model hash": mark("model hash"),
    "study": mark("study"),
    "strategies": mark("strategies"),
    "baseline": mark("baseline"),
    "futures": mark("futures"),
    "calibration": mark("calibration"),
    "draws": mark("draws"),
    "seed": mark("seed"),
    "runs": mark("runs"),
    "versions": mark("versions"),
}
_SAID = "budget"


def make_voice(say: Language, evidence: Evidence) -> Voice:
    """Make what every part speaks with."""
    return Voice(say, evidence.odds, evidence.comparison.titles)


def write_brief(say: Language, evidence: Evidence, stamp: Mapping[str, str]) -> Document:
    """Write the brief.

    Parameters
    ----------
    say : Language
        The language.
    evidence : Evidence
        What is known; a part of which nothing is known is left out.
    stamp : mapping of str to str
        Where it came from.

    Returns
    -------
    Document
        The brief.
    """
    voice = make_voice(say, evidence)
    parts = [write(voice, evidence) for write in _PARTS]
    return Document(
        language=say.code,
        title=say("Who should do what for clusters of small firms, with how much money?"),
        lead=_write_lead(voice, evidence),
        verdict=write_verdict(voice, evidence),
        picture=Picture(FIGURE, say("What each strategy brings, and to whom")),
        parts=tuple(part for part in parts if part is not None),
        stamp_title=say("Where this page came from"),
        stamp=_name_stamp(say, _count_all(stamp, evidence)),
        labels={"summary": say("summary"), "notes": say("notes")},
    )


def _write_lead(voice: Voice, evidence: Evidence) -> str:
    say, comparison = voice.say, evidence.comparison
    titles = say.join([voice.title(name) for name in comparison.names])
    places = say.join([say.name(name) for name in evidence.regions])
    said = say("Compared: {titles}. Regions: {places}.", titles=titles, places=places)
    doubt = capitalise(tell_doubt(voice, evidence))
    if not voice.odds.several:
        single = say("One set of values was run, so there are no odds. Sums are in present value.")
        return say.sentences([said, single, doubt])
    counted = say(
        "Odds are counted over {count} draws: sets of values for constants that the data leave "
        "uncertain. By chance such a count may be off by {points} in a hundred. A lead in fewer "
        "than {sure} of 100 draws is called open. Sums are medians over the draws, in present "
        "value.",
        sure=f"{100 * SURE:.0f}",
        count=f"{len(comparison.draws):,}",
        points=bound_chance(len(comparison.draws)),
    )
    return say.sentences([said, counted, doubt])


def _count_all(stamp: Mapping[str, str], evidence: Evidence) -> dict[str, str]:
    """Give the runs of the whole page, the account's too, where the stamp counts runs."""
    counted = {"runs": str(count_runs(evidence))} if "runs" in stamp else {}
    return {**stamp, **counted}


def _name_stamp(say: Language, stamp: Mapping[str, str]) -> dict[str, str]:
    return {
        say(_STAMP[name]) if name in _STAMP else name: value
        for name, value in stamp.items()
        if name != _SAID
    }
