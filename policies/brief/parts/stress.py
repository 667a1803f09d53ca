"""Other futures: whether the order of two strategies holds in each, by paired differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.documents.blocks import Column, Part, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.brief.words.cells import write_number, write_points, write_text
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.race import NATION, REGIONS, Yardstick
from smecluster.policies.brief.words.voice import SURE, Voice
from smecluster.policies.comparison.nation import BENEFIT
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.ensemble.recovery import LOSS
from smecluster.policies.wording.quantiles import HIGH, LOW, MEDIAN, compute_quantiles

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

_JUDGED = {
    REGIONS: mark("Value added of the regions"),
    NATION: mark("Net national benefit"),
}


def tabulate_futures(comparison: Comparison) -> pd.DataFrame:
    """Say who is ahead in each future, by paired differences.

    Parameters
    ----------
    comparison : Comparison
        The comparison, in several futures.

    Returns
    -------
    pandas.DataFrame
        Columns: future, title, description, judged (`REGIONS` or `NATION`), horizon, ahead, next,
        low, median, high of the lead in the same draw (Myuan), draws ahead, draws, loss (median
        of what the future takes from the baseline, per cent of a year's value added; nothing in
        the base future).
    """
    gained = comparison.gained.sel({PLACE: TOTAL}, drop=True)
    measures = {REGIONS: gained}
    if BENEFIT in comparison.changes:
        change = comparison.changes[BENEFIT]
        measures[NATION] = change.sel({PLACE: TOTAL}, drop=True) if PLACE in change.dims else change
    rows = []
    for at, future in enumerate(comparison.futures):
        loss = np.nan
        if at:
            lost = comparison.recovered[LOSS].sel(
                {FUTURE: future.name, PLACE: TOTAL, STRATEGY: comparison.baseline.name}
            )
            loss = float(lost.median())
        for judged, values in measures.items():
            here = values.sel({FUTURE: future.name})
            race = Yardstick(
                judged,
                comparison.end,
                {
                    name: np.asarray(here.sel({STRATEGY: name}).values, dtype=float)
                    for name in comparison.names
                },
            )
            order = race.order
            lead = race.lead if len(order) > 1 else np.array([np.nan])
            (low, middle, high), known = compute_quantiles(lead)
            rows.append(
                {
                    "future": future.name,
                    "title": future.title,
                    "description": future.description,
                    "judged": judged,
                    "horizon": int(comparison.end),
                    "ahead": order[0] if order else "",
                    "next": order[1] if len(order) > 1 else "",
                    LOW: float(low),
                    MEDIAN: float(middle),
                    HIGH: float(high),
                    "draws ahead": int((lead > 0).sum()),
                    "draws": int(known),
                    "loss": loss,
                }
            )
    return pd.DataFrame(rows)


def write_stress(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on other futures; None where the base future alone was run."""
    if len(evidence.comparison.futures) < 2 or len(evidence.comparison.names) < 2:
        return None
    found = tabulate_futures(evidence.comparison)
    say = voice.say
    text = (
        say(
            "A future is a course of events from outside. Each repeats something that has happened "
            "once; none has a probability, and none is a forecast. The lead is a paired "
            "difference: both strategies are run in the same draw and the same future, so what "
            "moves both alike does not blur it."
        ),
        _tell_order(voice, found),
    )
    tables = [
        _tabulate(voice, found[found["judged"] == judged], judged)
        for judged in (NATION, REGIONS)
        if (found["judged"] == judged).any()
    ]
    return Part(say("Other futures: does the order hold?"), text, tuple(tables))


def _tell_order(voice: Voice, found: pd.DataFrame) -> str:
    """Say whether the same strategy is ahead in all futures."""
    say = voice.say
    said = []
    for judged, whose in _JUDGED.items():
        own = found[(found["judged"] == judged) & (found["ahead"] != "")]
        if own.empty:
            continue
        first = str(own.iloc[0]["ahead"])
        others = own[own["ahead"] != first]
        if others.empty:
            said.append(
                say(
                    "{whose}: {first} is ahead in each of the {count} futures.",
                    whose=say(whose),
                    first=voice.short(first),
                    count=len(own),
                )
            )
        else:
            said.append(
                say(
                    "{whose}: {first} is ahead, but not in these futures: {futures}.",
                    whose=say(whose),
                    first=voice.short(first),
                    futures=say.join([say.name(str(one)) for one in others["title"]]),
                )
            )
    return say.sentences(said)


def _tabulate(voice: Voice, own: pd.DataFrame, judged: str) -> Table:
    say = voice.say
    unit, factor = say.unit("Myuan")
    rows = []
    for row in own.to_dict("records"):
        sure = row["draws ahead"] >= SURE * row["draws"]
        rows.append(
            (
                write_text(say.name(str(row["title"]))),
                write_number(float(row["loss"])),
                write_text(voice.short(str(row["ahead"])) if row["ahead"] else say("no result")),
                write_points(say, *(float(row[key]) * factor for key in (LOW, MEDIAN, HIGH))),
                write_text(
                    voice.cell(int(row["draws ahead"]), int(row["draws"])) if row["draws"] else "-",
                    "" if sure else "open",
                ),
            )
        )
    columns = (
        Column(say("future")),
        Column(say("lost under the baseline"), say("% of a year's value added"), number=True),
        Column(say("ahead")),
        Column(say("lead in the same draw"), unit, number=True),
        Column(say("in draws"), number=True),
    )
    year = f"{int(own.iloc[0]['horizon'])}"
    if judged == NATION:
        caption = say("Net national benefit in each future, counted to {year}", year=year)
        sheet = say("futures, nation")
    else:
        caption = say("Value added of the regions in each future, counted to {year}", year=year)
        sheet = say("futures, regions")
    return Table(sheet, caption, columns, tuple(rows))
