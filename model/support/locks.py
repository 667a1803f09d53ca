"""A folder that only one process at a time may work in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smecluster.model.support.errors import InputError

_NAME = ".lock"


@contextmanager
def held(folder: str | Path) -> Iterator[None]:
    """Keep a folder for this process; the folder is made if it is missing.

    The operating system holds the lock for the process, so that it ends with it, however
    it ends: a killed process leaves nothing that would have to be removed by hand.

    Parameters
    ----------
    folder : str or Path
        The folder.

    Raises
    ------
    InputError
        If another process holds it, or it cannot be written.
    """
    path = Path(folder) / _NAME
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    try:
        if not _lock(handle):
            owner = os.read(handle, 32).decode("ascii", "replace").strip()
            process = f"process {owner}" if owner.isdigit() else "another process"
            raise InputError(f"{folder} is in use by {process}: wait until it ends, or stop it")
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> bool:
    """Try to take the lock of an open file; it is released when the file is closed."""
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            # Far behind the text, which stays readable to the process that is refused.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError:
            return False
        finally:
            os.lseek(handle, 0, os.SEEK_SET)
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
