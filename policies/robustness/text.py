"""What a judgement of robustness says, in sentences made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.policies.ensemble.cases import FUTURE, STRATEGY
from smecluster.policies.robustness.measures import ALL_WORLDS, BEATEN, ENOUGH, FAILS
from smecluster.policies.robustness.prim import Box, describe_limits
from smecluster.policies.robustness.regret import BEST, EXPECTED, HIGH, MOST
from smecluster.policies.wording.prose import format_number, format_share, join_names

if TYPE_CHECKING:
    from smecluster.policies.robustness.result import Robustness

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
    unit, factor = display_unit(comparison.ends[judged.outcome].attrs.get("unit", ""))
    away = _read_all_worlds(judged.regrets)
    shares = _read_all_worlds(judged.shares)
    worlds = len(judged.worlds)
    best = min(away, key=lambda name: away[name][MOST])
    said = []
    if len(away) > 1 and away[best][BEST] == 1:
        said.append(f"{capitalise(best)} is best {_format_worlds(1.0, worlds)}.")
    elif len(away) > 1:
        least = {what: format_number(away[best][what] * factor) for what in (EXPECTED, HIGH, MOST)}
        said.append(
            f"{capitalise(best)} gives up least at worst: at most {least[MOST]} {unit} of "
            f"{judged.outcome.lower()} against the best strategy of the same world "
            f"({least[EXPECTED]} on average, less than {least[HIGH]} in nine worlds of ten); it is "
            f"best {_format_worlds(away[best][BEST], worlds)}."
        )
    for name in away:
        if name != best:
            said.append(
                f"{capitalise(name)} gives up {format_number(away[name][EXPECTED] * factor)} "
                f"{unit} on average and {format_number(away[name][MOST] * factor)} at most; it is "
                f"best {_format_worlds(away[name][BEST], worlds)}."
            )
    needed = [str(column) for column in judged.shares.columns[2:] if column != ENOUGH]
    said.append(f"Good enough means: {join_names(needed)}.")
    for name in away:
        said.append(" ".join(_failing(judged, name, shares[name][ENOUGH])))
    return said


def _failing(judged: Robustness, name: str, share: float) -> list[str]:
    searched = judged.discoveries.get(name, {})
    worlds = len(judged.worlds)
    said = [
        f"{capitalise(name)} is good enough {_format_worlds(share, worlds)}"
        f"{_by_future(judged, name)}."
    ]
    for what, verb in ((FAILS, "It fails"), (BEATEN, "It is beaten by another")):
        discovery = searched.get(what)
        if discovery is None or discovery.share in (0.0, 1.0):
            continue
        if not discovery.boxes:
            said.append(
                f"{verb} in {format_share(discovery.share)}, and no simple rule tells these worlds "
                "from the others."
            )
        for number, box in enumerate(discovery.boxes):
            said.append(_describe_box(judged, box, verb, discovery.share, number))
    return said


def _by_future(judged: Robustness, name: str) -> str:
    """Name the future in which a strategy is good enough least, where it makes a difference."""
    table = judged.shares[judged.shares[STRATEGY] == name].set_index(FUTURE)[ENOUGH]
    shares = {str(future): float(table[future]) for future in table.index if future != ALL_WORLDS}
    worst, best = (pick(shares, key=lambda one: shares[one]) for pick in (min, max))
    if shares[best] - shares[worst] < _TELLING:
        return ""
    title = judged.compared.titles[worst]
    return (
        f", least in the future '{title}' ({format_share(shares[worst])} of the draws; at best "
        f"{format_share(shares[best])})"
    )


def _describe_box(judged: Robustness, box: Box, verb: str, share: float, number: int) -> str:
    where = join_names(describe_limits(box.limits, judged.worlds))
    it_does = verb[0].lower() + verb[1:]
    begin = f"{verb} in {format_share(share)}, mostly where" if number == 0 else "Otherwise where"
    return (
        f"{begin} {where}: {format_share(box.coverage)} of the worlds in which {it_does} lie "
        f"there, and {it_does} in {format_share(box.density)} of all worlds there."
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
    if share == 1:
        return f"in all {worlds:,} worlds that were run"
    if share == 0:
        return f"in none of the {worlds:,} worlds that were run"
    return f"in {format_share(share)} of the {worlds:,} worlds"
