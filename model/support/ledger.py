"""The files that the program wrote, listed in each folder of results.

``.smecluster-files.json`` names them, each with the SHA-256 of what was written. Only a file of
that list which still holds what was written is ever replaced or removed: anything else is
somebody's own. Names are relative, so that a folder can be copied, moved and kept under git.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from smecluster.model.errors import InputError
from smecluster.model.support.formats import add_format, check_format
from smecluster.model.support.limits import MOST_RECORD_BYTES
from smecluster.model.support.locks import FILES as _LOCKS
from smecluster.model.support.locks import hold_lock
from smecluster.model.support.temporaries import (
    forget,
    is_temporary,
    make_temporary_file,
    remove_left_overs,
    set_mode,
)

#: The list, in every folder that the program writes to.
NAME = ".smecluster-files.json"
_LOCK = ".smecluster-files.lock"
_KIND = "list of written files"
_FILES = "files"
# Files that systems put into folders unasked.
_OF_SYSTEMS = {"desktop.ini", "thumbs.db"}
_LONGEST = 200  # bytes of a name

#: The SHA-256 of what a file may hold, by its name. There are two while one is replaced by the
#: other, and none for a file that changes all the time, which is ours whatever it holds.
Entries = dict[str, list[str]]


def check_file(path: str | Path) -> None:
    """Refuse to write a file over one that is not ours, before any long work.

    Parameters
    ----------
    path : str or Path
        The file that is to be written.

    Raises
    ------
    InputError
        If there is a file that the program did not write, or that was changed since.
    """
    target = Path(path)
    if not _exists(target):
        return
    if target.is_dir() and not target.is_symlink():
        raise InputError(f"cannot write {target}: it is a folder")
    _check(target, _read(target.parent), "choose another name")


def check_folder(folder: Path, names: Collection[str] = ()) -> None:
    """Refuse a folder of others for results, before any long work.

    Parameters
    ----------
    folder : Path
        The folder; it need not exist.
    names : collection of str
        Files that the results will have, or must not be mistaken for; where they are left out,
        none that the list names may have changed.

    Raises
    ------
    InputError
        If it holds files, but none that the program wrote; or if a file in the way is not ours,
        or was changed since it was written.
    """
    if not folder.is_dir():
        return
    entries = _read(folder)
    try:
        files = sorted(path for path in folder.iterdir() if path.is_symlink() or path.is_file())
    except OSError as error:
        raise InputError(f"cannot read {folder}: {error.strerror or error}") from None
    visible = [one for one in files if not _is_hidden(one)]
    foreign = [one for one in visible if not _is_ours(one, entries)]
    if not entries and foreign:
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise InputError(
            f"{folder} holds files that smecluster did not write ({foreign[0].name}{more}): "
            "choose a folder that is new or empty with --out, or remove them yourself"
        )
    for path in foreign:
        if path.name in (names or entries):
            _check(path, entries, "choose another folder with --out")


def put(temporary: Path, target: Path) -> None:
    """Rename a finished file to its own name, and list it.

    Parameters
    ----------
    temporary : Path
        The finished file, in the same folder.
    target : Path
        Its name. Where a file of others holds the very same bytes, nothing is done.

    Raises
    ------
    InputError
        If there is a file that the program did not write, or that was changed since.
    OSError
        If it cannot be written.
    """
    digest = _compute_digest(temporary)
    with _change(target.parent) as entries:
        if target.is_symlink():
            _check(target, entries, "choose another name")
        now = _compute_digest(target) if target.exists() else None
        if now is not None and not _is_ours(target, entries):
            if now == digest:
                return
            _check(target, entries, "choose another name")
        if entries.get(target.name) == []:
            temporary.replace(target)
            return
        _take_over(target, entries)
        # Listed before it is there, with what it replaces: whenever the process is killed, what
        # is there is in the list.
        entries[target.name] = list(dict.fromkeys([digest, *([now] if now else [])]))
        _write(target.parent, entries)
        temporary.replace(target)


def claim(path: Path, *, ours: bool = False) -> None:
    """List a file that changes all the time, which is ours from now on whatever it holds.

    Parameters
    ----------
    path : Path
        The file; its folder exists.
    ours : bool
        Whether its content proves that the program wrote it.

    Raises
    ------
    InputError
        If there is a file that the program did not write.
    """
    if _read(path.parent).get(path.name) == []:
        return
    with _change(path.parent) as entries:
        if not ours and _exists(path):
            _check(path, entries, "choose another folder with --out")
        entries[path.name] = []
        _write(path.parent, entries)


def is_ours(path: Path) -> bool:
    """Say whether the program wrote a file, and it was not changed since."""
    return _exists(path) and _is_ours(path, _read(path.parent))


def remove(path: Path) -> bool:
    """Remove a file, if the program wrote it.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bool
        Whether it is gone; a file of others stays.

    Raises
    ------
    InputError
        If the program wrote it, and it was changed since.
    """
    if not _exists(path):
        return True
    if path.name not in _read(path.parent):
        return False
    with _change(path.parent) as entries:
        if _exists(path):
            _check(path, entries, "move it elsewhere")
            path.unlink()
        entries.pop(path.name, None)
        _write(path.parent, entries)
    return True


def dissolve(folder: Path) -> None:
    """Remove the files that the program wrote in a folder, and the folder if it is empty then.

    Parameters
    ----------
    folder : Path
        The folder; folders in it, and files that were changed since, stay.

    Raises
    ------
    InputError
        If a file cannot be removed.
    """
    if not folder.is_dir():
        return
    remove_left_overs(folder)
    entries = _read(folder)
    for name in entries:
        path = folder / name
        if _exists(path) and _is_ours(path, entries):
            with _change(folder):
                path.unlink()
    left = {path.name for path in folder.iterdir()} - {NAME, *_LOCKS}
    if not left or (entries and not left & entries.keys()):
        for name in (NAME, *_LOCKS):
            (folder / name).unlink(missing_ok=True)
    with suppress(OSError):
        folder.rmdir()


def list_files(folder: Path) -> tuple[str, ...]:
    """Name the files of a folder's list, whether they are still there or not."""
    return tuple(_read(folder))


def list_again(folder: str | Path, *names: str) -> None:
    """List files as they are, whoever wrote them: for results under git that are edited on purpose.

    Parameters
    ----------
    folder : str or Path
        Their folder.
    *names : str
        The files; all that are listed already, if left out.

    Raises
    ------
    InputError
        If there is no such file.
    """
    with _change(Path(folder)) as entries:
        for name in names or tuple(entries):
            try:
                entries[name] = [_compute_digest(Path(folder) / name)]
            except OSError as error:
                raise InputError(f"cannot read {Path(folder) / name}: {error.strerror}") from None
        _write(Path(folder), entries)


def check_name(text: str, what: str) -> None:
    """Refuse a name that is no name of a folder, but a way to one.

    Parameters
    ----------
    text : str
        The name.
    what : str
        What it is, for the message: ``--name``.

    Raises
    ------
    InputError
        If it is empty, ``.`` or ``..``, longer than 200 bytes, or holds a slash, a colon or a
        control character.
    """
    bad = next((one for one in text if one in "/\\:" or not one.isprintable()), None)
    if bad is not None or text.strip() in ("", ".", ".."):
        raise InputError(f"{what} {_shorten(text)!r} is not a folder name; --out takes a path")
    if len(text.encode("utf-8")) > _LONGEST:
        raise InputError(f"{what} {_shorten(text)!r} is too long: at most {_LONGEST} bytes")


def _shorten(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]} ..."


def _check(path: Path, entries: Entries, way_out: str) -> None:
    """Refuse to replace or remove a file that is not ours."""
    if _is_ours(path, entries):
        return
    if path.name in entries:
        raise InputError(
            f"{path} was changed since smecluster wrote it: {way_out}, or delete it yourself"
        )
    raise InputError(
        f"{path} is not a file that smecluster wrote: {way_out}, or delete it yourself"
    )


def _is_ours(path: Path, entries: Entries) -> bool:
    """Say whether the program wrote what a file holds."""
    if path.is_symlink():
        return False
    digests = entries.get(path.name)
    if digests is not None:
        return not digests or _compute_digest(path) in digests
    return bool(_find_earlier(path))


def _take_over(path: Path, entries: Entries) -> None:
    """List a table of an earlier version, which kept no list, with the file that vouches for it."""
    if path.name not in entries and _exists(path):
        for name, digest in _find_earlier(path).items():
            entries.setdefault(name, [digest])


def _find_earlier(path: Path) -> dict[str, str]:
    """Find the files of earlier versions that vouch for each other: NAME.csv and NAME.json.

    Returns
    -------
    dict of str to str
        The SHA-256 of both by name; empty where a file is not one of such a pair.
    """
    if path.suffix not in (".csv", ".json"):
        return {}
    table, record = path.with_suffix(".csv"), path.with_suffix(".json")
    if table.is_symlink() or record.is_symlink():
        return {}
    try:
        if record.stat().st_size > MOST_RECORD_BYTES:
            return {}
        text = record.read_bytes()
        content = json.loads(text)
        digest = content["sha256"]
        if content["table"] != table.name or not isinstance(content["stamp"], dict):
            return {}
        if _compute_digest(table) != digest:
            return {}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return {table.name: str(digest), record.name: hashlib.sha256(text).hexdigest()}


@contextmanager
def _change(folder: Path) -> Iterator[Entries]:
    """Hold the list of a folder, so that nobody else changes it meanwhile."""
    with hold_lock(folder / _LOCK):
        yield _read(folder)


def _read(folder: Path) -> Entries:
    path = folder / NAME
    try:
        too_large = path.stat().st_size > MOST_RECORD_BYTES
        text = "" if too_large else path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError:
        text = ""  # not UTF-8: damaged
    try:
        content: Any = check_format(json.loads(text), _KIND, path)
        return {
            str(name): [str(one) for one in digests] for name, digests in content[_FILES].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} is damaged, so nothing says which files there are smecluster's: choose "
            "another folder with --out, or delete it yourself"
        ) from None


def _write(folder: Path, entries: Entries) -> None:
    content = add_format({_FILES: dict(sorted(entries.items()))}, _KIND)
    temporary = make_temporary_file(folder, ".json")
    try:
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="ascii")
        set_mode(temporary, folder / NAME)
        temporary.replace(folder / NAME)
    finally:
        forget(temporary)


def _compute_digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _exists(path: Path) -> bool:
    """Say whether there is something of that name, a broken link too."""
    return path.is_symlink() or path.exists()


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.name.casefold() in _OF_SYSTEMS or is_temporary(path)
