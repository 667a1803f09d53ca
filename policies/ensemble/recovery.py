"""Recovery after a shock: how much is lost, and how long it takes."""

from __future__ import annotations

import numpy as np
import xarray as xr

NEAR = 0.01  # within 1 % of the undisturbed path counts as recovered; a convention
LOSS = "loss"
YEARS = "years to recover"
GAP = "gap"


def measure_recovery(undisturbed: xr.DataArray, disturbed: xr.DataArray, year: float) -> xr.Dataset:
    """Measure what a shock does to value added.

    Parameters
    ----------
    undisturbed, disturbed : xarray.DataArray
        Value added along ``time`` (yearly, Myuan/Year) without and with the shock.
    year : float
        Year in which the shock begins.

    Returns
    -------
    xarray.Dataset
        ``gap``: relative distance from the undisturbed path, %; ``loss``: what is lost from
        the shock to the end of the run, in % of one year's value added; ``years to
        recover``: time from the shock until value added stays within 1 % of the
        undisturbed path, Year, zero if it never leaves it and missing if it has not come
        back at the end. All are missing where a run has no result.
    """
    gap = disturbed / undisturbed - 1
    after = gap.sel(time=slice(year, None))
    times = after["time"]
    away = after < -NEAR
    last = times.where(away).max("time")
    step = float(times[1] - times[0])
    years = (last + step - year).where(away.any("time"), 0.0)
    known = after.notnull().all("time")
    years = years.where(~away.isel(time=-1) & known, np.nan)
    return xr.Dataset(
        {
            GAP: (100 * gap).assign_attrs(unit="%"),
            LOSS: (-100 * step * after.sum("time", skipna=False)).assign_attrs(
                unit="% of a year's value added"
            ),
            YEARS: years.assign_attrs(unit="Year"),
        }
    )
