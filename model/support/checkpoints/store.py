"""Checkpoints: finished parts of long work, kept in a folder so that it can resume.

A part is one Parquet file. The checksum in its name is that of its bytes, so the folder alone says
what is finished: a file that was cut short, or has changed since, counts as not done. Other
programs can read the files too. Only parts, and what the folder's list of written files names
(`model.support.ledger`), are ever removed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import ArrayLike

from smecluster.model.errors import InputError
from smecluster.model.support import ledger, temporaries
from smecluster.model.support.checkpoints.contents import (
    ARRAYS,
    DATASET,
    TABLE,
    Arrays,
    decode,
    decode_arrays,
    decode_dataset,
    decode_facts,
    encode,
)
from smecluster.model.support.checkpoints.identities import (
    IDENTITY,
    describe_mixture,
    is_identity,
    name_differences,
)
from smecluster.model.support.checkpoints.part_files import (
    compute_checksum,
    list_files,
    name_file,
    parse_file,
    read_time,
)
from smecluster.model.support.files import overwrite_file, read_text
from smecluster.model.support.formats import FORMATS
from smecluster.model.support.locks import lock_folder
from smecluster.model.support.seals import seal_json

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

FORMAT = FORMATS["checkpoints"]


class Checkpoints:
    """Finished parts of one piece of work, written by one process at a time.

    Use it in a ``with`` statement to write: entering reserves the folder, leaving frees it. It can
    be read without that, also while another process writes. Parts may be saved from several
    threads.

    Parameters
    ----------
    folder : str or Path
        Where the parts are kept; made when it is entered.
    identity : mapping of str to str
        What the parts depend on, in words: hashes of model and data, settings, seed. Parts of
        different identities are never mixed.
    file : str
        Name of the JSON file that keeps the identity.
    record : mapping, optional
        What else that file says.
    format_ : int
        Number of the format of that file.
    restart : bool
        Whether parts of a different identity are dropped, instead of being refused.

    Attributes
    ----------
    progress : str
        How far the work is, in words, for `describe_progress`; the number of parts if empty.
    """

    def __init__(
        self,
        folder: str | Path,
        identity: Mapping[str, str],
        *,
        file: str = IDENTITY,
        record: Mapping[str, Any] | None = None,
        format_: int = FORMAT,
        restart: bool = False,
    ) -> None:
        self.folder = Path(folder)
        self.identity = {str(name): str(value) for name, value in identity.items()}
        self.progress = ""
        self._file, self._record, self._format = file, dict(record or {}), format_
        self._restart = restart
        self._outer: Checkpoints | None = None
        self._open = ExitStack()
        self._inner: list[Checkpoints] = []
        self._writable = self._identified = False
        self._index: dict[str, Path] | None = None
        # Size and time of change of each file whose bytes have been checked.
        self._checked: dict[Path, tuple[int, int]] = {}

    # The folder

    def __enter__(self) -> Checkpoints:
        """Reserve the folder.

        Raises
        ------
        InputError
            If another process writes to it, or it was created with a different identity.
        """
        if self._outer is not None:
            return self
        self._open.enter_context(lock_folder(self.folder))
        try:
            self._admit()
            self._identify()
        except BaseException:
            self._open.close()
            raise
        self._writable, self._index = True, None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._outer is not None:
            return
        if isinstance(error, KeyboardInterrupt):
            error.add_note(self.describe_progress())
        self._writable = False
        self._open.close()

    def inner(self, name: str, *, keyed: bool = False) -> Checkpoints:
        """Give a folder in this one, for parts of a part.

        Parameters
        ----------
        name : str
            Its name, which may be a path.
        keyed : bool
            Whether the name holds a fingerprint of the identity, which makes an identity file in
            the folder unnecessary.

        Returns
        -------
        Checkpoints
            Of the same identity; it can be written while this one is reserved, and needs no
            ``with`` statement of its own.

        Raises
        ------
        InputError
            If it was created with a different identity.
        """
        inside = Checkpoints(self.folder / name, self.identity, restart=self._restart)
        inside._outer, inside._identified = self, keyed
        self._inner.append(inside)
        if self._may_write():
            inside._admit()
        return inside

    def describe_progress(self) -> str:
        """Say what is kept, and how to resume, for someone who has interrupted the work."""
        done = self.progress
        if not done:
            count = self._count()
            if not count:
                return "nothing had been finished: the same command starts from the beginning"
            done = "1 finished part" if count == 1 else f"{count:,} finished parts"
        verb = "is" if done.startswith("1 ") else "are"
        return f"{done} {verb} kept in {self.folder}: the same command resumes there"

    def _count(self) -> int:
        return len(self._indexed()) + sum(inside._count() for inside in self._inner)

    def _admit(self) -> None:
        """Compare the identity with that of the folder; drop what has none."""
        temporaries.remove_left_overs(self.folder)
        if self._identified:
            return
        path = self.folder / self._file
        earlier = self._identity_in(path) if path.exists() else None
        differing = [] if earlier is None else name_differences(earlier, self.identity)
        if differing:
            raise InputError(
                f"{describe_mixture(self.folder, differing)}: choose another folder with --out, "
                "or start again with --restart"
            )
        if path.exists():
            ledger.claim(path, ours=earlier is not None or is_identity(path))
        if earlier is None:
            # Without an identity nobody knows what parts belong to. Its file is the first to go
            # and the last to come: a process killed in between leaves nothing to be mixed up.
            path.unlink(missing_ok=True)
            for part in list(list_files(self.folder)):
                part.unlink(missing_ok=True)

    def _identify(self) -> None:
        """Write the identity, where it does not stand already."""
        if not self._identified:
            path = self.folder / self._file
            content = {"format": self._format, "identity": self.identity, **self._record}
            text = seal_json(content)
            if not path.exists() or read_text(path) != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                ledger.claim(path)
                overwrite_file(path, text)
            self._identified = True

    def _identity_in(self, path: Path) -> dict[str, str] | None:
        """Read the identity in a file; None where what it belongs to is to be dropped.

        Its seal is for those who only read: whoever writes compares every fingerprint and writes
        the file again.
        """
        try:
            content = json.loads(read_text(path))
            if content["format"] != self._format:
                raise InputError(
                    f"{path} was written by another version of smecluster: "
                    f"start again with --restart, or remove {self.folder}"
                )
            identity = {str(name): str(value) for name, value in content["identity"].items()}
        except InputError:
            if self._restart:
                return None
            raise
        except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
            if self._restart:
                return None
            raise InputError(
                f"{path} is damaged: start again with --restart, or remove {self.folder}"
            ) from None
        return None if self._restart and identity != self.identity else identity

    def _may_write(self) -> bool:
        return self._writable if self._outer is None else self._outer._may_write()

    # Parts

    def __contains__(self, name: str) -> bool:
        return self._whole(name) is not None

    def finished(self) -> tuple[str, ...]:
        """Name the parts that are whole, in alphabetical order; every byte is checked once."""
        return tuple(name for name in sorted(self._indexed()) if name in self)

    def damaged(self) -> tuple[str, ...]:
        """Name the parts whose bytes are not what was saved; they count as not done."""
        return tuple(name for name in sorted(self._indexed()) if name not in self)

    def path(self, name: str) -> Path:
        """Give the file of a part.

        Raises
        ------
        KeyError
            If there is no such part, or it is damaged.
        """
        path = self._whole(name)
        if path is None:
            raise KeyError(name)
        return path

    def save(
        self,
        name: str,
        content: Mapping[str, ArrayLike] | pd.DataFrame | xr.Dataset,
        **facts: str,
    ) -> None:
        """Keep a part: completely, or not at all. It takes the place of one of the same name.

        Parameters
        ----------
        name : str
            Its name.
        content : mapping of str to array_like, DataFrame or Dataset
            Arrays of numbers, truth values or text; a table, without its index; or labelled
            arrays, with their attributes.
        **facts : str
            Short statements about the part, which `facts` reads without the rest.

        Raises
        ------
        InputError
            If it cannot be written.
        RuntimeError
            If the folder is not reserved: save inside a ``with`` statement.
        """
        if not self._may_write():
            raise RuntimeError(f"{self.folder} is not reserved: save inside a 'with' statement")
        self._identify()
        data = encode(content, facts)
        path = self.folder / name_file(name, data)
        # Looked up before the new file is there, which the folder's list would already name.
        before = self._indexed().get(name)
        overwrite_file(path, data)
        if before is not None and before != path:
            before.unlink(missing_ok=True)
        self._indexed()[name] = path
        with suppress(OSError):
            about = path.stat()
            self._checked[path] = (about.st_size, about.st_mtime_ns)

    def discard(self, name: str) -> None:
        """Remove a part, damaged or whole; nothing happens where there is none."""
        path = self._indexed().pop(name, None)
        if path is not None:
            path.unlink(missing_ok=True)

    def load(self, name: str) -> Arrays:
        """Read the arrays of a part.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        dict of str to numpy.ndarray
            With the shapes and types with which they were saved.

        Raises
        ------
        KeyError
            If there is no such part, it is damaged, or it holds something else.
        """
        return decode_arrays(self._read(name, ARRAYS))

    def load_table(self, name: str, columns: Iterable[str] | None = None) -> pd.DataFrame:
        """Read the table of a part.

        Parameters
        ----------
        name : str
            Its name.
        columns : iterable of str, optional
            The columns; all if left out. Others are not read from the disk.

        Returns
        -------
        pandas.DataFrame
            With a new index.

        Raises
        ------
        KeyError
            If there is no such part, it is damaged, or it holds something else.
        InputError
            If it has no such column.
        """
        if columns is None:
            whole: pd.DataFrame = self._read(name, TABLE).to_pandas()
            return whole
        path = self.path(name)
        try:
            some: pd.DataFrame = pq.read_table(path, columns=list(columns)).to_pandas()
        except (OSError, pa.ArrowInvalid) as error:
            raise InputError(f"cannot read {path}: {str(error).splitlines()[0]}") from None
        return some

    def load_dataset(self, name: str) -> xr.Dataset:
        """Read the labelled arrays of a part.

        Parameters
        ----------
        name : str
            Its name.

        Returns
        -------
        xarray.Dataset
            With the attributes with which it was saved; text is of the type object.

        Raises
        ------
        KeyError
            If there is no such part, it is damaged, or it holds something else.
        """
        return decode_dataset(self._read(name, DATASET))

    def facts(self, name: str) -> dict[str, str]:
        """Read what was stated about a part when it was saved, and its number of ``rows``.

        Raises
        ------
        KeyError
            If there is no such part, or it is damaged.
        """
        try:
            about = pq.read_metadata(self.path(name))
        except (OSError, pa.ArrowInvalid):
            raise KeyError(name) from None
        return {**decode_facts(about.metadata), "rows": str(about.num_rows)}

    def _indexed(self) -> dict[str, Path]:
        """Give the file of every part; the folder is listed once."""
        if self._index is None:
            # Of two files of one name, left by a process killed between writing one and removing
            # the other, the newer counts.
            paths = sorted(list_files(self.folder), key=read_time)
            self._index = {parse_file(path)[0]: path for path in paths}
        return self._index

    def _whole(self, name: str) -> Path | None:
        """Give the file of a part whose bytes are those that were saved."""
        path = self._indexed().get(name)
        if path is None:
            return None
        try:
            about = path.stat()
            state = (about.st_size, about.st_mtime_ns)
            if self._checked.get(path) != state:
                if compute_checksum(path.read_bytes()) != parse_file(path)[1]:
                    return None
                self._checked[path] = state
        except OSError:
            return None
        return path

    def _read(self, name: str, kind: str) -> pa.Table:
        path = self._indexed().get(name)
        try:
            data = b"" if path is None else path.read_bytes()
        except OSError:
            data = b""
        # The bytes that are checked are those that are read.
        if path is None or compute_checksum(data) != parse_file(path)[1]:
            raise KeyError(name)
        table, held = decode(data)
        if held != kind:
            raise KeyError(name)
        return table
