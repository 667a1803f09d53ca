"""Two minutes of the attack: no traceback, no hang, no foreign file touched, no silence.

What is known and not yet mended stands in ``known.toml``; an entry that no longer fails, fails.
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Iterator

import pytest

from tests.fuzz import plan
from tests.fuzz.__main__ import Findings, search
from tests.fuzz.edition import Edition
from tests.fuzz.known import FILE, Known, known

SECONDS = 120
SEED = 1
#: Seconds before the end from which nothing begins that takes many.
LAST = 60

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the watch over processes reads /proc"
)


@pytest.fixture(scope="module")
def findings() -> Findings:
    """Make the sound attempts, then those that are known to fail among as many as time allows."""
    again = sorted((entry.attempt for entry in known()), key=_slow)
    began = time.monotonic()

    def names() -> Iterator[str]:
        yield from plan.sound(slow=False)
        repeated = iter(again)
        for number, name in enumerate(plan.draw(SEED)):
            if number % 2 and (attempt := next(repeated, None)):
                yield attempt
            late = time.monotonic() - began > SECONDS - LAST
            if name not in again and not (late and name.startswith(plan.SLOW)):
                yield name

    return search(Edition(), SECONDS, names(), say=False)


def _slow(attempt: str) -> bool:
    hang = {entry.attempt for entry in known() if entry.signature.startswith(("hang", "memory"))}
    return attempt in hang or attempt.startswith(plan.SLOW)


def test_what_is_sound_is_accepted(findings: Findings) -> None:
    assert not [f"{result.name}: {result.broken}" for result in findings.broken]


def test_every_failure_is_known(findings: Findings) -> None:
    signatures = {entry.signature for entry in known()}
    attempts = {entry.attempt for entry in known()}
    new = [
        f"{failure.signature}\n  {failure.example}\n"
        f"  python -m tests.fuzz --try {failure.attempt!r}"
        for signature, failure in findings.failures.items()
        if signature not in signatures and failure.attempt not in attempts
    ]
    assert not new, "\n".join(new)


def test_every_known_failure_still_fails(findings: Findings) -> None:
    made = findings.attempted
    failing = {failure.attempt for failure in findings.every}
    mended = [entry.signature for entry in known() if entry.attempt in made - failing]
    assert not mended, f"mended: remove from {FILE.name}: {mended}"


def test_known_failures_are_listed_once() -> None:
    entries: list[Known] = known()
    assert len({entry.signature for entry in entries}) == len(entries)


def test_attempts_of_one_seed_are_the_same() -> None:
    def beginning() -> list[str]:
        return list(itertools.islice(plan.draw(3), 200))

    assert beginning() == beginning()
