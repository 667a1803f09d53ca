"""Strategies in many worlds: futures times draws, the same ones for every strategy.

What strategies have in common is computed once: a draw's history up to the first year in which
they can differ. Money is matched in every world by itself, since budgets are shares of value added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.branches import Trunk, can_fork
from smecluster.model.program.inputs import InputIndex
from smecluster.model.runs import stream
from smecluster.model.support.errors import InputError
from smecluster.policies.ensemble.equal_cost import ACCOUNTS, CENTRAL_ACCOUNT, LOCAL_ACCOUNT
from smecluster.policies.ensemble.matching import Matching
from smecluster.policies.futures import Future
from smecluster.policies.futures import load as load_future
from smecluster.policies.levers import LEVELS

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Inputs = Mapping[str, float]
Keep = Callable[[xr.Dataset], xr.Dataset]
Progress = Callable[[int, int], None]

STRATEGY, FUTURE, DRAW = "strategy", "future", "draw"
WORLD = (STRATEGY, FUTURE, DRAW)
MONEY, FACTOR, REASON = "programme money", "factor", "failure reason"
EXACT = 5e-7  # relative; what the money may differ from the budget by in any world
UNREACHED = "the budget is not reached"
BEYOND = "the budget is beyond what the model allows"

_MONEY = tuple(f"{level} programme {kind}" for level in LEVELS for kind in ("share", "amount"))
_ROUGH = 1e-4  # the same where a first guess is enough
_TRIALS = 3.5  # trials that matching money usually takes, for telling how long it will take
_ROWS = 4032  # runs at a time: their results stay below some hundred megabytes


@dataclass(frozen=True)
class Ensemble:
    """The worlds in which strategies are tried: futures times draws.

    Parameters
    ----------
    model : Model
        The model.
    draws : pandas.DataFrame
        A row a draw, a column an input of the model (none: the model's own values).
    futures : tuple of Future
        What may come from outside; factors on money found in the first help the others.
    settings : mapping
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    """

    model: Model
    draws: pd.DataFrame
    futures: tuple[Future, ...] = field(default_factory=lambda: (load_future("base"),))
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int | None = None

    def __post_init__(self) -> None:
        for name in self.settings:
            if name in self.draws.columns:
                raise InputError(f"{name!r} is set and drawn: leave it out of one of them")

    @property
    def worlds(self) -> int:
        """How many worlds there are."""
        return len(self.futures) * len(self.draws)

    @property
    def hash(self) -> str:
        """Fingerprint of what the worlds are made of."""
        digest = hashlib.sha256(self.model.hash.encode())
        for future in self.futures:
            digest.update(future.hash.encode())
        digest.update(repr(sorted(self.settings.items())).encode())
        digest.update(",".join(map(str, self.draws.columns)).encode())
        digest.update(np.ascontiguousarray(self.draws.to_numpy(dtype=float)).tobytes())
        return digest.hexdigest()

    def run(
        self,
        plans: Mapping[str, Inputs],
        outputs: Sequence[str],
        years: Sequence[float],
        *,
        budget: float | xr.DataArray | None = None,
        factors: xr.DataArray | None = None,
        keep: Keep | None = None,
        tolerance: float = EXACT,
        checkpoints: Checkpoints | None = None,
        name: str = "worlds",
        progress: Progress | None = None,
    ) -> xr.Dataset:
        """Run strategies in every world.

        Parameters
        ----------
        plans : mapping of str to mapping
            The inputs of each strategy (`Strategy.inputs`), by its name.
        outputs : sequence of str
            Variables of the model to keep.
        years : sequence of float
            Times to keep, ascending; money counts from the first of them.
        budget : float or xarray.DataArray, optional
            Present value that each strategy costs in every world, Myuan; an array along
            ``future`` and ``draw`` where it differs among worlds. As written if left out.
        factors : xarray.DataArray, optional
            Instead of a budget, what to multiply the money by, along (strategy, future, draw).
        keep : callable, optional
            Turns the results of some runs (dimensions ``run``, ``time``, ``Region``) into what
            is kept of them (``run`` stays the first dimension of everything).
        tolerance : float
            What the money may differ from the budget by, relative.
        checkpoints : Checkpoints, optional
            Where each future's results are kept as they are finished.
        name : str
            What they are called there.
        progress : callable, optional
            Told how many runs are done and about how many there are.

        Returns
        -------
        xarray.Dataset
            What is kept, along (strategy, future, draw, ...), with ``programme money`` (Myuan),
            ``factor`` (Dmnl) and ``failure reason`` (empty where nothing failed; values are NaN
            where something did). Its attribute ``runs`` counts the runs.

        Raises
        ------
        InputError
            If an input, output or year cannot be used, or a strategy without money shall cost
            something.
        """
        work = _Work(self, plans, outputs, years, keep, tolerance, progress)
        return work.everywhere(budget, factors, checkpoints, name)


def scaled(inputs: Inputs, factor: float) -> dict[str, float]:
    """Multiply the money of a strategy's inputs.

    Parameters
    ----------
    inputs : mapping
        From `Strategy.inputs`.
    factor : float
        Factor, Dmnl.

    Returns
    -------
    dict
        The inputs with other money.
    """
    return {name: value * factor if _is_money(name) else value for name, value in inputs.items()}


def has_money(inputs: Inputs) -> bool:
    """Say whether a strategy has a budget that can be scaled."""
    return any(value > 0 for name, value in inputs.items() if _is_money(name))


class _Work:
    """One call of `Ensemble.run`."""

    def __init__(
        self,
        worlds: Ensemble,
        plans: Mapping[str, Inputs],
        outputs: Sequence[str],
        years: Sequence[float],
        keep: Keep | None,
        tolerance: float,
        progress: Progress | None,
    ) -> None:
        self.worlds, self.years, self.keep = worlds, list(years), keep
        self.outputs = [*dict.fromkeys((*outputs, *ACCOUNTS))]
        self.names = list(plans)
        self.tolerance, self.progress = tolerance, progress
        self.runs = 0
        self.about = 0
        model, draws = worlds.model, worlds.draws
        for name, inputs in plans.items():
            for taken in (*draws.columns, *worlds.settings):
                if taken in inputs:
                    raise InputError(f"{taken!r} is set by strategy {name!r}: edit its file")
        self.plans = _complete(model, list(plans.values()))
        self.same, self.columns = _split(self.plans)
        self.money = [at for at, name in enumerate(self.columns) if _is_money(name)]
        self.table = np.array([[plan[name] for name in self.columns] for plan in self.plans])
        self.scalable = np.array([has_money(plan) for plan in self.plans])
        self.most = _most(model, self.plans)
        self.drawn = {str(name): draws[name].to_numpy(dtype=float) for name in draws.columns}
        self.trunks = list(self._forks())

    # What strategies have in common

    def _forks(self) -> Iterator[tuple[Integers, Trunk | None]]:
        """Group the strategies that share their beginning, each group with its trunk."""
        model = self.worlds.model
        latest = min([self.years[0], *(future.year for future in self.worlds.futures)])
        groups: dict[tuple[Any, ...], list[int]] = {}
        for at, plan in enumerate(self.plans):
            # A fork must be one of the run's steps: whole years always are.
            fork = np.floor(min(latest, _first_year(plan)))
            fork = fork if fork > model.time.initial and can_fork(model) else None
            groups.setdefault((fork, *sorted(_history(plan).items())), []).append(at)
        for (fork, *_), members in groups.items():
            trunk = None if fork is None else self._trunk(self.plans[members[0]], fork)
            yield np.array(members), trunk

    def _trunk(self, plan: Inputs, year: float) -> Trunk:
        worlds = self.worlds
        base = {**worlds.settings, **_without_programme(plan, year)}
        trunk = Trunk(worlds.model, worlds.draws, year, base, worlds.workers)
        self.runs += trunk.runs
        return trunk

    # Runs

    def everywhere(
        self,
        budget: float | xr.DataArray | None,
        factors: xr.DataArray | None,
        checkpoints: Checkpoints | None,
        called: str,
    ) -> xr.Dataset:
        worlds = self.worlds
        shape = (len(self.names), len(worlds.draws))
        target = _targets(budget, worlds)
        self.about = len(worlds.futures) * int(np.prod(shape)) + self.runs
        if target is not None:
            self.about += int((_TRIALS - 1) * len(worlds.futures) * shape[1] * self.scalable.sum())
        found: list[xr.Dataset] = []
        first, slope = np.ones(shape), np.ones(shape)
        if target is not None:
            first, slope = self._guess(target)
        for at, future in enumerate(worlds.futures):
            name = f"{called}, future {at}"
            if checkpoints is not None and name in checkpoints:
                part = checkpoints.load_dataset(name)
                self.runs += int(part.attrs["runs"])
            else:
                given = None
                if factors is not None:
                    drawn = list(worlds.draws.index)
                    chosen = {STRATEGY: self.names, FUTURE: future.name, DRAW: drawn}
                    given = factors.sel(chosen).transpose(STRATEGY, DRAW).values
                before = self.runs
                store = _Store(shape)
                wanted = None if target is None else target[at]
                slope = self._world(future, store, wanted, given, first, slope)
                part = store.dataset()
                part.attrs["runs"] = self.runs - before
                if checkpoints is not None:
                    checkpoints.save(name, part)
            # The money that a strategy needs differs little among futures.
            usable = np.isfinite(part[FACTOR].values) & (part[FACTOR].values > 0)
            first = np.where(usable, part[FACTOR].values, first)
            found.append(part)
        joined = xr.concat(found, FUTURE, combine_attrs="override").transpose(*WORLD, ...)
        return joined.assign_coords(
            {
                STRATEGY: np.array(self.names, dtype=object),
                FUTURE: np.array([future.name for future in worlds.futures], dtype=object),
                DRAW: worlds.draws.index.to_numpy(),
            }
        ).assign_attrs(runs=self.runs)

    def _guess(self, target: Floats) -> tuple[Floats, Floats]:
        """Find factors and slopes at the middle of the draws, with a run or two a trial."""
        worlds, wanted = self.worlds, np.array([np.nanmedian(target[0])])
        factor = np.ones((len(self.names), len(worlds.draws)))
        slope = np.ones(factor.shape)
        money = {name: self.plans[at] for at, name in enumerate(self.names) if self.scalable[at]}
        if money and np.isfinite(wanted).all():
            middle = worlds.draws.median().to_frame().T
            middle = middle if self.drawn else worlds.draws.iloc[:1]
            one = Ensemble(worlds.model, middle, worlds.futures[:1], worlds.settings, 1)
            work = _Work(one, money, self.outputs, self.years, self.keep, _ROUGH, None)
            store, start = _Store((len(money), 1)), np.ones((len(money), 1))
            slope[self.scalable] = work._world(one.futures[0], store, wanted, None, start, start)
            found = store.arrays[FACTOR]
            factor[self.scalable] = np.where(np.isfinite(found), found, 1.0)
            self.runs += work.runs
        return factor, slope

    def _world(
        self,
        future: Future,
        store: _Store,
        target: Floats | None,
        given: Floats | None,
        first: Floats,
        slope: Floats,
    ) -> Floats:
        """Run every strategy on every draw in one future; give the slopes found."""
        tables = future.inputs(self.worlds.model)
        every = np.ones(store.shape, dtype=bool)
        if target is None:
            self._try(tables, store, np.ones(store.shape) if given is None else given, every)
            return slope
        fixed = np.broadcast_to(~self.scalable[:, None], store.shape)
        if fixed.any():
            self._try(tables, store, np.ones(store.shape), np.array(fixed))
            self._check_fixed(store, target, np.array(fixed))
        matching = Matching(np.broadcast_to(target, store.shape), first, slope, self.tolerance)
        matching.open &= ~fixed
        beyond = np.zeros(store.shape, dtype=bool)
        while matching.open.any():
            too_much = matching.open & (matching.factor > self.most[:, None])
            beyond |= too_much
            matching.open &= ~too_much
            cost = self._try(tables, store, matching.factor, matching.open)
            matching.tell(cost)
        store.fail(matching.missed, UNREACHED)
        store.fail(beyond, BEYOND)
        return matching.slope

    def _check_fixed(self, store: _Store, target: Floats, fixed: NDArray[np.bool_]) -> None:
        cost = store.arrays[MONEY]
        off = np.abs(cost / target - 1) > self.tolerance
        wrong = fixed & off & (cost > 0)
        if wrong.any():
            at, draw = map(int, np.argwhere(wrong)[0])
            raise InputError(
                f"strategy {self.names[at]!r} cannot be brought to {target[draw]:,.0f} Myuan: "
                f"it costs {cost[at, draw]:,.0f} Myuan and has no budget to scale"
            )

    def _try(
        self, tables: Mapping[str, Any], store: _Store, factor: Floats, chosen: NDArray[np.bool_]
    ) -> Floats:
        """Run the chosen cases, keep their results and give what they cost."""
        cost = np.full(store.shape, np.nan)
        for members, trunk in self.trunks:
            mine = np.zeros(store.shape, dtype=bool)
            mine[members] = chosen[members]
            if trunk is not None:
                for draw in np.flatnonzero(trunk.failed):
                    lost = np.zeros(store.shape, dtype=bool)
                    lost[:, draw] = mine[:, draw]
                    store.fail(lost, str(trunk.reasons[draw]))
                    mine[:, draw] = False
            if mine.any():
                self._branch(tables, store, factor, cost, np.nonzero(mine), trunk)
        return cost

    def _branch(
        self,
        tables: Mapping[str, Any],
        store: _Store,
        factor: Floats,
        cost: Floats,
        cases: tuple[Integers, ...],
        trunk: Trunk | None,
    ) -> None:
        """Run cases that share their beginning."""
        base = {**self.worlds.settings, **self.same, **tables}
        model = self.worlds.model
        if trunk is not None:
            base, model = {**base, **trunk.base}, trunk.model
        parts = [
            tuple(index[at : at + _ROWS] for index in cases)
            for at in range(0, len(cases[0]), _ROWS)
        ]
        runs = stream(
            model,
            (self._frame(plan, draw, factor, trunk) for plan, draw in parts),
            self.outputs,
            self.years,
            chunk=_ROWS,
            workers=self.worlds.workers,
            base=base,
        )
        for here, run in zip(parts, runs, strict=True):
            cost[here] = _money(run)
            kept = run[self.outputs] if self.keep is None else self.keep(run)
            money = {
                MONEY: ("run", cost[here], {"unit": "Myuan"}),
                FACTOR: ("run", factor[here], {"unit": "Dmnl"}),
            }
            store.put(here, kept.assign(money))
            store.explain(here, run)
            self.runs += run.sizes["run"]
            if self.progress is not None:
                self.progress(self.runs, max(self.about, self.runs))

    def _frame(
        self, plan: Integers, draw: Integers, factor: Floats, trunk: Trunk | None
    ) -> pd.DataFrame:
        rows = self.table[plan]
        rows[:, self.money] *= factor[plan, draw][:, None]
        columns: dict[str, Any] = {name: values[draw] for name, values in self.drawn.items()}
        columns |= dict(zip(self.columns, rows.T, strict=True))
        if trunk is not None:
            columns |= trunk.columns(draw)
        return pd.DataFrame(columns, index=np.arange(len(plan)))


class _Store:
    """Results along (strategy, draw, ...), filled in any order."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.shape = shape
        self.arrays: dict[str, Floats] = {}
        self.dims: dict[str, tuple[str, ...]] = {}
        self.attrs: dict[str, dict[str, Any]] = {}
        self.coords: dict[str, Any] = {}
        self.reasons = np.full(shape, "", dtype=object)

    def put(self, here: tuple[Integers, ...], part: xr.Dataset) -> None:
        """Take in the results of some runs."""
        for key, values in part.data_vars.items():
            name = str(key)
            if name not in self.arrays:
                self.arrays[name] = np.full((*self.shape, *values.shape[1:]), np.nan)
                self.dims[name] = tuple(map(str, values.dims[1:]))
                self.attrs[name] = dict(values.attrs)
                for dim in self.dims[name]:
                    self.coords[dim] = part[dim].values
            self.arrays[name][here] = values.values

    def explain(self, here: tuple[Integers, ...], part: xr.Dataset) -> None:
        """Take in why runs failed: in what variable, in which year."""
        reasons = part[REASON].values
        said = np.full(len(reasons), "", dtype=object)
        for at in np.flatnonzero(reasons != ""):
            variable, year = part["failure variable"].values[at], part["failure year"].values[at]
            said[at] = f"{reasons[at]} in {variable} in {year:g}"
            for values in self.arrays.values():
                values[here[0][at], here[1][at]] = np.nan
        self.reasons[here] = said

    def fail(self, where: NDArray[np.bool_], reason: str) -> None:
        """Mark cases that have no result."""
        self.reasons[where & (self.reasons == "")] = reason
        for values in self.arrays.values():
            values[where] = np.nan

    def dataset(self) -> xr.Dataset:
        data = {
            name: ((STRATEGY, DRAW, *self.dims[name]), values, self.attrs[name])
            for name, values in self.arrays.items()
        }
        found = xr.Dataset(data, self.coords)
        return found.assign({REASON: ((STRATEGY, DRAW), self.reasons)})


def _is_money(name: str) -> bool:
    return name.startswith(_MONEY)


def _money(run: xr.Dataset) -> Floats:
    """Present value of all programme money since the first year kept, Myuan, by run."""
    account = run[LOCAL_ACCOUNT].sum("Region", skipna=False) + run[CENTRAL_ACCOUNT]
    return np.asarray((account.isel(time=-1) - account.isel(time=0)).values)


def _complete(model: Model, plans: list[Inputs]) -> list[dict[str, float]]:
    """Give every strategy a value for each input that any of them sets: the model's own."""
    directory = InputIndex(model.program)
    own: dict[str, float] = {}
    for name in dict.fromkeys(name for plan in plans for name in plan):
        place, *_ = directory.resolve({name: 0.0}).values
        own[name] = model.program.parameters[place].value
    return [own | dict(plan) for plan in plans]


def _split(plans: list[dict[str, float]]) -> tuple[dict[str, float], list[str]]:
    """Part the inputs that all strategies set alike from those that differ, money among them."""
    first = plans[0]
    differing = [
        name
        for name in first
        if _is_money(name) or any(plan[name] != first[name] for plan in plans)
    ]
    return {name: first[name] for name in first if name not in differing}, differing


def _most(model: Model, plans: list[dict[str, float]]) -> Floats:
    """Give the largest factor on each strategy's money that the model's ranges allow."""
    found = np.full(len(plans), np.inf)
    for at, plan in enumerate(plans):
        for name, value in plan.items():
            high = model.variables[name.partition("[")[0]].high if _is_money(name) else None
            if high is not None and value > 0:
                found[at] = min(found[at], high / value)
    return found


# What a programme's inputs are called; before its first year they move nothing.
_PROGRAMME = tuple(
    f"{level} {what}"
    for level in LEVELS
    for what in ("programme", "allocation", "trigger mass", "trigger switch")
)


def _first_year(plan: Inputs) -> float:
    """Give the first year in which a strategy can differ from its history without it."""
    years = [plan.get("history end", -np.inf)]
    for name, value in plan.items():
        if _is_money(name) and value > 0:
            level, _, cell = name.partition(" programme ")
            cell = cell.partition("[")[1] + cell.partition("[")[2]
            waits = plan.get(f"{level} trigger switch{cell}", 0.0) > 0
            years.append(-np.inf if waits else plan.get(f"{level} programme start{cell}", -np.inf))
    return min(years)


def _history(plan: Inputs) -> dict[str, float]:
    """Give the inputs of a strategy that matter before its first year."""
    return {
        name: value
        for name, value in plan.items()
        if name != "history end" and not name.startswith(_PROGRAMME)
    }


def _without_programme(plan: Inputs, year: float) -> dict[str, float]:
    """Give the inputs of the history that strategies share until a year."""
    idle = {}
    for name in plan:
        if _is_money(name) or name.startswith(tuple(f"{level} trigger switch" for level in LEVELS)):
            idle[name] = 0.0
        if name.startswith(tuple(f"{level} programme start" for level in LEVELS)):
            idle[name] = year
    return {**plan, **idle}


def _targets(budget: float | xr.DataArray | None, worlds: Ensemble) -> Floats | None:
    """Set the budget out along (future, draw)."""
    if budget is None:
        return None
    shape = (len(worlds.futures), len(worlds.draws))
    if isinstance(budget, xr.DataArray):
        names = [future.name for future in worlds.futures]
        chosen = budget.sel({FUTURE: names, DRAW: list(worlds.draws.index)})
        target = chosen.transpose(FUTURE, DRAW).values.astype(float)
    else:
        target = np.full(shape, float(budget))
    if (target <= 0).any():
        raise InputError(f"the budget must be above zero, not {np.nanmin(target):,.0f} Myuan")
    return target
