"""Plans in many worlds: futures times draws, the same ones for every plan, at equal money.

What plans have in common is computed once: a draw's history up to the first year in which they can
differ. The money that is compared is what a plan spends beyond policy as now in the same world. It
is matched in every world by itself, since budgets are shares of value added.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.engine.run.branches import Trunk, can_fork
from smecluster.model.engine.run.runs import stream
from smecluster.model.errors import InputError
from smecluster.policies.ensemble.accounts import ACCOUNTS, sum_money
from smecluster.policies.ensemble.cases import (
    DRAW,
    FUTURE,
    STRATEGY,
    Cases,
    Floats,
    Integers,
    Truths,
)
from smecluster.policies.ensemble.matching import Matching
from smecluster.policies.ensemble.plan_table import PlanTable
from smecluster.policies.futures import Future
from smecluster.policies.futures import load as load_future
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import Plan, inputs_before

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

Keep = Callable[[xr.Dataset], xr.Dataset]
Progress = Callable[[int, int], None]

WORLD = (STRATEGY, FUTURE, DRAW)
MONEY, ADDITIONAL, FACTOR = "programme money", "additional programme money", "factor"
EXACT = 5e-7  # relative; what the money may differ from the budget by in any world
UNREACHED = "the budget is not reached"
BEYOND = "the budget is beyond what the model allows"
NO_REFERENCE = "policy as now has no result"
NOT_STARTED = "its trigger is not met"

_ROUGH = 1e-4  # the same where a first guess is enough
_TRIALS = 3.5  # trials that matching money usually takes, for telling how long it will take
_ROWS = 4032  # runs at a time: their results stay below some hundred megabytes


@dataclass(frozen=True)
class Ensemble:
    """The worlds in which plans are tried: futures times draws.

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
    same_code : bool
        Whether machine code is compiled once for plans of every kind, which is worth it where many
        sets of plans are run one after the other, instead of once for what a set of plans varies.
    money_end : float, optional
        Last year of the money that is matched and reported; the last year that is kept if left
        out. Consequences may be read before it or after it (`policies.ensemble.horizons`).
    """

    model: Model
    draws: pd.DataFrame
    futures: tuple[Future, ...] = field(default_factory=lambda: (load_future("base"),))
    settings: Mapping[str, Any] = field(default_factory=dict)
    workers: int | None = None
    same_code: bool = False
    money_end: float | None = None
    _trunks: dict[float, Trunk] = field(default_factory=dict, init=False, repr=False, compare=False)

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

    def keep_first_future(self) -> Ensemble:
        """Keep the first future alone; what was run of the past is shared."""
        one = replace(self, futures=self.futures[:1])
        one._trunks.update(self._trunks)
        return one

    def run(
        self,
        plans: Sequence[Plan],
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
        """Run plans in every world.

        Parameters
        ----------
        plans : sequence of Plan
            The plans; their names differ.
        outputs : sequence of str
            Variables of the model to keep.
        years : sequence of float
            Times to keep, ascending; money counts from the first of them, to `money_end`.
        budget : float or xarray.DataArray, optional
            Present value, Myuan, that each plan with a programme spends in every world beyond
            policy as now in the same world; an array along ``future`` and ``draw`` where it
            differs among worlds. Plans without a programme are run as they are. Without a budget
            all are.
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
            Called with how many runs are done and about how many there are.

        Returns
        -------
        xarray.Dataset
            What is kept, along (strategy, future, draw, ...), with ``programme money`` (all that
            the accounts show, Myuan), ``factor`` (Dmnl) and ``failure reason`` (empty where
            nothing failed; values are NaN where something did); with a budget, or where a plan
            carries policy as now on, also ``additional programme money`` (Myuan). Its attribute
            ``runs`` counts the runs.

        Raises
        ------
        InputError
            If an input, output or year cannot be used, a budget is not above zero, or a plan
            never starts.
        """
        work = _Work(self, plans, outputs, years, keep, tolerance, progress, budget is not None)
        return work.run_futures(budget, factors, checkpoints, name)


class _Work:
    """One call of `Ensemble.run`."""

    def __init__(
        self,
        worlds: Ensemble,
        plans: Sequence[Plan],
        outputs: Sequence[str],
        years: Sequence[float],
        keep: Keep | None,
        tolerance: float,
        progress: Progress | None,
        matched: bool,
    ) -> None:
        self.worlds, self.asked, self.keep = worlds, list(years), keep
        self.money_end = self.asked[-1] if worlds.money_end is None else worlds.money_end
        self.years = sorted({*map(float, self.asked), float(self.money_end)})
        self.outputs = [*dict.fromkeys((*outputs, *ACCOUNTS))]
        self.tolerance, self.progress = tolerance, progress
        self.runs = 0
        self.about = 0
        draws = worlds.draws
        self.table = PlanTable(
            plans,
            worlds.model,
            [*map(str, draws.columns), *worlds.settings],
            matched=matched,
            in_full=worlds.same_code,
        )
        self.plans = self.table.plans
        self.drawn = {str(name): draws[name].to_numpy(dtype=float) for name in draws.columns}
        self.trunks = list(self._forks())

    # What plans have in common

    def _forks(self) -> Iterator[tuple[Integers, Trunk | None]]:
        """Group the plans by the year until which they are alike, each group with its trunk."""
        model = self.worlds.model
        latest = min([self.years[0], *(future.year for future in self.worlds.futures)])
        groups: dict[float | None, list[int]] = {}
        for at, plan in enumerate(self.plans):
            # A fork must be one of the run's steps: whole years always are.
            year = float(np.floor(min(latest, plan.first_year)))
            forked = year > model.time.initial and can_fork(model)
            if plan.waits and plan.start > model.time.initial:
                _check_wait(plan, year if forked else None, self.worlds.futures)
            groups.setdefault(year if forked else None, []).append(at)
        for fork, members in groups.items():
            yield np.array(members), None if fork is None else self._trunk(fork)

    def _trunk(self, year: float) -> Trunk:
        worlds = self.worlds
        if year not in worlds._trunks:
            base = {**worlds.settings, **inputs_before(read_menu(worlds.model), year)}
            worlds._trunks[year] = Trunk(worlds.model, worlds.draws, year, base, worlds.workers)
            self.runs += worlds._trunks[year].runs
        return worlds._trunks[year]

    # Runs

    def run_futures(
        self,
        budget: float | xr.DataArray | None,
        factors: xr.DataArray | None,
        checkpoints: Checkpoints | None,
        called: str,
    ) -> xr.Dataset:
        worlds = self.worlds
        names = [plan.name for plan in self.plans[: self.table.count]]
        shape = (len(self.plans), len(worlds.draws))
        target = _targets(budget, worlds)
        self.about = len(worlds.futures) * int(np.prod(shape)) + self.runs
        if target is not None:
            matched = len(worlds.futures) * shape[1] * self.table.scalable.sum()
            self.about += int((_TRIALS - 1) * matched)
        parts: list[xr.Dataset] = []
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
                    chosen = {STRATEGY: names, FUTURE: future.name, DRAW: drawn}
                    given = np.ones(shape)
                    given[: self.table.count] = factors.sel(chosen).transpose(STRATEGY, DRAW).values
                before = self.runs
                cases = Cases(shape)
                wanted = None if target is None else target[at]
                # The slopes found stay here: a future that is resumed could not have them.
                self._world(future, cases, wanted, given, first, slope)
                part = cases.dataset(self.table.count)
                part.attrs["runs"] = self.runs - before
                if checkpoints is not None:
                    checkpoints.save(name, part)
            # The money that a plan needs differs little among futures.
            found = part[FACTOR].values
            usable = np.isfinite(found) & (found > 0)
            first[: self.table.count] = np.where(usable, found, first[: self.table.count])
            parts.append(part)
        joined = xr.concat(parts, FUTURE, combine_attrs="override").transpose(*WORLD, ...)
        return joined.assign_coords(
            {
                STRATEGY: np.array(names, dtype=object),
                FUTURE: np.array([future.name for future in worlds.futures], dtype=object),
                DRAW: worlds.draws.index.to_numpy(),
            }
        ).assign_attrs(runs=self.runs)

    def _guess(self, target: Floats) -> tuple[Floats, Floats]:
        """Find factors and slopes at the middle of the draws, with a run or two a trial."""
        worlds, wanted = self.worlds, np.array([np.nanmedian(target[0])])
        factor = np.ones((len(self.plans), len(worlds.draws)))
        slope = np.ones(factor.shape)
        money = [plan for plan in self.plans if plan.has_money]
        if not money or not np.isfinite(wanted).all():
            return factor, slope
        middle = worlds.draws.median().to_frame().T
        middle = middle if self.drawn else worlds.draws.iloc[:1]
        one = Ensemble(
            worlds.model,
            middle,
            worlds.futures[:1],
            worlds.settings,
            1,
            money_end=worlds.money_end,
        )
        work = _Work(one, money, self.outputs, self.asked, self.keep, _ROUGH, None, True)
        cases, start = Cases((len(work.plans), 1)), np.ones((len(work.plans), 1))
        slopes = work._world(one.futures[0], cases, wanted, None, start, start)
        found = cases.arrays[FACTOR][: len(money)]
        factor[self.table.scalable] = np.where(np.isfinite(found), found, 1.0)
        slope[self.table.scalable] = slopes[: len(money)]
        self.runs += work.runs
        for plan, reason in zip(money, cases.reasons[:, 0], strict=False):
            if reason == NOT_STARTED:
                self._check_start(plan)
        return factor, slope

    def _check_start(self, plan: Plan) -> None:
        """Refuse a plan whose trigger is met in no world, before everything is run."""
        for future in self.worlds.futures:
            cases = Cases((len(self.plans), len(self.worlds.draws)))
            chosen = np.zeros(cases.shape, dtype=bool)
            at = self.plans.index(plan)
            chosen[[at, self.table.own[at]]] = True
            tables = future.inputs(self.worlds.model)
            cost = self._try(tables, cases, np.ones(cases.shape), chosen)
            if (cost[at] != cost[self.table.own[at]]).any():
                return
        levels = sorted({one.trigger for one in plan.spending if one.trigger is not None})
        masses = " or ".join(f"{level:g}" for level in levels)
        raise InputError(
            f"strategy {plan.name!r} never starts: its trigger of {masses} times the critical "
            f"mass is met in no world by {self.worlds.model.time.final:g}"
        )

    def _world(
        self,
        future: Future,
        cases: Cases,
        budget: Floats | None,
        given: Floats | None,
        first: Floats,
        slope: Floats,
    ) -> Floats:
        """Run every plan on every draw in one future; give the slopes found."""
        tables = future.inputs(self.worlds.model)
        every = np.ones(cases.shape, dtype=bool)
        if budget is None:
            self._try(tables, cases, np.ones(cases.shape) if given is None else given, every)
        else:
            slope = self._match(tables, cases, budget, first, slope)
        if MONEY not in cases.arrays:
            # Every draw was lost before the plans differ, so there is nothing to label.
            raise InputError(f"no draw can be run: {cases.reasons.flat[0]}")
        if self.table.reference is not None:
            beyond = cases.arrays[MONEY] - cases.arrays[MONEY][self.table.reference]
            cases.add(ADDITIONAL, beyond, unit="Myuan")
        return slope

    def _match(
        self, tables: Mapping[str, Any], cases: Cases, budget: Floats, first: Floats, slope: Floats
    ) -> Floats:
        """Run plans without money as they are, and bring the others to the budget."""
        fixed = np.array(np.broadcast_to(~self.table.scalable[:, None], cases.shape))
        anyway = self._try(tables, cases, np.ones(cases.shape), fixed)
        # What would be spent without the programme, and with policy as now.
        own, as_now = anyway[self.table.own], anyway[self.table.reference]
        wanted = budget + as_now - own
        hopeless = ~fixed & ~(wanted > 0)
        wanted = np.where(wanted > 0, wanted, 1.0)
        matching = Matching(wanted, first, slope, self.tolerance)
        matching.open &= ~fixed & ~hopeless
        beyond, idle = np.zeros(cases.shape, dtype=bool), np.zeros(cases.shape, dtype=bool)
        while matching.open.any():
            too_much = matching.open & (matching.factor > self.table.most[:, None])
            beyond |= too_much
            matching.open &= ~too_much
            cost = self._try(tables, cases, matching.factor, matching.open) - own
            idle |= matching.open & (cost == 0)
            matching.update(cost)
        cases.fail(hopeless & ~np.isfinite(as_now), NO_REFERENCE)
        cases.fail(idle, NOT_STARTED)
        cases.fail(matching.missed | hopeless, UNREACHED)
        cases.fail(beyond, BEYOND)
        return matching.slope

    def _try(
        self, tables: Mapping[str, Any], cases: Cases, factor: Floats, chosen: Truths
    ) -> Floats:
        """Run the chosen cases, keep their results and give what they cost."""
        cost = np.full(cases.shape, np.nan)
        for members, trunk in self.trunks:
            mine = np.zeros(cases.shape, dtype=bool)
            mine[members] = chosen[members]
            if trunk is not None:
                for draw in np.flatnonzero(trunk.failed):
                    lost = np.zeros(cases.shape, dtype=bool)
                    lost[:, draw] = mine[:, draw]
                    cases.fail(lost, str(trunk.reasons[draw]))
                    mine[:, draw] = False
            if mine.any():
                self._branch(tables, cases, factor, cost, np.nonzero(mine), trunk)
        return cost

    def _branch(
        self,
        tables: Mapping[str, Any],
        cases: Cases,
        factor: Floats,
        cost: Floats,
        chosen: tuple[Integers, ...],
        trunk: Trunk | None,
    ) -> None:
        """Run cases that share their beginning."""
        base = {**self.worlds.settings, **self.table.same, **tables}
        model = self.worlds.model if trunk is None else trunk.model
        if trunk is not None:
            base |= trunk.base
        parts = [
            tuple(index[at : at + _ROWS] for index in chosen)
            for at in range(0, len(chosen[0]), _ROWS)
        ]
        runs = stream(
            model,
            (self._frame(plan, draw, factor, trunk) for plan, draw in parts),
            self.outputs,
            self.years,
            chunk=_ROWS,
            workers=self.worlds.workers,
            base=base,
            within_ranges=False,  # futures and branches go beyond on purpose
        )
        for here, run in zip(parts, runs, strict=True):
            cost[here] = sum_money(run.sel(time=slice(None, self.money_end))).values
            asked = run if len(self.years) == len(self.asked) else run.sel(time=self.asked)
            kept = asked[self.outputs] if self.keep is None else self.keep(asked)
            money = {
                MONEY: ("run", cost[here], {"unit": "Myuan"}),
                FACTOR: ("run", factor[here], {"unit": "Dmnl"}),
            }
            cases.put(here, kept.assign(money))
            cases.explain(here, run)
            self.runs += run.sizes["run"]
            if self.progress is not None:
                self.progress(self.runs, max(self.about, self.runs))

    def _frame(
        self, plan: Integers, draw: Integers, factor: Floats, trunk: Trunk | None
    ) -> pd.DataFrame:
        columns: dict[str, Any] = {name: values[draw] for name, values in self.drawn.items()}
        columns |= self.table.columns(plan, factor[plan, draw])
        if trunk is not None:
            columns |= trunk.columns(draw)
        return pd.DataFrame(columns, index=np.arange(len(plan)))


def _check_wait(plan: Plan, fork: float | None, futures: Sequence[Future]) -> None:
    """Refuse a trigger where runs cannot begin in the year from which it counts."""
    if fork == plan.start:
        return
    if fork is None:
        raise InputError(
            f"strategy {plan.name!r} waits for a trigger, which this model cannot do: its runs "
            "cannot be continued from a year on; give a start year"
        )
    early = min(futures, key=lambda future: future.year)
    raise InputError(
        f"strategy {plan.name!r} waits for a trigger from {plan.start:g} on, and future "
        f"{early.name!r} begins in {early.year:g}, before that: start in {early.year:g}"
    )


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
    if (target < 0).any():
        raise InputError(f"the budget must not be below zero, as {np.nanmin(target):,.0f} Myuan is")
    return target
