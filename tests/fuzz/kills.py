"""Long commands, killed at random moments and given again: the same tables, nothing left over.

``python -m tests.fuzz.kills --help`` runs it for as many kills as wanted.
"""

# ruff: noqa: E501  a command a line reads best

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.fuzz.edition import HERE, Edition
from tests.fuzz.kinds import STUDY
from tests.fuzz.oracles import is_left_over

SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
#: Lines that say when and how something was made, and at what cost, not what it is; and the hash
#: that ends a record which holds such lines.
_WHEN = re.compile(
    rb'(?m)^#.*$|"(seconds|time|command|versions|made|date)": [^\n]*'
    rb'|"runs": \d+,\s*(?="seconds")|"sha256": "[0-9a-f]{64}"(?=\s*\}\s*\Z)'
)
_BATCH_RUNS = 20_000

#: The long commands, small enough to be killed often; ``o`` is where they write.
LONG: dict[str, list[str]] = {
    "batch": ["batch", "t.csv", "--output", "value added", "--year", "2040", "--out", "o/r.csv",
              "--workers", "1"],
    "compare": ["compare", "central", "local", "--draws", "100", "--out", "o"],
    "futures": ["stress", "futures", "central", "local", "--futures", "demand,credit", "--draws", "30",
                "--out", "o"],
    "robust": ["stress", "robust", "central", "local", "--futures", "demand,credit", "--draws", "30",
               "--out", "o"],
    "contributions": ["explain", "contributions", "central", "--pairs", "2", "--draws", "4", "--out", "o"],
    "optimise": ["optimise", "central", "local", "--draws", "4", "--unseen", "8",
                 "--generations", "6", "--population", "16", "--out", "o"],
    "windows": ["explain", "timing", "local", "--draws", "4", "--every", "5", "--out", "o"],
    "statistics": ["explain", "statistics", "local", "--draws", "4", "--out", "o"],
    "calibrate": ["calibrate", "--quick", "--starts", "2", "--time-step", "0.25", "--out", "o"],
    "sensitivity": ["study", "run", "f.toml", "--out", "o"],
}  # fmt: skip


@dataclass
class Killed:
    """What came of killing a command several times.

    Attributes
    ----------
    name : str
        The command.
    kills : int
        How often it was killed while it worked.
    differing : list of str
        Tables that differ from those of an uninterrupted run.
    left : list of str
        Files that a kill left behind and the next run did not remove.
    error : str
        What the last run said if it did not succeed.
    """

    name: str
    kills: int
    differing: list[str]
    left: list[str]
    error: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, changed or left over."""
        return not (self.differing or self.left or self.error)


def prepare(work: Path) -> None:
    """Write what the commands read."""
    work.mkdir(parents=True)
    rows = "".join(f"{0.02 + at * 1e-6:.6f}\n" for at in range(_BATCH_RUNS))
    (work / "t.csv").write_text("social discount rate\n" + rows, encoding="utf-8")
    study = STUDY.replace("size = 4", "size = 400")
    (work / "f.toml").write_text(study, encoding="utf-8")


def start(edition: Edition, words: list[str], work: Path, cache: Path) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [edition.python, "-P", "-m", f"{edition.prefix}scripts.main", *words],
        cwd=work,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(edition.path),
            "SMECLUSTER_CACHE": str(cache),
            "MPLBACKEND": "agg",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def tables(folder: Path) -> dict[str, str]:
    """Fingerprint what a command wrote, less what says when it was."""
    found = {}
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        kept = any(part in ("work", "kept") or part.startswith(".") for part in parts)
        if path.suffix in (".csv", ".parquet", ".json", ".npz", ".toml") and not kept:
            content = path.read_bytes()
            if path.suffix in (".csv", ".json"):
                content = _WHEN.sub(b"", content)
            found[str(path.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found


def left_over(folder: Path) -> list[str]:
    """List temporary files."""
    names = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return sorted(
        name
        for name in names
        if is_left_over(name) or re.search(r"\.tmp$|(^|/)\.(runs|batch)-", name)
    )


def kill(
    edition: Edition, name: str, kills: int, seed: int = 1, say: bool = False, warm: bool = True
) -> Killed:
    """Kill a command at random moments, then let it end, and compare.

    Parameters
    ----------
    edition : Edition
        What is attacked.
    name : str
        Which of `LONG`.
    kills : int
        How often. A run that finishes by itself, thanks to what killed ones have kept, does not
        count: its tables are compared, what it wrote is removed, and killing begins again.
    seed : int
        For the moments.
    say : bool
        Whether progress is printed.
    warm : bool
        Whether the command is run once before its time is taken, so that it is that of the kills.

    Returns
    -------
    Killed
    """
    random = Random(f"{name} {seed}")
    words = LONG[name]
    with tempfile.TemporaryDirectory(prefix="fk") as place:
        base = Path(place)
        cache = base / "cache"
        whole, often = base / "whole", base / "often"
        prepare(whole)
        prepare(often)
        # Twice: the first run compiles, and would take longer than those that are killed.
        for _ in range(2 if warm else 1):
            shutil.rmtree(whole / "o", ignore_errors=True)
            began = time.monotonic()
            process = start(edition, words, whole, cache)
            told, _ = process.communicate()
            took = time.monotonic() - began
            if process.returncode:
                return Killed(name, 0, [], [], f"uninterrupted: {told[-300:]}")
        expected = tables(whole / "o")
        done, ended, differing, fresh = 0, 0, set[str](), True
        while done < kills:
            began = time.monotonic()
            process = start(edition, words, often, cache)
            try:
                process.wait(random.uniform(0.2, 0.98) * took)
            except subprocess.TimeoutExpired:
                os_kill(process, SIGNALS[done % len(SIGNALS)])
                done += 1
                fresh = False
                if say:
                    print(f"{name}: {done} of {kills} kills", flush=True)
                continue
            # What the kills before it left was enough to finish: compare, and begin again. If none
            # came before it, the command takes less time than when it was measured.
            if fresh:
                took = min(took, time.monotonic() - began)
            fresh = True
            told, _ = process.communicate()
            if process.returncode:
                return Killed(name, done, sorted(differing), left_over(often), told[-300:])
            differing |= compare_tables(expected, tables(often / "o"))
            ended += 1
            if ended > 3 * kills:
                return Killed(name, done, sorted(differing), left_over(often), "too short to kill")
            shutil.rmtree(often / "o")
        process = start(edition, words, often, cache)
        told, _ = process.communicate()
        if process.returncode:
            return Killed(name, done, sorted(differing), left_over(often), told[-300:])
        differing |= compare_tables(expected, tables(often / "o"))
        return Killed(name, done, sorted(differing), left_over(often) + left_over(cache))


def compare_tables(expected: dict[str, str], found: dict[str, str]) -> set[str]:
    """Name the tables that differ or that only one of two runs has."""
    return {t for t in {*expected, *found} if expected.get(t) != found.get(t)}


def os_kill(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """Send a signal, and see to it that the process ends."""
    if process.poll() is None:
        process.send_signal(number)
    try:
        process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=20, help="of each command (default: 20)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=list(LONG), nargs="*", default=list(LONG))
    parser.add_argument("--against", type=Path, default=HERE, help="another checkout to attack")
    given = parser.parse_args()
    wrong = 0
    for name in given.only:
        killed = kill(Edition(given.against.resolve()), name, given.kills, given.seed)
        wrong += not killed.sound
        print(
            f"{name:<14}{killed.kills:>3} kills: "
            + ("the same tables, nothing left over" if killed.sound else "")
            + (f"differing: {', '.join(killed.differing[:6])}; " if killed.differing else "")
            + (f"left over: {', '.join(killed.left[:6])}; " if killed.left else "")
            + killed.error.strip(),
            flush=True,
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
