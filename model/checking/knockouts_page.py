"""The page on the mechanisms of the paper: what each does, beside what was expected of it."""

from __future__ import annotations

import math

from smecluster.model.checking.knockouts import (
    AFTER,
    LEAST_FIRMS,
    LEAST_VALUE_ADDED,
    YEARS,
    CutSpec,
    Expectation,
    Judgement,
    Knockouts,
    Mechanism,
)
from smecluster.model.presentation.documents.how_made import say_how_made
from smecluster.model.presentation.language.spoken import say


def count_met(knockouts: Knockouts) -> tuple[int, int, int]:
    """Count the expectations that are met, all that could be judged, and weightless mechanisms."""
    judged = [one for each in knockouts.mechanisms for one in knockouts.judge(each)]
    met = sum(one.met is True for one in judged)
    weightless = sum(knockouts.is_weightless(each) for each in knockouts.mechanisms)
    return met, sum(one.met is not None for one in judged), weightless


def write_page(knockouts: Knockouts, model_hash: str, calibration: str) -> str:
    """Write the page in Markdown.

    Parameters
    ----------
    knockouts : Knockouts
        What every mechanism does.
    model_hash : str
        Fingerprint of the model that was run.
    calibration : str
        Where its values come from.

    Returns
    -------
    str
        The page.
    """
    met, judged, weightless = count_met(knockouts)
    lines = [
        say("# Mechanisms of the paper"),
        "",
        say_how_made(
            "smecluster check knockouts --out docs/mechanisms.md", model_hash, calibration
        ),
        "",
        say(
            "Each mechanism that the paper names is cut and doubled in one region at a time, from "
            "{years} on, and the region's value added, firms and jobs are read {near} and {far} "
            "years later. The intervals stand in `model/mechanisms/` with their sources; they were "
            "committed before anything was run, and no interval follows a result.",
            years=say.commas([str(year) for year in YEARS]),
            near=AFTER[0],
            far=AFTER[1],
        ),
        "",
        say(
            "**{met} of {judged} expectations are met. {weightless} of {count} mechanisms carry no "
            "weight**: cutting them moves value added by less than {value_added} and firms by less "
            "than {firms} in every region and year.",
            met=met,
            judged=judged,
            weightless=weightless,
            count=len(knockouts.mechanisms),
            value_added=f"{LEAST_VALUE_ADDED:.0%}",
            firms=f"{LEAST_FIRMS:.0%}",
        ),
        "",
        say("## Summary"),
        "",
        say(
            "Change in per cent of the outcome without the cut, over all regions and years: value "
            "added after {years} years, from the lowest to the highest; firms, the largest change "
            "either way.",
            years=AFTER[1],
        ),
        "",
        say("| section | mechanism | value added | firms | met | |"),
        "|---|---|---:|---:|---:|---|",
    ]
    for row in knockouts.summarise().itertuples(index=False):
        section, name, least, most, firms, expected, fulfilled, idle = row
        weight = say("weightless") if idle else ""
        lines.append(
            f"| {section} | {name_mechanism(name)} | {_span(least, most)} | {_percent(firms)} | "
            f"{count_of(fulfilled, expected)} | {weight} |"
        )
    lines += ["", say("## One by one")]
    for each, regional in zip(knockouts.mechanisms, knockouts.regional, strict=True):
        lines += ["", *_section(knockouts, each, regional)]
    return "\n".join(lines) + "\n"


def _section(knockouts: Knockouts, each: Mechanism, regional: bool) -> list[str]:
    name = name_mechanism(each.mechanism)
    lines = [
        f"### {name[:1].upper()}{name[1:]}",
        "",
        say(
            "Section {sections}: {claim}",
            sections=say.commas(each.paper),
            claim=say.name(each.claim),
        ),
        "",
        say(
            "Cut: {carriers}; {how}, {where}.",
            carriers=say.commas([_name_carrier(one) for one in each.cut]),
            how=_say_how(each),
            where=say("one region at a time")
            if regional
            else say("all regions at once (it is national)"),
        ),
        "",
        say("Evidence: {evidence}", evidence=say.name(" ".join(each.evidence.split()))),
        "",
        say("| what | expected | model | |"),
        "|---|---:|---:|---|",
    ]
    return lines + [_row(judgement) for judgement in knockouts.judge(each)]


def name_mechanism(name: str) -> str:
    """Name a mechanism in the language of the moment.

    Its name may also be that of something else, a strategy of a user's for instance, so the
    catalogue has it behind a word.
    """
    known = f"mechanism: {name}"
    said = say.name(known)
    return name if said == known else said


def count_of(some: int, all_: int) -> str:
    """Say how many of how many."""
    return say("{some} of {all}", some=some, all=all_)


def _name_carrier(cut: CutSpec) -> str:
    variable = say.variable(cut.variable)
    if not cut.readers:
        return f"`{variable}`"
    readers = say.commas([say.variable(one) for one in cut.readers])
    return say("`{name}` as read by {readers}", name=variable, readers=readers)


def _say_how(each: Mechanism) -> str:
    """Say what the readers see in place of the mechanism, and for how long."""
    if each.act == "stop":
        if each.lasts is None:
            return say("readers see zero")
        return say("readers see zero for {years} years", years=each.lasts)
    if each.lasts is None:
        return say("readers see the first year's value")
    return say("readers see the first year's value for {years} years", years=each.lasts)


def _row(judgement: Judgement) -> str:
    expected = judgement.expectation
    verdict = {True: say("met"), False: say("**missed**"), None: say("cannot be judged")}
    span = _span(100 * expected.low, 100 * expected.high)
    result = _span(100 * judgement.low, 100 * judgement.high)
    return f"| {describe_expectation(expected)} | {span} | {result} | {verdict[judgement.met]} |"


def _span(low: float, high: float) -> str:
    return say("{low} to {high}", low=_percent(low), high=_percent(high))


def describe_expectation(expected: Expectation) -> str:
    """Say in words what an expectation is about."""
    every = say("all regions")
    places = say.either([say.name(one) for one in expected.regions]) if expected.regions else every
    if expected.somewhere:
        places = say("somewhere in {places}", places=places)
    years = (
        say("any first year")
        if expected.years == YEARS
        else say.either([str(year) for year in expected.years])
    )
    told = {
        "outcome": say.word(expected.outcome),
        "after": expected.after,
        "years": years,
        "places": places,
    }
    if expected.act == "cut":
        return say("{outcome} {after} years after it is cut in {years}, {places}", **told)
    return say("{outcome} {after} years after it is doubled in {years}, {places}", **told)


def _percent(value: float) -> str:
    if not math.isfinite(value):
        return "-"
    # Without the sign of what is rounded to nothing.
    return f"{round(value, 1) + 0.0:.1f} %"
