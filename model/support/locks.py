"""A folder, or the name of a file, that only one process at a time may write to."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from smecluster.model.errors import InputError

_LOCK = ".lock"
# A file of its own: some versions of filelock empty the lock file when they try to take it.
_OWNER = ".smecluster.owner"
#: What a reserved folder holds besides its content.
FILES = (_LOCK, _OWNER)
_PATIENCE = 60.0  # seconds
_HELD = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK}
_NO_LOCKS = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}


@contextmanager
def lock_folder(folder: str | Path) -> Iterator[None]:
    """Reserve a folder for this process; the folder is made if it is missing.

    The operating system ties the lock to the process and releases it when the process ends,
    even if it is killed: there is never a stale lock to remove by hand.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Raises
    ------
    InputError
        If another process has reserved it, or it cannot be written.
    """
    place = Path(folder)
    lock = FileLock(place / _LOCK, thread_local=False)
    try:
        place.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise InputError(_refusal(place)) from None
    except OSError as error:
        raise InputError(f"cannot write {place / _LOCK}: {error.strerror or error}") from None
    try:
        (place / _OWNER).write_text(f"{os.getpid()}\n", encoding="ascii")
        yield
    finally:
        # Whoever is refused from now on must not read the number of a process that has ended.
        with suppress(OSError):
            (place / _OWNER).unlink(missing_ok=True)
        lock.release()


def describe_lock(folder: str | Path) -> str | None:
    """Say who is writing to a folder.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Returns
    -------
    str or None
        The sentence with which `lock_folder` would refuse it; None where it is free, or cannot
        be written at all.
    """
    place = Path(folder)
    lock = FileLock(place / _LOCK, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        return _refusal(place)
    except OSError:
        return None
    lock.release()
    return None


@contextmanager
def hold_lock(path: Path) -> Iterator[None]:
    """Hold a lock for the moment that a change takes; wait for whoever holds it.

    Parameters
    ----------
    path : Path
        Its file, which is made for the time of the lock; its folder exists. On a file system
        without locks nothing is locked.

    Raises
    ------
    InputError
        If another process holds it for a minute.
    OSError
        If the file cannot be made.
    """
    if sys.platform == "win32":
        with FileLock(path, timeout=_PATIENCE, thread_local=False):
            yield
        return
    handle = _take_lock(path)
    try:
        yield
    finally:
        # Removed while it is locked: whoever waits finds it gone and makes another one.
        path.unlink(missing_ok=True)
        os.close(handle)


def _take_lock(path: Path) -> int:
    """Open a file and lock it; give its handle."""
    import fcntl

    end = time.monotonic() + _PATIENCE
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(handle).st_nlink:
                return handle
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return handle
            if error.errno not in _HELD:
                os.close(handle)
                raise
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)
        if time.monotonic() > end:
            raise InputError(f"{path.parent} is in use by another process: try again later")
        time.sleep(0.002)


def _refusal(folder: Path) -> str:
    try:
        owner = (folder / _OWNER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        owner = ""
    process = f"process {owner}" if owner.isdigit() else "another process"
    return f"{folder} is in use by {process}: wait until it ends, or stop it"
