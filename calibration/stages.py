"""Stages of a calibration: each result is kept as soon as it is there, with the effort so far."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.problem.objective import Objective
from smecluster.model.inputs import read_json
from smecluster.model.support import ledger
from smecluster.model.support.checkpoints import Checkpoints
from smecluster.model.support.files import overwrite_file

#: Receives the stage, how much of it is done, and how much there is.
Tell = Callable[[str, int, int], None]
Arrays = Mapping[str, NDArray[Any]]

#: The stage of the walks, and stages that end as soon as they converge: their total is a bound.
WALKING = "moves of the walkers"
OPEN_ENDED = frozenset({WALKING})
_EFFORT = "effort.json"
_TABLES = "tables"


class Stages:
    """A folder of finished stages, written by one process at a time.

    Parameters
    ----------
    folder : Path
        Where they are kept; created if missing.
    identity : mapping of str to str
        What the results depend on; see `model.support.checkpoints.Checkpoints`.
    tell : callable
        Receives the progress.

    Attributes
    ----------
    seconds : float
        Time that the work has taken so far, over all processes.
    runs : int
        Runs of the model so far, over all processes.
    """

    def __init__(self, folder: Path, identity: Mapping[str, str], tell: Tell) -> None:
        self.tell = tell
        self._folder = folder
        self._checkpoints = Checkpoints(folder, identity)
        self._begun = time.monotonic()
        self._before = Objective.total

    def __enter__(self) -> Stages:
        """Reserve the folder.

        Raises
        ------
        InputError
            If another process works in it, or it was created with other data or settings.
        """
        self._checkpoints.__enter__()
        self._earlier = self._read()
        ledger.claim(self._folder / _EFFORT, ours=bool(self._earlier))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # With the error: of an interruption it says what is kept.
        self._checkpoints.__exit__(kind, error, trace)

    @property
    def seconds(self) -> float:  # noqa: D102  documented above
        return float(self._earlier.get("seconds", 0.0)) + time.monotonic() - self._begun

    @property
    def runs(self) -> int:  # noqa: D102  documented above
        return int(self._earlier.get("runs", 0)) + Objective.total - self._before

    def inner(self, name: str) -> Checkpoints:
        """Give the checkpoints of a stage that is made in several parts."""
        return self._checkpoints.inner(name)

    def track(self, name: str) -> Callable[[int, int], None]:
        """Give a function that a stage reports its progress to, and that saves the effort."""

        def tell(done: int, total: int) -> None:
            self._keep_effort()
            self.tell(name, done, total)

        return tell

    def compute_arrays(
        self, name: str, make: Callable[[], Arrays], *, tells: bool = False
    ) -> Arrays:
        """Load the arrays of a finished stage, or compute and keep them.

        Parameters
        ----------
        name : str
            Name of the stage.
        make : callable
            Computes the arrays.
        tells : bool
            Whether `make` reports its own progress.

        Returns
        -------
        mapping of str to array
        """
        try:
            return self._checkpoints.load(name)
        except KeyError:
            if not tells:
                self.tell(name, 0, 1)
            self._checkpoints.save(name, make())
            self._keep_effort()
            if not tells:
                self.tell(name, 1, 1)
            # A first run and a resumed one see the same bytes.
            return self._checkpoints.load(name)

    def compute_tables(
        self, name: str, make: Callable[[], Mapping[str, pd.DataFrame]], *, tells: bool = False
    ) -> dict[str, pd.DataFrame]:
        """Load or compute a stage's tables, by name; see `compute_arrays`."""
        try:
            return self._stored_tables(name)
        except KeyError:
            if not tells:
                self.tell(name, 0, 1)
            made = make()
            for each, table in made.items():
                self._checkpoints.save(_name_part(name, each), table)
            # Written last: it says that all the others are complete.
            self._checkpoints.save(name, {_TABLES: list(made)})
            self._keep_effort()
            if not tells:
                self.tell(name, 1, 1)
            return self._stored_tables(name)

    def compute_table(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        """Load or compute a stage's only table; see `compute_tables`."""
        return self.compute_tables(name, lambda: {name: make()})[name]

    def _stored_tables(self, name: str) -> dict[str, pd.DataFrame]:
        names = map(str, self._checkpoints.load(name)[_TABLES])
        return {each: self._checkpoints.load_table(_name_part(name, each)) for each in names}

    def _read(self) -> dict[str, float]:
        """Read the effort of earlier processes; empty where there is none, or none that is ours."""
        path = self._folder / _EFFORT
        try:
            found = read_json(path)
            return {"seconds": float(found["seconds"]), "runs": int(found["runs"])}
        except (ValueError, KeyError, TypeError, OverflowError):
            return {}

    def _keep_effort(self) -> None:
        content = {"seconds": self.seconds, "runs": self.runs}
        overwrite_file(self._folder / _EFFORT, json.dumps(content))


def _name_part(stage: str, table: str) -> str:
    return f"{stage}, {table}"
