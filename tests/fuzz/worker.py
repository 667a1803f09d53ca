"""A process that makes attempts, one a line from its input, and says what came of each.

It imports everything once and then forks: what hangs, or dies of a signal, does so in a child that
is replaced in no time. `tests.fuzz.pool` watches it from outside.
"""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import json
import os
import resource
import signal
import time
import traceback
from pathlib import Path
from typing import TextIO

from tests.fuzz import attempt as attempts
from tests.fuzz import plan
from tests.fuzz.attempt import Attempt
from tests.fuzz.edition import Edition

#: Bytes of address space beyond what the process has when it starts.
SPACE = 4 << 30
#: Attempts after which a child is replaced, so that none inherits too much.
LIFE = 200
#: Exit status of a child whose input has ended.
END = 77


def main() -> None:
    """Read names of attempts and write records of failures until the input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--sandbox", type=Path, required=True)
    parser.add_argument("--number", type=int, required=True)
    given = parser.parse_args()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.environ |= {
        "SMECLUSTER_CACHE": str(given.sandbox / "cache"),
        "MPLBACKEND": "agg",
        "COLUMNS": "100",
    }
    stack = (given.sandbox / f"stack{given.number}").open("w")
    faulthandler.enable(stack, all_threads=False)
    faulthandler.register(signal.SIGUSR1, stack, all_threads=False)
    edition = Edition(given.root)
    # An interrupt from the keyboard is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _warm_up(edition)
    while True:
        child = os.fork()
        if child == 0:
            _serve(edition, given.sandbox, given.number, answers)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        ended = os.waitstatus_to_exitcode(status)
        if ended == END:
            return
        if ended != 0:
            print(json.dumps({"died": ended}), file=answers, flush=True)


def _serve(edition: Edition, sandbox: Path, number: int, answers: TextIO) -> None:
    """Make attempts until the input ends, or for as long as one process should live."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_size() + SPACE, hard))
    print(json.dumps({"ready": os.getpid()}), file=answers, flush=True)
    attempts.announce = lambda still: print(json.dumps({"still": still}), file=answers, flush=True)
    for _ in range(LIFE):
        name = _line()
        if not name:
            os._exit(END)
        attempt = Attempt(name, edition, sandbox / f"w{number}", sandbox / "shop")
        began = time.process_time()
        broken = ""
        try:
            plan.make(attempt)
        except BaseException as error:  # the attack itself failed
            broken = "".join(traceback.format_exception(error))[-1500:]
        record = {
            "name": name,
            "failures": [failure.record() for failure in attempt.failures],
            "statuses": [outcome.status for outcome in attempt.outcomes],
            "messages": [
                (outcome.err.strip().splitlines() or [""])[-1][:300] for outcome in attempt.outcomes
            ],
            "seconds": time.process_time() - began,
            "broken": broken,
        }
        print(json.dumps(record), file=answers, flush=True)


def _line() -> str:
    """Read one line and not a byte more: the next one may be another process's."""
    found = b""
    while (byte := os.read(0, 1)) not in (b"", b"\n"):
        found += byte
    return found.decode("utf-8")


def _warm_up(edition: Edition) -> None:
    """Import what commands import when they are first used, so that no attempt pays for it."""
    with (
        contextlib.suppress(SystemExit, Exception),
        contextlib.redirect_stdout(None),
        contextlib.redirect_stderr(None),
    ):
        edition.main(["run", "central", "--json"])
    with contextlib.suppress(Exception):
        from tests.fuzz.kinds import DATA

        model = edition.module("model")
        model.simulate(model.load(DATA / "two_towns.mdl"))


def _size() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    main()
