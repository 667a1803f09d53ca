"""``python -m tests.fuzz``: attack the program for some time, and say what was found."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.fuzz import known, plan
from tests.fuzz.edition import HERE, Edition
from tests.fuzz.oracles import ORACLES, Failure
from tests.fuzz.pool import Pool, Result


class Findings:
    """What the attempts have come to.

    Attributes
    ----------
    made : Counter
        Attempts by kind.
    ended : Counter
        Commands by how they ended: accepted, refused, and so on.
    failures : dict
        The first failure of each signature.
    """

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self.seconds: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.failures: dict[str, Failure] = {}
        self.seen: Counter[str] = Counter()
        self.oracles: Counter[str] = Counter()
        self.broken: list[Result] = []
        self.attempted: set[str] = set()
        self.every: list[Failure] = []

    def add(self, result: Result) -> list[Failure]:
        """Count a result; give the failures that are new."""
        if result.broken:
            self.broken.append(result)
        elif "/none/" in result.name and any(result.statuses) and not plan.optional(result.name):
            result.broken = f"what is sound is refused: {result.messages}"
            self.broken.append(result)
        self.attempted.add(result.name)
        self.every += result.failures
        self.made[result.name.partition("/")[0]] += 1
        self.seconds[result.name.partition("/")[0]] += result.seconds
        for status in result.statuses:
            words = {0: "accepted", 1: "a check failed", 2: "refused", None: "raised"}
            self.ended[words.get(status, f"status {status}")] += 1
        new = []
        for failure in result.failures:
            self.seen[failure.signature] += 1
            if failure.signature not in self.failures:
                self.failures[failure.signature] = failure
                self.oracles[failure.oracle] += 1
                new.append(failure)
        return new

    def table(self) -> str:
        """Write the counts by kind and by oracle."""
        spent = sum(self.seconds.values())
        lines = [f"{sum(self.made.values()):,} attempts in {spent:,.0f} s of processor time"]
        lines += [
            f"  {kind:<22}{count:>7,}   {self.seconds[kind] / count:.2f} s each"
            for kind, count in sorted(self.made.items())
        ]
        told = ", ".join(f"{count:,} {word}" for word, count in self.ended.most_common())
        lines.append(f"commands: {told}")
        lines.append("distinct failures by oracle")
        lines += [f"  {oracle:<22}{self.oracles[oracle]:>7,}" for oracle in ORACLES]
        return "\n".join(lines)


def search(
    edition: Edition,
    seconds: float,
    names: Iterator[str],
    workers: int = 2,
    say: bool = True,
    closely: bool = False,
) -> Findings:
    """Attack an edition.

    Parameters
    ----------
    edition : Edition
        What is attacked.
    seconds : float
        For how long.
    names : iterator of str
        The attempts.
    workers : int
        How many processes make them.
    say : bool
        Whether new failures and progress are printed.
    closely : bool
        Whether every command's status and last line are printed too.

    Returns
    -------
    Findings
    """
    findings = Findings()
    began = last = time.monotonic()

    def found(result: Result) -> None:
        nonlocal last
        if closely:
            for status, message in zip(result.statuses, result.messages, strict=False):
                print(f"{result.name}: status {status}: {message}", flush=True)
        for failure in findings.add(result):
            if say:
                print(f"{failure.signature}\n    {failure.attempt}", flush=True)
        now = time.monotonic()
        if say and now - last > 30:
            last = now
            print(
                f"-- {now - began:.0f} of {seconds:.0f} s: "
                f"{sum(findings.made.values()):,} attempts, "
                f"{len(findings.failures)} distinct failures",
                flush=True,
            )

    pool = Pool(edition, workers)
    try:
        pool.run(names, lambda: time.monotonic() - began > seconds, found)
    except KeyboardInterrupt:
        print("stopped; what was found so far:")
    return findings


def _beginning(names: Iterator[str], start: str) -> Iterator[str]:
    """Choose attempts by how their names begin; end where no more such are drawn."""
    missed = 0
    for name in names:
        missed = 0 if name.startswith(start) else missed + 1
        if not missed:
            yield name
        elif missed > 20_000:
            return


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=100, help="how long (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="which attempts (default: 1)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    parser.add_argument("--only", default="", help="attempts whose name begins with this")
    parser.add_argument("--try", dest="attempts", nargs="+", metavar="ATTEMPT", help="make these")
    parser.add_argument("--sound", action="store_true", help="harm nothing: all must be accepted")
    parser.add_argument("--against", type=Path, default=HERE, help="another checkout to attack")
    parser.add_argument("--report", type=Path, help="write the failures as JSON")
    parser.add_argument("--list", type=Path, help="defects (TOML) of which the share is counted")
    parser.add_argument("--known", type=Path, help="write the failures as a list of known ones")
    given = parser.parse_args()
    names: Iterator[str]
    if given.attempts:
        names = iter(given.attempts)
    elif given.sound:
        names = iter(plan.sound())
    else:
        names = _beginning(plan.draw(given.seed), given.only)
    findings = search(
        Edition(given.against.resolve()),
        given.seconds,
        names,
        given.workers,
        closely=bool(given.attempts),
    )
    for result in findings.broken:
        print(f"the attack failed: {result.name}\n{result.broken}", file=sys.stderr)
    print(findings.table())
    for signature, failure in sorted(findings.failures.items()):
        print(f"{findings.seen[signature]:>5} x {signature}\n        {failure.example[:200]}")
        print(f"        python -m tests.fuzz --try {failure.attempt!r}")
    if given.report:
        records = [
            failure.record() | {"signature": signature, "seen": findings.seen[signature]}
            for signature, failure in sorted(findings.failures.items())
        ]
        every = sorted({(failure.signature, failure.attempt) for failure in findings.every})
        given.report.write_text(
            json.dumps(
                {
                    "attempts": findings.made,
                    "ended": findings.ended,
                    "failures": records,
                    "every": every,
                },
                indent=1,
                ensure_ascii=False,
            )
            + "\n",
            encoding="utf-8",
        )
    if given.known:
        known.write(given.known, findings.failures)
    if given.list:
        known.print_share(given.list, findings.every)
    return 1 if findings.failures or findings.broken else 0


if __name__ == "__main__":
    sys.exit(main())
