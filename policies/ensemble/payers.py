"""Who pays: the programme money of a strategy by the budget that it comes out of."""

from __future__ import annotations

import numpy as np
import xarray as xr

from smecluster.policies.ensemble.equal_cost import CENTRAL_ACCOUNT, LOCAL_ACCOUNT
from smecluster.policies.ensemble.spillovers import CENTRE
from smecluster.policies.strategy import Strategy

PAYER = "payer"
_SIZE = "Discounted value added"


def who_pays(strategy: Strategy, spent: xr.Dataset) -> xr.DataArray:
    """Split the programme money of runs over the budgets that pay it.

    A local programme is paid by its region but for the share that the strategy lays on the
    centre; the central programme by the centre but for the share laid on the regions, which
    divide it by their value added.

    Parameters
    ----------
    strategy : Strategy
        The strategy that was run.
    spent : xarray.Dataset
        Present value of the programme accounts and of ``Discounted value added`` of one run or
        many, Myuan, see `since`.

    Returns
    -------
    xarray.DataArray
        Present value paid, Myuan, along ``payer``: the centre, then each region.
    """
    central, locally = spent[CENTRAL_ACCOUNT], spent[LOCAL_ACCOUNT]
    size = spent[_SIZE]
    levied = strategy.central.paid_by_regions if strategy.central else 0.0
    paid: dict[str, xr.DataArray] = {}
    given = xr.zeros_like(central)
    for region in (str(name) for name in locally["Region"].values):
        local = strategy.local and strategy.local.in_region(region)
        granted = local.paid_by_centre if local else 0.0
        own = locally.sel(Region=region, drop=True)
        weight = size.sel(Region=region, drop=True) / size.sum("Region")
        paid[region] = own * (1 - granted) + central * levied * weight
        given = given + own * granted
    payers = {CENTRE: central * (1 - levied) + given, **paid}
    joined = xr.concat(list(payers.values()), PAYER)
    names = np.array([*payers], dtype=object)
    return joined.assign_coords({PAYER: names}).assign_attrs(unit="Myuan")


def since(run: xr.Dataset, start: float) -> xr.Dataset:
    """Give what accounts have gathered from a year to the end of a run, Myuan."""
    accounts = run[[LOCAL_ACCOUNT, CENTRAL_ACCOUNT, _SIZE]]
    return accounts.isel(time=-1, drop=True) - accounts.sel(time=start, drop=True)
