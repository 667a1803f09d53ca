"""Long work in pieces: what is done is kept, so that stopped work goes on where it was."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from smecluster.model.support.errors import InputError
from smecluster.model.support.files import read_text, replace_file, write_atomic
from smecluster.model.support.locks import held

_IDENTITY = "identity.json"


def drop(folder: str | Path) -> None:
    """Drop the pieces in a folder, and all folders of pieces in it, so that work begins anew.

    Parameters
    ----------
    folder : str or Path
        The folder; one that holds no pieces, or does not exist, is left alone.

    Raises
    ------
    InputError
        If another process works in it.
    """
    for identity in sorted(Path(folder).rglob(_IDENTITY)):
        with held(identity.parent):
            pass
    for identity in sorted(Path(folder).rglob(_IDENTITY)):
        shutil.rmtree(identity.parent, ignore_errors=True)


class Pieces:
    """A folder of finished pieces of one piece of work, for one process at a time.

    Use it in a ``with`` statement: entering takes the folder, leaving frees it.

    Parameters
    ----------
    folder : str or Path
        Where the pieces are kept; made if it is missing.
    identity : mapping of str to str
        What the pieces depend on: hashes of model and data, settings, seed. Pieces of
        another identity are never mixed with these.
    """

    def __init__(self, folder: str | Path, identity: Mapping[str, str]) -> None:
        self.folder = Path(folder)
        self.identity = {str(name): str(value) for name, value in identity.items()}
        self._open = ExitStack()

    def __enter__(self) -> Pieces:
        """Take the folder.

        Raises
        ------
        InputError
            If another process works in it, or its pieces belong to other work.
        """
        self._open.enter_context(held(self.folder))
        try:
            self._identify()
        except BaseException:
            self._open.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def _identify(self) -> None:
        path = self.folder / _IDENTITY
        if not path.exists():
            write_atomic(path, json.dumps(self.identity, indent=1, sort_keys=True) + "\n")
            return
        try:
            found = json.loads(read_text(path))
        except json.JSONDecodeError:
            raise InputError(f"{path} is damaged: remove {self.folder} to begin anew") from None
        differing = [
            name
            for name in sorted({*found, *self.identity})
            if found.get(name) != self.identity.get(name)
        ]
        if differing:
            raise InputError(
                f"{self.folder} holds work with another {' and another '.join(differing)}: "
                "remove it to begin anew, or choose another folder"
            )

    def path(self, name: str) -> Path:
        """Name the file of a piece."""
        return self.folder / f"{name}.npz"

    def __contains__(self, name: str) -> bool:
        return self._read(name) is not None

    def load(self, name: str) -> dict[str, NDArray[np.generic]]:
        """Read a finished piece.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        dict of str to numpy.ndarray
            Its arrays.

        Raises
        ------
        KeyError
            If there is no such piece, or its file was cut short.
        """
        found = self._read(name)
        if found is None:
            raise KeyError(name)
        return found

    def save(self, name: str, **arrays: ArrayLike) -> None:
        """Keep a piece: completely, or not at all.

        Parameters
        ----------
        name : str
            Its name.
        **arrays : array_like
            What it consists of; numbers or text, no objects.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        with replace_file(self.path(name)) as temporary, temporary.open("wb") as file:
            np.savez(file, allow_pickle=False, **arrays)
            file.flush()
            os.fsync(file.fileno())

    def _read(self, name: str) -> dict[str, NDArray[np.generic]] | None:
        # A zip archive carries a checksum of every member, which reading them all verifies.
        try:
            with np.load(self.path(name), allow_pickle=False) as archive:
                return {key: archive[key] for key in archive.files}
        except (OSError, ValueError, EOFError, zipfile.BadZipFile):
            return None
