"""What turns the order of two strategies, in sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from smecluster.model.presentation.language.spoken import say
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
    named = {"first": say.name(first), "second": say.name(second)}
    base = tipping.base.to_dict("records")
    wins = {name: sum(row["ahead"] == name for row in base) for name in (first, second)}
    said = []
    if len(base) > 1:
        said.append(
            say(
                "Of {count} comparisons {first} is ahead in {wins} and {second} in {losses}.",
                count=len(base),
                wins=wins[first],
                losses=wins[second],
                **named,
            )
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
        say.sentences(
            [
                say(
                    "Both strategies spend the same additional money on top of policy as now. Each "
                    "constant by itself goes to the two ends of what the model's file believes of "
                    "it, a twentieth of the belief beyond each, and all others stay; nothing is "
                    "fitted again."
                ),
                say.plural(
                    tipping.tried, "{count} constant was moved.", "{count} constants were moved."
                ),
            ]
        ),
        say(
            "Two constants together may turn what neither does alone: 'smecluster stress decide' "
            "varies all at once."
        ),
    ]
    if tipping.failed:
        failed = say.join([say.variable(name) for name in tipping.failed])
        said.append(say("Runs failed with {constants}.", constants=failed))
    return said


def _describe_case(tipping: Tipping, row: Mapping[Any, Any]) -> str:
    turned = row["turned"]
    what = (
        say("no constant alone turns that")
        if not turned
        else say.plural(
            turned, "{count} constant could turn that", "{count} constants could turn that"
        )
    )
    return say(
        "For {budget} to {horizon}, by {measure}, {ahead} is ahead by {lead} yuan a yuan; {what}.",
        budget=row["budget"],
        horizon=row["horizon"],
        measure=say(WORDS[row["measure"]]),
        ahead=say.name(row["ahead"]),
        lead=f"{abs(row['difference']):.2f}",
        what=what,
    )


def _name_strongest(tipping: Tipping) -> str:
    """Name the constants that turn most comparisons."""
    cases = len(tipping.base)
    if tipping.constants.empty:
        return say("No constant, moved to the end of what is believed of it, turns any of them.")
    counts = (
        tipping.constants.groupby("constant").size().sort_values(ascending=False, kind="stable")
    )
    if cases == 1:
        every = [say.variable(str(name)) for name in counts.index]
        return say("What could turn it: {constants}.", constants=say.join(every))
    named = [
        say("{name} ({count} of {total})", name=say.variable(str(name)), count=count, total=cases)
        for name, count in counts.head(_NAMED).items()
    ]
    return say("Most comparisons are turned by {constants}.", constants=say.join(named))
