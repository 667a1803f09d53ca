"""The file of a part, ``NAME.CHECKSUM.parquet``: the checksum is that of its bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

_FILE = re.compile(r"(?P<name>.+)\.(?P<sum>[0-9a-f]{16})\.parquet")
# What a file name may hold besides letters and digits; all else is written as %XX.
_PLAIN = " ,-_()"


def list_files(folder: Path) -> Iterator[Path]:
    """List the parts in a folder, without what is being written or is somebody else's."""
    for path in folder.glob("*.parquet"):
        if not path.name.startswith(".") and _FILE.fullmatch(path.name):
            yield path


def name_file(part: str, data: bytes) -> str:
    """Name the file of a part that holds these bytes."""
    return f"{_quote(part)}.{compute_checksum(data)}.parquet"


def parse_file(path: Path) -> tuple[str, str]:
    """Read the name of a part and its checksum from the name of its file."""
    match = _FILE.fullmatch(path.name)
    assert match is not None
    return unquote(match["name"]), match["sum"]


def read_time(path: Path) -> int:
    """Read when a file was changed, in nanoseconds; 0 where it is gone."""
    with suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def compute_checksum(data: bytes) -> str:
    """Compute the checksum that stands in the name of a file."""
    return hashlib.sha256(data).hexdigest()[:16]


def _quote(name: str) -> str:
    plain = quote(name, safe=_PLAIN)
    # A file that begins with a dot is one that is being written.
    return plain.replace(".", "%2E", 1) if plain.startswith(".") else plain
