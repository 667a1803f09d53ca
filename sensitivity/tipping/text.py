"""What turns the order of two strategies, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smecluster.model.presentation.prose import format_count, join_names
from smecluster.sensitivity.tipping.measures import WORDS

if TYPE_CHECKING:
    from smecluster.sensitivity.tipping.result import Tipping

# Constants that are named in a sentence, at most.
_NAMED = 3


def write_answer(tipping: Tipping) -> list[str]:
    """Say who is ahead, by how much, and what would turn it.

    Parameters
    ----------
    tipping : Tipping
        What turns the order.

    Returns
    -------
    list of str
        Sentences, the most important first.
    """
    first, second = tipping.strategies
    base = tipping.base.to_dict("records")
    wins = {name: sum(row["ahead"] == name for row in base) for name in (first, second)}
    said = []
    if len(base) > 1:
        said.append(
            f"Of {len(base)} comparisons {first} is ahead in {wins[first]} and {second} in "
            f"{wins[second]}."
        )
    said += [_describe_case(tipping, row) for row in base]
    return [*said, _name_strongest(tipping)]


def write_basis(tipping: Tipping) -> list[str]:
    """Say what that rests on.

    Parameters
    ----------
    tipping : Tipping
        What turns the order.

    Returns
    -------
    list of str
        Sentences.
    """
    said = [
        "Both strategies spend the same additional money on top of policy as now. Each constant "
        "by itself goes to the two ends of what the model's file believes of it, a twentieth of "
        "the belief beyond each, and all others stay; nothing is fitted again. "
        f"{format_count(tipping.tried, 'constant was', 'constants were')} moved.",
        "Two constants together may turn what neither does alone: 'smecluster decide' varies all "
        "at once.",
    ]
    if tipping.failed:
        said.append(f"Runs failed with {join_names(list(tipping.failed))}.")
    return said


def _describe_case(tipping: Tipping, row: Mapping[Any, Any]) -> str:
    turned = row["turned"]
    what = (
        "no constant alone turns that"
        if not turned
        else f"{format_count(turned, 'constant', 'constants')} could turn that"
    )
    return (
        f"For {row['budget']} to {row['horizon']}, by {WORDS[row['measure']]}, {row['ahead']} is "
        f"ahead by {abs(row['difference']):.2f} yuan a yuan; {what}."
    )


def _name_strongest(tipping: Tipping) -> str:
    """Name the constants that turn most comparisons."""
    cases = len(tipping.base)
    if tipping.constants.empty:
        return "No constant, moved to the end of what is believed of it, turns any of them."
    counts = (
        tipping.constants.groupby("constant").size().sort_values(ascending=False, kind="stable")
    )
    if cases == 1:
        return f"What could turn it: {join_names([str(name) for name in counts.index])}."
    named = [f"{name} ({count} of {cases})" for name, count in counts.head(_NAMED).items()]
    return f"Most comparisons are turned by {join_names(named)}."
