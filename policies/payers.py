"""Who pays: the programme money of a strategy by the budget that it comes out of."""

from __future__ import annotations

import numpy as np
import xarray as xr

from policies.equal_cost import CENTRAL_ACCOUNT, LOCAL_ACCOUNT
from policies.origins import CENTRE
from policies.strategy import Strategy

PAYER = "payer"


def who_pays(strategy: Strategy, run: xr.Dataset, start: float) -> xr.DataArray:
    """Split the programme money of runs over the budgets that pay it.

    A local programme is paid by its region but for the share that the strategy lays on the
    centre; the central programme by the centre but for the share laid on the regions, which
    divide it by their value added.

    Parameters
    ----------
    strategy : Strategy
        The strategy that was run.
    run : xarray.Dataset
        One run or many, with the programme accounts and ``Discounted value added``.
    start : float
        Year from which money counts.

    Returns
    -------
    xarray.DataArray
        Present value paid, Myuan, along ``payer``: the centre, then each region.
    """
    central = _since(run[CENTRAL_ACCOUNT], start)
    spent = _since(run[LOCAL_ACCOUNT], start)
    size = _since(run["Discounted value added"], start)
    levied = strategy.central.paid_by_regions if strategy.central else 0.0
    paid: dict[str, xr.DataArray] = {}
    given = xr.zeros_like(central)
    for region in (str(name) for name in spent["Region"].values):
        local = strategy.local and strategy.local.in_region(region)
        granted = local.paid_by_centre if local else 0.0
        own = spent.sel(Region=region, drop=True)
        weight = size.sel(Region=region, drop=True) / size.sum("Region")
        paid[region] = own * (1 - granted) + central * levied * weight
        given = given + own * granted
    payers = {CENTRE: central * (1 - levied) + given, **paid}
    joined = xr.concat(list(payers.values()), PAYER)
    names = np.array([*payers], dtype=object)
    return joined.assign_coords({PAYER: names}).assign_attrs(unit="Myuan")


def _since(account: xr.DataArray, start: float) -> xr.DataArray:
    return account.isel(time=-1, drop=True) - account.sel(time=start, drop=True)
