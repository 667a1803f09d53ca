"""What a judgement of robustness says, in sentences made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.comparison.measures import PER_YUAN
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.robustness.measures import ALL_WORLDS, BEATEN, ENOUGH, FAILS, describe_need
from smecluster.policies.robustness.prim import Box, describe_limits
from smecluster.policies.robustness.regret import BEST, EXPECTED, HIGH, MOST
from smecluster.policies.wording.prose import call_strategy, format_number, format_share

if TYPE_CHECKING:
    from smecluster.policies.robustness.result import Robustness

_MEASURES = {"change": mark("change"), "change in percent": mark("change in percent")}
# Futures that differ by less in the share of draws are treated as alike.
_TELLING = 0.1


def answer_robustness(judged: Robustness) -> list[str]:
    """Say which strategy holds up best, and when each fails.

    Parameters
    ----------
    judged : Robustness
        The judgement.

    Returns
    -------
    list of str
        Sentences, the answer first.
    """
    comparison = judged.compared
    unit, factor = say.unit(comparison.ends[judged.outcome].attrs.get("unit", ""))
    away = _read_all_worlds(judged.regrets)
    shares = _read_all_worlds(judged.shares)
    worlds = len(judged.worlds)
    best = min(away, key=lambda name: away[name][MOST])
    said = []
    if len(away) > 1 and away[best][BEST] == 1:
        said.append(
            say(
                "{strategy} is best {worlds}.",
                strategy=_begin(judged, best),
                worlds=_format_worlds(1.0, worlds),
            )
        )
    elif len(away) > 1:
        least = {what: format_number(away[best][what] * factor) for what in (EXPECTED, HIGH, MOST)}
        said.append(
            say(
                "{strategy} gives up least at worst: at most {most} {unit} of {outcome} against "
                "the best strategy of the same world ({expected} on average, less than {high} in "
                "nine worlds of ten); it is best {worlds}.",
                strategy=_begin(judged, best),
                most=least[MOST],
                unit=unit,
                outcome=name_outcome(judged),
                expected=least[EXPECTED],
                high=least[HIGH],
                worlds=_format_worlds(away[best][BEST], worlds),
            )
        )
    for name in away:
        if name != best:
            said.append(
                say(
                    "{strategy} gives up {expected} {unit} on average and {most} at most; it is "
                    "best {worlds}.",
                    strategy=_begin(judged, name),
                    expected=format_number(away[name][EXPECTED] * factor),
                    unit=unit,
                    most=format_number(away[name][MOST] * factor),
                    worlds=_format_worlds(away[name][BEST], worlds),
                )
            )
    needed = [
        name_need(judged, str(column)) for column in judged.shares.columns[2:] if column != ENOUGH
    ]
    said.append(say("Good enough means: {needs}.", needs=say.join(needed)))
    for name in away:
        said.append(say.sentences(_failing(judged, name, shares[name][ENOUGH])))
    return said


def name_outcome(judged: Robustness) -> str:
    """Name the outcome within a sentence."""
    return judged.outcome.lower() if say.english else say.name(judged.outcome)


def name_need(judged: Robustness, column: str) -> str:
    """Name a column of the table of needs: what is needed, or that all of it is met."""
    need = next((one for one in judged.needs if describe_need(one) == column), None)
    if need is None or say.english:
        return say.word(column)
    said = say.word(need.outcome)
    if need.measure != "value":
        said = say("{name}, {measure}", name=said, measure=say(_MEASURES[need.measure]))
    if need.outcome != PER_YUAN:
        said = say("{outcome} in {place}", outcome=said, place=say.word(need.place))
    if need.at_least is not None:
        return say("{outcome} at least {limit}", outcome=said, limit=f"{need.at_least:g}")
    return say("{outcome} at most {limit}", outcome=said, limit=f"{need.at_most:g}")


def _begin(judged: Robustness, name: str) -> str:
    return capitalise(call_strategy(name, judged.compared.titles))


def _failing(judged: Robustness, name: str, share: float) -> list[str]:
    searched = judged.discoveries.get(name, {})
    worlds = len(judged.worlds)
    enough = say(
        "{strategy} is good enough {worlds}",
        strategy=_begin(judged, name),
        worlds=_format_worlds(share, worlds),
    )
    said = [say("{said}.", said=enough + _by_future(judged, name))]
    for what in (FAILS, BEATEN):
        discovery = searched.get(what)
        if discovery is None or discovery.share in (0.0, 1.0):
            continue
        if not discovery.boxes:
            told = {"share": format_share(discovery.share)}
            if what == FAILS:
                said.append(
                    say(
                        "It fails in {share}, and no simple rule tells these worlds from the "
                        "others.",
                        **told,
                    )
                )
            else:
                said.append(
                    say(
                        "It is beaten by another in {share}, and no simple rule tells these worlds "
                        "from the others.",
                        **told,
                    )
                )
        for number, box in enumerate(discovery.boxes):
            said.append(_describe_box(judged, box, what, discovery.share, number))
    return said


def _by_future(judged: Robustness, name: str) -> str:
    """Name the future in which a strategy is good enough least, where it makes a difference."""
    table = judged.shares[judged.shares[STRATEGY] == name].set_index(FUTURE)[ENOUGH]
    shares = {str(future): float(table[future]) for future in table.index if future != ALL_WORLDS}
    worst, best = (pick(shares, key=lambda one: shares[one]) for pick in (min, max))
    if shares[best] - shares[worst] < _TELLING:
        return ""
    title = judged.compared.titles[worst]
    return say(
        ", least in the future '{future}' ({share} of the draws; at best {best})",
        future=say.name(title),
        share=format_share(shares[worst]),
        best=format_share(shares[best]),
    )


def _describe_box(judged: Robustness, box: Box, what: str, share: float, number: int) -> str:
    told = {
        "where": say.join(describe_limits(box.limits, judged.worlds)),
        "coverage": format_share(box.coverage),
        "density": format_share(box.density),
    }
    if number > 0 and what == FAILS:
        return say(
            "Otherwise where {where}: {coverage} of the worlds in which it fails lie there, and it "
            "fails in {density} of all worlds there.",
            **told,
        )
    if number > 0:
        return say(
            "Otherwise where {where}: {coverage} of the worlds in which it is beaten by another "
            "lie there, and it is beaten by another in {density} of all worlds there.",
            **told,
        )
    if what == FAILS:
        return say(
            "It fails in {share}, mostly where {where}: {coverage} of the worlds in which it fails "
            "lie there, and it fails in {density} of all worlds there.",
            share=format_share(share),
            **told,
        )
    return say(
        "It is beaten by another in {share}, mostly where {where}: {coverage} of the worlds in "
        "which it is beaten by another lie there, and it is beaten by another in {density} of all "
        "worlds there.",
        share=format_share(share),
        **told,
    )


def _read_all_worlds(table: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Take what is said of all futures together, by strategy."""
    whole = table[table[FUTURE] == ALL_WORLDS].drop(columns=FUTURE).set_index(STRATEGY)
    rows = whole.astype(float).to_dict("index")
    return {
        str(name): {str(key): float(value) for key, value in row.items()}
        for name, row in rows.items()
    }


def _format_worlds(share: float, worlds: int) -> str:
    """Write in which share of all worlds something holds; at the edges, of those that were run."""
    total = f"{worlds:,}"
    if share == 1:
        return say("in all {total} worlds that were run", total=total)
    if share == 0:
        return say("in none of the {total} worlds that were run", total=total)
    return say("in {share} of the {total} worlds", share=format_share(share), total=total)
