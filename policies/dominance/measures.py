"""Names, measures and tables of loop dominance."""

from __future__ import annotations

import pandas as pd
import xarray as xr

from smecluster.model.file.regions import REGION


def summarise_shares(shares: xr.DataArray, since: float) -> pd.DataFrame:
    """Average dominance over the years from one on.

    Parameters
    ----------
    shares : xarray.DataArray
        See `Dominance.shares`.
    since : float
        First year that counts.

    Returns
    -------
    pandas.DataFrame
        A row a strategy, region and loop: its mean share (Dmnl, negative where it balances), the
        share of the years in which it is the largest, and in which it is more than half.
    """
    late = shares.sel(time=slice(since, None))
    size = abs(late)
    known = late.notnull().any("loop")
    largest = (size == size.max("loop")) & known
    data = xr.Dataset(
        {
            "share": late.mean("time"),
            "largest": largest.sum("time") / known.sum("time"),
            "more than half": (size > 0.5).sum("time") / known.sum("time"),
        }
    )
    return data.to_dataframe().reset_index()[
        ["strategy", REGION, "loop", "share", "largest", "more than half"]
    ]
