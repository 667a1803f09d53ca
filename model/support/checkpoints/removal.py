"""Removing unfinished work: only parts, and what the list of written files names."""

from __future__ import annotations

from pathlib import Path

from smecluster.model.errors import InputError
from smecluster.model.support import ledger
from smecluster.model.support.checkpoints.identities import IDENTITY, is_identity
from smecluster.model.support.checkpoints.part_files import list_files
from smecluster.model.support.locks import FILES as LOCKS
from smecluster.model.support.locks import describe_lock, lock_folder


def drop(folder: str | Path) -> None:
    """Remove the checkpoints in a folder, and all below it, to start again.

    Parameters
    ----------
    folder : str or Path
        The folder; one that has no checkpoints, or does not exist, is left alone.

    Raises
    ------
    InputError
        If another process writes to one of them.
    """
    for identity in sorted(Path(folder).rglob(IDENTITY)):
        with lock_folder(identity.parent):
            pass
    for identity in sorted(Path(folder).rglob(IDENTITY), reverse=True):
        if IDENTITY in ledger.list_files(identity.parent) or is_identity(identity):
            ledger.claim(identity, ours=True)
            identity.unlink(missing_ok=True)
            remove_parts(identity.parent)


def remove_parts(folder: Path) -> None:
    """Remove finished parts in a folder and all below it, and the folders that are empty then.

    Parameters
    ----------
    folder : Path
        The folder; files of others in it stay.

    Raises
    ------
    InputError
        If a file cannot be removed.
    """
    if not folder.is_dir() or folder.is_symlink():
        return
    try:
        for inside in folder.iterdir():
            if inside.is_dir():
                remove_parts(inside)
        for part in list(list_files(folder)):
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"cannot remove {folder}: {error.strerror or error}") from None
    ledger.dissolve(folder)


def remove_abandoned(work: Path) -> None:
    """Remove unfinished work that no process is at.

    Parameters
    ----------
    work : Path
        Its folder; one that is none of ours is left alone.

    Raises
    ------
    InputError
        If a file cannot be removed.
    """
    own = (IDENTITY, ledger.NAME, *LOCKS)
    if any((work / name).exists() for name in own) and describe_lock(work) is None:
        drop(work)
        ledger.dissolve(work)
