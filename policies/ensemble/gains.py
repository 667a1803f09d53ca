"""What plans gain the regions and the nation, by the year to which consequences count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xarray as xr

from smecluster.model.errors import InputError
from smecluster.model.file.regions import REGION
from smecluster.policies.ensemble.cases import STRATEGY

if TYPE_CHECKING:
    from smecluster.model import Model

#: Present values from the first year to each horizon, Myuan: of all regions, and of the nation.
GAINED, BENEFIT = "value added gained", "net national benefit"
#: The model's accounts that they are read from.
OUTPUTS = ("Discounted value added", "Net national benefit account")
HORIZON = "horizon"


def check_accounts(model: Model) -> None:
    """Refuse a model without these accounts.

    Raises
    ------
    InputError
        If one is missing.
    """
    for name in OUTPUTS:
        if name not in model.program.outputs:
            raise InputError(f"this needs {name!r}, which {model.path.name} lacks")


def keep_gains(run: xr.Dataset) -> xr.Dataset:
    """Keep what the accounts have gained from the first year to each later one.

    Parameters
    ----------
    run : xarray.Dataset
        Runs with `OUTPUTS` along ``time``.

    Returns
    -------
    xarray.Dataset
        `GAINED` and `BENEFIT`, Myuan, along (run, horizon).
    """
    supply, account = (run[name] for name in OUTPUTS)
    kept = {}
    for name, whole in ((GAINED, supply.sum(REGION, skipna=False)), (BENEFIT, account)):
        since = whole.isel(time=slice(1, None)) - whole.isel(time=0, drop=True)
        kept[name] = since.transpose("run", "time").assign_attrs(unit="Myuan")
    return xr.Dataset(kept).rename(time=HORIZON)


def subtract_baseline(results: xr.Dataset, baseline: xr.Dataset) -> xr.Dataset:
    """Give what plans gain beyond a baseline in the same draw.

    Parameters
    ----------
    results : xarray.Dataset
        `GAINED` and `BENEFIT` of plans along (strategy, draw, horizon), and other variables.
    baseline : xarray.Dataset
        The same of one plan, with or without the dimension ``strategy``.

    Returns
    -------
    xarray.Dataset
        The results, with the two replaced by differences.
    """
    if STRATEGY in baseline.dims:
        baseline = baseline.isel({STRATEGY: 0}, drop=True)
    return results.assign(
        {
            name: (results[name] - baseline[name]).assign_attrs(unit="Myuan")
            for name in (GAINED, BENEFIT)
        }
    )
