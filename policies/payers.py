"""Who pays: the programme money of a strategy by the budget that it comes out of."""

from __future__ import annotations

import xarray as xr

from policies.equal_cost import CENTRAL_ACCOUNT, LOCAL_ACCOUNT
from policies.origins import CENTRE
from policies.strategy import Strategy


def who_pays(strategy: Strategy, run: xr.Dataset, start: float) -> dict[str, float]:
    """Split the programme money of a run over the budgets that pay it.

    A local programme is paid by its region but for the share that the strategy lays on the
    centre; the central programme by the centre but for the share laid on the regions, which
    divide it by their value added.

    Parameters
    ----------
    strategy : Strategy
        The strategy that was run.
    run : xarray.Dataset
        The run, with the programme accounts and ``Discounted value added``.
    start : float
        Year from which money counts.

    Returns
    -------
    dict
        Present value paid, Myuan, by the centre and by each region.
    """
    central = _since(run[CENTRAL_ACCOUNT], start)
    spent = _since(run[LOCAL_ACCOUNT], start)
    size = _since(run["Discounted value added"], start)
    levied = strategy.central.paid_by_regions if strategy.central else 0.0
    by_region = {}
    given = 0.0
    for region in (str(name) for name in spent["Region"].values):
        local = strategy.local and strategy.local.in_region(region)
        granted = local.paid_by_centre if local else 0.0
        own = float(spent.sel(Region=region))
        weight = float(size.sel(Region=region) / size.sum())
        by_region[region] = own * (1 - granted) + float(central) * levied * weight
        given += own * granted
    return {CENTRE: float(central) * (1 - levied) + given, **by_region}


def _since(account: xr.DataArray, start: float) -> xr.DataArray:
    return account.isel(time=-1) - account.sel(time=start)
