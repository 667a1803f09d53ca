"""What is being written: temporary files and folders, and those that a killed process left.

A name holds the process that writes: ``.smecluster-HOST-PROCESS-RANDOM.csv``. A lock on the file
itself would say so too, but netCDF refuses a file that is locked.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import stat
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

_HOST = hashlib.sha256(platform.node().encode()).hexdigest()[:8]
_NAME = re.compile(r"\.smecluster-(?P<host>[0-9a-f]{8})-(?P<process>\d+)-\w{8}(\.[^/]*)?")
# Whether a process of another machine still lives cannot be asked: its files are left for a day.
_DAY = 86_400.0

_making = threading.Lock()
_open: set[str] = set()


def make_temporary_file(folder: Path, suffix: str = "") -> Path:
    """Make an empty file in a folder, under a name that says which process writes it.

    Parameters
    ----------
    folder : Path
        The folder, which exists.
    suffix : str
        End of the name.

    Returns
    -------
    Path
        The file, readable by its owner alone. Give it to `forget` once it is renamed or removed.

    Raises
    ------
    OSError
        If it cannot be made.
    """
    with _making:
        handle, name = tempfile.mkstemp(prefix=_make_prefix(), suffix=suffix, dir=folder)
        _open.add(Path(name).name)
    os.close(handle)
    return Path(name)


def make_temporary_folder(folder: Path) -> Path:
    """Make an empty folder in a folder; see `make_temporary_file`."""
    with _making:
        made = Path(tempfile.mkdtemp(prefix=_make_prefix(), dir=folder))
        _open.add(made.name)
    return made


def forget(temporary: Path) -> None:
    """Remove a temporary file or folder, where it is still there."""
    _delete(temporary)
    _open.discard(temporary.name)


def set_mode(temporary: Path, target: Path) -> None:
    """Make a temporary file as readable as the file that it replaces, or as any new one."""
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
    except OSError:
        umask = os.umask(0)
        os.umask(umask)
        mode = 0o666 & ~umask
    temporary.chmod(mode)


def is_temporary(path: Path) -> bool:
    """Say whether a name is one of those that are given here."""
    return _NAME.fullmatch(path.name) is not None


def remove_left_overs(folder: Path) -> None:
    """Remove what processes that have ended were writing in a folder.

    Parameters
    ----------
    folder : Path
        The folder; it need not exist.
    """
    with _making, suppress(OSError):
        for path in list(folder.iterdir()):
            match = _NAME.fullmatch(path.name)
            if match is not None and path.name not in _open and _is_left(path, match):
                _delete(path)


def _make_prefix() -> str:
    return f".smecluster-{_HOST}-{os.getpid()}-"


def _is_left(path: Path, match: re.Match[str]) -> bool:
    """Say whether the process that was writing a file has ended."""
    if match["host"] == _HOST and sys.platform != "win32":  # where asking would end the process
        process = int(match["process"])
        if process == os.getpid():
            return True  # of an earlier process of this number: what this one writes is known
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return True
        except OSError:
            pass  # somebody else's, which lives
        return False
    return time.time() - path.lstat().st_mtime > _DAY


def _delete(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
