"""The messages that pages use, read from the code; `make messages` brings the catalogue up to date.

A message that is new gets an empty translation, which the tests refuse until it is filled in; one
that the code has no longer is removed.
"""

from __future__ import annotations

import contextlib
import csv
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

import smecluster
from smecluster.model.presentation.language.catalogue import FOLDER, NAME

HOUSE = Path(smecluster.__file__).parent
# Calls whose text is a message: of a language, its plurals, and of what is given to one later.
CALLS = {"say": None, "plural": (2, 3), "mark": None}
CODE = "zh"
#: Files of the code whose messages stand in each file of the catalogue, `names` apart.
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "brief": ("policies/brief/**/*.py",),
    "desk": (),  # listed by the desk itself
    # What several answers and every command say.
    "common": (
        "policies/*.py",
        "policies/wording/*.py",
        "policies/ensemble/*.py",
        "model/presentation/**/*.py",
        "scripts/shared/*.py",
    ),
    "comparison": (
        "policies/comparison/**/*.py",
        "policies/robustness/*.py",
        "scripts/policy/compare.py",
        "scripts/policy/robust.py",
    ),
    "answers": (
        "policies/accounting/*.py",
        "policies/assignment/*.py",
        "policies/explanation/*.py",
        "policies/money_map/*.py",
        "scripts/answer/*.py",
    ),
    "decision": (
        "sensitivity/decision/*.py",
        "sensitivity/tipping/*.py",
        "scripts/policy/decide.py",
        "scripts/policy/tipping.py",
    ),
    "strategies": (
        "policies/returns/*.py",
        "scripts/policy/run.py",
        "scripts/policy/futures.py",
        "scripts/policy/levers.py",
    ),
    "uses": (
        "policies/contributions/*.py",
        "policies/windows/*.py",
        "policies/optimisation/*.py",
        "policies/dominance/*.py",
        "policies/statistics_value/*.py",
        "scripts/policy/contributions.py",
        "scripts/policy/windows.py",
        "scripts/policy/optimise.py",
        "scripts/policy/dominance.py",
        "scripts/policy/statistics.py",
    ),
    "game": (
        "policies/game/**/*.py",
        "scripts/policy/game.py",
    ),
    "histories": (
        "calibration/benchmarks/*.py",
        "calibration/report/series_names.py",
        "calibration/validation/rivals.py",
        "scripts/fitting/histories.py",
    ),
    "sensitivity": (
        "sensitivity/analysis/*.py",
        "sensitivity/methods/*.py",
        "sensitivity/report/**/*.py",
        "sensitivity/store/*.py",
        "scripts/batches/named_study.py",
        "scripts/batches/sensitivity.py",
        "scripts/batches/study_results.py",
    ),
    "demo": (
        "scripts/policy/demo.py",
        "scripts/policy/desk.py",
        "scripts/structure/doctor.py",
        "scripts/structure/init.py",
        "model/checkup.py",
        "calibration/report/figures/history_panels.py",
    ),
    "calibration": (
        "calibration/problem/criteria.py",
        "calibration/posterior/shift.py",
        "calibration/report/**/*.py",
        "calibration/validation/reform_runs.py",
        "calibration/conditions/*.py",
        "calibration/joint/knowledge.py",
        "calibration/recovery/scores.py",
        "calibration/recovery/text.py",
        "scripts/fitting/adopt.py",
        "scripts/fitting/answer.py",
        "scripts/fitting/calibrate.py",
        "scripts/fitting/constants.py",
        "scripts/fitting/gather.py",
        "scripts/fitting/recover.py",
        "scripts/fitting/report.py",
        "scripts/fitting/seal.py",
        "scripts/fitting/values.py",
    ),
    "evaluation": (
        "calibration/evaluation/*.py",
        "scripts/fitting/evaluate.py",
    ),
    "checking": (
        "model/checking/*.py",
        "scripts/structure/check.py",
        "scripts/structure/gains.py",
        "scripts/structure/knockouts.py",
    ),
    "cases": (
        "calibration/authoring/case_check.py",
        "calibration/authoring/converted.py",
        "calibration/importing/headings.py",
        "calibration/importing/layout.py",
        "calibration/sizing/said.py",
        "scripts/fitting/case.py",
        "scripts/fitting/case_import.py",
    ),
}
NAMES, DESK = "names", "desk"
#: Headings that would be something else as a message.
HEADINGS = ("to", "total", "level", "from", "factor", "output")

Message = str | tuple[str, str]


def collect_messages(subject: str) -> Catalog:
    """Collect the messages of a subject from the code, with no translation."""
    found = Catalog(locale=CODE, fuzzy=False)
    for context, message in _read(subject):
        found.add(message, context=context)
    return found


def read_file(subject: str) -> Catalog:
    """Read a file of the catalogue."""
    with (FOLDER / CODE / f"{subject}.po").open("rb") as file:
        return read_po(file, locale=CODE)


def list_names() -> Iterator[str]:
    """List the names that pages show: those of the model, its levers and the shipped files."""
    from smecluster import model, policies
    from smecluster.model import load
    from smecluster.model.diagrams.loops import LOOPS
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
    yield from list_mechanisms()
    yield from list_sectors()


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


def list_sectors() -> Iterator[str]:
    """List the sectors that are fitted alone, and what the shipped cases aim at."""
    from smecluster.calibration import list_cases, load_case
    from smecluster.calibration.estimate.partial import read_sectors

    yield from (sector.name for sector in read_sectors())
    for case in map(load_case, list_cases()):
        yield from (target.variable for target in case.targets)


def list_reforms() -> Iterator[str]:
    """List the published effects, what they are measured in, and where they were read."""
    from smecluster.calibration.validation.reform_file import read_reforms

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
    from smecluster.calibration.benchmarks.loops_cut import LINKS

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
    from smecluster.calibration.store.named import DRAWN, RESULTS, SHIPPED

    for calibration in (SHIPPED, DRAWN):
        with (RESULTS / calibration / "draws.csv").open(encoding="utf-8-sig") as file:
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


def update_file(subject: str) -> list[str]:
    """Bring a file of the catalogue up to date; give the messages that lack a translation."""
    path = FOLDER / CODE / f"{subject}.po"
    code = collect_messages(subject)
    kept = read_file(subject) if path.exists() else Catalog(locale=CODE)
    made = Catalog(locale=CODE, fuzzy=False)
    missing = []
    for message in code:
        if not message.id:
            continue
        own = kept.get(message.id, message.context)
        if own and isinstance(own.string, tuple) != isinstance(message.id, tuple):
            own = None  # what had a plural has none now, or the other way round
        made.add(message.id, own.string if own else "", context=message.context)
        # A percent sign before a word is no placeholder here.
        made.get(message.id, message.context).flags.clear()
        if not own or not own.string:
            missing.append(str(message.id))
    path.write_text(_write(made), encoding="utf-8")
    return missing


def _write(catalogue: Catalog) -> str:
    """Write a catalogue without dates and places in the code, which only change."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=96, no_location=True, omit_header=True)
    head = (
        'msgid ""\nmsgstr ""\n"Language: zh\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    )
    return head + buffer.getvalue().decode("utf-8").rstrip("\n") + "\n"


def _read(subject: str) -> Iterator[tuple[str | None, Message]]:
    if subject == NAMES:
        yield from ((NAME, name) for name in dict.fromkeys(list_names()))
        return
    if subject == DESK:
        yield from _list_desk()
        return
    if subject in SUBJECTS:
        # A message stands in one file only: that of the first subject that says it.
        earlier = [*SUBJECTS][: [*SUBJECTS].index(subject)]
        known_before = {
            one
            for before in earlier
            for one in (_list_desk() if before == DESK else _extract(before))
        }
        yield from (one for one in _extract(subject) if one not in known_before)


@cache
def _list_desk() -> tuple[tuple[str | None, Message], ...]:
    """List what the desk says, but for the names, which stand in a file of their own."""
    from smecluster.model import load
    from smecluster.policies.desk.strings import list_messages

    known = {(NAME, name) for name in list_names()}
    return tuple(one for one in dict.fromkeys(list_messages(load())) if one not in known)


@cache
def _extract(subject: str) -> tuple[tuple[str | None, Message], ...]:
    """Read the messages of a subject's files."""
    files = sorted({file for pattern in SUBJECTS[subject] for file in HOUSE.glob(pattern)})
    # A value in a call may be an f-string, of which the reader warns; no message is one.
    with contextlib.redirect_stderr(io.StringIO()):
        found = [one for file in files for one in extract_from_file("python", file, keywords=CALLS)]
    return tuple((None, message) for _, message, _, _ in found)


def main(report: Callable[[str], object] = print) -> int:
    """Bring every file up to date and list what lacks a translation."""
    lacking = 0
    for subject in (NAMES, *SUBJECTS):
        for message in update_file(subject):
            report(f"{subject}.po lacks: {message}")
            lacking += 1
    return int(lacking > 0)


if __name__ == "__main__":
    sys.exit(main())
