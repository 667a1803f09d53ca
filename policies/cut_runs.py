"""Cut runs: how much of an effect is gone when a reader does not see it.

The effect is the difference between two worlds in one run (`model.checking.twin_worlds`). With a
link cut, its reader sees the first world's value at every moment; what is then missing of the
effect is what the link carries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.checking.twin_worlds import (
    Link,
    TwinModel,
    make_twins,
    name_cut,
    name_second,
)
from smecluster.model.engine.run.runs import simulate_many
from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION
from smecluster.model.outcomes import PLACE, TOTAL, Outcome, collect_outcomes, list_variables

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.engine.read.document import Document

Progress = Callable[[int, int], None]

_FINAL = "FINAL TIME"


class Carried:
    """The outcome without any cut, and with each."""

    def __init__(
        self, links: Sequence[Link], base: xr.DataArray, second: xr.DataArray, moves: pd.DataFrame
    ) -> None:
        self.links = tuple(links)
        self.base = base.isel(run=0, drop=True)
        self.all = (second - base).assign_attrs(base.attrs)
        self.effect = self.all.isel(run=0, drop=True)
        self.moves = moves

    @property
    def failed(self) -> int:
        """How many cut runs have no result."""
        return int(self.all.isnull().any("time").sum())

    def shares(self) -> list[float]:
        """Give the share of the last year's effect that each link carries, Dmnl."""
        last = self.all.isel(time=-1).values
        return [float(one) for one in 1 - last[1:] / last[0]]

    def paths(self) -> xr.DataArray:
        """Give what each link carries by year, in the outcome's unit, along (link, time)."""
        gone = self.effect - self.all.isel(run=slice(1, None))
        names = np.empty(len(self.links), dtype=object)
        names[:] = list(self.links)
        return gone.rename(run="link").assign_coords(link=names)


class CutRuns:
    """The runs of two worlds, with one link cut in each."""

    def __init__(
        self,
        model: Model,
        base: Mapping[str, Any],
        moved: Mapping[str, float],
        outcome: Outcome,
        years: Sequence[float],
        workers: int | None,
        progress: Progress | None,
    ) -> None:
        self.model, self.outcome, self.years, self.workers = model, outcome, years, workers
        self.inputs = {
            **base,
            **{name_second(name): value for name, value in moved.items()},
            _FINAL: max(model.time.final, years[-1]),
        }
        self.moved = {name.partition("[")[0] for name in moved}
        self.progress, self.runs = progress, 0

    def carry(self, links: Sequence[Link], show: Sequence[str] = ()) -> Carried:
        """Cut each link alone; `show` names variables whose move is kept."""
        twins = make_twins(self.model, self.moved, links)
        names = [name_cut(at) for at in range(len(links))]
        table = pd.DataFrame(np.eye(len(links) + 1, len(links), -1), columns=names)
        needed = list(dict.fromkeys([*list_variables([self.outcome]), *show]))
        outputs = [*needed, *map(name_second, needed)]
        runs = simulate_many(
            twins,
            table,
            outputs,
            self.years,
            base=self.inputs,
            workers=self.workers,
            within_ranges=False,
        )
        self.runs += len(table)
        if self.progress is not None:
            self.progress(self.runs, max(self.runs, 2 * len(table)))
        first = self._total(runs)
        renamed = runs.drop_vars(needed).rename({name_second(one): one for one in needed})
        second = self._total(renamed)
        uncut = runs.isel(run=0, time=-1)
        return Carried(links, first, second, _measure_moves(twins, uncut, show))

    def _total(self, runs: xr.Dataset) -> xr.DataArray:
        if REGION not in runs[self.outcome.name].dims:
            return runs[self.outcome.name]
        values = collect_outcomes(runs, [self.outcome])[self.outcome.name]
        return values.sel({PLACE: TOTAL}, drop=True) if PLACE in values.dims else values


def _measure_moves(twins: TwinModel, run: xr.Dataset, names: Sequence[str]) -> pd.DataFrame:
    """Give how far each variable is moved, in per cent: the least and the most of its elements."""
    rows = []
    for name in names:
        base, moved = run[name].values, run[name_second(name)].values
        with np.errstate(divide="ignore", invalid="ignore"):
            change = 100 * (moved - base) / np.abs(base)
        known = change[np.isfinite(change)]
        unit = twins.variables[name].unit
        rows.append(
            {
                "variable": name,
                "unit": unit,
                "without": float(np.mean(base)),
                "with": float(np.mean(moved)),
                "least [%]": float(known.min()) if known.size else np.nan,
                "most [%]": float(known.max()) if known.size else np.nan,
            }
        )
    columns = ["variable", "unit", "without", "with", "least [%]", "most [%]"]
    return pd.DataFrame(rows, columns=columns)


def find_between(document: Document, begins: Iterable[str], ends: Iterable[str]) -> list[str]:
    """List the variables on any path from one set to another, in the order of the file."""
    before: dict[str, list[str]] = {}
    for name, readers in document.followers.items():
        for reader in readers:
            before.setdefault(reader, []).append(name)

    def reach(start: Iterable[str], step: Mapping[str, Sequence[str]]) -> set[str]:
        seen = set(start)
        todo = list(seen)
        while todo:
            new = [one for one in step.get(todo.pop(), ()) if one not in seen]
            seen.update(new)
            todo += new
        return seen

    between = reach(begins, document.followers) & reach(ends, before)
    moving = [
        name
        for name, variable in document.variables.items()
        if name in between and variable.kind not in ("constant", "table")
    ]
    if not moving:
        raise InputError("the model has no path from the money of programmes to the outcome")
    return moving
