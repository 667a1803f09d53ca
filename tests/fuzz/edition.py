"""The edition under attack: this checkout, or another one of the same program."""

from __future__ import annotations

import importlib
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Edition:
    """A checkout of the program.

    Attributes
    ----------
    root : Path
        Its folder.
    """

    root: Path = HERE

    @property
    def prefix(self) -> str:
        """Where its packages are imported from: the first edition had them at the top level."""
        return "smecluster." if (self.root / "src" / "smecluster").is_dir() else ""

    @property
    def python(self) -> str:
        """The interpreter that has what it needs."""
        own = self.root / ".venv" / "bin" / "python"
        return str(own) if own.exists() else sys.executable

    @property
    def path(self) -> list[str]:
        """What a process needs on its path: the edition, and this folder for the attack."""
        code = self.root / "src" if self.prefix else self.root
        return [str(code), str(HERE)]

    def module(self, name: str) -> Any:
        """Import one of its modules."""
        return importlib.import_module(self.prefix + name)

    def main(self, arguments: list[str]) -> None:
        """Run its command line in this process; it ends in `SystemExit`."""
        sys.argv = ["smecluster", *arguments]
        self.module("scripts.main").main(arguments)

    def is_input_error(self, error: BaseException) -> bool:
        """Say whether an exception is the one that a user's mistake must end in."""
        return any(kind.__name__ == "InputError" for kind in type(error).__mro__)

    def owns(self, filename: str) -> bool:
        """Say whether a line of code is the edition's own."""
        if "/tests/" in filename or "/.venv/" in filename:
            return False
        return "/smecluster/" in filename or filename.startswith(f"{self.root}/")

    @cached_property
    def model_file(self) -> Path:
        """The Vensim file that it ships."""
        return self.root / "model" / "sme_cluster.mdl"

    @cached_property
    def ranges(self) -> dict[str, tuple[float, float]]:
        """The range of every constant, read from the file by a pattern of our own."""
        return ranges(self.model_file.read_text(encoding="utf-8"))


_BLOCK = re.compile(
    r'^(?P<name>"[^"\n]+"|[A-Za-z][^=\n~|:\[]*?)\s*(?P<cells>\[[^\]\n]*\])?\s*=(?P<equation>[^~|]*)'
    r"~(?P<unit>[^~|]*?)\[(?P<low>[^,\]]*),(?P<high>[^,\]]*)\]\s*~",
    re.MULTILINE,
)


def ranges(text: str) -> dict[str, tuple[float, float]]:
    """Read from a Vensim file which values each constant may have.

    Parameters
    ----------
    text : str
        The file.

    Returns
    -------
    dict of str to (float, float)
        By name; infinite where the file leaves a side open.
    """
    found = {}
    for block in _BLOCK.finditer(text):
        # A constant is a number, or a list of them; anything with a name in it is computed.
        if re.search(r"[A-Za-z]{2,}", block["equation"]):
            continue
        low, high = block["low"].strip(), block["high"].strip()
        found[" ".join(block["name"].strip('"').split())] = (
            float("-inf") if low in ("?", "") else float(low),
            float("inf") if high in ("?", "") else float(high),
        )
    return found
