"""Who is ahead at which money and to which year, and where it stops paying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.documents.blocks import Cell, Column, Part, Table
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.numbers import format_number
from smecluster.policies.brief.words.cells import KEPT, TONES, write_text, write_year
from smecluster.policies.brief.words.evidence import MAP, Evidence
from smecluster.policies.brief.words.voice import SURE, Voice
from smecluster.policies.ensemble.gains import BENEFIT, GAINED, HORIZON
from smecluster.policies.money_map.measures import JUDGED
from smecluster.policies.money_map.tables import SHARE
from smecluster.policies.wording.quantiles import MEDIAN

if TYPE_CHECKING:
    import pandas as pd

LIMITS = "limits"


def write_map(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on money and horizon; None where the map is not known."""
    found = evidence.table(MAP)
    if found is None:
        return None
    say = voice.say
    names = evidence.comparison.names
    text = [
        say(
            "The same programmes with more or less money, counted to an earlier or a later year. "
            "Each cell names who is ahead, by how much, and in how many draws. The programme is "
            "the same in every row: a row says only until which year its benefits and costs count."
        ),
        say(
            "Value added of the regions counts what they produce and sell, and leaves out what "
            "others lose. Net national benefit counts the nation: what buyers get and the rest of "
            "China loses too, what workers and capital would earn elsewhere, and what public money "
            "costs."
        ),
    ]
    limits = evidence.table(MAP, LIMITS)
    if limits is not None:
        text.append(_tell_limits(voice, limits))
    tables = [_tabulate_cells(voice, found, judged, names) for judged in (BENEFIT, GAINED)]
    return Part(say("How much money, to which year"), tuple(text), tuple(tables))


def _tabulate_cells(voice: Voice, found: pd.DataFrame, judged: str, names: list[str]) -> Table:
    say = voice.say
    unit, factor = say.unit("Myuan")
    own = found[found["judged by"] == JUDGED[judged]]
    shares = sorted(own[SHARE].unique())
    columns = [Column(say("counted to"))]
    columns += [Column(f"{share:.3g} %") for share in shares]
    rows = []
    for year in sorted(own[HORIZON].unique()):
        cells = [write_year(year)]
        for share in shares:
            row = own[(own[HORIZON] == year) & (own[SHARE] == share)].iloc[0]
            cells.append(_write_cell(voice, row, factor, names, paying=judged == BENEFIT))
        rows.append(tuple(cells))
    if judged == BENEFIT:
        caption = say(
            "Net national benefit: who is ahead, by how much [{unit}], in how many draws; by "
            "additional money as a share of the regions' value added",
            unit=unit,
        )
        notes = [
            say(
                "* marks cells in which even the one ahead costs the nation more than it brings. "
                "? marks cells that are open: ahead in less than 90 % of the draws."
            )
        ]
    else:
        caption = say(
            "Value added of the regions: who is ahead, by how much [{unit}], in how many draws",
            unit=unit,
        )
        notes = []
    sheet = say("map, nation") if judged == BENEFIT else say("map, regions")
    return Table(sheet, caption, tuple(columns), tuple(rows), tuple(notes))


def _write_cell(
    voice: Voice, row: pd.Series, factor: float, names: list[str], *, paying: bool
) -> Cell:
    first = row["ahead"]
    if not isinstance(first, str) or not first:
        return write_text(voice.say("no result"))
    ahead, total, middle = int(row["draws ahead"]), int(row["draws"]), float(row[MEDIAN])
    if total and middle == 0 and ahead == 0:
        return write_text(voice.say("level"))
    sure = ahead >= SURE * total
    costs = paying and not float(row["worth"]) > 0
    marks = ("?" if total > 1 and not sure else "") + ("*" if costs else "")
    lines = [f"{voice.short(first)}{marks}"]
    if total:
        lines.append(f"+{format_number(middle * factor)}")
    if total > 1:
        lines.append(voice.cell(ahead, total))
    tones = [KEPT]
    if total > 1 and not sure:
        tones.append("open")
    elif first in names[: len(TONES)]:
        tones.append(TONES[names.index(first)])
    if costs:
        tones.append("unpaid")
    return write_text("\n".join(lines), " ".join(tones))


def _tell_limits(voice: Voice, limits: pd.DataFrame) -> str:
    """Say to which year each strategy pays at which money."""
    say = voice.say
    parts = []
    for name in dict.fromkeys(limits["strategy"]):
        own = limits[limits["strategy"] == name]
        told = [_tell_limit(voice, row) for row in own.to_dict("records")]
        # Years of which the same is said stand together.
        years: dict[str, list[str]] = {}
        for year, words in zip(own[HORIZON], told, strict=True):
            years.setdefault(words, []).append(f"{year:g}")
        said = [
            say("counted to {years} {words}", years=say.join(these), words=words)
            for words, these in years.items()
        ]
        parts.append(
            say(
                "{title}: {said}",
                title=capitalise(voice.short(str(name))),
                said=say("; ").join(said),
            )
        )
    return say("Where money pays for the nation. {parts}.", parts=say(". ").join(parts))


def _tell_limit(voice: Voice, row: dict[str, object]) -> str:
    say = voice.say
    pays, budgets = int(str(row["pays at"])), int(str(row["budgets"]))
    until = float(str(row["pays until [% of value added]"]))
    best = float(str(row["worth most at [% of value added]"]))
    if not budgets:
        return say("it has no result")
    if not pays:
        return say("it costs more than it brings at every sum that was run")
    most = say("most at {share} % of value added", share=f"{best:.2g}")
    if np.isfinite(until):
        return say("it pays up to {share} %, {most}", share=f"{until:.2g}", most=most)
    if pays == budgets:
        return say("it pays at every sum that was run, {most}", most=most)
    return say("it pays at the larger sums, {most}", most=most)
