"""The ways to spend one budget: points of a search space, and the plans that they stand for.

A point says how the money is divided over the levers of each level, when each level starts, and
how much more or less of its own value added one region spends than another. It does not say how
much money there is: every plan is brought to the budget (`policies.optimisation.evaluation`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from smecluster.policies.menu import Menu
from smecluster.policies.plan import NEVER, Plan, Spending
from smecluster.policies.strategy import CentralProgramme, LocalProgramme, Strategy

Array = NDArray[np.float64]

#: Money over value added of a plan before it is brought to the budget, Dmnl.
ROUGH = 0.01
# In a strategy, a lever with less of the money than this gets nothing: a search leaves crumbs.
_LEAST = 0.005
# A region may spend up to this factor more, or less, of its value added than in the middle.
_SPREAD = 2.0
_DIGITS = 4  # of shares in a strategy's file
#: Time to full money of either level, Year, as in the strategies of the paper.
LOCAL_RAMP, CENTRAL_RAMP = 1.0, 2.0
#: The first year without the programme, as there.
END = 2041.0


@dataclass(frozen=True)
class Choice:
    """What points stand for; the first axis of every array is the point.

    Attributes
    ----------
    money : array of float, shape (points, levers)
        Share of each lever in all the money, Dmnl: at the local level, then at the central one.
    starts : array of float, shape (points, 2)
        First year of the local and of the central programme.
    weights : array of float, shape (points, regions)
        Local money over value added in each region, relative to all regions together, Dmnl.
    """

    money: Array
    starts: Array
    weights: Array


@dataclass(frozen=True)
class Space:
    """What may be chosen; the money comes on top of policy as now.

    Parameters
    ----------
    menu : Menu
        The model's regions and levers.
    sizes : tuple of float
        Their value added, in any unit: what the money of one region counts for in all of it.
    first, last : float
        The years between which a programme starts.
    """

    menu: Menu
    sizes: tuple[float, ...]
    first: float
    last: float

    @property
    def regions(self) -> tuple[str, ...]:
        """The model's regions."""
        return self.menu.regions

    @property
    def levers(self) -> tuple[str, ...]:
        """The levers from which either level chooses."""
        return self.menu.levers

    @property
    def size(self) -> int:
        """Numbers in a point: levers by level, two starts, regions where there are several."""
        several = len(self.regions) if len(self.regions) > 1 else 0
        return 2 * len(self.levers) + 2 + several

    def choose(self, points: Array) -> Choice:
        """Read points.

        Parameters
        ----------
        points : array of float, shape (points, size)
            Numbers between 0 and 1.

        Returns
        -------
        Choice
            What they stand for. Starts are whole years.
        """
        count = 2 * len(self.levers)
        # Squares: a uniform draw then has a few large shares and several small ones.
        money = np.maximum(points[:, :count], 1e-9) ** 2
        money = money / money.sum(1, keepdims=True)
        span = self.last - self.first
        starts = self.first + np.round(points[:, count : count + 2] * span)
        weights = _SPREAD ** (2 * points[:, count + 2 :] - 1)
        if not weights.shape[1]:
            weights = np.ones((len(points), 1))
        weights = weights / np.average(weights, axis=1, weights=self.sizes)[:, None]
        return Choice(money, starts, weights)

    def find_point(self, strategy: Strategy) -> Array | None:
        """Find the point of a strategy.

        Parameters
        ----------
        strategy : Strategy
            A strategy.

        Returns
        -------
        array of float or None
            Its point; None where no point stands for it: its money replaces policy as now, it
            begins by a trigger or outside of the years, spends amounts, ends early, or lets regions
            divide their money otherwise.
        """
        local, central = strategy.local, strategy.central
        programmes = strategy.programmes
        if not programmes or strategy.until < NEVER:
            return None
        if any(p.share is None or p.start is None or p.end < END for p in programmes):
            return None
        if local and (local.exceptions or local.regions):
            return None
        starts = [self.first if p is None or p.start is None else p.start for p in (local, central)]
        if not all(self.first <= start <= self.last for start in starts):
            return None
        money = [
            (programme.share or 0.0) * programme.allocation.get(lever, 0.0) if programme else 0.0
            for programme in (local, central)
            for lever in self.levers
        ]
        shares = np.sqrt(np.array(money) / max(money))
        span = max(self.last - self.first, 1.0)
        ends = (np.array(starts) - self.first) / span
        several = self.size - len(shares) - 2
        return np.concatenate([shares, ends, np.full(several, 0.5)])

    def make_plans(self, points: Array) -> list[Plan]:
        """Turn points into plans, each with `ROUGH` of all value added as its money.

        Parameters
        ----------
        points : array of float, shape (points, size)
            The points.

        Returns
        -------
        list of Plan
            The plans, named by their place.
        """
        choice = self.choose(points)
        plans = []
        for at, (money, starts, weights) in enumerate(
            zip(choice.money, choice.starts, choice.weights, strict=True)
        ):
            spending = []
            local_money, central_money = np.split(money, 2)
            whole = local_money.sum(), central_money.sum()
            for region, weight in zip(self.regions, weights, strict=True):
                allocation = _allocate(self.levers, local_money)
                spending.append(
                    _spend(region, whole[0] * weight, allocation, starts[0], LOCAL_RAMP)
                )
            allocation = _allocate(self.levers, central_money)
            spending.append(_spend(None, whole[1], allocation, starts[1], CENTRAL_RAMP))
            plans.append(Plan(f"way {at}", self.menu, tuple(spending), NEVER, self.first))
        return plans

    def make_strategy(
        self, point: Array, factor: float, name: str, title: str, description: str
    ) -> Strategy:
        """Turn a point into a strategy.

        Parameters
        ----------
        point : array of float
            The point.
        factor : float
            Factor on `ROUGH`, the money of its plan, Dmnl.
        name, title, description : str
            What the strategy is called, and what it is.

        Returns
        -------
        Strategy
            The strategy. Its shares have four digits, and levers with less than half a per cent of
            the money are left out.
        """
        choice = self.choose(point[None])
        money = np.where(choice.money[0] < _LEAST, 0.0, choice.money[0])
        parts = np.split(money / money.sum(), 2)
        weights = choice.weights[0]
        share = ROUGH * factor
        local = central = None
        if parts[0].sum() > 0:
            shares = [_round_six(share * float(parts[0].sum()) * weight) for weight in weights]
            local = LocalProgramme(
                share=shares[0],
                start=float(choice.starts[0, 0]),
                ramp=LOCAL_RAMP,
                end=END,
                allocation=_round_shares(self.levers, parts[0]),
                exceptions={
                    region: {"share": own}
                    for region, own in zip(self.regions, shares, strict=True)
                    if own != shares[0]
                },
            )
        if parts[1].sum() > 0:
            central = CentralProgramme(
                share=_round_six(share * float(parts[1].sum())),
                start=float(choice.starts[0, 1]),
                ramp=CENTRAL_RAMP,
                end=END,
                allocation=_round_shares(self.levers, parts[1]),
            )
        return Strategy(
            name=name, title=title, description=description, local=local, central=central
        )


def _allocate(names: Sequence[str], money: Array) -> dict[str, float]:
    whole = float(money.sum()) or 1.0
    return {name: float(part) / whole for name, part in zip(names, money, strict=True)}


def _spend(
    region: str | None, part: float, allocation: dict[str, float], start: float, ramp: float
) -> Spending:
    return Spending(
        region=region,
        share=ROUGH * float(part),
        amount=0.0,
        allocation=allocation,
        start=float(start),
        trigger=None,
        ramp=ramp,
        end=END,
    )


def _round_shares(names: Sequence[str], money: Array) -> dict[str, float]:
    """Round shares so that they still sum to one; the largest first."""
    unit = 10**_DIGITS
    exact = money / money.sum() * unit
    whole = np.floor(exact)
    missing = round(float(unit - whole.sum()))
    whole[np.argsort(-(exact - whole), kind="stable")[:missing]] += 1
    order = np.argsort(-whole, kind="stable")
    return {names[at]: float(whole[at]) / unit for at in order if whole[at] > 0}


def _round_six(value: float) -> float:
    return float(f"{value:.6g}")
