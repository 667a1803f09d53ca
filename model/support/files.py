"""Reading and writing files: every failure is one clear line, every write all or nothing."""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from smecluster.model.support.errors import InputError


def read_text(path: str | Path) -> str:
    """Read a UTF-8 text file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    str
        Its text, without a byte-order mark, lines ending in a line feed.

    Raises
    ------
    InputError
        If it does not exist, is a folder, cannot be read, or is not UTF-8.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8"
        ) from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read a TOML file.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    dict
        Its content.

    Raises
    ------
    InputError
        If it cannot be read, or is not TOML; the message says where.
    """
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not valid TOML: {error}") from None


def check_writable(out: Path) -> None:
    """Refuse a folder that cannot be written to, before any long work.

    Parameters
    ----------
    out : Path
        The folder; it need not exist and is not created.

    Raises
    ------
    InputError
        If it, or the folder that would contain it, is a file or not writable.
    """
    there = next(one for one in (out, *out.absolute().parents) if one.exists())
    if not there.is_dir():
        raise InputError(f"cannot write to {out}: {there} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"cannot write to {out}: no permission in {there}")


@contextmanager
def replace_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary file in the same folder, and rename it to `path` at the end.

    For libraries that need a file name (matplotlib, netCDF). A missing folder is created; on
    failure an existing file is unchanged.

    Parameters
    ----------
    path : str or Path
        The file to write.

    Yields
    ------
    Path
        The temporary file, with the same suffix.

    Raises
    ------
    InputError
        If the folder or the file cannot be written.
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise _unwritable(target, error) from None
    temporary = Path(name)
    try:
        yield temporary
        # mkstemp makes the file private; results should be as readable as any new file.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(target)
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        temporary.unlink(missing_ok=True)


def write_atomic(path: str | Path, content: str | bytes) -> Path:
    """Write a file completely, or not at all.

    Parameters
    ----------
    path : str or Path
        The file; a missing folder is created.
    content : str or bytes
        Text (written as UTF-8) or bytes.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the folder or the file cannot be written.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with replace_file(path) as temporary:
        temporary.write_bytes(data)
    return Path(path)


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot write {path}: {error.strerror or error}")
