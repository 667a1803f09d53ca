"""One attempt: a folder of its own, files that were harmed, a command, and the judgement."""

from __future__ import annotations

import contextlib
import functools
import gc
import io
import os
import shutil
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tests.fuzz.edition import Edition
from tests.fuzz.oracles import Expectation, Failure, Outcome, judge, place, snapshot

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
        self, label: str, function: Callable[[], Any], expected: Expectation | None = None
    ) -> Outcome:
        """Call the package's face, and judge it as a command: its one error is status 2."""
        return self.watch([label], lambda: _as_command(function, self.edition), expected)

    def watch(
        self, words: list[str], function: Callable[[], Any], expected: Expectation | None
    ) -> Outcome:
        """Run something that ends in `SystemExit`, and judge it."""
        before = snapshot(self.base)
        outcome = run(words, function, self.edition)
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
        import sys

        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    if isinstance(result, str):
        print(result)
    raise SystemExit(0)


def run(words: list[str], function: Callable[[], Any], edition: Edition) -> Outcome:
    """Run something that ends in `SystemExit`, and measure it."""
    outcome = Outcome(words)
    out, err = io.StringIO(), io.StringIO()
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
    outcome.out, outcome.err = out.getvalue()[-200_000:], err.getvalue()[-200_000:]
    _close_figures()
    return outcome


def forget() -> None:
    """Empty the caches in memory, so that what is stored is read again."""
    for thing in gc.get_objects():
        if isinstance(thing, functools._lru_cache_wrapper):
            module = getattr(thing, "__module__", "") or ""
            if module.split(".")[0] in ("smecluster", "model", "calibration", "policies"):
                thing.cache_clear()


def _close_figures() -> None:
    import sys

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
