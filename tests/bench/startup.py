"""How long a user waits: for help, for the tables of a comparison, for its page.

python -m tests.bench.startup                     # this checkout
python -m tests.bench.startup --against ../old    # and a former one, with the ratio of both

A checkout is run by the Python of its own ``.venv`` where it has one. Each time is the median of
several, after a first use that fills the cache. Processor time is what other work on the machine
disturbs least. Nothing here is asserted by a test.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
COMPARE = ("compare", "central", "local")
REPEATS = 5
MOST = 8  # packages listed
_IMPORT = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")


@dataclass(frozen=True)
class Edition:
    """A checkout, and how its command is started."""

    folder: Path

    @property
    def command(self) -> list[str]:
        """The command line up to the arguments of ``smecluster``."""
        own = self.folder / ".venv" / "bin" / "python"
        module = "smecluster" if (self.folder / "src").is_dir() else "scripts.main"
        return [str(own) if own.exists() else sys.executable, "-m", module]

    def start(self, *arguments: str, options: Sequence[str] = ()) -> subprocess.Popen[str]:
        """Start its command, its tables in a pipe."""
        source = self.folder / "src" if (self.folder / "src").is_dir() else self.folder
        python, *rest = self.command
        return subprocess.Popen(
            [python, *options, *rest, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(source)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if options else subprocess.DEVNULL,
            text=True,
        )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.startup")
    parser.add_argument("--against", type=Path, metavar="CHECKOUT", help="a former edition")
    measure(parser.parse_args().against)


def measure(against: Path | None = None) -> None:
    """Time what a user waits for, and say what takes the time.

    Parameters
    ----------
    against : Path, optional
        Checkout of a former edition.
    """
    editions = [Edition(ROOT)] + ([] if against is None else [Edition(against.resolve())])
    taken = [_take(edition) for edition in editions]
    print(f"\nwaiting, seconds, median of {REPEATS} ({os.cpu_count()} processors)\n")
    former = ["", "former", "ratio"][: 3 if against else 0]
    print(f"{'':44} {'now':>8}" + "".join(f" {name:>8}" for name in former[1:]))
    for what in taken[0]:
        now, *before = (times[what] for times in taken)
        more = "".join(f" {one:8.2f} {now / one:8.2f}" for one in before)
        print(f"{what:44} {now:8.2f}{more}")
    print("\nimports of `smecluster compare`, milliseconds by package\n")
    for package, milliseconds in _weigh_imports(editions[0])[:MOST]:
        print(f"{package:44} {milliseconds:8.0f}")


def _take(edition: Edition) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        compare = (*COMPARE, "--out", folder)
        _wait(edition, *compare)  # the first use compiles
        helps = [_wait(edition, "--help") for _ in range(REPEATS)]
        whole = [_wait(edition, *compare) for _ in range(REPEATS)]
    named = {
        "smecluster --help": [each[1] for each in helps],
        "  processor time": [each[2] for each in helps],
        "smecluster compare central local: tables": [each[0] for each in whole],
        "  and its page with pictures": [each[1] for each in whole],
        "  processor time of it all": [each[2] for each in whole],
    }
    return {name: statistics.median(times) for name, times in named.items()}


def _wait(edition: Edition, *arguments: str) -> tuple[float, float, float]:
    """Give the seconds until the last line is printed, until the end, and of processors."""
    began, before = time.perf_counter(), _count_processors()
    printed = 0.0
    with edition.start(*arguments) as process:
        assert process.stdout is not None
        for _ in process.stdout:
            printed = time.perf_counter() - began
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed in {edition.folder}")
    return printed, time.perf_counter() - began, _count_processors() - before


def _count_processors() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _weigh_imports(edition: Edition) -> list[tuple[str, float]]:
    """Sum the time of imports by top-level package, longest first."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = (*COMPARE, "--out", folder)
        with edition.start(*arguments, options=["-X", "importtime"]) as process:
            _, said = process.communicate()
    weights: dict[str, float] = defaultdict(float)
    for microseconds, name in _IMPORT.findall(said):
        weights[name.partition(".")[0]] += int(microseconds) / 1000
    return sorted(weights.items(), key=lambda item: -item[1])


if __name__ == "__main__":
    main()
