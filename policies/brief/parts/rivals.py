"""What governments would choose by themselves, beside what a planner would choose."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from smecluster.model.presentation.documents.blocks import Column, Part, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.brief.words.cells import write_number, write_points, write_text
from smecluster.policies.brief.words.evidence import GAME, Evidence
from smecluster.policies.brief.words.voice import Voice
from smecluster.policies.game.arrangements import BOUND

if TYPE_CHECKING:
    import pandas as pd

DECOMPOSITION = "decomposition"
_CALLED = {
    "planner": mark("a planner for the nation"),
    "coordinated": mark("regions that agree among themselves"),
    "rivals for growth": mark("each region for itself, to outgrow the others"),
    "rivals for revenue": mark("each region for itself, for its own revenue"),
    "rivals for welfare": mark("each region for itself, for its residents"),
}
_PARTS = {
    "effects on the rest of China": mark("what regions do to the rest of China and do not count"),
    "rivalry among the regions": mark("rivalry among the regions"),
    "aiming at growth": mark("aiming at growth instead of residents' welfare"),
    "aiming at revenue": mark("aiming at revenue instead of residents' welfare"),
}


def write_rivals(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on the game; None where it is not known."""
    found = evidence.table(GAME)
    if found is None:
        return None
    say = voice.say
    text = (
        say(
            "In the game each region chooses what to spend the same money on, knowing what the "
            "others choose, until none gains by changing its mind: an equilibrium. A planner "
            "chooses for the nation as a whole. Everybody commits himself in the first year."
        ),
        say(
            "A programme that is good for the nation is no prediction of what governments do: the "
            "table says how far apart the two are."
        ),
    )
    tables = [_tabulate_worth(voice, found, evidence.ready[GAME].stamp)]
    parts = evidence.table(GAME, DECOMPOSITION)
    if parts is not None:
        tables.append(_tabulate_parts(voice, parts))
    return Part(say("What governments would choose"), text, tuple(tables))


def _tabulate_worth(voice: Voice, found: pd.DataFrame, stamp: Mapping[str, str]) -> Table:
    say = voice.say
    unit, factor = say.unit("Myuan")
    own = found[~found["arrangement"].str.endswith(BOUND)]
    order = [name for name in _CALLED if name in set(own["arrangement"])]
    rows = []
    for name in order:
        row = own[own["arrangement"] == name].iloc[0]
        low, middle, high = (
            float(row[f"net national benefit, {key}"]) * factor for key in ("low", "mean", "high")
        )
        rows.append(
            (
                write_text(say(_CALLED[name])),
                write_points(say, low, middle, high),
                write_number(float(row["rest of China"]) * factor),
                write_number(float(row["value added of the regions"]) * factor),
            )
        )
    columns = (
        Column(say("who chooses")),
        Column(say("net national benefit"), unit, number=True),
        Column(say("of it, the rest of China"), unit, number=True),
        Column(say("value added of the regions"), unit, number=True),
    )
    return Table(
        say("game"),
        say(
            "Who chooses, and what the nation gets, against policy as now, counted to {year}",
            year=_read_horizon(stamp),
        ),
        columns,
        tuple(rows),
        (say("Means over draws, the 90 % interval in brackets."),),
    )


def _read_horizon(stamp: Mapping[str, str]) -> str:
    """Read the last year that counts from how the game was set up."""
    found = re.search(r"horizon=(\d+)", stamp.get("game", ""))
    return found[1] if found else "-"


def _tabulate_parts(voice: Voice, parts: pd.DataFrame) -> Table:
    say = voice.say
    unit, factor = say.unit("Myuan")
    rows = []
    for row in parts.to_dict("records"):
        name = str(row["part"])
        rows.append(
            (
                write_text(say(_PARTS[name]) if name in _PARTS else name),
                write_points(say, *(float(row[key]) * factor for key in ("low", "mean", "high"))),
                write_text(voice.cell(int(row["draws above zero"]), int(row["draws"]))),
            )
        )
    columns = (
        Column(say("what keeps governments from the planner's choice")),
        Column(say("the nation loses"), unit, number=True),
        Column(say("in draws"), number=True),
    )
    return Table(
        say("game, parts"),
        say("Why that is less than a planner would bring"),
        columns,
        tuple(rows),
        (say("Below zero the nation gains by it."),),
    )
