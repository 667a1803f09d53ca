"""Equal programme money: scale budgets until the model's own accounts agree."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import xarray as xr
from scipy.optimize import root_scalar

from smecluster.model.support.errors import InputError
from smecluster.policies.strategy import Strategy

LOCAL_ACCOUNT = "Programme account"
CENTRAL_ACCOUNT = "Central programme account"
ACCOUNTS = (LOCAL_ACCOUNT, CENTRAL_ACCOUNT)
TOLERANCE = 1e-3  # relative; what two strategies may differ by and still cost the same
_STEP = 1e-6  # on the logarithm of the factor: the solver stops well inside the tolerance

Run = Callable[[Strategy], xr.Dataset]


@dataclass(frozen=True)
class Funded:
    """A strategy with the money that it has in a comparison.

    Parameters
    ----------
    strategy : Strategy
        The strategy, its budgets scaled.
    factor : float
        What its budgets were multiplied by, Dmnl.
    written, money : float
        Present value of its programme money as written and as scaled, Myuan.
    """

    strategy: Strategy
    factor: float
    written: float
    money: float


def programme_money(run: xr.Dataset, start: float) -> float:
    """Present value of all governments' programme money since a year.

    Parameters
    ----------
    run : xarray.Dataset
        A run with the two programme accounts.
    start : float
        Year from which money counts.

    Returns
    -------
    float
        Present value in the model's discount base year, Myuan.
    """
    accounts = run[LOCAL_ACCOUNT].sum("Region") + run[CENTRAL_ACCOUNT]
    return float(accounts.isel(time=-1) - accounts.sel(time=start))


def as_written(strategies: tuple[Strategy, ...], run: Run, start: float) -> tuple[Funded, ...]:
    """Leave budgets as they are and say what they cost, see `equalise`."""
    costs = [programme_money(run(strategy), start) for strategy in strategies]
    return tuple(
        Funded(strategy, 1.0, cost, cost) for strategy, cost in zip(strategies, costs, strict=True)
    )


def equalise(
    strategies: tuple[Strategy, ...], run: Run, start: float, budget: float | None = None
) -> tuple[Funded, ...]:
    """Scale the budgets of strategies until each costs the same.

    The cost is read from the model's own accounts, so a budget that is a share of value
    added counts for more where the strategy makes value added grow. The course of history
    has no budget to scale: where it is compared, the others are brought to what it costs.
    A strategy that spends nothing stays as it is.

    Parameters
    ----------
    strategies : tuple of Strategy
        The strategies.
    run : callable
        Runs the model under a strategy.
    start : float
        Year from which money counts.
    budget : float, optional
        Present value that each shall cost, Myuan; if not given, what history costs
        where it is compared, otherwise what the first one with a programme costs.

    Returns
    -------
    tuple of Funded
        The strategies, each costing the same within 0.1 %.

    Raises
    ------
    InputError
        If a strategy cannot be brought to that cost.
    """
    written = as_written(strategies, run, start)
    if budget is None:
        spending = [item for item in written if item.money > 0]
        spending.sort(key=lambda item: bool(item.strategy.programmes))
        target = spending[0].money if spending else 0.0
    else:
        target = budget
    return tuple(_matched(item, run, start, target) for item in written)


def _matched(item: Funded, run: Run, start: float, target: float) -> Funded:
    strategy = item.strategy
    idle = not strategy.programmes and item.written == 0
    if idle or math.isclose(item.written, target, rel_tol=_STEP):
        return item
    goal = f"strategy {strategy.name!r} cannot be brought to {target:,.0f} Myuan"
    if not strategy.programmes or item.written <= 0 or target <= 0:
        raise InputError(f"{goal}: as written it costs {item.written:,.0f} Myuan")

    def cost(log_factor: float) -> float:
        return programme_money(run(strategy.scaled(math.exp(log_factor))), start)

    # Money is close to proportional to the budget, so the logarithms lie almost on a line
    # and the secant through the proportional guess needs only a few runs.
    try:
        found = root_scalar(
            lambda log_factor: math.log(cost(log_factor) / target),
            x0=0.0,
            x1=math.log(target / item.written),
            method="secant",
            xtol=_STEP,
            maxiter=30,
        )
    except InputError as error:
        raise InputError(f"{goal}: {error}") from None
    money = cost(found.root)
    if abs(money / target - 1) > TOLERANCE:
        raise InputError(f"{goal}: the nearest that it comes to is {money:,.0f} Myuan")
    factor = math.exp(found.root)
    return Funded(strategy.scaled(factor), factor, item.written, money)
