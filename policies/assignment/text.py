"""What an assignment says, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.presentation.formatting import capitalise
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.spoken import say
from smecluster.policies.assignment.divisions import BOTH, CENTRE, NOBODY, REGIONS
from smecluster.policies.assignment.measures import (
    BEST,
    DIVISION,
    LEVELS,
    PAPER,
    SURE,
)
from smecluster.policies.assignment.tables import pick_unseen, tabulate_levers
from smecluster.policies.ensemble.gains import BENEFIT
from smecluster.policies.wording.prose import (
    format_interval,
    format_number,
    format_share,
    lower_title,
)

if TYPE_CHECKING:
    from smecluster.policies.assignment.result import Assignment

Floats = NDArray[np.float64]

_CALLED = {
    CENTRE: mark("by the centre"),
    REGIONS: mark("by the regions"),
    BOTH: mark("half by either"),
    NOBODY: mark("by nobody"),
}


def write_answer(assignment: Assignment) -> list[str]:
    """Say who should run what, how sure that is, and what the paper's division is short of.

    Parameters
    ----------
    assignment : Assignment
        The assignment.

    Returns
    -------
    list of str
        Paragraphs.
    """
    return [
        line
        for line in (_tasks(assignment), *_divisions(assignment), _unlike_paper(assignment))
        if line
    ]


def write_basis(assignment: Assignment) -> list[str]:
    """Say what the assignment rests on.

    Parameters
    ----------
    assignment : Assignment
        The assignment.

    Returns
    -------
    list of str
        Sentences.
    """
    budget = assignment.budget
    said = [
        say(
            "Money of each case: {budget}. In the table of levers all of it goes to one lever, run "
            "by the centre, by the regions, or half by either; nobody means that the money is not "
            "spent. Programmes run from {start} to {end}; benefits and costs count to {horizon}. "
            "The baseline is {baseline} in the same draw.",
            budget=budget.describe(),
            start=f"{budget.start:g}",
            end=f"{budget.end:g}",
            horizon=f"{assignment.horizon:g}",
            baseline=lower_title(assignment.baseline.title),
        ),
        say(
            "It asks who does a task better, not who would want to do it: here a region spends "
            "what it is told to, also where others gain by it."
        ),
        say(
            "Whole divisions share the same money among all levers that somebody runs, in "
            "proportion to the upper end of each lever's plausible span (policies/levers.toml), so "
            "they differ only in who does what; money of a lever that nobody runs goes to the "
            "others. So a lever that pays by itself may be left to nobody there, where others pay "
            "more."
        ),
    ]
    if assignment.searches:
        seen = len(assignment.chosen_on)
        how = ""
        if assignment.several:
            how = say.plural(
                seen,
                " on {count} draw; what is said of divisions is counted on the {others} others",
                " on {count} draws; what is said of divisions is counted on the {others} others",
                others=f"{len(assignment.draws) - seen:,}",
            )
        said.append(_describe_search(assignment, how))
    if assignment.spans:
        said.append(
            say(
                "All the money on one lever is more than is plausible of {levers}: their returns "
                "are those of a saturated lever.",
                levers=say.join([say.name(one) for one in assignment.spans]),
            )
        )
    said += [say("Warning: {warning}.", warning=one.describe()) for one in assignment.excess]
    said += [
        say.plural(
            len(assignment.draws),
            "{runs} runs in {count} draw.",
            "{runs} runs in {count} draws.",
            runs=f"{assignment.runs:,}",
        ),
        assignment.odds.describe(assignment.draws),
    ]
    if assignment.failed:
        said.append(
            say.plural(
                assignment.failed,
                "{count} run has no result and is left out.",
                "{count} runs have no result and are left out.",
            )
        )
    return said


def _describe_search(assignment: Assignment, how: str) -> str:
    """Say how the best divisions were found, and whether a better one may exist."""
    searches = assignment.searches.values()
    every = f"{len(_CALLED) ** len(assignment.names):,}"
    if all(one.whole for one in searches):
        return say("All {every} divisions were tried{how}.", every=every, how=how)
    if all(one.settled for one in searches):
        end = say("each search ended where no single move gains")
    else:
        end = say("a search was stopped before it settled")
    return say(
        "The best divisions were found by moving levers from the paper's division and from the "
        "best of each lever alone: {tried} divisions of the {every} were tried{how}; {end}. A "
        "better one may exist.",
        tried=f"{sum(one.tried for one in searches):,}",
        every=every,
        how=how,
        end=end,
    )


def _tasks(assignment: Assignment) -> str:
    """List the levers by who is best at them."""
    table = tabulate_levers(assignment)
    known = table[table["draws"] > 0]
    if known.empty:
        return say("No lever has a result in any draw.")
    parts = []
    for who in (REGIONS, CENTRE, BOTH, NOBODY):
        own = known[known["best"] == who]
        if own.empty:
            continue
        names = [_mark(assignment, row) for row in own.to_dict("records")]
        parts.append(say("{who} {levers}", who=say(_CALLED[who]), levers=say.join(names)))
    unit, factor = say.unit("Myuan")
    said = say(
        "At {money} {unit} on one lever at a time, and counted to {horizon}, the nation gets most "
        "where the levers are run like this: {parts}.",
        money=format_number(assignment.budget.money * factor),
        unit=unit,
        horizon=f"{assignment.horizon:g}",
        parts=say("; ").join(parts),
    )
    if assignment.several and "?" in said:
        marked = say(
            "A question mark: the best is ahead of the next in less than {share} % of the {draws}.",
            share=f"{100 * SURE:g}",
            draws=assignment.odds.noun(short=False),
        )
        said = say.sentences([said, marked])
    return said


def _mark(assignment: Assignment, row: Mapping[Hashable, Any]) -> str:
    """Name a lever, with a mark where it is open who is best."""
    unsure = assignment.several and row["ahead"] < SURE * row["draws"]
    lever = say.name(row["lever"])
    return f"{lever} (?)" if unsure else lever


def _unlike_paper(assignment: Assignment) -> str:
    """Say where that is unlike the paper's division."""
    table = tabulate_levers(assignment)
    known = table[table["draws"] > 0]
    other = known[known["best"] != known["paper"]]
    if other.empty:
        same = say("Lever by lever, that is the paper's division of labour.")
        return same if len(known) else ""
    moves: dict[tuple[str, str], list[str]] = {}
    for row in other.to_dict("records"):
        moves.setdefault((row["paper"], row["best"]), []).append(_mark(assignment, row))
    return say(
        "Lever by lever, the paper gives {count} of these {total} to somebody else. Better than by "
        "its division: {moves}.",
        count=len(other),
        total=len(known),
        moves=_list_moves(moves),
    )


def _list_moves(moves: Mapping[tuple[str, str], list[str]]) -> str:
    return say("; ").join(
        say(
            "{to} instead of {start} {levers}",
            to=say(_CALLED[to]),
            start=say(_CALLED[start]),
            levers=say.join(levers),
        )
        for (start, to), levers in moves.items()
    )


def _divisions(assignment: Assignment) -> list[str]:
    """Say what the best divisions are worth beside the paper's."""
    divisions = assignment.divisions
    if PAPER not in divisions:
        return []
    unseen = pick_unseen(assignment)[BENEFIT]
    unit, factor = say.unit("Myuan")
    paper = unseen.sel({DIVISION: PAPER}).values * factor
    if not np.isfinite(paper).any():
        return [say("The paper's division has no result in any draw.")]
    middle = float(np.nanmedian(paper))
    told = {
        "sum": format_interval(paper if middle >= 0 else -paper),
        "unit": unit,
        "year": f"{assignment.horizon:g}",
    }
    if middle >= 0:
        said = [
            say(
                "As a whole, for the same money shared among all levers, the paper's division is "
                "worth {sum} {unit} to the nation to {year}.",
                **told,
            )
        ]
    else:
        said = [
            say(
                "As a whole, for the same money shared among all levers, the paper's division "
                "costs the nation {sum} {unit} to {year}.",
                **told,
            )
        ]
    for name, intro, worth in (
        (
            LEVELS,
            say("With the paper's levers, each given to the level that the search found best"),
            mark("{intro}: the nation gets {sum} {unit} {direction} than with the paper's"),
        ),
        (
            BEST,
            say("The best division that the search found, in which nobody may run a lever too,"),
            mark("{intro} is worth {sum} {unit} {direction} than with the paper's"),
        ),
    ):
        if name not in divisions:
            continue
        more = unseen.sel({DIVISION: name}).values * factor - paper
        if not np.isfinite(more).any():
            continue
        gain = float(np.nanmedian(more))
        moves = divisions[PAPER].list_moves(divisions[name])
        if not moves:
            said.append(say("{intro} is the paper's.", intro=intro))
            continue
        # The sign is that of the draws not used to choose: a search may fail there.
        sizes = more if gain > 0 else -more
        line = say(
            worth,
            intro=intro,
            sum=format_interval(sizes),
            unit=unit,
            direction=say("more") if gain > 0 else say("less"),
        )
        if odds := assignment.odds.say(sizes):
            line += say(", {odds}", odds=odds)
        named = {key: [say.name(one) for one in levers] for key, levers in moves.items()}
        said.append(say("{said}: {moves}.", said=line, moves=_list_moves(named)))
    return [capitalise(line) for line in (*_forgone(assignment, paper), *said)]


def _forgone(assignment: Assignment, paper: Floats) -> list[str]:
    """Say what keeping to the paper's division forgoes, and whether that is who or what."""
    divisions = assignment.divisions
    if BEST not in divisions:
        return []
    unseen = pick_unseen(assignment)[BENEFIT]
    _, factor = say.unit("Myuan")
    best = unseen.sel({DIVISION: BEST}).values * factor
    if not np.isfinite(best - paper).any():
        return []
    middle, worth = float(np.nanmedian(paper)), float(np.nanmedian(best))
    whole = float(np.nanmedian(best - paper))
    if whole <= 0 or worth <= 0:
        return []
    if middle > 0:
        said = say(
            "Keeping to the paper's division of labour forgoes {share} of what the best that was "
            "found is worth.",
            share=format_share((worth - middle) / worth),
        )
    else:
        said = say(
            "Keeping to the paper's division of labour forgoes all that the best that was found is "
            "worth."
        )
    return [say.sentences([said, _split_forgone(assignment, paper, whole)])]


def _split_forgone(assignment: Assignment, paper: Floats, whole: float) -> str:
    """Say how much of what is forgone is who runs what."""
    if LEVELS not in assignment.divisions:
        return ""
    _, factor = say.unit("Myuan")
    unseen = pick_unseen(assignment)[BENEFIT]
    levels = float(np.nanmedian(unseen.sel({DIVISION: LEVELS}).values * factor - paper))
    part = max(levels, 0.0) / whole
    if part == 0:
        return say("None of that difference is who runs what: it is money moved to other levers.")
    if part == 1:
        return say("All of that difference is who runs what.")
    if part < 1:
        return say(
            "Who runs what is {share} of that difference, and the rest is money moved to other "
            "levers.",
            share=format_share(part),
        )
    return ""
