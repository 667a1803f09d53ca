"""One attempt: a folder of its own, files that were harmed, a command, and the judgement."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import shutil
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.edition import Edition
from tests.fuzz.oracles import Expectation, Failure, Outcome, judge, place, snapshot


def _nobody(still: bool) -> None:
    """Tell nobody."""


#: Tells whoever watches that the time of an attempt stands still, or runs again.
announce: Callable[[bool], None] = _nobody

#: Files of others, planted where a careless command would hit them.
DECOYS = {
    "../../thesis.csv": "not,yours\n1,2\n",
    "../letters/notes.txt": "not yours\n",
    "../series.csv": "not,yours\n1,2\n",
    "notes.txt": "not yours\n",
    "data.csv": "not,yours\n1,2\n",
    "taken/outcomes.csv": "not,yours\n1,2\n",
    "taken/brief.html": "not yours\n",
    "taken/manifest.json": "{}\n",
    "taken/parameters.csv": "not,yours\n1,2\n",
    "taken/reforms.csv": "not,yours\n1,2\n",
    "taken/run.nc": "not yours\n",
}


@dataclass
class Attempt:
    """Everything that one attempt works with.

    Attributes
    ----------
    name : str
        Its identifier: kind, mutator or case, and seed.
    edition : Edition
        What is attacked.
    base : Path
        Folder that is watched as a whole; the command runs in one two levels below.
    shop : Path
        Folder of unharmed files that take long to make, shared by all attempts.
    """

    name: str
    edition: Edition
    base: Path
    shop: Path
    failures: list[Failure] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The kind of file or attempt."""
        return self.name.partition("/")[0]

    @functools.cached_property
    def random(self) -> Random:
        """The generator that decides everything in it."""
        return Random(self.name)

    @property
    def work(self) -> Path:
        """The folder in which the command runs."""
        return self.base / "home" / "work"

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file into the folder."""
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode("utf-8", "surrogateescape")
        path.write_bytes(content)
        return path

    def copy(self, source: Path, name: str) -> Path:
        """Copy a file or a folder into the folder."""
        target = self.work / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
        return target

    def command(self, *arguments: str, expected: Expectation | None = None) -> Outcome:
        """Run a command and judge it."""
        words = list(arguments)
        return self.watch(words, lambda: self.edition.main(words), expected)

    def python(
        self,
        label: str,
        function: Callable[[], Any],
        expected: Expectation | None = None,
        *,
        fresh: bool = False,
    ) -> Outcome:
        """Call the package's face, and judge it as a command: its one error is status 2."""

        def command() -> None:
            _as_command(function, self.edition)

        return self.watch([label], command, expected, fresh=fresh)

    def watch(
        self,
        words: list[str],
        function: Callable[[], Any],
        expected: Expectation | None,
        *,
        fresh: bool = False,
    ) -> Outcome:
        """Run something that ends in `SystemExit`, and judge it.

        A fresh process remembers nothing of earlier runs, and may die of a signal.
        """
        before = snapshot(self.base)
        outcome = (_forked if fresh else run)(words, function, self.edition)
        if outcome.raised.startswith("SIG"):
            self.claim("crash", outcome.raised)
            outcome.raised, outcome.status = "", 130
        after = snapshot(self.base)
        self.outcomes.append(outcome)
        self.failures += judge(self.kind, outcome, before, after, expected or Expectation())
        return outcome

    def claim(self, oracle: str, detail: str, example: str = "") -> None:
        """Record a failure that the attempt found itself."""
        self.failures.append(Failure(oracle, self.kind, detail, example[:400]))


@contextlib.contextmanager
def folder(base: Path) -> Iterator[None]:
    """Prepare an empty folder with other people's files in it, and work there."""
    shutil.rmtree(base, ignore_errors=True)
    work = base / "home" / "work"
    work.mkdir(parents=True)
    for name, content in DECOYS.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    here = Path.cwd()
    os.chdir(work)
    try:
        yield
    finally:
        os.chdir(here)
        shutil.rmtree(base, ignore_errors=True)


def _as_command(function: Callable[[], Any], edition: Edition) -> None:
    try:
        result = function()
    except Exception as error:
        if not edition.is_input_error(error):
            raise
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    if isinstance(result, str):
        print(result)
    raise SystemExit(0)


def run(words: list[str], function: Callable[[], Any], edition: Edition) -> Outcome:
    """Run something that ends in `SystemExit`, and measure it."""
    outcome = Outcome(words)
    # As a terminal takes them: surrogates must not reach the first, and are escaped in the second.
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", write_through=True)
    resident = _reset_peak()
    began = time.process_time()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        warnings.catch_warnings(),
    ):
        try:
            function()
            outcome.status = 0
        except SystemExit as end:
            outcome.status = end.code if isinstance(end.code, int) else (1 if end.code else 0)
        except BaseException as error:
            outcome.raised = f"{place(error, edition)}\n{str(error)[:300]}"
            del error
    outcome.seconds = time.process_time() - began
    outcome.megabytes = _peak() - resident
    outcome.out, outcome.err = _content(out), _content(err)
    _close_figures()
    return outcome


def _content(stream: io.TextIOWrapper) -> str:
    with contextlib.suppress(ValueError, UnicodeError):
        stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    text = stream.buffer.getvalue().decode("utf-8", "replace")
    return text if len(text) < 200_000 else text[:100_000] + " ... " + text[-100_000:]


def _forked(words: list[str], function: Callable[[], Any], edition: Edition) -> Outcome:
    """Run something as `run` does, in a process of its own."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        outcome = run(words, function, edition)
        with os.fdopen(writer, "w", encoding="utf-8") as file:
            json.dump(asdict(outcome), file)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as file:
        told = file.read()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if told:
        return Outcome(**json.loads(told))
    return Outcome(words, raised=signal.Signals(-code).name if code < 0 else f"SIG? {code}")


def _close_figures() -> None:
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


def _reset_peak() -> float:
    """Forget the most memory so far, and give what is held now, in megabytes."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> float:
    return _status("VmHWM")


def _status(name: str) -> float:
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name):
                return float(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0
