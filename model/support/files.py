"""Reading and writing files: every failure is one clear line, every write all or nothing."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from smecluster.model.errors import InputError
from smecluster.model.files import read_text
from smecluster.model.support import ledger, temporaries

__all__ = ["check_writable", "overwrite_file", "read_text", "replace_file", "write_atomic"]


def check_writable(out: Path, names: Collection[str] = ()) -> None:
    """Refuse a folder that cannot be written to or holds files of others, before any long work.

    Parameters
    ----------
    out : Path
        The folder; it need not exist and is not created.
    names : collection of str
        As for `model.support.ledger.check_folder`.

    Raises
    ------
    InputError
        If it, or the folder that would contain it, is a file or not writable; or for
        `model.support.ledger.check_folder`.
    """
    there = next(one for one in (out, *out.absolute().parents) if one.exists())
    if not there.is_dir():
        raise InputError(f"cannot write to {out}: {there} is a file, not a folder")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"cannot write to {out}: no permission in {there}")
    ledger.check_folder(out, names)


@contextmanager
def replace_file(path: str | Path) -> Iterator[Path]:
    """Yield a temporary file in the same folder, and rename it to `path` at the end.

    For libraries that need a file name (matplotlib, netCDF). A missing folder is created; on
    failure an existing file is unchanged. The folder's list of written files names the file.

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
        If the folder or the file cannot be written, or there is a file that the program did not
        write, or that was changed since.
    """
    with _prepare_file(Path(path)) as temporary:
        yield temporary
        temporaries.set_mode(temporary, Path(path))
        ledger.put(temporary, Path(path))


def write_atomic(path: str | Path, content: str | bytes) -> Path:
    """Write a file completely, or not at all; see `replace_file`.

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
        If the folder or the file cannot be written, or there is a file that the program did not
        write, or that was changed since.
    """
    with replace_file(path) as temporary:
        temporary.write_bytes(_encode(content))
    return Path(path)


def overwrite_file(path: str | Path, content: str | bytes) -> Path:
    """Write a file completely, or not at all, whoever wrote it before; it is not added to the list.

    For a file that the user asks to have changed (the model, a case), and for what a store keeps
    by rules of its own.

    Parameters
    ----------
    path : str or Path
        The file, or a link to it; a missing folder is created.
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
    target = Path(os.path.realpath(path))
    with _prepare_file(target) as temporary:
        temporary.write_bytes(_encode(content))
        temporaries.set_mode(temporary, target)
        if ledger.is_ours(target):
            ledger.put(temporary, target)  # what this program makes of it is ours as well
        else:
            temporary.replace(target)
    return Path(path)


@contextmanager
def _prepare_file(target: Path) -> Iterator[Path]:
    """Yield a temporary file beside the target, and remove it where it was not renamed."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporaries.remove_left_overs(target.parent)
        temporary = temporaries.make_temporary_file(target.parent, target.suffix)
    except OSError as error:
        raise _unwritable(target, error) from None
    try:
        yield temporary
    except OSError as error:
        raise _unwritable(target, error) from None
    finally:
        temporaries.forget(temporary)


def _encode(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot write {path}: {error.strerror or error}")
