"""Who should run which lever: the table of assignment, and the best whole division of labour."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from smecluster.model.presentation.documents.blocks import Column, Part, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.numbers import format_number
from smecluster.policies.assignment.divisions import BOTH, CENTRE, NOBODY, REGIONS
from smecluster.policies.assignment.measures import ALL_CENTRE, ALL_REGIONS, BEST, LEVELS, PAPER
from smecluster.policies.brief.words.cells import write_number, write_points, write_text
from smecluster.policies.brief.words.evidence import ASSIGNMENT, Evidence
from smecluster.policies.brief.words.voice import SURE, Voice
from smecluster.policies.returns.published import read_published
from smecluster.policies.wording.quantiles import HIGH, LOW, MEDIAN

if TYPE_CHECKING:
    import pandas as pd

    from smecluster.model.presentation.documents.blocks import Cell

DIVISIONS = "divisions"
_NONE = "none"  # no study gives a return
# Levers that a sentence names of each level.
_NAMED = 3
_WHO = {
    CENTRE: mark("the centre"),
    REGIONS: mark("the regions"),
    BOTH: mark("half by either"),
    NOBODY: mark("nobody"),
}
_TONES = {CENTRE: "one", REGIONS: "two", BOTH: "three"}
_CALLED = {
    PAPER: mark("the paper's division"),
    LEVELS: mark("the paper's levers, each at its better level"),
    BEST: mark("the best division found"),
    ALL_CENTRE: mark("everything by the centre"),
    ALL_REGIONS: mark("everything by the regions"),
}


def summarise_tasks(voice: Voice, evidence: Evidence) -> str:
    """Say in a sentence what dividing the levers is worth, and who should run which.

    Parameters
    ----------
    voice : Voice
        The language.
    evidence : Evidence
        What is known.

    Returns
    -------
    str
        A sentence; nothing where the assignment is not known or nothing is better.
    """
    levers, divisions = evidence.table(ASSIGNMENT), evidence.table(ASSIGNMENT, DIVISIONS)
    if levers is None or divisions is None:
        return ""
    say = voice.say
    named = _name_best(voice, levers)
    worth = {str(row["division"]): row for row in divisions.to_dict("records")}
    if BEST not in worth or not worth[BEST]["more than the paper's"] > 0:
        return say("{named}.", named=named) if named else ""
    row = worth[BEST]
    whole = float(row["more than the paper's"])
    odds = voice.tally(int(row["draws ahead"]), int(row["draws"]), bound=False)
    values = {
        "more": voice.money([whole]),
        "odds": say(", {odds}", odds=odds) if odds else "",
    }
    who = float(worth[LEVELS]["more than the paper's"]) if LEVELS in worth else np.nan
    if 0 < who < whole / 2:
        said = say(
            "What the money is spent on matters more than who spends it: the best division of "
            "labour found brings the nation {more} more than the paper's{odds}, of which {who} "
            "come from who runs what",
            who=voice.money([who]),
            **values,
        )
    else:
        said = say(
            "The best division of labour found brings the nation {more} more than the paper's"
            "{odds}",
            **values,
        )
    return say("{said}; {named}.", said=said, named=named) if named else f"{said}."


def _name_best(voice: Voice, levers: pd.DataFrame) -> str:
    """Name the levers at which each level is clearly best, those that bring most first."""
    say = voice.say
    sure = levers[levers["ahead"] >= SURE * levers["draws"]]
    if not sure["best"].isin([CENTRE, REGIONS]).any():
        return say("no lever is clearly best run by the centre or by the regions alone")
    named = []
    for who, message in (
        (CENTRE, mark("the centre is clearly best at {levers}")),
        (REGIONS, mark("the regions are clearly best at {levers}")),
    ):
        own = sure[sure["best"] == who]
        order = own.sort_values(who, ascending=False)["lever"].head(_NAMED)
        if len(own):
            named.append(say(message, levers=say.join([say.name(str(one)) for one in order])))
        elif who == CENTRE:
            named.append(say("the centre is clearly best at none"))
        else:
            named.append(say("the regions are clearly best at none"))
    return say("; ").join(named)


def write_tasks(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on who should run which lever; None where it is not known."""
    levers, divisions = evidence.table(ASSIGNMENT), evidence.table(ASSIGNMENT, DIVISIONS)
    if levers is None or divisions is None:
        return None
    say = voice.say
    text = (
        say(
            "A lever is one thing that a government can spend money on. In the first table all of "
            "the additional money goes to one lever at a time, run by the centre, by all regions, "
            "or half by either; nobody means that the money is not spent. The best is ahead of "
            "each of the others in more than half of the draws. The figures are net "
            "national benefit in yuan for each yuan: what the nation gains in present value when "
            "the losses of others and the cost of public money are counted."
        ),
        say(
            "It says who does a task better, not who would want to do it: a region here spends "
            "what it is told to, also where its neighbours gain by it."
        ),
    )
    return Part(
        say("Who should do what"),
        text,
        (_tabulate_levers(voice, levers), _tabulate_divisions(voice, divisions)),
    )


def _tabulate_levers(voice: Voice, levers: pd.DataFrame) -> Table:
    say = voice.say
    columns = (
        Column(say("lever")),
        Column(say("best run by")),
        Column(say("the paper says")),
        Column(say("by the centre"), say("yuan a yuan"), number=True),
        Column(say("by the regions"), say("yuan a yuan"), number=True),
        Column(say("half by either"), say("yuan a yuan"), number=True),
        Column(say("ahead of the next"), number=True),
        Column(say("what turns it")),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in levers.to_dict("records"):
        best = str(row["best"])
        if not row["draws"]:
            nothing = [write_text("-") for _ in range(len(columns) - 1)]
            rows.append((write_text(say.name(str(row["lever"]))), *nothing))
            continue
        sure = row["ahead"] >= SURE * row["draws"]
        rows.append(
            (
                write_text(say.name(str(row["lever"]))),
                write_text(_name_who(voice, best), f"{_TONES.get(best, '')} strong".strip()),
                write_text(_name_who(voice, str(row["paper"])), _TONES.get(str(row["paper"]), "")),
                *(write_number(float(row[who])) for who in (CENTRE, REGIONS, BOTH)),
                write_text(
                    voice.cell(int(row["ahead"]), int(row["draws"])), "" if sure else "open"
                ),
                write_text(_describe_turn(voice, row)),
            )
        )
    open_ones = sum(
        bool(row["draws"]) and row["ahead"] < SURE * row["draws"]
        for row in levers.to_dict("records")
    )
    several = bool((levers["draws"] > 1).any())
    notes = [
        say(
            "What turns it: the constant whose value parts draws in which the best is ahead from "
            "those in which it is not. It is named where chance would name one for fewer than one "
            "lever in twenty."
        )
    ]
    if several:
        notes.insert(
            0,
            say.plural(
                open_ones,
                "{count} lever is open: the best is ahead of the next in less than 90 % of the "
                "draws.",
                "{count} levers are open: the best is ahead of the next in less than 90 % of the "
                "draws.",
            ),
        )
    beyond = [str(row["lever"]) for row in levers.to_dict("records") if row["span"] == row["span"]]
    if beyond:
        notes.append(
            say(
                "All the money on one lever is more than is plausible for {levers}: their figures "
                "are those of a saturated lever.",
                levers=say.join([say.name(one) for one in beyond]),
            )
        )
    published = read_published()
    known = [
        name for name in levers["lever"] if name in published and published[name].kind != _NONE
    ]
    notes.append(
        say(
            "Studies give a return, or imply one, for {count} of {total} levers: {levers}. For all "
            "others, the best ones among them, its size is judgement.",
            count=len(known),
            total=len(levers),
            levers=say.join([say.name(str(one)) for one in known]),
        )
    )
    return Table(
        say("assignment"),
        say("Lever by lever: who runs it best, in yuan of net national benefit for each yuan"),
        columns,
        tuple(rows),
        tuple(notes),
    )


def _describe_turn(voice: Voice, row: Mapping[Hashable, Any]) -> str:
    name, at = str(row.get("turned by") or ""), row.get("at")
    if not name or name == "nan" or not isinstance(at, float) or not np.isfinite(at):
        return "-"
    said = format_number(at)
    if row["when"] == "above":
        return voice.say("{name} above {value}", name=voice.variable(name), value=said)
    return voice.say("{name} below {value}", name=voice.variable(name), value=said)


def _tabulate_divisions(voice: Voice, divisions: pd.DataFrame) -> Table:
    say = voice.say
    unit, factor = say.unit("Myuan")
    columns = (
        Column(say("division of labour")),
        Column(say("net national benefit"), unit, number=True),
        Column(say("more than the paper's"), unit, number=True),
        Column(say("ahead of the paper's"), number=True),
    )
    rows = []
    for row in divisions.to_dict("records"):
        name = str(row["division"])
        points = [float(row[key]) * factor for key in (LOW, MEDIAN, HIGH)]
        own = name == PAPER
        rows.append(
            (
                write_text(say(_CALLED[name]) if name in _CALLED else name),
                write_points(say, *points),
                write_text("-")
                if own
                else write_number(float(row["more than the paper's"]) * factor),
                write_text("-" if own else voice.cell(int(row["draws ahead"]), int(row["draws"]))),
            )
        )
    notes = (
        say(
            "The same additional money is shared among all levers that somebody runs, in "
            "proportion to what budgets usually spend on them. The best was searched for on other "
            "draws than those that are counted here; a better one may exist."
        ),
    )
    return Table(
        say("divisions"),
        say("Whole divisions of labour, for the same money"),
        columns,
        tuple(rows),
        notes,
    )


def _name_who(voice: Voice, who: str) -> str:
    return voice.say(_WHO[who]) if who in _WHO else who
