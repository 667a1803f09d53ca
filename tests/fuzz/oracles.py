"""What counts as a failure. None of it asks the code under attack what is right."""

from __future__ import annotations

import hashlib
import re
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.fuzz.edition import Edition

#: Seconds of processor time after which an attempt hangs, or of waiting for nothing.
HANG = 20.0
#: Megabytes that a refusal may take.
MEMORY = 500
#: Seconds of processor time that the refusal of a bomb may take: 2, and room for a loaded machine.
REFUSAL = 4.0
#: Characters of a value that a message may repeat.
ECHO = 200
#: The file in which an edition lists what it wrote in a folder, and which is its own.
LEDGER = ".smecluster-files.json"
#: Characters of a whole message.
MESSAGE = 1500

ORACLES = (
    "traceback",
    "crash",
    "hang",
    "memory",
    "slow refusal",
    "foreign file",
    "left-over",
    "echo",
    "silent",
    "status",
)


@dataclass(frozen=True)
class Failure:
    """One thing that went wrong.

    Attributes
    ----------
    oracle : str
        Which of `ORACLES` says so.
    kind : str
        The kind of file or attempt.
    detail : str
        What tells it from others: the place in the code, the option, the claim.
    example : str
        What was seen.
    attempt : str
        Identifier of the attempt, which reproduces it.
    """

    oracle: str
    kind: str
    detail: str
    example: str = ""
    attempt: str = ""

    @property
    def signature(self) -> str:
        """The same for the same defect, whichever attempt finds it."""
        # A place in the code is one defect, whatever file led there.
        if self.oracle in ("traceback", "crash", "hang", "memory") and self.detail.endswith(")"):
            return f"{self.oracle}: {self.detail}"
        return f"{self.oracle}: {self.kind}: {self.detail}"

    def record(self) -> dict[str, Any]:
        """Give it as JSON can hold it."""
        return asdict(self)


@dataclass
class Outcome:
    """How one command ended."""

    arguments: list[str]
    status: int | None = None
    raised: str = ""
    out: str = ""
    err: str = ""
    seconds: float = 0.0
    megabytes: float = 0.0


@dataclass
class Expectation:
    """What the attempt knows about its command beforehand.

    Attributes
    ----------
    refuse : str
        Why status 0 would be silent acceptance, empty where it would not.
    warn : str
        A pattern that stderr or the output must hold if it is accepted all the same.
    bomb : bool
        Whether the refusal has to be quick.
    own : tuple of str
        Beginnings of the paths that the command may change or remove.
    keep : tuple of str
        Patterns of new files that may stay after an error: work that is kept to resume.
    """

    refuse: str = ""
    warn: str = ""
    bomb: bool = False
    own: tuple[str, ...] = ()
    keep: tuple[str, ...] = field(default=(r"(^|/)work(/|$)", r"(^|/)kept(/|$)"))


def place(error: BaseException, edition: Edition) -> str:
    """Name the exception and the innermost line of the edition's own code."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if edition.owns(frame.filename)]
    return f"{type(error).__name__} ({where(own[-1].filename, own[-1].name) if own else '?'})"


def where(filename: str, function: str) -> str:
    """Write a place in the code as it is written in reports."""
    path = Path(filename)
    return f"{path.parent.name}/{path.name}:{function}"


def snapshot(folder: Path) -> dict[str, str]:
    """Fingerprint every file in a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder)).encode("utf-8", "replace").decode()
        if path.is_symlink():
            found[name] = "link"
        elif path.is_file():
            if path.stat().st_size > 50_000_000:
                found[name] = f"{path.stat().st_size} bytes"
            else:
                found[name] = hashlib.blake2b(path.read_bytes(), digest_size=12).hexdigest()
    return found


def judge(
    kind: str,
    outcome: Outcome,
    before: dict[str, str],
    after: dict[str, str],
    expected: Expectation,
) -> list[Failure]:
    """Judge one command by what it said, returned, and did to the files.

    Parameters
    ----------
    kind : str
        The kind of attempt.
    outcome : Outcome
        How it ended.
    before, after : dict
        The files before and after it.
    expected : Expectation
        What is known about the attempt.

    Returns
    -------
    list of Failure
    """
    command = _command(outcome.arguments)
    found = []

    def fails(oracle: str, detail: str, example: str = "") -> None:
        found.append(Failure(oracle, kind, detail, example[:400]))

    if outcome.raised:
        fails("traceback", outcome.raised.partition("\n")[0], outcome.raised.partition("\n")[2])
    elif outcome.status not in (0, 1, 2, 130):
        fails("status", f"{command} ends with status {outcome.status}", outcome.err)
    elif outcome.status == 2:
        _judge_refusal(outcome, expected, fails, command)
    elif outcome.status == 0 and expected.refuse:
        told = outcome.err + outcome.out
        if not (expected.warn and re.search(expected.warn, told)):
            fails("silent", expected.refuse, " ".join(outcome.arguments))
    if (longest := _echo(outcome.err)) and outcome.status != 0:
        fails("echo", command, longest)
    changed = [
        name
        for name in before
        if after.get(name) != before[name]
        and not name.startswith(expected.own or ("\0",))
        and Path(name).name != LEDGER
    ]
    if changed:
        fails("foreign file", f"{command} {_files(changed, before, after)}", ", ".join(changed))
    new = [name for name in after if name not in before]
    stray = [name for name in new if is_left_over(name)]
    if outcome.status != 0:
        stray += [n for n in new if not any(re.search(pattern, n) for pattern in expected.keep)]
    if stray:
        fails("left-over", f"{command} leaves {_endings(stray)}", ", ".join(sorted(set(stray))))
    return found


def is_left_over(name: str) -> bool:
    """Say whether a file is a temporary one; the list of what was written in a folder stays."""
    return bool(re.search(r"(^|/)\.[^/]*-[^/]*$", name)) and Path(name).name != LEDGER


def _judge_refusal(outcome: Outcome, expected: Expectation, fails: Any, command: str) -> None:
    lines = [line for line in outcome.err.splitlines() if line.startswith("error: ")]
    if not lines or not lines[-1][7:].strip():
        fails("status", f"{command} ends with status 2 and no line that says why", outcome.err)
    if "Traceback (most recent call last)" in outcome.err:
        fails("traceback", f"printed by {command}", outcome.err[-400:])
    if outcome.megabytes > MEMORY:
        fails("memory", expected.refuse or command, f"{outcome.megabytes:.0f} MB to refuse")
    if expected.bomb and outcome.seconds > REFUSAL:
        fails("slow refusal", expected.refuse or command, f"{outcome.seconds:.1f} s to refuse")


def _command(arguments: list[str]) -> str:
    return " ".join(arguments[:1])


def _echo(err: str) -> str:
    """Find what is repeated beyond all measure in the messages."""
    for line in err.splitlines():
        if not line.startswith(("error", "warning", "note")):
            continue
        match = re.search(rf"(.)\1{{{ECHO},}}|[0-9]{{{ECHO},}}|[\[\](){{}}-]{{{ECHO},}}", line)
        if match:
            return line[:80] + " ..."
        if len(line) > MESSAGE:
            return f"{len(line)} characters: {line[:80]} ..."
    return ""


def _files(names: list[str], before: dict[str, str], after: dict[str, str]) -> str:
    gone = [name for name in names if name not in after]
    told = []
    if gone:
        told.append(f"deletes {_endings(gone)}")
    if len(gone) < len(names):
        told.append(f"overwrites {_endings([name for name in names if name in after])}")
    return ", ".join(told)


def _endings(names: list[str]) -> str:
    """Name files by what they are, less the parts that are random or counted."""
    told = {re.sub(r"-([a-z0-9_]{8}|\d+)(?=\.|$)", "-*", Path(name).name) for name in names}
    return ", ".join(sorted(told))[:120]
