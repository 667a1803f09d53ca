"""Stages of long work: what each found is kept, with the effort that it took."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.estimate.fit import Optimum
from smecluster.calibration.problem.objective import Objective
from smecluster.model.support.checkpoints import Pieces
from smecluster.model.support.files import write_atomic

#: Told the stage, how much of it is done, and how much there is.
Tell = Callable[[str, int, int], None]
Arrays = Mapping[str, NDArray[Any]]

_EFFORT = "effort.json"


class Stages:
    """A folder of finished stages, for one process at a time.

    Parameters
    ----------
    folder : Path
        Where they are kept; made if it is missing.
    identity : mapping of str to str
        What they depend on; see `model.support.checkpoints.Pieces`.
    tell : callable
        Told how far the work is.

    Attributes
    ----------
    seconds : float
        Time that the work has taken so far, in all processes.
    runs : int
        Runs of the model so far, in all processes.
    """

    def __init__(self, folder: Path, identity: Mapping[str, str], tell: Tell) -> None:
        self.tell = tell
        self._folder = folder
        self._identity = dict(identity)
        self._open = ExitStack()
        self._pieces = Pieces(folder, identity)
        self._begun = time.monotonic()
        self._before = Objective.total

    def __enter__(self) -> Stages:
        """Take the folder.

        Raises
        ------
        InputError
            If another process works in it, or it holds other work.
        """
        self._open.enter_context(self._pieces)
        self._earlier = self._read()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    @property
    def seconds(self) -> float:  # noqa: D102  told above
        return float(self._earlier["seconds"]) + time.monotonic() - self._begun

    @property
    def runs(self) -> int:  # noqa: D102  told above
        return int(self._earlier["runs"]) + Objective.total - self._before

    def inner(self, name: str) -> Pieces:
        """Give the folder of a stage that keeps pieces of its own, to be used with ``with``."""
        return Pieces(self._folder / name, self._identity)

    def told(self, name: str) -> Callable[[int, int], None]:
        """Give what a stage tells its progress to; the effort so far is kept with it."""

        def tell(done: int, total: int) -> None:
            self._keep_effort()
            self.tell(name, done, total)

        return tell

    def arrays(self, name: str, make: Callable[[], Arrays], *, tells: bool = False) -> Arrays:
        """Give a stage's arrays: those that were kept, or else made now and kept.

        Where `make` tells its progress itself, it `tells`.
        """
        try:
            return self._pieces.load(name)
        except KeyError:
            if not tells:
                self.tell(name, 0, 1)
            self._pieces.save(name, **make())
            self._keep_effort()
            if not tells:
                self.tell(name, 1, 1)
            # What goes on and what is resumed sees the same bytes.
            return self._pieces.load(name)

    def optimum(self, name: str, make: Callable[[], Optimum]) -> Optimum:
        """Give where a stage has ended; see `arrays`."""
        arrays = self.arrays(name, lambda: vars(make()))
        return Optimum(
            np.asarray(arrays["x"], dtype=float),
            float(arrays["cost"]),
            float(arrays["gradient"]),
            int(arrays["evaluations"]),
            str(arrays["message"]),
        )

    def tables(
        self, name: str, make: Callable[[], Mapping[str, pd.DataFrame]], *, tells: bool = False
    ) -> dict[str, pd.DataFrame]:
        """Give a stage's tables by name; see `arrays`."""
        return _unpacked(self.arrays(name, lambda: _packed(make()), tells=tells))

    def table(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Give a stage's only table; see `tables`."""
        return self.tables(name, lambda: {name: make()})[name]

    def _read(self) -> dict[str, float]:
        path = self._folder / _EFFORT
        try:
            return dict(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, json.JSONDecodeError):
            return {"seconds": 0.0, "runs": 0}

    def _keep_effort(self) -> None:
        content = {"seconds": self.seconds, "runs": self.runs}
        write_atomic(self._folder / _EFFORT, json.dumps(content))


def _packed(tables: Mapping[str, pd.DataFrame]) -> dict[str, NDArray[Any]]:
    """Write tables as arrays: a column each, and the columns' names."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, table in tables.items():
        arrays[name] = np.array([str(column) for column in table.columns], dtype=str)
        for at, column in enumerate(table.columns):
            values = table[column].to_numpy()
            arrays[f"{name} {at}"] = values.astype(str) if values.dtype == object else values
    return arrays


def _unpacked(arrays: Arrays) -> dict[str, pd.DataFrame]:
    names = [name for name in arrays if f"{name} 0" in arrays or not arrays[name].size]
    return {
        name: pd.DataFrame(
            {str(column): arrays[f"{name} {at}"] for at, column in enumerate(arrays[name])}
        )
        for name in names
    }
