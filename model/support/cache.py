"""What is kept between sessions: a folder of entries, the oldest of which make room.

It is the user's cache folder, or the one that ``SMECLUSTER_CACHE`` names. The name of an entry
holds the fingerprint of what it was made from and of the code that made it, so no entry can be
stale.
"""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import platformdirs

from smecluster.model.support.errors import InputError
from smecluster.model.support.files import write_atomic

_SUFFIXES = (".json", ".kernel")
# An entry takes up to half a megabyte.
_MOST = 200
_PACKAGE = Path(__file__).parents[1]


def find_folder() -> Path:
    """Find the cache folder.

    Returns
    -------
    Path
        It need not exist yet.
    """
    chosen = os.environ.get("SMECLUSTER_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("smecluster", appauthor=False)


def store_entry(name: str, content: bytes) -> None:
    """Store an entry and remove the oldest ones; a folder that cannot be written is no error.

    Parameters
    ----------
    name : str
        The entry's file name, ending in ``.json`` or ``.kernel``.
    content : bytes
        What to store.
    """
    folder = find_folder()
    try:
        write_atomic(folder / name, content)
        entries = [path for path in folder.iterdir() if path.suffix in _SUFFIXES]
        entries.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in entries[_MOST:]:
            path.unlink()
    except (InputError, OSError):
        return


def read_entry(name: str) -> bytes | None:
    """Read an entry.

    Parameters
    ----------
    name : str
        The entry's file name.

    Returns
    -------
    bytes or None
        What was stored, None where there is no such entry.
    """
    try:
        return (find_folder() / name).read_bytes()
    except OSError:
        return None


@cache
def hash_rooms(*rooms: str) -> str:
    """Fingerprint the source files of rooms of the model package.

    Parameters
    ----------
    *rooms : str
        Folders in ``model/``. Whole rooms are hashed, so a file added to one of them is never
        forgotten.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    digest = hashlib.sha256()
    for room in rooms:
        for path in sorted((_PACKAGE / room).glob("*.py")):
            digest.update(f"{room}/{path.name}\n".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()
