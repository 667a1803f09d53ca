"""What ways to spend one budget reach, in every draw, each costing exactly that budget.

Budgets are shares of value added, which moves with what is spent, so the money is found by trial:
each way's money is scaled, in each draw by itself, until the model's own accounts show the budget.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.model.branches import Trunk, can_fork
from smecluster.model.evaluator import Evaluator
from smecluster.model.support.errors import InputError
from smecluster.policies.ensemble.matching import Matching
from smecluster.policies.futures import Future
from smecluster.policies.levers import LEVELS

if TYPE_CHECKING:
    from smecluster.model import Model

Array = NDArray[np.float64]

# What a way to spend money is judged by; the sign says which direction is better.
GAIN = "value added gained"
DISPERSION = "change of dispersion"
BALANCE = "change of public balance"
LOSS = "loss in a shock"
CRITERIA = {GAIN: 1, DISPERSION: -1, BALANCE: 1, LOSS: -1}
UNITS = {GAIN: "Myuan", DISPERSION: "Dmnl", BALANCE: "Myuan", LOSS: "% of a year's value added"}

EXACT = 1e-7  # relative; what the money may differ from the budget by in a comparison
CLOSE = 1e-3  # the same while searching
_MONEY = tuple(f"{level} programme {kind}" for level in LEVELS for kind in ("share", "amount"))


@dataclass(frozen=True)
class Judged:
    """What ways to spend the budget reach.

    Attributes
    ----------
    values : dict of array of float, shape (ways, draws)
        By criterion, in its unit (`UNITS`), against no programme in the same draw; NaN where a
        run failed.
    factor : array of float, shape (ways, draws)
        What the money of each way is multiplied by so that it costs the budget, Dmnl.
    money : array of float, shape (ways, draws)
        What it costs then, in present value since the start, Myuan.
    """

    values: dict[str, Array]
    factor: Array
    money: Array


class Appraisal:
    """Judges ways to spend one budget.

    Parameters
    ----------
    model : Model
        The model.
    names : sequence of str
        The inputs by which the ways differ.
    common : mapping of str to float
        Inputs that they have in common.
    draws : pandas.DataFrame
        A row a draw, a column an input of the model.
    budget : float
        Present value of the money since the start, Myuan.
    start : float
        First year that counts.
    shock : Future, optional
        The shock against which the loss is measured; the criterion is left out without one.
    step : float, optional
        Time step, Year; the model's own if left out.
    fork : bool
        Whether nobody spends before the start, so that the years until then can be run once.

    Raises
    ------
    InputError
        If a draw sets what a strategy sets, or cannot be run.
    """

    def __init__(
        self,
        model: Model,
        names: tuple[str, ...],
        common: Mapping[str, float],
        draws: pd.DataFrame,
        budget: float,
        start: float,
        *,
        shock: Future | None = None,
        step: float | None = None,
        fork: bool = True,
    ) -> None:
        for name in draws.columns:
            if name in common or name in names:
                raise InputError(f"{name!r} is set by the strategies and by the draws")
        if not budget > 0:
            raise InputError(f"the budget must be above zero, not {budget:g} Myuan")
        self.budget = budget
        self.runs = 0
        self._names = names
        self._draws = draws.to_numpy(dtype=float)
        self._workers = os.cpu_count() or 1
        self._shock = shock
        regions = model.regions
        years = list(np.arange(start, model.time.final + 1))
        base = dict(common) | ({} if step is None else {"TIME STEP": step})
        nothing = base | dict.fromkeys(_MONEY, 0.0)
        inputs = [*names, *draws.columns]
        if fork and start > model.time.initial and can_fork(model):
            # Nobody spends before the start: the years until then are run once a draw.
            trunk = Trunk(model, draws, start, nothing, self._workers)
            if trunk.failed.any():
                at = int(np.argmax(trunk.failed))
                raise InputError(f"draw {draws.index[at]} cannot be run: {trunk.reasons[at]}")
            states = trunk.columns(np.arange(len(draws)))
            self._draws = np.column_stack([self._draws, *states.values()])
            inputs += states
            base, nothing, model = base | trunk.base, nothing | trunk.base, trunk.model
        outputs = [f"{name}[{region}]" for name in _REGIONAL for region in regions] + [*_NATIONAL]
        self._width = len(regions)
        self._plain = Evaluator(model, inputs, outputs, years, base)
        alone = Evaluator(model, inputs[len(names) :], outputs, years, nothing)
        self._without = _read(alone.run(self._draws, self._workers), self._width)
        self.runs += len(draws)
        if shock is not None:
            self._after = np.array(years) >= shock.year
            supply = [f"value added[{region}]" for region in regions]
            bent = base | shock.inputs(model)
            self._shocked = Evaluator(model, inputs, supply, years, bent)
        self._limits = {
            name: model.variables[name.partition("[")[0]].high for name in names if _is_money(name)
        }

    @property
    def criteria(self) -> tuple[str, ...]:
        """What the ways are judged by."""
        return tuple(name for name in CRITERIA if name != LOSS or self._shock is not None)

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self._draws)

    def cost(self, starts: Array, money: Array, ramps: tuple[float, float]) -> Array:
        """Estimate what a share of one costs, from what governments know without a programme.

        Parameters
        ----------
        starts : array of float, shape (ways, 2)
            First year of the local and the central programme.
        money : array of float, shape (ways, regions + 1)
            Money over value added in each region, and of the centre over that of all, Dmnl.
        ramps : tuple of float
            Time of the local and the central programme to full money, Year.

        Returns
        -------
        array of float, shape (ways, draws)
            Present value, Myuan.
        """
        years = self._plain.years
        known = [self._without.known, self._without.centrally.sum(1, keepdims=True)]
        # What governments believe value added to be: (draws, regions and centre, years).
        sizes = np.concatenate(known, axis=1) * self._without.discount[:, None, :]
        late = years[None, None, :] - starts[:, :, None]  # (ways, 2, years)
        running = np.where(late >= 0, 1 - np.exp(-late / np.array(ramps)[None, :, None]), 0.0)
        level = [0] * self._width + [1]
        return np.asarray(np.einsum("wp,wpt,dpt->wd", money, running[:, level], sizes))

    def judge(
        self, ways: Mapping[str, Array], first: Array | None = None, tolerance: float = EXACT
    ) -> Judged:
        """Judge ways to spend the budget.

        Parameters
        ----------
        ways : mapping of str to array of float, shape (ways,)
            By input; what is money is scaled.
        first : array of float, shape (ways, draws), optional
            Factors on the money to begin with; one if left out.
        tolerance : float
            What the money may differ from the budget by, relative.

        Returns
        -------
        Judged
            What they reach.
        """
        table = np.column_stack([np.asarray(ways[name], dtype=float) for name in self._names])
        shape = (len(table), self.draws)
        one = np.ones(shape)
        begin = one if first is None else first
        matching = Matching(one * self.budget, begin, one, tolerance)
        state: _State | None = None
        while matching.open.any():
            tried = matching.open.copy()
            found = _read(self._run(self._plain, table, matching.factor, tried), self._width)
            state = found if state is None else state.updated(tried, found)
            cost = np.full(shape, np.nan)
            cost[tried] = found.money
            matching.tell(cost)
        assert state is not None
        factor, money = matching.factor, state.money.reshape(shape)
        values = self._values(state, shape)
        missed = matching.missed | self._beyond(table, factor)
        for name in values:
            values[name][missed] = np.nan
        if self._shock is not None:
            values[LOSS] = self._loss(table, factor, state, shape)
            values[LOSS][missed] = np.nan
        return Judged(values, factor, money)

    def _run(
        self, code: Evaluator, table: Array, factor: Array, chosen: NDArray[np.bool_]
    ) -> Array:
        way, draw = np.nonzero(chosen)
        rows = table[way]
        money = [at for at, name in enumerate(self._names) if _is_money(name)]
        rows[:, money] *= factor[way, draw][:, None]
        self.runs += len(rows)
        return code.run(np.hstack([rows, self._draws[draw]]), self._workers)

    def _values(self, state: _State, shape: tuple[int, int]) -> dict[str, Array]:
        without = self._without
        draw = np.tile(np.arange(shape[1]), shape[0])
        found = {
            GAIN: state.gained - without.gained[draw],
            DISPERSION: state.dispersion - without.dispersion[draw],
            BALANCE: state.balance - without.balance[draw],
        }
        return {name: value.reshape(shape) for name, value in found.items()}

    def _loss(self, table: Array, factor: Array, state: _State, shape: tuple[int, int]) -> Array:
        whole = np.ones(shape, dtype=bool)
        hit = self._run(self._shocked, table, factor, whole).sum(1)
        gap = hit / state.supply.sum(1) - 1
        return np.asarray(-100 * gap[:, self._after].sum(1)).reshape(shape)

    def _beyond(self, table: Array, factor: Array) -> NDArray[np.bool_]:
        """Find where a budget is larger than the model allows."""
        found = np.zeros(factor.shape, dtype=bool)
        for at, name in enumerate(self._names):
            limit = self._limits.get(name)
            if limit is not None:
                found |= table[:, at, None] * factor > limit
        return found


_REGIONAL = (
    "value added",
    "Discounted value added",
    "Programme account",
    "value added per worker",
    "fiscal balance",
    "Perceived value added",
    "Centrally perceived value added",
)
_NATIONAL = ("Central programme account", "central fiscal balance", "discount factor")


@dataclass
class _State:
    """What runs reach; the first axis of every array is the run."""

    supply: Array  # value added (runs, regions, years), Myuan/Year
    known: Array  # the same as the local governments perceive it
    centrally: Array  # and as the centre does
    discount: Array  # (runs, years)
    money: Array  # present value since the first year, Myuan
    gained: Array  # discounted value added since the first year, Myuan
    dispersion: Array  # coefficient of variation of value added per worker at the end
    balance: Array  # present value of all public balances, Myuan

    def updated(self, chosen: NDArray[np.bool_], newer: _State) -> _State:
        """Put newer runs in the place of some."""
        fields = {}
        for name, values in vars(self).items():
            fields[name] = values.copy()
            fields[name][chosen.ravel()] = getattr(newer, name)
        return _State(**fields)


def _read(values: Array, width: int) -> _State:
    """Take the outputs of runs apart."""
    blocks = {name: values[:, at * width : (at + 1) * width] for at, name in enumerate(_REGIONAL)}
    central, public, discount = np.moveaxis(values[:, len(_REGIONAL) * width :], 1, 0)
    account = blocks["Programme account"].sum(1) + central
    total = blocks["Discounted value added"].sum(1)
    workers = blocks["value added per worker"][:, :, -1]
    with np.errstate(invalid="ignore"):
        dispersion = workers.std(1) / workers.mean(1)
    return _State(
        supply=blocks["value added"],
        known=blocks["Perceived value added"],
        centrally=blocks["Centrally perceived value added"],
        discount=discount,
        money=account[:, -1] - account[:, 0],
        gained=total[:, -1] - total[:, 0],
        dispersion=dispersion,
        balance=((blocks["fiscal balance"].sum(1) + public) * discount).sum(1),
    )


def _is_money(name: str) -> bool:
    return name.startswith(_MONEY)
