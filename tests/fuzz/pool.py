"""Processes that make attempts, and the watch over them: hangs, memory, deaths."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.edition import Edition
from tests.fuzz.oracles import HANG, Failure, where

#: Megabytes that a process may take beyond what it started with, before it is stopped.
_MOST_MEMORY = 1500
#: What takes long although nothing is wrong with it: processor seconds.
_PATIENCE = {
    "killed": 300.0,
    "own files": 150.0,
    # A number that becomes 1,000 draws or runs is more work, and no hang; nor is a page of figures.
    "policy study": 90.0,
    "any option": 90.0,
    "calibration report": 60.0,
    "figure": 60.0,
    "checkpoints": 60.0,
    "results": 60.0,
}
_TICK = 0.1


@dataclass
class Result:
    """What came of one attempt."""

    name: str
    failures: list[Failure]
    statuses: list[int | None] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    seconds: float = 0.0
    broken: str = ""


class Pool:
    """Processes that make the attempts of an edition.

    Parameters
    ----------
    edition : Edition
        What is attacked.
    workers : int
        How many processes.
    """

    def __init__(self, edition: Edition, workers: int) -> None:
        self.edition = edition
        self.workers = workers
        self._stop = threading.Event()

    def run(
        self, names: Iterator[str], until: Callable[[], bool], found: Callable[[Result], None]
    ) -> None:
        """Make attempts until there are no more, or it is time to stop.

        Parameters
        ----------
        names : iterator of str
            The attempts.
        until : callable
            Whether to stop; asked before each attempt.
        found : callable
            Is given each result, one at a time.
        """
        lock, results = threading.Lock(), queue.Queue[Result | None]()

        def following() -> str | None:
            with lock:
                return None if self._stop.is_set() or until() else next(names, None)

        with tempfile.TemporaryDirectory(prefix="fz", ignore_cleanup_errors=True) as sandbox:
            threads = [
                threading.Thread(
                    target=self._work, args=(number, Path(sandbox), following, results)
                )
                for number in range(self.workers)
            ]
            for thread in threads:
                thread.start()
            try:
                running = len(threads)
                while running:
                    result = results.get()
                    if result is None:
                        running -= 1
                    else:
                        found(result)
            except BaseException:
                self._stop.set()
                raise
            finally:
                self._stop.set()
                for thread in threads:
                    thread.join()

    def _work(
        self,
        number: int,
        sandbox: Path,
        following: Callable[[], str | None],
        results: queue.Queue[Result | None],
    ) -> None:
        process: _Process | None = None
        try:
            while (name := following()) is not None:
                if process is None:
                    process = _Process(self.edition, number, sandbox)
                    if not process.ready(self._stop):
                        if not self._stop.is_set():
                            told = process.told()
                            results.put(Result("start", [], broken=f"no start: {told}"))
                        return
                result = process.make(name, self._stop)
                if result is None:
                    return
                results.put(result)
        finally:
            if process is not None:
                process.end()
            results.put(None)


class _Process:
    def __init__(self, edition: Edition, number: int, sandbox: Path) -> None:
        self.stack = sandbox / f"stack{number}"
        self.log = sandbox / f"log{number}"
        self.child = 0
        self.held = 0.0
        self.edition = edition
        words = [edition.python, "-P", "-m", "tests.fuzz.worker", "--root", str(edition.root)]
        words += ["--sandbox", str(sandbox), "--number", str(number)]
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(edition.path),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log.open("w"),
            env=environment,
            text=True,
            cwd=sandbox,
            start_new_session=True,
        )
        self.answers: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.answers.put(line)
        self.answers.put("")

    def told(self) -> str:
        """Give the end of what the process printed."""
        return self.log.read_text(errors="replace")[-1500:]

    def ready(self, stop: threading.Event) -> bool:
        """Wait until a child takes attempts."""
        began = time.monotonic()
        while not stop.is_set() and time.monotonic() - began < 300:
            with contextlib.suppress(queue.Empty):
                return self._begin(self.answers.get(timeout=0.5))
        return False

    def _begin(self, answer: str) -> bool:
        record = json.loads(answer) if answer else {}
        self.child = record.get("ready", 0)
        self.held = self._memory()
        return bool(self.child)

    def make(self, name: str, stop: threading.Event) -> Result | None:
        """Make one attempt, and watch it."""
        assert self.process.stdin is not None
        patience = next((s for k, s in _PATIENCE.items() if name.startswith(k)), HANG)
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        latest, moved = self._used(), time.monotonic()
        limit = latest + patience
        still = False
        while not stop.is_set():
            with contextlib.suppress(queue.Empty):
                answer = self.answers.get(timeout=_TICK)
                record = json.loads(answer) if answer else {"died": 0}
                if "ready" in record:  # the last child had lived for long enough
                    self._begin(answer)
                    latest = limit = 0.0
                    limit += patience
                    continue
                if "still" in record:  # something is prepared, whose time does not count
                    still, moved = record["still"], time.monotonic()
                    latest = self._used()
                    limit = latest + patience
                    continue
                if "died" in record:
                    return self._died(name, record["died"])
                return _result(name, record)
            if still and time.monotonic() - moved < 20 * HANG:
                continue
            now = self._used()
            if now > latest + 0.2:
                latest, moved = now, time.monotonic()
            if now > limit:
                return self._kill(name, "hang", f"more than {patience:g} s of processor time")
            if time.monotonic() - moved > patience + 5:
                return self._kill(name, "hang", "waits for nothing")
            if self._memory() - self.held > _MOST_MEMORY:
                return self._kill(name, "memory", f"more than {_MOST_MEMORY} MB")
        self.end()
        return None

    def _kill(self, name: str, oracle: str, why: str) -> Result:
        self.stack.write_text("")
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGUSR1)
        time.sleep(0.3)
        at = self._place()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.child, signal.SIGKILL)
        while "died" not in json.loads(self.answers.get() or '{"died": 0}'):
            pass
        self._begin(self.answers.get())
        case = name.split("/")[1]
        # A place in the code says more than what led there.
        detail = f"{case} ({at})" if oracle == "hang" and at == "?" else f"({at})"
        return Result(name, [Failure(oracle, name.partition("/")[0], detail, why, name)])

    def _died(self, name: str, status: int) -> Result:
        place = self._place()
        self._begin(self.answers.get())
        signalled = signal.Signals(-status).name if status < 0 else f"status {status}"
        kind = name.partition("/")[0]
        failure = Failure("crash", kind, f"{signalled} ({place})", self.told()[-300:], name)
        return Result(name, [failure])

    def _place(self) -> str:
        """Find the innermost line of the edition's own code in the stack that was written."""
        text = self.stack.read_text(errors="replace") if self.stack.exists() else ""
        for filename, function in re.findall(r'File "([^"]+)", line \d+ in (\S+)', text):
            if self.edition.owns(filename):
                return where(filename, function)
        return "?"

    def _used(self) -> float:
        try:
            fields = Path(f"/proc/{self.child}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _memory(self) -> float:
        try:
            pages = int(Path(f"/proc/{self.child}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def end(self) -> None:
        """Stop the process and what it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _result(name: str, record: dict[str, Any]) -> Result:
    failures = [Failure(**{**failure, "attempt": name}) for failure in record["failures"]]
    return Result(
        name,
        failures,
        record["statuses"],
        record["messages"],
        record["seconds"],
        record["broken"],
    )
