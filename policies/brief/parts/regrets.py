"""How strategies hold up over all worlds: what each gives up, and how often it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from smecluster.model.outcomes import TOTAL
from smecluster.model.presentation.documents.blocks import Column, Part, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.brief.parts.boxes import tabulate_boxes, tell_unruly
from smecluster.policies.brief.words.cells import write_number, write_text
from smecluster.policies.brief.words.evidence import Evidence
from smecluster.policies.brief.words.race import NATION, REGIONS
from smecluster.policies.brief.words.voice import Voice
from smecluster.policies.comparison.measures import PER_YUAN
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.robustness.measures import ALL_WORLDS
from smecluster.policies.robustness.regret import EXPECTED, HIGH, MOST
from smecluster.policies.study import EVERY, Need

if TYPE_CHECKING:
    from smecluster.policies.robustness.result import Robustness

_JUDGED = {
    NATION: mark("Net national benefit"),
    REGIONS: mark("Value added of the regions"),
}


def write_regrets(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on regret and boxes; None where there are no several worlds."""
    if not evidence.judged:
        return None
    say, several = voice.say, len(evidence.comparison.names) > 1
    text, tables = [], []
    if several:
        text.append(
            say(
                "A world is one draw in one future. Regret is what the best strategy of a world "
                "brings beyond another in the same world: it is nothing for whichever is best "
                "there."
            )
        )
        text.append(say.sentences([_tell_regret(voice, *one) for one in evidence.judged.items()]))
        tables.append(_tabulate_regret(voice, evidence))
    said = [_tell_failing(voice, *one) for one in evidence.judged.items()]
    text += [say.sentences(said), *tell_unruly(voice, evidence)]
    boxes = tabulate_boxes(voice, evidence)
    if boxes is not None:
        tables.append(boxes)
    return Part(
        say("How strategies hold up, and where each fails"),
        tuple(filter(None, text)),
        tuple(tables),
    )


def count_worlds(judged: Robustness) -> dict[str, tuple[int, int]]:
    """Count the worlds in which each strategy fails, and all; no result is a failure."""
    return {
        name: (int((~judged.enough.sel({STRATEGY: name}).values).sum()), len(judged.worlds))
        for name in judged.compared.names
    }


def count_best(judged: Robustness, name: str) -> tuple[int, int]:
    """Count the worlds in which no strategy is better than one, and those where all are known."""
    away = judged.given_away.sel({STRATEGY: name}).values
    known = away[np.isfinite(away)]
    return int((known == 0).sum()), len(known)


# Regret


def _tell_regret(voice: Voice, whose: str, judged: Robustness) -> str:
    """Say which strategy gives up least at worst, and what the others give up."""
    say = voice.say
    away = _read_regret(judged)
    order = sorted(away, key=lambda name: (away[name][MOST], away[name][EXPECTED]))
    first = order[0]
    best, worlds = count_best(judged, first)
    given = {"whose": say(_JUDGED[whose]), "worlds": f"{worlds:,}"}
    if away[order[-1]][MOST] == 0:
        return say(
            "{whose}: no regret, since all bring the same in each of the {worlds} worlds.", **given
        )
    others = say.clauses(
        [
            say(
                "{mean} on average and {most} at most under {name}",
                name=voice.title(name),
                mean=voice.money([away[name][EXPECTED]]),
                most=voice.money([away[name][MOST]]),
            )
            for name in order[1:]
        ]
    )
    given |= {"first": voice.title(first), "others": others}
    if best == worlds:
        return say(
            "{whose}: no regret under {first} in any of the {worlds} worlds that were run; "
            "{others}.",
            **given,
        )
    return say(
        "{whose}: the worst regret is smallest under {first}, {mean} on average and {most} at "
        "most; {others}.",
        mean=voice.money([away[first][EXPECTED]]),
        most=voice.money([away[first][MOST]]),
        **given,
    )


def _read_regret(judged: Robustness) -> dict[str, dict[str, float]]:
    """Take the regret over all worlds by strategy, Myuan."""
    table = judged.regrets[judged.regrets[FUTURE] == ALL_WORLDS]
    return {
        str(row[STRATEGY]): {key: float(row[key]) for key in (EXPECTED, HIGH, MOST)}
        for row in table.to_dict("records")
    }


def _tabulate_regret(voice: Voice, evidence: Evidence) -> Table:
    say = voice.say
    unit, factor = say.unit("Myuan")
    rows = []
    for whose, judged in evidence.judged.items():
        for name, away in _read_regret(judged).items():
            rows.append(
                (
                    write_text(say(_JUDGED[whose])),
                    write_text(voice.short(name)),
                    *(write_number(away[key] * factor) for key in (EXPECTED, HIGH, MOST)),
                    write_text(voice.cell(*count_best(judged, name))),
                )
            )
    columns = (
        Column(say("judged by")),
        Column(say("strategy")),
        Column(say("regret on average"), unit, number=True),
        Column(say("in nine worlds of ten at most"), unit, number=True),
        Column(say("at most"), unit, number=True),
        Column(say("best in worlds"), number=True),
    )
    return Table(
        say("regret"),
        say(
            "What each strategy gives up against the best of the same world, counted to {year}",
            year=f"{evidence.comparison.end:g}",
        ),
        columns,
        tuple(rows),
    )


# Failing


def _tell_failing(voice: Voice, whose: str, judged: Robustness) -> str:
    """Say what failing means, and in how many worlds each strategy fails."""
    say = voice.say
    if whose == NATION:
        means = say(
            "For the nation a strategy fails where it brings less than {baseline}, counted to "
            "{year}",
            baseline=voice.title(judged.compared.baseline.name),
            year=f"{judged.compared.end:g}",
        )
    else:
        means = say(
            "For the regions it fails where this is missed, counted to {year}: {needs}",
            year=f"{judged.compared.end:g}",
            needs=say.clauses([tell_need(voice, need) for need in judged.needs]),
        )
    counts = say.clauses(_count(voice, judged))
    return say("{means}. It does so under {counts}.", means=means, counts=counts)


def _count(voice: Voice, judged: Robustness) -> list[str]:
    say, said = voice.say, []
    for name, (count, total) in count_worlds(judged).items():
        given = {"name": voice.title(name), "total": f"{total:,}"}
        if count == 0:
            said.append(say("{name} in none of the {total} worlds that were run", **given))
        elif count == total:
            said.append(say("{name} in all {total} worlds that were run", **given))
        else:
            said.append(say("{name} in {count} of {total} worlds", count=f"{count:,}", **given))
    return said


def tell_need(voice: Voice, need: Need) -> str:
    """Say what a strategy has to reach."""
    say = voice.say
    limit = f"{need.at_most if need.at_least is None else need.at_least:g}"
    if need.outcome == PER_YUAN and need.at_least is not None:
        return say("{limit} yuan of value added for each yuan spent", limit=limit)
    if need.outcome == PER_YUAN:
        what = say("value added gained for each yuan spent")
    else:
        what = say.name(need.outcome)
        if need.measure == "change":
            what = say("change of {what}", what=what)
        elif need.measure == "change in percent":
            what = say("change of {what} in per cent", what=what)
        if need.place == EVERY:
            what = say("{what} in every region", what=what)
        elif need.place != TOTAL:
            what = say("{what} in {place}", what=what, place=say.name(need.place))
    if need.at_least is not None:
        return say("{what} of at least {limit}", what=what, limit=limit)
    return say("{what} of at most {limit}", what=what, limit=limit)
