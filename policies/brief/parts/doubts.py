"""What the answer depends on: the constants that turn it, and what it is worth to know more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.calibration.store.named import DRAWN
from smecluster.model.presentation.documents.blocks import Column, Part, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.numbers import format_number
from smecluster.policies.brief.words.cells import (
    TONES,
    write_number,
    write_points,
    write_text,
    write_year,
)
from smecluster.policies.brief.words.evidence import DECISION, TIPPING, Evidence
from smecluster.policies.brief.words.voice import Voice

if TYPE_CHECKING:
    import pandas as pd

#: The comparisons that were tried, beside the constants that turn them.
COMPARISONS = "comparisons"
#: What each option gains with every judged constant varied, beside what knowing is worth.
OPTIONS = "options"
_MOST = 8  # constants that are listed
_JUDGED = {
    "Net national benefit account": mark("net national benefit"),
    "Discounted value added": mark("value added of the regions"),
}


def count_turns(comparisons: pd.DataFrame) -> tuple[int, int]:
    """Count the comparisons that some constant turns, and all of them."""
    return int((comparisons["turned"] > 0).sum()), len(comparisons)


def write_doubts(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on what the answer depends on; None where nothing is known of it."""
    say = voice.say
    text, tables = [], []
    tipping, cases = evidence.table(TIPPING), evidence.table(TIPPING, COMPARISONS)
    if tipping is not None and cases is not None:
        turned, total = count_turns(cases)
        text.append(
            say(
                "A tipping value is the value of one constant at which the order of two strategies "
                "turns. Each constant was moved, one at a time, to the ends of what is believed "
                "of it: {turned} of {total} comparisons (sum of money, year and yardstick) can be "
                "turned by a single constant.",
                turned=turned,
                total=total,
            )
        )
        tables.append(_tabulate_cases(voice, evidence, cases))
        if len(tipping):
            tables.append(_tabulate_constants(voice, tipping, total))
    information = evidence.table(DECISION)
    if information is not None:
        text.append(_tell_information(voice, information))
        options = evidence.table(DECISION, OPTIONS)
        if options is not None:
            tables.append(_tabulate_options(voice, evidence, options))
        tables.append(_tabulate_information(voice, information))
    if not text:
        return None
    return Part(say("What it depends on"), tuple(text), tuple(tables))


def _tabulate_cases(voice: Voice, evidence: Evidence, cases: pd.DataFrame) -> Table:
    say = voice.say
    known = evidence.comparison.names
    rows = []
    for row in cases.to_dict("records"):
        first, gap, measure = str(row["ahead"]), float(row["difference"]), str(row["measure"])
        tone = TONES[known.index(first)] if first in known[: len(TONES)] else ""
        rows.append(
            (
                write_text(str(row["budget"])),
                write_year(float(row["horizon"])),
                write_text(say(_JUDGED[measure]) if measure in _JUDGED else measure),
                write_text(voice.short(first) if gap else say("level"), tone),
                write_number(abs(gap)),
                write_number(float(row["turned"])),
            )
        )
    columns = (
        Column(say("money, share of value added")),
        Column(say("counted to")),
        Column(say("judged by")),
        Column(say("ahead")),
        Column(say("lead"), say("yuan a yuan"), number=True),
        Column(say("constants that turn it"), number=True),
    )
    return Table(
        say("tipping"),
        say("Who is ahead at the model's own values, and how many constants alone would turn it"),
        columns,
        tuple(rows),
    )


def _tabulate_constants(voice: Voice, tipping: pd.DataFrame, total: int) -> Table:
    say = voice.say
    counts = tipping["constant"].value_counts(sort=False)
    order = sorted(counts.index, key=lambda name: (-counts[name], name))[:_MOST]
    rows = []
    for name in order:
        own = tipping[tipping["constant"] == name].iloc[0]
        believed = say(
            "{low} to {high}",
            low=format_number(float(own["low"])),
            high=format_number(float(own["high"])),
        )
        rows.append(
            (
                write_text(voice.variable(str(name))),
                write_number(float(own["value"])),
                write_text(believed),
                write_text(voice.cell(int(counts[name]), total)),
            )
        )
    columns = (
        Column(say("constant")),
        Column(say("value"), number=True),
        Column(say("believed, 90 %")),
        Column(say("comparisons that it turns"), number=True),
    )
    return Table(
        say("constants"),
        say("The constants that turn most comparisons"),
        columns,
        tuple(rows),
        (
            say(
                "Constants were moved one at a time; two together may turn what neither does alone."
            ),
        ),
    )


def _tell_information(voice: Voice, information: pd.DataFrame) -> str:
    """Say what perfect knowledge would be worth, and which study pays most."""
    say = voice.say
    whole = information[information["kind"] == "everything"].iloc[0]
    studies = information[(information["kind"] == "study") & (information["value"] > 0)]
    said = say(
        "Whoever knew every constant before choosing would gain {sum} more: no research on them "
        "can be worth more to this choice.",
        sum=voice.money([float(whole["value"])]),
    )
    if not voice.odds.all_varied:
        wider = say(
            "It was computed with all judged constants varied, so its draws are wider than those "
            "above."
        )
        said = say.sentences([said, wider])
    if studies.empty:
        nothing = say("No single study is worth its cost to this choice.")
        return say.sentences([said, nothing])
    names = [voice.variable(str(one)) for one in studies["name"].head(3)]
    return say.sentences([said, say("Worth most to find out: {names}.", names=say.join(names))])


def _tabulate_options(voice: Voice, evidence: Evidence, options: pd.DataFrame) -> Table:
    say, stamp = voice.say, evidence.ready[DECISION].stamp
    unit, factor = say.unit("Myuan")
    rows = []
    for row in options.to_dict("records"):
        name, total = str(row["option"]), int(row["draws"])
        known = name in voice.titles
        rows.append(
            (
                write_text(voice.short(name) if known else say("spend nothing")),
                write_points(say, *(float(row[key]) * factor for key in ("low", "median", "high"))),
                write_text(
                    voice.cell(int(row["ahead of the other strategies"]), total) if known else "-"
                ),
                write_text(voice.cell(int(row["best"]), total)),
            )
        )
    columns = (
        Column(say("option")),
        Column(say("net national benefit"), unit, number=True),
        Column(say("ahead of the other strategies"), number=True),
        Column(say("best of all, doing nothing included"), number=True),
    )
    year = stamp.get("horizon", "")
    held = DRAWN in stamp.get("calibration", "")
    drawn, here = int(options["draws"].max()), len(evidence.comparison.draws)
    notes: tuple[str, ...] = ()
    if held and voice.odds.all_varied and drawn > here:
        more = say(
            "These count {total} draws. What was run with this page counts {count} of them, so its "
            "figures differ from these by chance.",
            total=f"{drawn:,}",
            count=f"{here:,}",
        )
        notes = (more,)
    return Table(
        say("all varied"),
        say(
            "With every judged constant varied, held against the histories, counted to {year}",
            year=year,
        )
        if held
        else say(
            "With every judged constant varied, not held against the history, counted to {year}",
            year=year,
        ),
        columns,
        tuple(rows),
        notes,
    )


def _tabulate_information(voice: Voice, information: pd.DataFrame) -> Table:
    say = voice.say
    unit, factor = say.unit("Myuan")
    rows = []
    for row in information.head(_MOST + 1).to_dict("records"):
        name = (
            say("every constant at once")
            if row["kind"] == "everything"
            else voice.variable(str(row["name"]))
        )
        error = float(row["error"])
        rows.append(
            (
                write_text(name),
                write_number(float(row["value"]) * factor),
                write_number(error * factor if np.isfinite(error) else np.nan),
            )
        )
    columns = (
        Column(say("to know")),
        Column(say("is worth"), unit, number=True),
        Column(say("standard error"), unit, number=True),
    )
    return Table(
        say("value of information"),
        say("What it would be worth to know a constant before choosing"),
        columns,
        tuple(rows),
    )
