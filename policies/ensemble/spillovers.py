"""What the regions' own programmes do to the regions that do not run them."""

from __future__ import annotations

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, find_outcome

OTHERS = "on the other regions"
ORIGIN = "origin"
TOGETHER = "acting together"


def measure_spillover(origins: xr.DataArray, outcome: str) -> xr.DataArray:
    """Measure what the regions' own programmes do to the regions that do not run them.

    Each region's programme is run alone; its effect on every other region is counted.
    Quantities are added up over all such pairs, averages (wages, quality, rates) are
    averaged over them.

    Parameters
    ----------
    origins : xarray.DataArray
        Change along (origin, place), of the programme of each region run alone, and any other
        dimensions.
    outcome : str
        Name of the outcome.

    Returns
    -------
    xarray.DataArray
        The effect, in the outcome's unit, along the other dimensions; missing where no region
        has a programme, since the centre acts on all regions and has no neighbours.
    """
    regions = [place for place in origins[PLACE].values if place in origins[ORIGIN].values]
    pairs = [
        origins.sel({ORIGIN: home, PLACE: other}, drop=True)
        for home in regions
        for other in regions
        if other != home
    ]
    if not pairs:
        return origins.isel({ORIGIN: 0, PLACE: 0}, drop=True) * np.nan
    effects = xr.concat(pairs, "pair")
    if find_outcome(outcome).weight is None:
        return effects.sum("pair", min_count=1)
    return effects.mean("pair")
