"""Who pays: the programme money of a plan by the budget that it comes out of."""

from __future__ import annotations

import numpy as np
import xarray as xr

from smecluster.policies.menu import CENTRAL_ACCOUNT, LOCAL_ACCOUNT
from smecluster.policies.plan import Plan

PAYER = "payer"
CENTRE = "centre"
_SIZE = "Discounted value added"


def split_payers(plan: Plan, spent: xr.Dataset) -> xr.DataArray:
    """Split the programme money of runs over the budgets that pay it, policy as now included.

    A local programme is paid by its region except for the share that the plan lays on the
    centre; the central programme by the centre except for the share laid on the regions, which
    divide it by their value added.

    Parameters
    ----------
    plan : Plan
        The plan that was run.
    spent : xarray.Dataset
        Present value of the programme accounts and of ``Discounted value added`` over the years
        that count, of one run or many, Myuan.

    Returns
    -------
    xarray.DataArray
        Present value paid, Myuan, along ``payer``: the centre, then each region.
    """
    central, locally = spent[CENTRAL_ACCOUNT], spent[LOCAL_ACCOUNT]
    size = spent[_SIZE]
    levied = _share_of_others(plan, None)
    paid: dict[str, xr.DataArray] = {}
    given = xr.zeros_like(central)
    for region in (str(name) for name in locally["Region"].values):
        granted = _share_of_others(plan, region)
        own = locally.sel(Region=region, drop=True)
        weight = size.sel(Region=region, drop=True) / size.sum("Region")
        paid[region] = own * (1 - granted) + central * levied * weight
        given = given + own * granted
    payers = {CENTRE: central * (1 - levied) + given, **paid}
    joined = xr.concat(list(payers.values()), PAYER)
    names = np.array([*payers], dtype=object)
    return joined.assign_coords({PAYER: names}).assign_attrs(unit="Myuan")


def _share_of_others(plan: Plan, region: str | None) -> float:
    spending = plan.spending_of(region)
    return 0.0 if spending is None else spending.paid_by_others
