"""Cut runs: how much of a lever's effect is gone when a reader does not see it.

The effect is the difference between two worlds in one run (`model.checking.twin_worlds`): the
baseline, and the same with all the money on one lever. With a link cut, its reader sees the
baseline's value at every moment; what is then missing of the effect is what the link carries.
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
from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.file.regions import REGION
from smecluster.model.outcomes import (
    PLACE,
    TOTAL,
    Outcome,
    collect_outcomes,
    find_outcome,
    list_variables,
)
from smecluster.policies.assignment.divisions import NOBODY, REGIONS, RUNNING, plan_lever
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.ensemble.cases import REASON
from smecluster.policies.ensemble.horizons import Worlds, check_horizons
from smecluster.policies.ensemble.worlds import FACTOR
from smecluster.policies.explanation.chains import LEAST, join_links
from smecluster.policies.explanation.result import Explanation
from smecluster.policies.lever_description import describe_lever
from smecluster.policies.levers import find_lever
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import START, carry_on

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.engine.read.document import Document

Progress = Callable[[int, int], None]

#: What is asked if nothing else is.
OUTCOME = "value added"
# An effect of less than this part of the outcome's level is rounding, Dmnl.
_NOTHING = 1e-9
_FINAL = "FINAL TIME"


def explain(
    model: Model,
    lever: str,
    outcome: str = OUTCOME,
    *,
    who: str | None = None,
    start: float = START,
    year: float | None = None,
    budget: str | float | Amount | Budget = DEFAULT_BUDGET,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Find the links that carry most of a lever's effect on an outcome.

    Parameters
    ----------
    model : Model
        The model; its own values are run.
    lever : str
        The lever on which all the additional money goes.
    outcome : str
        An outcome of `model.outcomes`, of all regions together or of the nation.
    who : {"centre", "regions", "both"}, optional
        Who runs it; who does by the paper if left out, the regions where nobody does.
    start : float
        First year of the money.
    year : float, optional
        Year in which the outcome is read; the last of the money if left out.
    budget : str, float, Amount or Budget
        Additional money, see `policies.budget.parse_budget`.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    Explanation
        The links.

    Raises
    ------
    InputError
        If a name or the year cannot be used, there is no money, or the lever has no effect on
        the outcome.
    """
    chosen, measured = find_lever(lever), find_outcome(outcome)
    if who is None:
        who = REGIONS if chosen.task == NOBODY else chosen.task
    if who not in RUNNING:
        raise UnknownNameError("level", who, RUNNING)
    if not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    if not budget.money > 0:
        raise InputError("without additional money there is no effect: give a budget above zero")
    year = budget.end if year is None else year
    check_horizons([year], start)
    year = float(year)
    menu = read_menu(model)
    plan = plan_lever(menu, lever, who, start)
    worlds = Worlds(model, pd.DataFrame(index=["model"]), start, budget.end, settings, workers)
    matched = worlds.match([plan], budget.money)
    if matched[REASON].item():
        raise InputError(f"{lever!r} run by the {who} has no result: {matched[REASON].item()}")
    plan = plan.scale(float(matched[FACTOR].item()))
    base = carry_on(menu, start).inputs
    work = _Work(
        model,
        {**base, **(settings or {})},
        {name: value for name, value in plan.inputs.items() if base.get(name) != value},
        measured,
        [float(one) for one in np.arange(start, year + 1)],
        workers,
        progress,
    )
    candidates = find_between(model.document, menu.spending.values(), list_variables([measured]))
    first = work.carry([(name, None) for name in candidates])
    effect = first.effect
    level = abs(float(first.base.isel(time=-1)))
    if not abs(float(effect.isel(time=-1))) > _NOTHING * level:
        raise InputError(f"{lever!r} has no effect on {outcome!r} by {year:g}")
    telling = [
        name
        for (name, _), share in zip(first.links, first.shares(), strict=True)
        if abs(share) >= LEAST
    ]
    followers = model.document.followers
    known = set(candidates)
    links: list[Link] = [
        (name, reader) for name in telling for reader in followers[name] if reader in known
    ]
    second = work.carry(links, show=telling)
    shares = dict(zip(second.links, second.shares(), strict=True))
    named = {
        (name, reader): share
        for (name, reader), share in shares.items()
        if reader is not None and np.isfinite(share)
    }
    return Explanation(
        lever=lever,
        who=who,
        outcome=measured,
        regional=REGION in model.program.outputs[measured.name].dims,
        budget=budget,
        year=year,
        base=first.base,
        effect=effect,
        links=named,
        chains=tuple(join_links({k: v for k, v in named.items() if abs(v) >= LEAST})),
        money_path=describe_lever(chosen, model.text).money_path,
        paths=second.paths(),
        moves=second.moves,
        runs=work.runs + worlds.runs,
        failed=second.failed + first.failed,
    )


class _Carried:
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


class _Work:
    """The cut runs of one explanation."""

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

    def carry(self, links: Sequence[Link], show: Sequence[str] = ()) -> _Carried:
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
        return _Carried(links, first, second, _measure_moves(twins, uncut, show))

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
