"""What an assignment says, in sentences made from its numbers."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from smecluster.model.presentation.formatting import capitalise, display_unit
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
    format_count,
    format_interval,
    format_number,
    format_share,
    join_names,
    lower_title,
)

if TYPE_CHECKING:
    from smecluster.policies.assignment.result import Assignment

Floats = NDArray[np.float64]

_CALLED = {
    CENTRE: "by the centre",
    REGIONS: "by the regions",
    BOTH: "half by either",
    NOBODY: "by nobody",
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
        f"Money of each case: {budget.describe()}. In the table of levers all of it goes to one "
        "lever, run by the centre, by the regions, or half by either; nobody means that the money "
        f"is not spent. Programmes run from {budget.start:g} to {budget.end:g}; benefits and "
        f"costs count to {assignment.horizon:g}. The baseline is "
        f"{lower_title(assignment.baseline.title)} in the same draw.",
        "It asks who does a task better, not who would want to do it: here a region spends what "
        "it is told to, also where others gain by it.",
        "Whole divisions share the same money among all levers that somebody runs, in proportion "
        "to the upper end of each lever's plausible span (policies/levers.toml), so they differ "
        "only in who does what; money of a lever that nobody runs goes to the others. So a lever "
        "that pays by itself may be left to nobody there, where others pay more.",
    ]
    if assignment.searches:
        seen = len(assignment.chosen_on)
        how = (
            f" on {format_count(seen, 'draw', 'draws')}; what is said of divisions is counted on "
            f"the {len(assignment.draws) - seen:,} others"
            if assignment.several
            else ""
        )
        said.append(_describe_search(assignment, how))
    if assignment.spans:
        said.append(
            "All the money on one lever is more than is plausible of "
            f"{join_names(list(assignment.spans))}: their returns are those of a saturated lever."
        )
    said += [f"Warning: {one.describe()}." for one in assignment.excess]
    said += [
        f"{assignment.runs:,} runs in {format_count(len(assignment.draws), 'draw', 'draws')}.",
        assignment.odds.describe(assignment.draws),
    ]
    if assignment.failed:
        said.append(
            f"{format_count(assignment.failed, 'run has', 'runs have')} no result and "
            f"{'is' if assignment.failed == 1 else 'are'} left out."
        )
    return said


def _describe_search(assignment: Assignment, how: str) -> str:
    """Say how the best divisions were found, and whether a better one may exist."""
    searches = assignment.searches.values()
    every = len(_CALLED) ** len(assignment.names)
    if all(one.whole for one in searches):
        return f"All {every:,} divisions were tried{how}."
    tried = sum(one.tried for one in searches)
    end = (
        "each search ended where no single move gains"
        if all(one.settled for one in searches)
        else "a search was stopped before it settled"
    )
    return (
        "The best divisions were found by moving levers from the paper's division and from the "
        f"best of each lever alone: {tried:,} divisions of the {every:,} were tried{how}; {end}. A "
        "better one may exist."
    )


def _tasks(assignment: Assignment) -> str:
    """List the levers by who is best at them."""
    table = tabulate_levers(assignment)
    known = table[table["draws"] > 0]
    if known.empty:
        return "No lever has a result in any draw."
    parts = []
    for who in (REGIONS, CENTRE, BOTH, NOBODY):
        own = known[known["best"] == who]
        if own.empty:
            continue
        names = [_mark(assignment, row) for row in own.to_dict("records")]
        parts.append(f"{_CALLED[who]} {join_names(names)}")
    unit, factor = display_unit("Myuan")
    amount = f"{format_number(assignment.budget.money * factor)} {unit}"
    said = (
        f"At {amount} on one lever at a time, and counted to {assignment.horizon:g}, the nation "
        f"gets most where the levers are run like this: {'; '.join(parts)}."
    )
    if assignment.several and "?" in said:
        sure = assignment.odds.noun(short=False)
        said += (
            f" A question mark: the best is ahead of the next in less than {100 * SURE:g} % of "
            f"the {sure}."
        )
    return said


def _mark(assignment: Assignment, row: Mapping[Hashable, Any]) -> str:
    """Name a lever, with a mark where it is open who is best."""
    unsure = assignment.several and row["ahead"] < SURE * row["draws"]
    return f"{row['lever']}{' (?)' if unsure else ''}"


def _unlike_paper(assignment: Assignment) -> str:
    """Say where that is unlike the paper's division."""
    table = tabulate_levers(assignment)
    known = table[table["draws"] > 0]
    other = known[known["best"] != known["paper"]]
    if other.empty:
        same = "Lever by lever, that is the paper's division of labour."
        return same if len(known) else ""
    moves: dict[tuple[str, str], list[str]] = {}
    for row in other.to_dict("records"):
        moves.setdefault((row["paper"], row["best"]), []).append(_mark(assignment, row))
    return (
        f"Lever by lever, the paper gives {len(other)} of these {len(known)} to somebody else. "
        f"Better than by its division: {_list_moves(moves)}."
    )


def _list_moves(moves: Mapping[tuple[str, str], list[str]]) -> str:
    return "; ".join(
        f"{_CALLED[to]} instead of {_CALLED[start]} {join_names(levers)}"
        for (start, to), levers in moves.items()
    )


def _divisions(assignment: Assignment) -> list[str]:
    """Say what the best divisions are worth beside the paper's."""
    divisions = assignment.divisions
    if PAPER not in divisions:
        return []
    unseen = pick_unseen(assignment)[BENEFIT]
    unit, factor = display_unit("Myuan")
    paper = unseen.sel({DIVISION: PAPER}).values * factor
    if not np.isfinite(paper).any():
        return ["The paper's division has no result in any draw."]
    middle = float(np.nanmedian(paper))
    verb = "is worth" if middle >= 0 else "costs the nation"
    said = [
        f"As a whole, for the same money shared among all levers, the paper's division {verb} "
        f"{format_interval(paper if middle >= 0 else -paper)} {unit}"
        f"{' to the nation' if middle >= 0 else ''} to {assignment.horizon:g}."
    ]
    for name, intro in (
        (LEVELS, "With the paper's levers, each given to the level that the search found best"),
        (BEST, "The best division that the search found, in which nobody may run a lever too,"),
    ):
        if name not in divisions:
            continue
        more = unseen.sel({DIVISION: name}).values * factor - paper
        if not np.isfinite(more).any():
            continue
        gain = float(np.nanmedian(more))
        moves = divisions[PAPER].list_moves(divisions[name])
        if not moves:
            said.append(f"{intro} is the paper's.")
            continue
        # The sign is that of the draws not used to choose: a search may fail there.
        direction = "more" if gain > 0 else "less"
        odds = assignment.odds.say(more if gain > 0 else -more)
        lead = ":" if name == LEVELS else ""
        verb = "the nation gets" if name == LEVELS else "is worth"
        said.append(
            f"{intro}{lead} {verb} {format_interval(more if gain > 0 else -more)} {unit} "
            f"{direction} than with the paper's{', ' + odds if odds else ''}: {_list_moves(moves)}."
        )
    return [capitalise(line) for line in (*_forgone(assignment, paper), *said)]


def _forgone(assignment: Assignment, paper: Floats) -> list[str]:
    """Say what keeping to the paper's division forgoes, and whether that is who or what."""
    divisions = assignment.divisions
    if BEST not in divisions:
        return []
    unseen = pick_unseen(assignment)[BENEFIT]
    _, factor = display_unit("Myuan")
    best = unseen.sel({DIVISION: BEST}).values * factor
    if not np.isfinite(best - paper).any():
        return []
    middle, worth = float(np.nanmedian(paper)), float(np.nanmedian(best))
    whole = float(np.nanmedian(best - paper))
    if whole <= 0 or worth <= 0:
        return []
    share = format_share((worth - middle) / worth) if middle > 0 else "all"
    said = (
        f"Keeping to the paper's division of labour forgoes {share}{' of what' * (middle > 0)}"
        f"{' that' * (middle <= 0)} the best that was found is worth."
    )
    if LEVELS in divisions:
        levels = float(np.nanmedian(unseen.sel({DIVISION: LEVELS}).values * factor - paper))
        part = max(levels, 0.0) / whole
        if part == 0:
            said += " None of that difference is who runs what: it is money moved to other levers."
        elif part == 1:
            said += " All of that difference is who runs what."
        elif part < 1:
            said += (
                f" Who runs what is {format_share(part)} of that difference, and the rest is money "
                "moved to other levers."
            )
    return [said]
