"""Lists of defects: those not yet mended, and those of the first edition."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fuzz.oracles import Failure

FILE = Path(__file__).with_name("known.toml")


@dataclass(frozen=True)
class Known:
    """A failure that is known and not yet mended.

    Attributes
    ----------
    signature : str
        As the attack prints it.
    attempt : str
        An attempt that shows it.
    """

    signature: str
    attempt: str


def known(path: Path = FILE) -> list[Known]:
    """Read the failures that are known and not yet mended."""
    content = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return [Known(entry["signature"], entry["attempt"]) for entry in content.get("failure", [])]


def write(path: Path, failures: Mapping[str, Failure]) -> None:
    """Write failures as known ones."""
    lines = [_HEAD]
    for signature, failure in sorted(failures.items()):
        lines.append(f"[[failure]]\nsignature = {_quoted(signature)}\n")
        lines.append(f"attempt = {_quoted(failure.attempt)}\n\n")
    path.write_text("".join(lines), encoding="utf-8")


_HEAD = """\
# What the attack finds and nobody has mended yet. An entry that no longer fails makes the test
# fail: remove it with the mend. The list is written by
# `python -m tests.fuzz --known tests/fuzz/known.toml`.

"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True)
class Defect:
    """A defect of the first edition, and how the attack recognises it."""

    name: str
    section: int
    signatures: tuple[str, ...]
    attempts: str = ""

    def shown_by(self, failure: Failure) -> bool:
        """Say whether a failure is this defect."""
        return any(re.search(pattern, failure.signature) for pattern in self.signatures) and bool(
            re.search(self.attempts, failure.attempt)
        )


def defects(path: Path) -> list[Defect]:
    """Read a list of defects."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [
        Defect(
            entry["name"], entry["section"], tuple(entry["signatures"]), entry.get("attempts", "")
        )
        for entry in content["defect"]
    ]


def print_share(path: Path, failures: Iterable[Failure]) -> float:
    """Print which of the listed defects were found, and give their share."""
    every, listed = list(failures), defects(path)
    missing = [d for d in listed if not any(d.shown_by(failure) for failure in every)]
    for defect in listed:
        word = "not found" if defect in missing else "found"
        print(f"  {defect.section}  {word:<10} {defect.name}")
    share = 1 - len(missing) / len(listed)
    print(f"{len(listed) - len(missing)} of {len(listed)} defects found ({share:.0%})")
    return share
