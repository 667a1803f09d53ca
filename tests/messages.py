"""The messages that pages use, read from the code; `make messages` brings the catalogue up to date.

A message that is new gets an empty translation, which the tests refuse until it is filled in; one
that the code has no longer is removed.
"""

from __future__ import annotations

import contextlib
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
from tests.message_names import list_names

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
        "policies/optimisation/*.py",
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
        "calibration/data/series_names.py",
        "calibration/data/histories.py",
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
    ),
    "calibration": (
        "calibration/choosing.py",
        "calibration/findings_page.py",
        "calibration/problem/criteria.py",
        "calibration/experiments/run.py",
        "calibration/conditions/*.py",
        "calibration/recovery/scores.py",
        "calibration/recovery/text.py",
        "scripts/fitting/answer.py",
        "scripts/fitting/calibrate.py",
        "scripts/fitting/recover.py",
        "scripts/fitting/report.py",
    ),
    "evaluation": (
        "calibration/forecasts/*.py",
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
        "calibration/importing/headings.py",
        "calibration/importing/spreadsheet.py",
        "calibration/importing/said.py",
        "scripts/fitting/case.py",
        "scripts/fitting/case_import.py",
    ),
    "lists": (
        "calibration/experiments/reform.py",
        "scripts/batches/batch.py",
        "scripts/fitting/reforms.py",
        "scripts/structure/exchange.py",
        "scripts/structure/export.py",
        "scripts/structure/regions.py",
        "scripts/structure/strategies.py",
    ),
}
NAMES, DESK = "names", "desk"

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
