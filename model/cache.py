"""What is kept between sessions: a folder of entries, the oldest of which make room.

It is the user's cache folder, or the one that ``SMECLUSTER_CACHE`` names. The name of an entry
holds the fingerprint of what it was made from and of the code that made it, so no entry can be
stale. Machine code is run as it is read, so an entry is used only where no other user can have
written it and its SHA-256 is right; any other is made again.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import warnings
from functools import cache
from pathlib import Path

import platformdirs

from smecluster.model.errors import InputError
from smecluster.model.files import write_beside

_CHOICE = "SMECLUSTER_CACHE"
_NAME = re.compile(r"[0-9a-f]{32}\.(json|kernel)")
# An entry: this line with its name, the content, and the SHA-256 of both.
_HEAD = b"smecluster cache 1 "
_DIGEST = hashlib.sha256().digest_size
# An entry takes up to half a megabyte.
_MOST = 200
_PACKAGE = Path(__file__).parent


class CacheWarning(UserWarning):
    """Something is computed that could have been kept, or an entry was not what it should be."""


def find_folder() -> Path:
    """Find the cache folder.

    Returns
    -------
    Path
        It need not exist yet.
    """
    chosen = os.environ.get(_CHOICE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("smecluster", appauthor=False)


def explain_distrust(folder: Path, *, chosen: bool) -> str:
    """Say why a folder cannot be trusted to hold code.

    Parameters
    ----------
    folder : Path
        The folder; it need not exist.
    chosen : bool
        Whether the user named it. A folder that nobody named is not used below one in which
        everybody may write, such as ``/tmp``.

    Returns
    -------
    str
        The reason, in words; empty where no other user can write to it. On Windows, where the
        user's own folders are closed to others, it is always empty.
    """
    if os.name == "nt":
        return ""
    there = folder.resolve()
    for parent in reversed(there.parents):
        if not parent.is_dir():
            break
        mode = parent.stat().st_mode
        if mode & stat.S_IWOTH and not (chosen and mode & stat.S_ISVTX):
            return f"everybody can write to {parent}"
    try:
        about = there.stat()
    except FileNotFoundError:
        return ""
    except OSError as error:
        return f"{there}: {error.strerror or error}"
    if not stat.S_ISDIR(about.st_mode):
        return f"{there} is a file, not a folder"
    return _explain_owner(about, there)


def store_entry(name: str, content: bytes) -> None:
    """Store an entry and remove the oldest ones.

    A folder that cannot be used or written is no error: a warning says why nothing is kept.

    Parameters
    ----------
    name : str
        The entry's file name: 32 hexadecimal digits, ending in ``.json`` or ``.kernel``.
    content : bytes
        What to store.
    """
    assert _NAME.fullmatch(name), name
    folder = _find_trusted()
    if folder is None:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Looked at again: the folders above may have been made just now.
        if _find_trusted() is None:
            return
        begun = _HEAD + name.encode() + b"\n" + content
        # For its owner alone, as every temporary file.
        with write_beside(folder / name) as temporary:
            temporary.write_bytes(begun + hashlib.sha256(begun).digest())
            temporary.replace(folder / name)
        _make_room(folder)
    except (OSError, InputError) as error:
        _warn(f"compiled code is not kept: {error}")


def has_entry(name: str) -> bool:
    """Say whether there is an entry, sound or not.

    Parameters
    ----------
    name : str
        The entry's file name.

    Returns
    -------
    bool
    """
    try:
        return os.path.lexists(find_folder() / name)
    except (OSError, ValueError):
        return False


def read_entry(name: str) -> bytes | None:
    """Read an entry.

    Parameters
    ----------
    name : str
        The entry's file name.

    Returns
    -------
    bytes or None
        What was stored. None where there is no such entry, and with a warning where it belongs
        to another user, can be written by others, or has been altered.
    """
    folder = _find_trusted()
    if folder is None:
        return None
    path = folder / name
    try:
        # The file that is judged is the one that is read, and no link leads elsewhere.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as file:
            reason = _explain_owner(os.fstat(handle), path)
            data = b"" if reason else file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        reason, data = f"{path} cannot be read ({error.strerror or error})", b""
    begun = _HEAD + name.encode() + b"\n"
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    if not reason and (not body.startswith(begun) or hashlib.sha256(body).digest() != digest):
        reason = f"{path} has been altered"
    if reason:
        _warn(f"{reason}: not used, but compiled again")
        return None
    return body[len(begun) :]


def _find_trusted() -> Path | None:
    """Find the folder; None, with a warning, where others could put their code into it."""
    folder = find_folder()
    chosen = _CHOICE in os.environ and bool(os.environ[_CHOICE])
    reason = explain_distrust(folder, chosen=chosen)
    if reason:
        _warn(f"compiled code is not kept: {reason}; {_CHOICE} can name a folder of your own")
        return None
    return folder.resolve()


def _explain_owner(about: os.stat_result, path: Path) -> str:
    if os.name == "nt":
        return ""
    if about.st_uid != os.geteuid():
        return f"{path} belongs to another user"
    if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others can write to {path} (close it with chmod go-w)"
    return ""


def _make_room(folder: Path) -> None:
    """Remove the oldest entries; a file that the cache did not write is never touched."""
    named = [path for path in folder.iterdir() if _NAME.fullmatch(path.name)]
    if len(named) > _MOST:
        entries = sorted(filter(_is_entry, named), key=os.path.getmtime, reverse=True)
        for path in entries[_MOST:]:
            path.unlink(missing_ok=True)


def _is_entry(path: Path) -> bool:
    """Say whether the cache wrote a file: by its owner, its kind and how it begins."""
    about = path.lstat()
    if not stat.S_ISREG(about.st_mode) or _explain_owner(about, path):
        return False
    begun = _HEAD + path.name.encode() + b"\n"
    with path.open("rb") as file:
        return file.read(len(begun)) == begun


def _warn(message: str) -> None:
    warnings.warn(message, CacheWarning, stacklevel=4)


@cache
def hash_engine() -> str:
    """Fingerprint the source files of the engine, all of them, so that none is forgotten.

    Returns
    -------
    str
        SHA-256 in hexadecimal.
    """
    digest = hashlib.sha256()
    engine = _PACKAGE / "engine"
    for path in sorted(engine.rglob("*.py")):
        digest.update(f"{path.relative_to(engine).as_posix()}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()
