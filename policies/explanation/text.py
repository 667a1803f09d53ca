"""What an explanation says, in sentences made from its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smecluster.model.outcomes import shows_only_changes
from smecluster.model.presentation.formatting import capitalise, display_unit
from smecluster.policies.assignment.divisions import BOTH
from smecluster.policies.wording.prose import format_count, format_number, join_names

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
        paths = "; then ".join(chain.describe() for chain in trunk)
        said.append(f"All of it, or nearly, passes through: {paths}.")
    if parts:
        few = "What carries most of it" if not trunk else "In between, what carries most"
        said.append(f"{few}: {_list(parts)}.")
    else:
        said.append("No other link carries as much as a fiftieth of it.")
    if against:
        said.append(f"Against it work: {_list(against, -1)} of the effect.")
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
        f"Money: {explanation.budget.describe()}, all of it on this lever. One set of values was "
        "run, so the shares carry no uncertainty.",
        "A share is what is missing of the effect when one reader sees the baseline's value of one "
        "variable, at every moment, and everything else goes on. Names are the model's own "
        "(smecluster describe explains each); > reads as: is read by. Links in a row carry the "
        "same and are shown as one chain; links side by side strengthen or weaken each other. So "
        "shares do not add up to 100 %.",
        f"{explanation.runs:,} runs, one for each variable and each link between the money and the "
        "outcome. A link that carries more than one and a half times the effect passes on what "
        "another takes back; such links, and those below a fiftieth, stand in the table only.",
    ]
    if explanation.failed:
        said.append(
            f"{format_count(explanation.failed, 'cut run has', 'cut runs have')} no result: the "
            "model leaves its domain without that link."
        )
    return said


def _effect(explanation: Explanation) -> str:
    """Say how large the effect is, and in which direction."""
    unit, factor = display_unit(str(explanation.base.attrs.get("unit", "")))
    money, each = display_unit("Myuan")
    size = explanation.size * factor
    level = abs(float(explanation.base.isel(time=-1))) * factor
    relative = (
        ""
        if shows_only_changes(explanation.outcome.name) or not level > 0
        else f" ({format_number(abs(size) / level * 100)} %)"
    )
    by = "half by either level" if explanation.who == BOTH else f"by the {explanation.who}"
    verb = "raises" if size > 0 else "lowers"
    return capitalise(
        f"{explanation.lever}, run {by} with {format_number(explanation.budget.money * each)} "
        f"{money}, {verb} {_call(explanation)} in {explanation.year:g} by "
        f"{format_number(abs(size))} {unit}{relative}."
    )


def _call(explanation: Explanation) -> str:
    of = " of all regions" if explanation.regional else ""
    return f"'{explanation.outcome.name}'{of}"


def _list(chains: list[Chain], sign: int = 1) -> str:
    return join_names(
        [f"{chain.describe()} {100 * sign * chain.carried:.0f} %" for chain in chains], mark="; "
    )
