"""Reading and writing files: every failure is one clear line, every write all or nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smecluster.model.support.errors import InputError
from smecluster.model.support.limits import MOST_TEXT_BYTES


def read_text(path: str | Path, most: int = MOST_TEXT_BYTES) -> str:
    """Read a UTF-8 text file.

    Parameters
    ----------
    path : str or Path
        The file.
    most : int
        Bytes that it may have. A larger one is refused before it is read.

    Returns
    -------
    str
        Its text, without a byte-order mark, lines ending in a line feed.

    Raises
    ------
    InputError
        If it does not exist, is a folder, is too large, cannot be read, or is not UTF-8.
    """
    try:
        with Path(path).open("rb") as file:
            # A pipe has no size beforehand: of it no more is read than is allowed.
            size = os.fstat(file.fileno()).st_size
            data = b"" if size > most else file.read(most + 1)
        if max(size, len(data)) > most:
            raise InputError(f"{path} is larger than the {most / 1e6:,.0f} MB that can be read")
        text = data.decode("utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 text (byte {error.start + 1}): save it as UTF-8"
        ) from None
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        # A ValueError comes from a name that no file can have.
        raise InputError(f"cannot read {path}: {getattr(error, 'strerror', '') or error}") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
