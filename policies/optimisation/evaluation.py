"""What ways to spend one budget reach, in every draw, each spending exactly that budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.outcomes import DISPERSION as DISPERSION_OUTCOME
from smecluster.model.outcomes import collect_outcomes, find_outcome, list_variables
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.budget import Budget
from smecluster.policies.ensemble.cases import DRAW, STRATEGY
from smecluster.policies.ensemble.horizons import extend_run
from smecluster.policies.ensemble.recovery import LOSS as LOST
from smecluster.policies.ensemble.recovery import measure_recovery
from smecluster.policies.ensemble.worlds import ADDITIONAL, EXACT, FACTOR, Ensemble
from smecluster.policies.futures import BASE, Future
from smecluster.policies.futures import load as load_future
from smecluster.policies.plan import Plan
from smecluster.policies.strategy import Strategy

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]

# What a way to spend money is judged by; the sign says which direction is better.
BENEFIT = mark("net national benefit")
GAIN = mark("value added gained")
DISPERSION = mark("change of dispersion")
BALANCE = mark("change of public balance")
LOSS = mark("loss in a shock")
CRITERIA = {BENEFIT: 1, GAIN: 1, DISPERSION: -1, BALANCE: 1, LOSS: -1}
UNITS = {
    BENEFIT: "Myuan",
    GAIN: "Myuan",
    DISPERSION: "Dmnl",
    BALANCE: "Myuan",
    LOSS: mark("% of a year's value added"),
}

_WORKER = "value added per worker"
_OUTPUTS = (
    "value added",
    "Discounted value added",
    "fiscal balance",
    "central fiscal balance",
    "discount factor",
)
_ACCOUNT = "Net national benefit account"
_PATH, _GAINED, _BALANCE, _BENEFIT = "path", "gained", "balance", "benefit"


@dataclass(frozen=True)
class Evaluated:
    """What ways to spend the budget reach.

    Attributes
    ----------
    values : dict of array of float, shape (ways, draws)
        By criterion, in its unit (`UNITS`), against the baseline in the same draw; NaN where a
        run failed.
    factor : array of float, shape (ways, draws)
        What the money of each way is multiplied by so that it spends the budget, Dmnl.
    money : array of float, shape (ways, draws)
        What it then spends beyond policy as now, in present value since the start, Myuan.
    """

    values: dict[str, Array]
    factor: Array
    money: Array


def has_benefit(model: Model) -> bool:
    """Whether a model keeps the account of the nation's net benefit."""
    return _ACCOUNT in model.program.outputs


class Evaluation:
    """Evaluates ways to spend one budget, as every comparison does.

    Parameters
    ----------
    model : Model
        The model.
    draws : pandas.DataFrame
        A row a draw, a column an input of the model.
    budget : Budget
        Additional money, and the year from which it counts.
    baseline : Strategy
        What the ways are compared with.
    shock : Future, optional
        The shock against which the loss is measured; the criterion is left out without one.
    horizon : float, optional
        Last year whose consequences count; the budget's last if left out.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.

    Attributes
    ----------
    runs : int
        How many runs were made.
    """

    def __init__(
        self,
        model: Model,
        draws: pd.DataFrame,
        budget: Budget,
        baseline: Strategy,
        *,
        shock: Future | None = None,
        horizon: float | None = None,
        settings: Mapping[str, Any] | None = None,
        workers: int | None = None,
    ) -> None:
        self.runs = 0
        self._shock = shock
        self._budget = budget
        self._baseline = baseline.plan(model, budget.start).rename("baseline")
        last = budget.end if horizon is None else horizon
        self._years = [float(year) for year in np.arange(budget.start, last + 1)]
        self._outputs = [*_OUTPUTS, *[_ACCOUNT] * has_benefit(model)]
        self._worker = find_outcome(_WORKER)
        futures = (load_future(BASE), *(() if shock is None else (shock,)))
        self._worlds = Ensemble(
            model,
            draws,
            futures,
            {**(settings or {}), **extend_run(model, last)},
            workers,
            same_code=True,
            money_end=budget.end,
        )

    def evaluate(self, plans: Sequence[Plan], tolerance: float = EXACT) -> Evaluated:
        """Bring plans to the budget in every draw, and say what they reach.

        Parameters
        ----------
        plans : sequence of Plan
            The plans; each has money.
        tolerance : float
            What the money may differ from the budget by, relative.

        Returns
        -------
        Evaluated
            What they reach.
        """
        run = self._worlds.run(
            [self._baseline, *plans],
            [*self._outputs, *list_variables([self._worker])],
            self._years,
            budget=self._budget.money,
            keep=self._keep,
            tolerance=tolerance,
        )
        self.runs += int(run.attrs["runs"])
        base = run.isel(future=0, drop=True)
        known = {GAIN: _GAINED, DISPERSION: DISPERSION_OUTCOME, BALANCE: _BALANCE}
        if _BENEFIT in base:
            known = {BENEFIT: _BENEFIT, **known}
        reached = base[[*known.values()]]
        change = reached - reached.sel({STRATEGY: self._baseline.name}, drop=True)
        values = {name: change[kept] for name, kept in known.items()}
        if self._shock is not None:
            hit = run[_PATH].isel(future=1, drop=True)
            values[LOSS] = measure_recovery(base[_PATH], hit, self._shock.year)[LOST]
        names = [plan.name for plan in plans]

        def arrange(array: xr.DataArray) -> Array:
            return np.asarray(array.sel({STRATEGY: names}).transpose(STRATEGY, DRAW).values)

        return Evaluated(
            {name: arrange(array) for name, array in values.items()},
            arrange(base[FACTOR]),
            arrange(base[ADDITIONAL]),
        )

    def _keep(self, run: xr.Dataset) -> xr.Dataset:
        """Keep what the criteria are made of, for all regions."""
        supply = run["Discounted value added"].sum("Region", skipna=False)
        public = run["fiscal balance"].sum("Region", skipna=False) + run["central fiscal balance"]
        last = collect_outcomes(run.isel(time=-1, drop=True), [self._worker])
        kept = xr.Dataset(
            {
                _PATH: run["value added"].sum("Region", skipna=False),
                _GAINED: supply.isel(time=-1, drop=True) - supply.isel(time=0, drop=True),
                _BALANCE: (public * run["discount factor"]).sum("time", skipna=False),
                DISPERSION_OUTCOME: last[DISPERSION_OUTCOME],
            }
        )
        if _ACCOUNT in self._outputs:
            whole = run[_ACCOUNT]
            kept[_BENEFIT] = whole.isel(time=-1, drop=True) - whole.isel(time=0, drop=True)
        return kept.transpose("run", ...)
