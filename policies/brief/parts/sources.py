"""What the page rests on: money, draws, what was made before, sources, licence, citation."""

from __future__ import annotations

from collections.abc import Mapping

from smecluster.model.presentation.documents.blocks import Column, Part, Table
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.brief.words.cells import write_text
from smecluster.policies.brief.words.evidence import (
    ASSIGNMENT,
    COSTS,
    DECISION,
    EVALUATION,
    GAME,
    MAP,
    TIPPING,
    WHY,
    Evidence,
)
from smecluster.policies.brief.words.voice import Voice

PAPER = "Qu Li (2020), The Role of Government in the Growth of SME Clusters"
DOI = "https://doi.org/10.25236/IJNDES.040223"
_ANSWERS = {
    COSTS: mark("the account of costs and benefits"),
    ASSIGNMENT: mark("who should do what"),
    MAP: mark("the map of money and years"),
    GAME: mark("what governments would choose"),
    WHY: mark("the causal paths"),
    TIPPING: mark("the constants that turn the order"),
    DECISION: mark("the value of information"),
    EVALUATION: mark("the forecasts"),
}


def write_sources(voice: Voice, evidence: Evidence) -> Part:
    """Write the part on what the page rests on, how to cite it, and under which licence."""
    say, comparison = voice.say, evidence.comparison
    said = [_tell_money(voice, evidence), _tell_draws(voice, evidence)]
    failed = len(comparison.failures) + (evidence.account.failed if evidence.account else 0)
    if failed:
        said.append(
            say.plural(
                failed,
                "{count} run has no result and is left out.",
                "{count} runs have no result and are left out.",
            )
        )
    for one in comparison.spans:
        said.append(
            say(
                "Warning: {title} spends more on {lever} than is plausible.",
                title=voice.title(one.strategy),
                lever=say.name(one.lever),
            )
        )
    said += _tell_ready(voice, evidence)
    said += [
        say(
            "Sources: published series of three regions and the nation, each with its source in "
            "calibration/cases; published effects of policies in calibration/reforms; the theory "
            "is {paper}, {doi}. The model's file says of every constant where it comes from, or "
            "that it is judgement.",
            paper=PAPER,
            doi=DOI,
        ),
        say("Licence: Apache-2.0. This page may be copied and changed if its source is named."),
        say(
            "Suggested citation: The smecluster contributors, smecluster: a system-dynamics model "
            "of SME clusters and government strategy, version {version}; this page: model "
            "{model}.",
            version=_read_version(comparison.provenance),
            model=comparison.provenance.get("model hash", "")[:12],
        ),
    ]
    return Part(
        say("What this rests on"),
        tuple(filter(None, said)),
        (_tabulate_strategies(voice, evidence),),
    )


def _tell_money(voice: Voice, evidence: Evidence) -> str:
    say, comparison = voice.say, evidence.comparison
    rate, year = comparison.discounting
    if comparison.budget is None:
        money = say("Each strategy spends what its file says, not the same.")
    else:
        money = say(
            "Each strategy spends {money} beyond policy as now, {start} to {end}, {share} % of the "
            "regions' value added of these years.",
            money=voice.money([comparison.budget.money]),
            start=f"{comparison.budget.start:g}",
            end=f"{comparison.budget.end:g}",
            share=f"{100 * comparison.budget.share:.3g}",
        )
    return say.sentences(
        [
            money,
            say(
                "Changes are against {baseline} in the same draw. Sums are present values of "
                "{year} at {rate} % a year, in prices of 2010.",
                baseline=voice.title(comparison.baseline.name),
                year=f"{year:g}",
                rate=f"{100 * rate:g}",
            ),
        ]
    )


def count_runs(evidence: Evidence) -> int:
    """Count the runs that were made with the page: of the comparison and of the account."""
    return evidence.comparison.runs + (evidence.account.runs if evidence.account else 0)


def _tell_draws(voice: Voice, evidence: Evidence) -> str:
    say = voice.say
    draws = evidence.comparison.draws
    runs = count_runs(evidence)
    if not voice.odds.several:
        return say("{runs} runs with one set of values.", runs=f"{runs:,}")
    if voice.odds.all_varied:
        what = say(
            "A draw is one set of values of all constants that are estimated or judged, as far as "
            "the histories allow; a world that fits the history is such a draw."
        )
    else:
        what = say("A draw is one set of the constants that the calibration estimates.")
    return say.sentences(
        [
            say("{runs} runs.", runs=f"{runs:,}"),
            what,
            say(
                "The {count} draws are the same for every strategy. A 90 % interval runs from the "
                "value that 5 % of the draws lie below to the one that 5 % lie above.",
                count=f"{len(draws):,}",
            ),
        ]
    )


def _tell_ready(voice: Voice, evidence: Evidence) -> list[str]:
    """Say what was made before with the same model, and what is left out and how to make it."""
    say = voice.say
    shipped = [name for name, ready in evidence.ready.items() if ready.shipped]
    said = []
    same = [name for name in shipped if name != EVALUATION]
    if same:
        said.append(
            say(
                "Shipped tables, made before with the same model and calibration (their hashes "
                "match): {names}.",
                names=say.join([say(_ANSWERS[name]) for name in same]),
            )
        )
    if EVALUATION in shipped:
        said.append(
            say(
                "The forecasts are those of docs/evaluation.md: the model without its estimates, "
                "fitted anew from every origin (model {model}).",
                model=evidence.ready[EVALUATION].stamp.get("model hash", "")[:12],
            )
        )
    for name, command in evidence.commands.items():
        there = evidence.account is not None if name == COSTS else name in evidence.ready
        if not there:
            said.append(
                say(
                    "Left out here: {name}. To make it: {command}",
                    name=say(_ANSWERS[name]),
                    command=command,
                )
            )
    return said


def _tabulate_strategies(voice: Voice, evidence: Evidence) -> Table:
    say, comparison = voice.say, evidence.comparison
    rows = [
        (
            write_text(voice.short(one.name)),
            write_text(say.name(one.title)),
            write_text(say.name(one.description)),
        )
        for one in (comparison.baseline, *comparison.strategies)
    ]
    columns = (Column(say("strategy")), Column(say("title")), Column(say("what it does")))
    return Table(say("strategies"), say("The strategies"), columns, tuple(rows))


def _read_version(stamp: Mapping[str, str]) -> str:
    """Read the version of this package from a stamp."""
    for part in stamp.get("versions", "").split(", "):
        if part.startswith("smecluster "):
            return part.removeprefix("smecluster ")
    return "-"
