"""The model's accounts of programme money, from which every comparison reads what plans cost."""

from __future__ import annotations

import xarray as xr

from smecluster.policies.menu import CENTRAL_ACCOUNT, LOCAL_ACCOUNT

ACCOUNTS = (LOCAL_ACCOUNT, CENTRAL_ACCOUNT)


def sum_money(run: xr.Dataset) -> xr.DataArray:
    """Add up the programme money of all governments over the years of a run, or of many.

    Parameters
    ----------
    run : xarray.Dataset
        The two programme accounts along ``time``, the local one along ``Region``.

    Returns
    -------
    xarray.DataArray
        Present value from the first year kept to the last, Myuan, policy as now included; missing
        where a region's account is.
    """
    account = run[LOCAL_ACCOUNT].sum("Region", skipna=False) + run[CENTRAL_ACCOUNT]
    return account.isel(time=-1, drop=True) - account.isel(time=0, drop=True)
