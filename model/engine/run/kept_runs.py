"""Finished runs of a batch, kept until its table is written so that the batch can resume.

A batch that takes a few seconds keeps nothing. From then on every part of the runs is kept as it is
finished, in a hidden folder beside the table that is to be written. Its name holds a fingerprint of
all that the runs depend on, so that only the very same batch takes them up.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from smecluster.model.engine.graph.outputs import select_outputs
from smecluster.model.engine.run.dask import ClusterLostError
from smecluster.model.errors import InputError
from smecluster.model.support.checkpoints import Checkpoints, drop, remove_abandoned

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from smecluster.model.engine.run.shared import Shared

#: Seconds of work that are not worth keeping.
PATIENCE = 3.0
# How the folders begin; of the name of the table and of the identity some digits follow.
_KEPT = ".batch-"
_OF_NAME, _OF_IDENTITY = 8, 12


class KeptRuns:
    """Finished parts of the runs whose table is to be written; see `model.stream`.

    Use it in a ``with`` statement that ends when the table is written: the parts are removed then.
    They stay where the work was interrupted, the cluster was lost or the disk is full, and the
    exception says so. Where the inputs were refused, nothing stays.

    Parameters
    ----------
    out : Path
        The file that the table is written to.

    Attributes
    ----------
    finished : int
        Runs that are finished, by this process or an earlier one.
    """

    def __init__(self, out: Path) -> None:
        self.finished = 0
        self._out = out
        self._store: Checkpoints | None = None
        self._new_folder = not out.parent.exists()

    def __enter__(self) -> KeptRuns:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        said = "nothing had been finished: the same command starts from the beginning"
        if self._store is not None:
            self._store.__exit__(None, None, None)
            said = self._store.describe_progress()
            if error is None or _refuses(error):
                drop(self._store.folder)
        if error is None:
            self._remove_others()
        elif _refuses(error):
            if self._new_folder:
                with suppress(OSError):
                    self._out.parent.rmdir()
        elif isinstance(error, InputError):
            if self._store is not None:
                raise type(error)(f"{error}; {said}") from None
        else:
            error.add_note(said)

    def run(
        self,
        shared: Shared,
        table: pd.DataFrame,
        size: int,
        run: Callable[[Iterable[pd.DataFrame]], Iterator[xr.Dataset]],
    ) -> Iterator[xr.Dataset]:
        """Run the parts of a table that are not kept, and give all in order.

        Parameters
        ----------
        shared : Shared
            What the runs have in common.
        table : pandas.DataFrame
            A row a run.
        size : int
            Runs of a part.
        run : callable
            Runs parts of the table, in order.

        Yields
        ------
        xarray.Dataset
            The results of a part.

        Raises
        ------
        InputError
            If another process carries out the same batch, or what is kept cannot be read or
            written.
        """
        begin = time.monotonic()
        identity = {**_identify(shared, table), "parts": str(size)}
        digits = _digest(repr(identity))[:_OF_IDENTITY]
        # Their identity is in their name: what has another one inside is damaged.
        store = Checkpoints(self._out.parent / f"{self._prefix}{digits}", identity, restart=True)
        if store.folder.is_dir():
            self._reserve(store)
        done = set(store.finished()) if self._store else set()
        parts = {
            f"{first:012d}": table.iloc[first : first + size]
            for first in range(0, max(1, len(table)), size)
        }
        self.finished = sum(len(part) for name, part in parts.items() if name in done)
        missing = [part for name, part in parts.items() if name not in done]
        # Where all is kept, a scheduler is not even asked.
        computed = run(missing) if missing else iter(())
        for name in parts:
            if name in done:
                yield _load(store, name)
                continue
            result = next(computed)
            self.finished += result.sizes["run"]
            if self._store or time.monotonic() - begin >= PATIENCE:
                self._reserve(store)
                store.save(name, result)
            yield result

    def _reserve(self, store: Checkpoints) -> None:
        if self._store is None:
            self._store = store.__enter__()

    @property
    def _prefix(self) -> str:
        return f"{_KEPT}{_digest(self._out.name)[:_OF_NAME]}-"

    def _remove_others(self) -> None:
        """Remove what earlier batches left whose table was to be where this one is now."""
        for other in self._out.parent.glob(self._prefix + _OF_IDENTITY * "[0-9a-f]"):
            remove_abandoned(other)


def _refuses(error: BaseException) -> bool:
    """Say whether the input is at fault, so that the same command could not go on."""
    # What cannot be written is reported as an InputError too.
    full = isinstance(error.__context__, OSError)
    return isinstance(error, InputError) and not isinstance(error, ClusterLostError) and not full


def _load(store: Checkpoints, name: str) -> xr.Dataset:
    try:
        return store.load_dataset(name)
    except KeyError:
        raise InputError(
            f"{store.folder} was changed meanwhile: start the same command again"
        ) from None


def _identify(shared: Shared, table: pd.DataFrame) -> dict[str, str]:
    """Name what the runs of a table depend on, each by a fingerprint or in words."""
    rows = hashlib.sha256(repr([str(name) for name in table.columns]).encode())
    for values in (table.index, *(table[name] for name in table.columns)):
        numbers = values.to_numpy()
        plain = numbers.dtype.kind in "biuf"
        rows.update(numbers.tobytes() if plain else repr(numbers.tolist()).encode())
    common = shared.resolve()
    return {
        "model": shared.model.hash,
        "table": rows.hexdigest(),
        "outputs": repr(select_outputs(shared.model.program, shared.outputs).names),
        "years": repr(shared.years),
        "settings": _digest(repr((sorted(common.values.items()), sorted(common.tables.items())))),
        "ranges": str(shared.within_ranges),
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
