"""Who should run each lever, and the best whole division of labour, at the same money."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError
from smecluster.policies.assignment.divisions import (
    BOTH,
    CENTRE,
    NOBODY,
    REGIONS,
    RUNNING,
    WHO,
    Division,
    name_case,
    plan_division,
    plan_lever,
    read_mix,
    read_paper,
)
from smecluster.policies.assignment.measures import (
    ALL_CENTRE,
    ALL_REGIONS,
    BEST,
    DIVISION,
    DIVISIONS,
    LEVELS,
    LEVER,
    PAPER,
    WHO_RUNS,
    measure_benefit,
    rank_who,
)
from smecluster.policies.assignment.result import Assignment, Chosen
from smecluster.policies.assignment.search import Floats, Found, search_division
from smecluster.policies.budget import DEFAULT_BUDGET, Amount, Budget, set_budget
from smecluster.policies.ensemble.cases import DRAW, REASON, STRATEGY
from smecluster.policies.ensemble.gains import (
    BENEFIT,
    GAINED,
    HORIZON,
    OUTPUTS,
    check_accounts,
    keep_gains,
    subtract_baseline,
)
from smecluster.policies.ensemble.horizons import LAST_HORIZON, Worlds, check_horizons
from smecluster.policies.ensemble.worlds import ADDITIONAL, EXACT, FACTOR
from smecluster.policies.levers import find_lever
from smecluster.policies.menu import read_menu
from smecluster.policies.plan import START, Plan
from smecluster.policies.spans import check_spans
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.wording.worlds import count_odds

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.support.checkpoints import Checkpoints

Progress = Callable[[int, int], None]

#: Time step of the search, Year; what is reported is run with the model's own.
STEP = 0.125
CLOSE = 1e-3  # relative; what the money may differ from the budget by while searching
# Of the draws, the share on which the division is chosen, and the most of them.
_CHOOSE, _MOST_CHOOSE = 0.25, 40
_AT_A_TIME = 3  # levers
# What a search usually takes, for telling how long it will take.
_PASSES = 5


def assign(
    model: Model,
    draws: pd.DataFrame | None = None,
    *,
    baseline: Strategy | None = None,
    start: float = START,
    budget: str | float | Amount | Budget = DEFAULT_BUDGET,
    horizon: float = LAST_HORIZON,
    levers: Sequence[str] = (),
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
) -> Assignment:
    """Find who should run each lever, and the best whole division of labour.

    Parameters
    ----------
    model : Model
        The model, with its regions.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; the model's own values if left out.
    baseline : Strategy, optional
        What each draw is compared with; policy as now if left out.
    start : float
        First year of the programmes, and the first that counts.
    budget : str, float, Amount or Budget
        Additional money of each case, see `policies.budget.parse_budget`.
    horizon : float
        Last year whose benefits and costs count.
    levers : sequence of str
        Levers to assign; all of the model if none is named.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    checkpoints : Checkpoints, optional
        Where results are kept as they are finished.
    progress : callable, optional
        Called with how many runs are done and about how many there are.

    Returns
    -------
    Assignment
        Who should run what.

    Raises
    ------
    InputError
        If a lever is unknown, the model lacks an account, there is no money, or nothing has a
        result in any draw.
    """
    check_accounts(model)
    check_horizons([horizon], start)
    menu = read_menu(model)
    chosen = [find_lever(name) for name in dict.fromkeys(levers or menu.levers)]
    if not isinstance(budget, Budget):
        budget = set_budget(model, budget, start, settings)
    if not budget.money > 0:
        raise InputError("without additional money nobody runs anything: give a budget above zero")
    if not start < budget.end:
        raise InputError(f"start = {start:g} is not before {budget.end:g}")
    base = (load_strategy(BASELINE) if baseline is None else baseline).plan(model, start)
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    years = sorted({min(budget.end, float(horizon)), float(horizon)})
    work = _Work(model, table, base, budget, years, settings or {}, workers, checkpoints, progress)
    names = [one.name for one in chosen]
    cases = [plan_lever(menu, lever, who, start) for lever in names for who in RUNNING]
    work.expect(len(cases) + len(DIVISIONS), len(names))
    results = work.run_all(cases)
    by_lever = xr.concat(
        [
            xr.concat(
                [results.sel({STRATEGY: name_case(lever, who)}, drop=True) for who in RUNNING],
                WHO_RUNS,
            )
            for lever in names
        ],
        LEVER,
    ).assign_coords({LEVER: np.array(names, dtype=object), WHO_RUNS: list(RUNNING)})
    if not bool(by_lever[BENEFIT].notnull().any()):
        reason = next(iter(set(results[REASON].values.ravel()) - {""}), "")
        raise InputError(f"no lever has a result in any draw: {reason}")
    found = Assignment(
        budget=budget,
        baseline=load_strategy(BASELINE) if baseline is None else baseline,
        horizon=float(horizon),
        draws=table,
        paper=read_paper(chosen, PAPER),
        mix=read_mix(chosen),
        levers=by_lever[[GAINED, BENEFIT, ADDITIONAL]],
        divisions={},
        results=xr.Dataset(),
        chosen_on=(),
        searches={},
        failed=int((results[REASON].values != "").sum()),
        runs=0,
        excess=(),
        spans=_check_spans(model, menu, names, results, start, settings),
        odds=count_odds(model, table),
    )
    return work.add_divisions(found)


class _Work:
    """The runs of one assignment."""

    def __init__(
        self,
        model: Model,
        draws: pd.DataFrame,
        baseline: Plan,
        budget: Budget,
        years: Sequence[float],
        settings: Mapping[str, Any],
        workers: int | None,
        checkpoints: Checkpoints | None,
        progress: Progress | None,
    ) -> None:
        self.model, self.draws, self.baseline = model, draws, baseline.rename("baseline")
        self.budget, self.years, self.start = budget, list(years), budget.start
        self.settings, self.workers, self.checkpoints = settings, workers, checkpoints
        self.progress, self.about = progress, 1
        self.worlds = self._open(draws, settings)
        self.base: dict[int, xr.Dataset] = {}
        self.searched: list[Worlds] = []

    def _open(self, draws: pd.DataFrame, settings: Mapping[str, Any]) -> Worlds:
        return Worlds(self.model, draws, self.start, self.budget.end, settings, self.workers)

    @property
    def runs(self) -> int:
        return self.worlds.runs + sum(one.runs for one in self.searched)

    def expect(self, plans: int, levers: int) -> None:
        """Estimate how many runs there will be."""
        few = _count_chosen(len(self.draws))
        moves = _PASSES * levers * (len(WHO) - 1)
        self.about = int(4.5 * (plans * len(self.draws) + moves * few))

    def run_all(self, plans: Sequence[Plan]) -> xr.Dataset:
        """Run plans in all draws with the model's own step, some at a time."""
        size = _AT_A_TIME * len(RUNNING)
        parts = [
            self.run(self.worlds, plans[at : at + size], f"levers {at}")
            for at in range(0, len(plans), size)
        ]
        return xr.concat(parts, STRATEGY)

    def run(
        self, worlds: Worlds, plans: Sequence[Plan], name: str, tolerance: float = EXACT
    ) -> xr.Dataset:
        """Bring plans to the budget, run them to the horizon, and subtract the baseline."""
        before = self.runs

        def report(done: int, _: int) -> None:
            if self.progress is not None:
                self.progress(before + done, max(self.about, before + done))

        key = id(worlds)
        if key not in self.base:
            # As it is, at no additional money.
            own = worlds.match(
                [self.baseline], 0.0, checkpoints=self.checkpoints, name=f"{name} base money"
            )
            self.base[key] = worlds.run(
                [self.baseline],
                own,
                OUTPUTS,
                [self.start, *self.years],
                keep_gains,
                checkpoints=self.checkpoints,
                name=f"{name} base",
            )
        matched = worlds.match(
            plans,
            self.budget.money,
            tolerance=tolerance,
            checkpoints=self.checkpoints,
            name=f"{name} money",
            progress=report,
        )
        results = worlds.run(
            plans,
            matched,
            OUTPUTS,
            [self.start, *self.years],
            keep_gains,
            checkpoints=self.checkpoints,
            name=name,
        )
        return subtract_baseline(results, self.base[key])

    def add_divisions(self, found: Assignment) -> Assignment:
        """Search for the best division, and evaluate it beside the paper's on all draws."""
        few = self.draws.iloc[: _count_chosen(len(self.draws))]
        rough = self._open(few, {**self.settings, "TIME STEP": STEP})
        self.searched.append(rough)

        def judge(divisions: Sequence[Division]) -> Floats:
            plans = [
                plan_division(self.baseline.menu, one, found.mix, self.start, f"division {at}")
                for at, one in enumerate(divisions)
            ]
            digest = hashlib.sha256(repr([one.who for one in divisions]).encode()).hexdigest()
            results = self.run(rough, plans, f"search {digest[:16]}", CLOSE)
            worth = results[BENEFIT].sel({HORIZON: found.horizon}).transpose(STRATEGY, DRAW)
            return np.asarray(worth.values)

        levers = found.paper.levers
        lever_by_lever = Division(BEST, levers, tuple(_first(found, one) for one in levers))
        run_by_paper = [one for one in levers if found.paper[one] != NOBODY]
        searches: dict[str, Found] = {}
        divisions = {PAPER: found.paper}
        if found.paper.spends:
            searches[LEVELS] = search_division(
                found.paper, dict.fromkeys(run_by_paper, (CENTRE, REGIONS, BOTH)), judge
            )
            divisions[LEVELS] = searches[LEVELS].division.rename(LEVELS)
        begins = [one for one in (lever_by_lever, divisions.get(LEVELS)) if one and one.spends]
        ends = [search_division(one, dict.fromkeys(levers, WHO), judge) for one in begins]
        if ends:
            searches[BEST] = max(ends, key=lambda one: one.worth)
            divisions[BEST] = searches[BEST].division.rename(BEST)
        divisions[ALL_CENTRE] = Division(ALL_CENTRE, levers, (CENTRE,) * len(levers))
        divisions[ALL_REGIONS] = Division(ALL_REGIONS, levers, (REGIONS,) * len(levers))
        spending = {name: one for name, one in divisions.items() if one.spends}
        plans = [
            plan_division(self.baseline.menu, one, found.mix, self.start, name)
            for name, one in spending.items()
        ]
        results = self.run(self.worlds, plans, "divisions")
        kept = results[[GAINED, BENEFIT, ADDITIONAL]].rename({STRATEGY: DIVISION})
        factors = results[FACTOR].median(DRAW)
        funded = [
            plan.scale(float(factors.sel({STRATEGY: plan.name})))
            for plan in plans
            if bool(factors.sel({STRATEGY: plan.name}).notnull())
        ]
        return found.with_divisions(
            Chosen(
                divisions=spending,
                results=kept,
                chosen_on=tuple(few.index) if len(self.draws) > 1 else (),
                searches=searches,
                failed=int((results[REASON].values != "").sum()),
                runs=self.runs,
                excess=check_spans(self.model, funded, self.start, self.settings),
            )
        )


def _first(found: Assignment, lever: str) -> str:
    """Give who is best at a lever alone, nobody where that has no result."""
    order = rank_who(measure_benefit(found, lever))
    return order[0] if order else NOBODY


def _count_chosen(draws: int) -> int:
    return max(1, min(_MOST_CHOOSE, round(_CHOOSE * draws)))


def _check_spans(
    model: Model,
    menu: Any,
    levers: Sequence[str],
    results: xr.Dataset,
    start: float,
    settings: Mapping[str, Any] | None,
) -> dict[str, float]:
    """Give the plausible end of the span of each lever that gets more than that, Dmnl."""
    beyond = {}
    for lever in levers:
        name = name_case(lever, REGIONS)
        factor = float(results[FACTOR].sel({STRATEGY: name}).median())
        if not np.isfinite(factor):
            continue
        plan = plan_lever(menu, lever, REGIONS, start).scale(factor)
        for one in check_spans(model, [plan], start, settings):
            beyond[lever] = one.high
    return beyond
