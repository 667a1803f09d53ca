"""The page on how strategies hold up over all worlds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from smecluster.model.presentation.documents.page import Section, render_page
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.comparison.brief import describe_futures, describe_rest
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.robustness.measures import ALL_WORLDS, ENOUGH
from smecluster.policies.robustness.regret import BEST, EXPECTED, HIGH, MOST
from smecluster.policies.robustness.text import answer_robustness, name_need, name_outcome
from smecluster.policies.wording.prose import format_share

if TYPE_CHECKING:
    from smecluster.policies.robustness.result import Robustness

CAPTIONS = {
    "regret": mark("What each strategy gives up"),
    "good-enough": mark("Where each strategy is good enough"),
    "where-it-fails": mark("Limits of the worlds in which a strategy fails"),
}

Files = Mapping[str, Path]

# Of the table of limits.
_IN_PERCENT = ("coverage", "density", "reproduced")


def write_robust_page(
    judged: Robustness, title: str, drawn: Files, stamp: Mapping[str, str]
) -> str:
    """Write the page on how strategies hold up.

    Parameters
    ----------
    judged : Robustness
        The judgement.
    title : str
        What it is about.
    drawn : mapping of str to Path
        The figures that were written (`policies.robustness.figures`), by name.
    stamp : mapping
        Where it came from.

    Returns
    -------
    str
        The page, HTML.
    """
    comparison = judged.compared
    unit, factor = say.unit(comparison.ends[judged.outcome].attrs.get("unit", ""))
    whole = judged.regrets[judged.regrets[FUTURE] == ALL_WORLDS].drop(columns=FUTURE)
    whole = whole.assign(**{name: whole[name] * factor for name in (EXPECTED, HIGH, MOST)})
    regret = whole.assign(**{BEST: whole[BEST].map(format_share)}).rename(
        columns={BEST: mark("best in this share of the worlds")}
    )
    shares = judged.shares[judged.shares[FUTURE] == ALL_WORLDS].drop(columns=FUTURE)
    shares = shares.set_index(STRATEGY).map(format_share)
    if len(judged.needs) == 1:
        shares = shares.drop(columns=ENOUGH)
    shares = shares.rename(columns=lambda name: name_need(judged, str(name)))
    sections = []
    if len(comparison.names) > 1:
        caption = say(
            "Regret in {outcome} ({place}), {unit}",
            outcome=name_outcome(judged),
            place=say.word(judged.place),
            unit=unit,
        )
        sections.append(
            Section(
                say("What each strategy gives up"),
                [say("Regret is what the best strategy of the same world reaches beyond it.")],
                [(caption, regret)],
                _pick(drawn, "regret"),
            )
        )
    sections.append(
        Section(
            say("Where each strategy is good enough"),
            [say("A world is one draw in one future; a study's file says what is needed in it.")],
            [(say("Share of all worlds in which a need is met"), shares.reset_index())],
            _pick(drawn, "good-enough"),
        )
    )
    boxes = judged.boxes
    if len(boxes):
        columns = ["strategy", "what", "box", "words", "coverage", "density", "reproduced"]
        limits = boxes[[*columns, "quasi p"]]
        limits = limits.assign(**{what: limits[what].map(format_share) for what in _IN_PERCENT})
        sections.append(
            Section(
                say("When a strategy fails"),
                [
                    say(
                        "Boxes of few limits that contain most of the worlds in which a strategy "
                        "fails or is beaten (patient rule induction). Coverage: share of these "
                        "worlds that lie in the box. Density: share of the worlds in the box that "
                        "fail. Reproduced: how often a half of the draws, taken at random, shows "
                        "the limit too. Quasi p: how easily chance would do as well without the "
                        "limit if the futures of a draw were independent, which they are not."
                    )
                ],
                [(say("Limits"), limits)],
                _pick(drawn, "where-it-fails"),
            )
        )
    said = answer_robustness(judged)
    sections += [describe_futures(comparison), describe_rest(comparison)]
    return render_page(title, said, sections, stamp)


def _pick(drawn: Files, *names: str) -> list[tuple[str, Path]]:
    return [(say(CAPTIONS[name]), drawn[name]) for name in names if name in drawn]
