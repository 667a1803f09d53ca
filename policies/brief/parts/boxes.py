"""The worlds in which a strategy fails or is beaten: boxes in words, with paired differences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.presentation.documents.blocks import Cell, Column, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.numbers import format_number
from smecluster.policies.brief.words.cells import write_sum, write_text
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.race import NATION, REGIONS
from smecluster.policies.brief.words.voice import Voice
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.robustness.measures import BEATEN, FAILS, measure_leads

if TYPE_CHECKING:
    from smecluster.policies.robustness.prim import Discovery, Limit
    from smecluster.policies.robustness.result import Robustness

#: What may happen to a strategy, in the order of the table.
_HAPPENS = {
    (NATION, FAILS): mark("the nation loses"),
    (NATION, BEATEN): mark("another is worth more to the nation"),
    (REGIONS, FAILS): mark("the regions get less than is needed"),
}
#: What is said where boxes were sought and none was found.
_UNRULY = {
    (NATION, FAILS): mark(
        "No simple rule tells the worlds in which the nation loses under {names} from the others."
    ),
    (NATION, BEATEN): mark(
        "No simple rule tells the worlds in which another is worth more to the nation than {names} "
        "from the others."
    ),
    (REGIONS, FAILS): mark(
        "No simple rule tells the worlds in which the regions get less than is needed under "
        "{names} from the others."
    ),
}
_FEW, _ROWS = 3, 18  # strategies with all their boxes, and rows that a sheet has room for


def tell_unruly(voice: Voice, evidence: Evidence) -> list[str]:
    """Say of what happens in some worlds where boxes were sought and none was found."""
    unruly: dict[tuple[str, str], list[str]] = {}
    some = False
    for kind, name, _, found in _list_sought(evidence):
        some |= bool(found.boxes)
        if not found.boxes:
            unruly.setdefault(kind, []).append(voice.title(name))
    say = voice.say
    if unruly and not some:
        return [
            say(
                "No simple rule tells the worlds in which a strategy fails, or is beaten by "
                "another, from the others."
            )
        ]
    said = [say(_UNRULY[kind], names=say.either(names)) for kind, names in unruly.items()]
    return [say.sentences(said)] if said else []


def _list_sought(
    evidence: Evidence,
) -> Iterator[tuple[tuple[str, str], str, Robustness, Discovery]]:
    """List what happens to a strategy in some worlds and not in all, where boxes were sought."""
    for kind in _HAPPENS:
        whose, what = kind
        judged = evidence.judged.get(whose)
        if judged is None:
            continue
        for name, searched in judged.discoveries.items():
            found = searched.get(what)
            if found is not None and 0 < found.share < 1:
                yield kind, name, judged, found


def tabulate_boxes(voice: Voice, evidence: Evidence) -> Table | None:
    """List the boxes; None where none was found."""
    say, several = voice.say, len(evidence.comparison.names) > 1
    unit, _ = say.unit("Myuan")
    rows: list[tuple[Cell, ...]] = []
    for kind, name, judged, found in _list_sought(evidence):
        total = int(np.isfinite(judged.given_away.sel({STRATEGY: name}).values).sum())
        head = (
            write_text(voice.short(name)),
            write_text(say(_HAPPENS[kind])),
            write_text(voice.cell(round(found.share * total), total)),
        )
        rows += [(*head, *cells) for cells in _write_boxes(voice, judged, name, kind[1], found)]
    if not rows:
        return None
    lead = say("lead over the best other") if several else say("change against the baseline")
    columns = (
        Column(say("strategy")),
        Column(say("what happens")),
        Column(say("in worlds"), number=True),
        Column(say("mostly where")),
        Column(say("happens there"), number=True),
        Column(say("{lead}, there", lead=lead), unit, number=True),
        Column(say("{lead}, elsewhere", lead=lead), unit, number=True),
    )
    notes: tuple[str, ...] = (
        say(
            "A box is a few limits that hold most of the worlds in question and few others "
            "(patient rule induction); limits that chance explains, or that half of the draws do "
            "not show again, are dropped. It describes, it does not say why."
        ),
        say("Medians of paired differences in the same world, the 90 % interval in brackets."),
    )
    if len(rows) > _ROWS:
        notes += (say("There are more boxes: smecluster stress robust lists all."),)
    caption = say("The worlds in which each strategy fails, or is beaten")
    return Table(say("boxes"), caption, columns, tuple(rows[:_ROWS]), notes)


def _write_boxes(
    voice: Voice, judged: Robustness, name: str, what: str, found: Discovery
) -> Iterator[tuple[Cell, ...]]:
    """Write each box: its limits, how often it happens there, leads there and elsewhere."""
    say = voice.say
    lead, happens = _lay_out(judged, name, what)
    boxes = found.boxes if len(judged.compared.names) <= _FEW else found.boxes[:1]
    for at, box in enumerate(boxes):
        # A further box is sought among the worlds that the first leaves.
        inside = box.contains(judged.worlds) & np.isfinite(lead)
        for earlier in found.boxes[:at]:
            inside &= ~earlier.contains(judged.worlds)
        where = say.clauses(
            [_tell_limit(voice, judged, factor, limit) for factor, limit in box.limits.items()]
        )
        yield (
            write_text(where if at == 0 else say("otherwise: {where}", where=where)),
            write_text(voice.cell(int(happens[inside].sum()), int(inside.sum()))),
            write_sum(say, lead[inside]),
            write_sum(say, lead[~inside]),
        )


def _lay_out(judged: Robustness, name: str, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Give a strategy's lead, Myuan, and whether something happens, along the rows of worlds."""
    order = (FUTURE, DRAW)
    lead = measure_leads(judged).sel({STRATEGY: name}).transpose(*order).values.ravel()
    away = judged.given_away.sel({STRATEGY: name}).transpose(*order).values.ravel()
    good = judged.enough.sel({STRATEGY: name}).transpose(*order).values.ravel()
    return np.where(np.isfinite(away), lead, np.nan), ~good if what == FAILS else away > 0


def _tell_limit(voice: Voice, judged: Robustness, factor: str, limit: Limit) -> str:
    """Write a limit of a box in words."""
    say = voice.say
    if isinstance(limit, frozenset):
        titles = {one.name: one.title for one in judged.compared.futures}
        names = say.join([say.name(titles.get(one, one)) for one in sorted(limit)])
        if len(limit) == 1:
            return say("the future is \u201c{names}\u201d", names=names)
        return say("the future is one of: {names}", names=names)
    low, high = limit
    values = judged.worlds[factor].to_numpy(dtype=float)
    given = {
        "name": voice.variable(factor),
        "low": format_number(low),
        "high": format_number(high),
        "share": f"{100 * float(np.mean((values >= low) & (values <= high))):.0f}",
    }
    if np.isfinite(low) and np.isfinite(high):
        return say("{name} between {low} and {high} (the middle {share} %)", **given)
    if np.isfinite(low):
        return say("{name} above {low} (the upper {share} %)", **given)
    return say("{name} below {high} (the lower {share} %)", **given)
