"""Whose programme does what where: at home, to the other regions, and together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, find_outcome
from smecluster.policies.strategy import Strategy

OTHERS = "on the other regions"
CENTRE = "centre"
TOGETHER = "acting together"


def effect_by_origin(
    strategy: Strategy,
    regions: Sequence[str],
    end_of: Callable[[Strategy], xr.Dataset],
    base: xr.Dataset,
) -> xr.Dataset:
    """Take a strategy apart into the programmes of its governments.

    Each region runs its programme alone, then the centre alone. What the whole strategy
    does beyond the sum of these is the interplay of the programmes.

    Parameters
    ----------
    strategy : Strategy
        The strategy.
    regions : sequence of str
        The model's regions.
    end_of : callable
        Gives the outcomes at the end (along ``place``) of a strategy.
    base : xarray.Dataset
        The outcomes at the end without any programme.

    Returns
    -------
    xarray.Dataset
        Change of each outcome, in its own unit, along (origin, place). The origins are
        the regions, the centre, and ``acting together``. Missing where a government has no
        programme.
    """
    parts: dict[str, Strategy] = {region: strategy.alone_in(region) for region in regions}
    parts[CENTRE] = strategy.central_alone()
    nothing = xr.full_like(base, np.nan)
    effects = [end_of(part) - base if part.programmes else nothing for part in parts.values()]
    single = xr.concat(effects, "origin").sum("origin")
    together = end_of(strategy) - base - single if strategy.programmes else nothing
    names = np.array([*parts, TOGETHER], dtype=object)
    origins = xr.concat([*effects, together], "origin").assign_coords(origin=names)
    return origins.assign(
        {name: values.assign_attrs(base[name].attrs) for name, values in origins.items()}
    )


def effect_on_others(origins: xr.DataArray, outcome: str) -> xr.DataArray:
    """Measure what the regions' own programmes do to the regions that do not run them.

    Each region's programme is run alone; its effect on every other region is counted.
    Quantities are added up over all such pairs, averages (wages, quality, rates) are
    averaged over them.

    Parameters
    ----------
    origins : xarray.DataArray
        Change along (origin, place), from `effect_by_origin`, and any other dimensions.
    outcome : str
        Name of the outcome.

    Returns
    -------
    xarray.DataArray
        The effect, in the outcome's unit, along the other dimensions; missing where no region
        has a programme, since the centre acts on all regions and has no neighbours.
    """
    regions = [place for place in origins[PLACE].values if place in origins["origin"].values]
    pairs = [
        origins.sel({"origin": home, PLACE: other}, drop=True)
        for home in regions
        for other in regions
        if other != home
    ]
    if not pairs:
        return origins.isel({"origin": 0, PLACE: 0}, drop=True) * np.nan
    effects = xr.concat(pairs, "pair")
    if find_outcome(outcome).weight is None:
        return effects.sum("pair", min_count=1)
    return effects.mean("pair")
