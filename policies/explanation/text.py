"""What an explanation says, in sentences made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smecluster.model.outcomes import shows_only_changes
from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.assignment.divisions import BOTH, CENTRE
from smecluster.policies.wording.prose import format_number, join_names

if TYPE_CHECKING:
    from smecluster.policies.explanation.chains import Chain
    from smecluster.policies.explanation.result import Explanation


def write_answer(explanation: Explanation) -> list[str]:
    """Say how large the effect is, through what all of it passes, and what carries most of it.

    Parameters
    ----------
    explanation : Explanation
        The explanation.

    Returns
    -------
    list of str
        Paragraphs.
    """
    trunk, parts, against = explanation.shown
    said = [_effect(explanation)]
    if trunk:
        paths = say("; then ").join(describe_chain(chain) for chain in trunk)
        said.append(say("All of it, or nearly, passes through: {paths}.", paths=paths))
    if parts and trunk:
        said.append(say("In between, what carries most: {parts}.", parts=_list(parts)))
    elif parts:
        said.append(say("What carries most of it: {parts}.", parts=_list(parts)))
    else:
        said.append(say("No other link carries as much as a fiftieth of it."))
    if against:
        said.append(say("Against it work: {parts} of the effect.", parts=_list(against, -1)))
    return said


def write_basis(explanation: Explanation) -> list[str]:
    """Say what the explanation rests on.

    Parameters
    ----------
    explanation : Explanation
        The explanation.

    Returns
    -------
    list of str
        Sentences.
    """
    said = [
        say(
            "Money: {budget}, all of it on this lever. One set of values was run, so the shares "
            "carry no uncertainty.",
            budget=explanation.budget.describe(),
        ),
        say(
            "A share is what is missing of the effect when one reader sees the baseline's value of "
            "one variable, at every moment, and everything else goes on. Names are the model's own "
            "(smecluster describe explains each); > reads as: is read by. Links in a row carry the "
            "same and are shown as one chain; links side by side strengthen or weaken each other. "
            "So shares do not add up to 100 %."
        ),
        say(
            "{runs} runs, one for each variable and each link between the money and the outcome. A "
            "link that carries more than one and a half times the effect passes on what another "
            "takes back; such links, and those below a fiftieth, stand in the table only.",
            runs=f"{explanation.runs:,}",
        ),
    ]
    if explanation.failed:
        said.append(
            say.plural(
                explanation.failed,
                "{count} cut run has no result: the model leaves its domain without that link.",
                "{count} cut runs have no result: the model leaves its domain without that link.",
            )
        )
    return said


def describe_chain(chain: Chain) -> str:
    """Write a chain with arrows, its variables by name."""
    return " > ".join(say.variable(one) for one in chain.variables)


def name_level(who: str) -> str:
    """Say which level of government runs the lever."""
    if who == BOTH:
        return say("half by either level")
    return say("by the centre") if who == CENTRE else say("by the regions")


def name_outcome(explanation: Explanation) -> str:
    """Name the outcome, and whether it is that of all regions."""
    name = say.name(explanation.outcome.name)
    if explanation.regional:
        return say("'{outcome}' of all regions", outcome=name)
    return say("'{outcome}'", outcome=name)


def _effect(explanation: Explanation) -> str:
    """Say how large the effect is, and in which direction."""
    unit, factor = say.unit(str(explanation.base.attrs.get("unit", "")))
    money, each = say.unit("Myuan")
    size = explanation.size * factor
    level = abs(float(explanation.base.isel(time=-1))) * factor
    told = {
        "lever": capitalise(say.name(explanation.lever)),
        "level": name_level(explanation.who),
        "money": format_number(explanation.budget.money * each),
        "unit": money,
        "outcome": name_outcome(explanation),
        "year": f"{explanation.year:g}",
        "size": say("{value} {unit}", value=format_number(abs(size)), unit=unit),
    }
    if not shows_only_changes(explanation.outcome.name) and level > 0:
        told["size"] += say(" ({share} %)", share=format_number(abs(size) / level * 100))
    if size > 0:
        return say(
            "{lever}, run {level} with {money} {unit}, raises {outcome} in {year} by {size}.",
            **told,
        )
    return say(
        "{lever}, run {level} with {money} {unit}, lowers {outcome} in {year} by {size}.", **told
    )


def _list(chains: list[Chain], sign: int = 1) -> str:
    parts = [f"{describe_chain(chain)} {100 * sign * chain.carried:.0f} %" for chain in chains]
    return join_names(parts, mark="; ") if say.english else say("; ").join(parts)
