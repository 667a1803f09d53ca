"""The page on the mechanisms of the paper: what each does, beside what was expected of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from smecluster.model.checking.knockouts import (
    AFTER,
    LEAST_FIRMS,
    LEAST_VALUE_ADDED,
    YEARS,
    Expectation,
    Judgement,
    Knockouts,
    Mechanism,
)
from smecluster.model.presentation.documents.how_made import say_how_made


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
    years = ", ".join(map(str, YEARS))
    lines = [
        "# Mechanisms of the paper",
        "",
        say_how_made("smecluster knockouts --out docs/mechanisms.md", model_hash, calibration),
        "",
        f"Each mechanism that the paper names is cut and doubled in one region at a time, from "
        f"{years} on, and the region's value added, firms and jobs are read {AFTER[0]} and "
        f"{AFTER[1]} years later. The intervals stand in `model/mechanisms/` with their sources; "
        "they were committed before anything was run, and no interval follows a result.",
        "",
        f"**{met} of {judged} expectations are met. {weightless} of {len(knockouts.mechanisms)} "
        f"mechanisms carry no weight**: cutting them moves value added by less than "
        f"{LEAST_VALUE_ADDED:.0%} and firms by less than {LEAST_FIRMS:.0%} in every region and "
        "year.",
        "",
        "## Summary",
        "",
        "Change in per cent of the outcome without the cut, over all regions and years: value "
        f"added after {AFTER[1]} years, from the lowest to the highest; firms, the largest change "
        "either way.",
        "",
        "| section | mechanism | value added | firms | met | |",
        "|---|---|---:|---:|---:|---|",
    ]
    for row in knockouts.summarise().itertuples(index=False):
        section, name, least, most, firms, expected, fulfilled, idle = row
        lines.append(
            f"| {section} | {name} | {_percent(least)} to {_percent(most)} | {_percent(firms)} | "
            f"{fulfilled} of {expected} | {'weightless' if idle else ''} |"
        )
    lines += ["", "## One by one"]
    for each, regional in zip(knockouts.mechanisms, knockouts.regional, strict=True):
        lines += ["", *_section(knockouts, each, regional)]
    return "\n".join(lines) + "\n"


def _section(knockouts: Knockouts, each: Mechanism, regional: bool) -> list[str]:
    carriers = ", ".join(
        f"`{one.variable}`" + (f" as read by {', '.join(one.readers)}" if one.readers else "")
        for one in each.cut
    )
    how = "readers see zero" if each.act == "stop" else "readers see the first year's value"
    lasts = "" if each.lasts is None else f" for {each.lasts} years"
    where = "one region at a time" if regional else "all regions at once (it is national)"
    lines = [
        f"### {each.mechanism[:1].upper()}{each.mechanism[1:]}",
        "",
        f"Section {', '.join(each.paper)}: {each.claim}",
        "",
        f"Cut: {carriers}; {how}{lasts}, {where}.",
        "",
        f"Evidence: {' '.join(each.evidence.split())}",
        "",
        "| what | expected | model | |",
        "|---|---:|---:|---|",
    ]
    return lines + [_row(judgement) for judgement in knockouts.judge(each)]


def _row(judgement: Judgement) -> str:
    expected = judgement.expectation
    verdict = {True: "met", False: "**missed**", None: "cannot be judged"}[judgement.met]
    span = f"{_percent(100 * expected.low)} to {_percent(100 * expected.high)}"
    result = f"{_percent(100 * judgement.low)} to {_percent(100 * judgement.high)}"
    return f"| {describe_expectation(expected)} | {span} | {result} | {verdict} |"


def describe_expectation(expected: Expectation) -> str:
    """Say in words what an expectation is about."""
    act = "cut" if expected.act == "cut" else "doubled"
    places = join_or(expected.regions) if expected.regions else "all regions"
    if expected.somewhere:
        places = f"somewhere in {places}"
    years = "any first year" if expected.years == YEARS else join_or(expected.years)
    return f"{expected.outcome} {expected.after} years after it is {act} in {years}, {places}"


def join_or(names: Sequence[object]) -> str:
    """Join names by commas and a last ``or``."""
    *most, last = map(str, names)
    return f"{', '.join(most)} or {last}" if most else last


def _percent(value: float) -> str:
    if not math.isfinite(value):
        return "-"
    # Without the sign of what is rounded to nothing.
    return f"{round(value, 1) + 0.0:.1f} %"
