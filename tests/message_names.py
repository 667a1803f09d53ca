"""The names that pages show, read from the model, the code and the shipped files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

#: Headings that would be something else as a message.
HEADINGS = ("to", "total", "level", "from", "factor", "output")


def list_names() -> Iterator[str]:
    """List the names that pages show: those of the model, its levers and the shipped files."""
    from smecluster import model, policies
    from smecluster.model import load
    from smecluster.model.loops import LOOPS
    from smecluster.model.outcomes import DISPERSION, OUTCOMES
    from smecluster.policies.assignment.divisions import WHO
    from smecluster.policies.assignment.measures import ALL_CENTRE, ALL_REGIONS, LEVELS, PAPER
    from smecluster.policies.assignment.measures import BEST as BEST_DIVISION
    from smecluster.policies.futures import load_futures
    from smecluster.policies.levers import read_levers
    from smecluster.policies.optimisation.measures import BEST, BEST_TITLE, FRONT_TITLE
    from smecluster.policies.strategy import names as list_strategies
    from smecluster.policies.study import load as load_study
    from smecluster.policies.study import names as list_studies
    from smecluster.sensitivity.design.study import list_studies as list_questions
    from smecluster.sensitivity.design.study import load_study as load_questions

    yield from model.load().regions
    for lever in read_levers():
        yield from (lever.name, lever.feeds, lever.cost_basis, lever.description)
    yield from (outcome.name for outcome in OUTCOMES)
    yield DISPERSION
    yield from list_strategies()
    for one in (*map(policies.load, list_strategies()), *load_futures()):
        yield from (one.title, one.description)
    for future in load_futures():
        yield from (future.name, future.source)
    yield from WHO
    yield from HEADINGS
    model = load()
    variables = model.document.variables
    yield from (name for name, one in variables.items() if one.kind == "constant")
    yield from dict.fromkeys(one.sector for one in model.variables.values() if one.sector)
    yield from (one for elements in model.subscripts.values() for one in elements)
    yield from (PAPER, LEVELS, BEST_DIVISION, ALL_CENTRE, ALL_REGIONS)
    yield from list_shelf()
    yield from list_drawn()
    yield from (loop.label for loop in LOOPS)
    yield from (load_study(name).title for name in list_studies())
    yield from (BEST, *BEST_TITLE, *FRONT_TITLE)
    for study in map(load_questions, list_questions()):
        yield from (study.title, study.question)
    yield from list_findings()
    yield from list_reasons()
    yield from list_series()
    yield from list_reforms()
    yield from list_regions()
    yield from list_mechanisms()
    yield from list_targets()


def list_regions() -> Iterator[str]:
    """List what the shipped cases are and scale, and studies not called after their authors."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.experiments.reform import read_reforms
    from smecluster.model import load
    from smecluster.model.file.regions import read_regions

    yield from (load_case(name).place.description for name in list_cases())
    for name in read_regions(load().text)[0].tables:
        yield from _split_name(name)
    for reform in read_reforms():
        if re.search(r"\b(of|on)\b", reform.study.authors):
            yield reform.study.name


def list_mechanisms() -> Iterator[str]:
    """List the mechanisms of the paper with claim and evidence, and what loops are cut at."""
    from smecluster.model.checking.knockouts import load_mechanisms
    from smecluster.model.checking.loop_gains import CUTS

    for each in load_mechanisms():
        yield from (f"mechanism: {each.mechanism}", each.claim, " ".join(each.evidence.split()))
        for cut in each.cut:
            for name in (cut.variable, *cut.readers):
                yield from _split_name(name)
    for loop in CUTS:
        yield from (loop.variable, *loop.readers)


def list_targets() -> Iterator[str]:
    """List what the shipped cases aim at."""
    from smecluster.calibration import list_cases, load_case

    for case in map(load_case, list_cases()):
        yield from (target.variable for target in case.targets)


def list_reforms() -> Iterator[str]:
    """List the published effects, what they are measured in, and where they were read."""
    from smecluster.calibration.experiments.reform import read_reforms

    for reform in read_reforms():
        yield reform.title
        for one in reform.response:
            yield from filter(None, (one.name, one.used or reform.used))
            if "/" not in one.source or " " in one.source:  # a path needs no other name
                yield one.source
            if " " in one.unit:
                yield one.unit


def list_series() -> Iterator[str]:
    """List what the shipped cases measure, and what is cut where the loops are held against it."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.forecasts.loops_cut import LINKS

    for case in map(load_case, list_cases()):
        for one in (*case.measures, *case.turns):
            yield from filter(None, (one.variable, one.segment))
        yield from (turn.kind for turn in case.turns)
    for name, readers in LINKS.items():
        yield from _split_name(name)
        yield from (part for reader in readers for part in _split_name(reader))


def list_reasons() -> Iterator[str]:
    """List why the ranges of those constants are believed that the shipped table names."""
    from smecluster.model import load
    from smecluster.policies.brief.shelf import SHELF, read_answer
    from smecluster.policies.brief.words.evidence import TIPPING
    from smecluster.sensitivity.tipping.reasons import find_reason

    ready = read_answer(SHELF / TIPPING, TIPPING, shipped=True)
    known = load().document.variables
    for name in () if ready is None else ready.tables[TIPPING]["constant"].dropna():
        yield from filter(None, [find_reason(known[str(name).partition("[")[0]])])


def list_findings() -> Iterator[str]:
    """List what the shipped files say that studies found."""
    from smecluster.policies.game.coordination.published import read_expectations, read_studies
    from smecluster.policies.returns.published import read_published

    for study in read_studies():
        yield from (study.name, study.measure, study.finding, study.differs)
    yield from (one.reason for one in read_expectations().values())
    for one in read_published().values():
        yield from filter(None, (one.source, one.how, one.finding, one.explained))


def list_drawn() -> Iterator[str]:
    """List the constants that shipped draws vary, any of which may limit a box of a brief."""
    from smecluster.calibration.store.named import DRAWN, RESULTS

    with (RESULTS / DRAWN / "draws.csv").open(encoding="utf-8-sig") as file:
        for name in next(csv.reader(file)):
            yield from _split_name(name)


def _split_name(name: str) -> Iterator[str]:
    """Give the base of a variable's name, and its elements."""
    base, _, element = name.partition("[")
    yield from filter(None, (base, *map(str.strip, element.rstrip("]").split(","))))


def list_shelf() -> Iterator[str]:
    """List the constants and variables that the shipped tables of a brief name."""
    from smecluster.policies.brief.parts.causes import ARROW
    from smecluster.policies.brief.shelf import SHELF, read_answer
    from smecluster.policies.brief.words.evidence import ASSIGNMENT, DECISION, TIPPING, WHY

    columns = {WHY: "chain", TIPPING: "constant", DECISION: "name", ASSIGNMENT: "turned by"}
    for answer, column in columns.items():
        ready = read_answer(SHELF / answer, answer, shipped=True)
        if ready is None:
            continue
        for said in ready.tables[answer][column].dropna():
            for name in str(said).split(ARROW):
                yield from _split_name(name)
