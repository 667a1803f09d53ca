"""When help pays: what a yuan gains by the year in which it is spent and the size of the cluster.

The paper distinguishes three kinds of intervention by their timing: cultivation from the
beginning, combination at early formation, self-development after the cluster has formed. Here one
region at a time runs a short local programme from each year on, on top of the policy that goes on
anyway, in clusters that differ only in how large they are relative to their critical mass (the
critical mass is moved; the year and everything else stay the same). The gain is discounted value
added over the years after the start, against the same cluster without the programme, for a yuan of
its money in present value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION
from smecluster.policies.budget import DEFAULT_BUDGET, parse_budget
from smecluster.policies.ensemble.cases import DRAW, REASON, STRATEGY
from smecluster.policies.ensemble.worlds import Ensemble
from smecluster.policies.menu import CENTRAL_ACCOUNT, LOCAL_ACCOUNT
from smecluster.policies.plan import Plan, Spending
from smecluster.policies.strategy import BASELINE, Strategy
from smecluster.policies.strategy import load as load_strategy
from smecluster.policies.timing_result import (
    EVERYWHERE,
    HOME,
    MASS,
    NATION,
    describe_timing,
)

if TYPE_CHECKING:
    from smecluster.model import Model
    from smecluster.model.writing.result import Result

Array = NDArray[np.float64]
Progress = Callable[[int, int], None]

#: First year in which a programme may start: see docs/limitations.md.
FIRST_START = 2000
STARTS = tuple(range(FIRST_START, 2026, 5))
# Halves: clusters of every kind exist in most years, the region as it is among them.
SIZES = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0)

_SUPPLY, _FIRMS, _CRITICAL = "Discounted value added", "total firms", "critical mass"
_ACCOUNT = "Net national benefit account"
_RAMP = 0.5  # Year, the shortest that the model allows
_AT_A_TIME = 8_192  # runs: their results stay below some hundred megabytes


def map_timing(
    model: Model,
    strategy: Strategy,
    draws: pd.DataFrame | None = None,
    *,
    budget: str | float = DEFAULT_BUDGET,
    baseline: Strategy | None = None,
    starts: Sequence[float] = STARTS,
    sizes: Sequence[float] = SIZES,
    lasting: float = 5.0,
    horizon: float = 15.0,
    settings: Mapping[str, Any] | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """Map the gain of a yuan by starting year and cluster size.

    Parameters
    ----------
    model : Model
        The model.
    strategy : Strategy
        Whose local allocation is used; its own timing and money are not.
    draws : pandas.DataFrame, optional
        A row a draw, a column an input of the model; the model's values if left out.
    budget : str or float
        What the region spends each year beyond the baseline: a share of its own value added, for
        example ``0.5%``.
    baseline : Strategy, optional
        The policy that the programme comes on top of, and is compared with; one without a
        programme. Policy as now if left out.
    starts : sequence of float
        Whole years in which the programme starts, 2000 at the earliest.
    sizes : sequence of float
        What the critical mass is divided by: 2 makes a cluster twice as large relative to it.
    lasting : float
        How long the programme lasts, Year.
    horizon : float
        Over how many years from the start the gain counts.
    settings : mapping, optional
        Other inputs that hold in every run.
    workers : int, optional
        Threads; they change no digit.
    progress : callable, optional
        Called with how many runs are done and how many there are.

    Returns
    -------
    Result
        The map (see `policies.timing_result.describe_timing`).

    Raises
    ------
    InputError
        If the strategy has no local programme or the baseline has one, the budget is no share, the
        years do not fit, or a size is not above zero.
    """
    base = load_strategy(BASELINE) if baseline is None else baseline
    share = _check_share(budget)
    _check_strategies(strategy, base)
    _check_years(model, starts, sizes, lasting, horizon)
    regions = tuple(model.regions)
    first = float(min(starts))
    without = base.plan(model, first).rename("baseline")
    plans = [without]
    for region in regions:
        programme = strategy.plan(model, first).spending_of(region)
        for start in starts:
            plans.append(_short_plan(without, programme, region, share, start, lasting))
    table = pd.DataFrame(index=["model"]) if draws is None else draws
    years = sorted({float(start + after) for start in starts for after in (0, horizon)})
    outputs = [_SUPPLY, *[_ACCOUNT] * (_ACCOUNT in model.program.outputs)]
    total = len(table) * len(sizes) * len(plans)
    parts, failed, done = [], 0, 0
    at_a_time = max(1, _AT_A_TIME // (len(plans) * len(sizes)))
    for begin in range(0, len(table), at_a_time):
        piece = table.iloc[begin : begin + at_a_time]
        worlds = Ensemble(
            model, _by_size(model, piece, sizes), settings=settings or {}, workers=workers
        )
        run = worlds.run(plans, [*outputs, _FIRMS, _CRITICAL], years)
        failed += int((run[REASON] != "").sum())
        parts.append(_measure_gains(run, plans, piece.index.to_numpy(), starts, sizes, horizon))
        done += len(plans) * len(sizes) * len(piece)
        if progress is not None:
            progress(done, total)
    return describe_timing(
        xr.concat(parts, DRAW),
        strategy=strategy.title,
        baseline=base.title,
        share=share,
        lasting=lasting,
        horizon=horizon,
        drawn=len(table.columns) if len(table) > 1 else 0,
        runs=total,
        failed=failed,
    )


def _check_share(budget: str | float) -> float:
    amount = parse_budget(budget)
    if amount.share is None or not amount.share > 0:
        raise InputError(
            f"budget {str(budget)!r}: a window needs a share of value added above zero, like 0.5%, "
            "since its money is spent from different years on"
        )
    return amount.share


def _check_strategies(strategy: Strategy, baseline: Strategy) -> None:
    if strategy.local is None:
        raise InputError(f"strategy {strategy.name!r} has no local programme whose timing to map")
    if baseline.programmes:
        raise InputError(
            f"baseline {baseline.name!r} has a programme of its own: windows put one programme on "
            "top of a policy without any, like 'as-now'"
        )


def _check_years(
    model: Model, starts: Sequence[float], sizes: Sequence[float], lasting: float, horizon: float
) -> None:
    if not len(starts) or not len(sizes):
        raise InputError("give at least one starting year and one size")
    if not 0 < lasting <= horizon < np.inf or horizon != int(horizon):
        raise InputError(
            f"the programme's years ({lasting:g}) must be above zero and within the horizon, a "
            f"whole number of years ({horizon:g})"
        )
    last = model.time.final - horizon
    for start in starts:
        if start < FIRST_START:
            raise InputError(
                f"start = {start:g} is before {FIRST_START}, the first year allowed: before it "
                "value added of the Pearl River Delta is not known and private enterprise was not "
                "yet free everywhere (docs/limitations.md)"
            )
        if start > last or start != int(start):
            raise InputError(
                f"start = {start:g} is not a whole year in {FIRST_START}..{last:g}, from which "
                f"{horizon:g} years remain"
            )
    for size in sizes:
        if not size > 0:
            raise InputError(f"size = {size:g} must be above zero")
    if 1.0 not in sizes:
        raise InputError("sizes must include 1, the region as it is")


def _name_plan(region: str, start: float) -> str:
    return f"{region} from {start:g}"


def _short_plan(
    without: Plan, programme: Spending | None, region: str, share: float, start: float, years: float
) -> Plan:
    """Put a short programme of one region on top of the baseline."""
    name = _name_plan(region, start)
    if programme is None:
        return without.rename(name)
    spending = Spending(
        region=region,
        share=share,
        amount=0.0,
        allocation=programme.allocation,
        start=float(start),
        trigger=None,
        ramp=_RAMP,
        end=float(start + years),
    )
    return Plan(name, without.menu, (spending,), without.until, without.start)


def _by_size(model: Model, draws: pd.DataFrame, sizes: Sequence[float]) -> pd.DataFrame:
    """Repeat each draw for each size, with its critical masses divided by it."""
    own = {
        parameter.cell[0]: parameter.value
        for parameter in model.program.parameters
        if parameter.name == _CRITICAL
    }
    columns: dict[str, Array] = {
        str(name): np.repeat(draws[name].to_numpy(dtype=float), len(sizes))
        for name in draws.columns
    }
    divisors = np.tile(np.asarray(sizes, dtype=float), len(draws))
    for region in model.regions:
        name = f"{_CRITICAL}[{region}]"
        columns[name] = columns.get(name, np.full(len(divisors), own[region])) / divisors
    return pd.DataFrame(columns)


def _measure_gains(
    run: xr.Dataset,
    plans: Sequence[Plan],
    labels: NDArray[np.generic],
    starts: Sequence[float],
    sizes: Sequence[float],
    horizon: float,
) -> xr.Dataset:
    """Turn the runs of some draws into gains for a yuan, along (draw, region, start, size)."""
    base = run.isel(future=0, drop=True)
    baseline = base.sel({STRATEGY: plans[0].name}, drop=True)
    account = base[LOCAL_ACCOUNT].sum(REGION, skipna=False) + base[CENTRAL_ACCOUNT]
    critical = baseline[_CRITICAL]
    critical = critical.isel(time=0, drop=True) if "time" in critical.dims else critical
    regions = [str(region) for region in run[REGION].values]
    shape = (len(labels), len(sizes))

    def arrange(values: xr.DataArray) -> Array:
        return np.asarray(values.values, dtype=float).reshape(shape)

    dims = (DRAW, REGION, "start", "size")
    gains = {
        name: np.full((shape[0], len(regions), len(starts), shape[1]), np.nan)
        for name in (HOME, EVERYWHERE, *[NATION] * (_ACCOUNT in base), MASS)
    }
    for at, region in enumerate(regions):
        for place, start in enumerate(starts):
            years = {"time": [start, start + horizon]}
            name = {STRATEGY: _name_plan(region, start)}
            more = base[_SUPPLY].sel({**years, **name}) - baseline[_SUPPLY].sel(years)
            spent = account.sel({**years, **name}) - account.sel({**years, STRATEGY: plans[0].name})
            gained = more.isel(time=1) - more.isel(time=0)
            # Budgets of policy as now follow value added: what they spend more in the years that
            # the gain is counted over is money too.
            money = spent.isel(time=1) - spent.isel(time=0)
            money = money.where(money > 0)
            here = (slice(None), at, place)
            gains[HOME][here] = arrange(gained.sel({REGION: region}) / money)
            gains[EVERYWHERE][here] = arrange(gained.sum(REGION, skipna=False) / money)
            if NATION in gains:
                worth = base[_ACCOUNT].sel({**years, **name}) - baseline[_ACCOUNT].sel(years)
                gains[NATION][here] = arrange((worth.isel(time=1) - worth.isel(time=0)) / money)
            firms = baseline[_FIRMS].sel({"time": start, REGION: region})
            gains[MASS][here] = arrange(firms / critical.sel({REGION: region}))
    unit = {**dict.fromkeys((HOME, EVERYWHERE, NATION), "yuan for a yuan"), MASS: "Dmnl"}
    return xr.Dataset(
        {name: (dims, values, {"unit": unit[name]}) for name, values in gains.items()},
        {DRAW: labels, REGION: regions, "start": list(starts), "size": list(sizes)},
    )
