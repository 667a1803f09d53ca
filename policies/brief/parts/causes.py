"""Why: the causal paths by which levers on which strategies spend most move an outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from smecluster.model.presentation.documents.blocks import Column, Part, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.model.presentation.language.numbers import format_number
from smecluster.policies.assignment.divisions import BOTH, CENTRE, REGIONS
from smecluster.policies.brief.words.cells import write_number, write_text
from smecluster.policies.brief.words.evidence import ASSIGNMENT, WHY, Evidence
from smecluster.policies.brief.words.voice import Voice
from smecluster.policies.explanation import AGAINST, PART, WHOLE

if TYPE_CHECKING:
    from smecluster.model.writing.result import Result

ARROW = " > "
# Chains of each kind that a reader is shown.
_MOST = {WHOLE: 4, PART: 4, AGAINST: 2}
_KINDS = {
    WHOLE: mark("all of it passes through"),
    PART: mark("carries a part"),
    AGAINST: mark("works against it"),
}
_EFFECTS = {
    (True, True): mark(
        "All of {money} on {lever}, {who}, raises {outcome} by {size} {unit}, counted to {year}."
    ),
    (True, False): mark(
        "All of {money} on {lever}, {who}, lowers {outcome} by {size} {unit}, counted to {year}."
    ),
    (False, True): mark(
        "All of {money} on {lever}, {who}, raises {outcome} of {year} by {size} {unit}."
    ),
    (False, False): mark(
        "All of {money} on {lever}, {who}, lowers {outcome} of {year} by {size} {unit}."
    ),
}
_WHO = {
    CENTRE: mark("run by the centre"),
    REGIONS: mark("run by the regions"),
    BOTH: mark("run half by either"),
}


def tabulate_chains(explanation: Result) -> pd.DataFrame:
    """Put an explanation into a table: a row a chain that a reader is shown.

    Parameters
    ----------
    explanation : Result
        What `policies.explanation.explain` found.

    Returns
    -------
    pandas.DataFrame
        Columns: lever, who, outcome, year, effect (of the last year, in the column unit), money
        (Myuan), kind (`WHOLE`, `PART`, `AGAINST`), chain, carries (Dmnl).
    """
    facts = explanation.facts
    rows = [
        {
            "lever": facts["lever"],
            "who": facts["who"],
            "outcome": facts["outcome"],
            "year": int(facts["year"]),
            "effect": facts["size"],
            "unit": facts["unit"],
            "money": facts["budget"].money,
            "kind": kind,
            "chain": chain.describe(),
            "carries": chain.carried,
        }
        for kind, chains in facts["chains"].items()
        for chain in chains[: _MOST[kind]]
    ]
    return pd.DataFrame(rows)


def write_causes(voice: Voice, evidence: Evidence) -> Part | None:
    """Write the part on causes; None where it is not known."""
    found = evidence.table(WHY)
    if found is None or found.empty:
        return None
    say = voice.say
    shown = (
        say("Shown are the levers on which the strategies spend most.")
        if evidence.table(ASSIGNMENT) is None
        else say(
            "Shown are the levers on which the strategies spend most, and the one that is worth "
            "most to the nation."
        )
    )
    text = [
        shown,
        say(
            "The model is run twice, with and without the money on one lever, and the links "
            "between causes are cut one at a time: what is then missing of the effect is what the "
            "link carries. Arrows read as: acts on. Shares do not add up, because links "
            "strengthen or weaken one another; more than 100 % is partly taken back elsewhere. One "
            "set of values was run, so these shares carry no uncertainty."
        ),
    ]
    tables = []
    for lever in dict.fromkeys(found["lever"]):
        own = found[found["lever"] == lever]
        text.append(_tell_effect(voice, own.iloc[0].to_dict()))
        tables.append(_tabulate(voice, str(lever), own))
    return Part(say("Why"), tuple(text), tuple(tables))


def _tell_effect(voice: Voice, row: dict[str, object]) -> str:
    say = voice.say
    unit, factor = say.unit(str(row["unit"]))
    effect = float(str(row["effect"])) * factor
    # What is counted up to a year, or how much it is a year.
    summed = "Year" not in str(row["unit"])
    values = {
        "lever": say.name(str(row["lever"])),
        "who": say(_WHO[str(row["who"])]),
        "money": voice.money([float(str(row["money"]))]),
        "outcome": say.name(str(row["outcome"])),
        "year": row["year"],
        "size": format_number(abs(effect)),
        "unit": unit,
    }
    return say(_EFFECTS[summed, effect >= 0], **values)


def _tabulate(voice: Voice, lever: str, own: pd.DataFrame) -> Table:
    say = voice.say
    rows = [
        (
            write_text(say(_KINDS[str(row["kind"])])),
            write_text(ARROW.join(voice.variable(one) for one in str(row["chain"]).split(ARROW))),
            write_number(100 * abs(float(row["carries"]))),
        )
        for row in own.to_dict("records")
    ]
    columns = (
        Column(say("what it does")),
        Column(say("path, in the model's own names")),
        Column(say("carries"), "%", number=True),
    )
    name = say.name(lever)
    return Table(
        say("why {lever}", lever=name),
        say("What carries the effect of {lever}", lever=name),
        columns,
        tuple(rows),
    )
