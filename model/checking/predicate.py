"""What a check requires of numbers, and the place where they miss it most.

A predicate holds for all times and elements, or names the place that misses it most.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray as xr

Spot = Mapping[Hashable, int]

# By how much a value is on the wrong side of a limit.
_EXCESS: dict[str, Callable[[Any, Any], Any]] = {
    "at least": lambda value, limit: limit - value,
    "at most": lambda value, limit: value - limit,
    "above": lambda value, limit: limit - value,
    "below": lambda value, limit: value - limit,
    "equals": lambda value, limit: abs(value - limit),
}
BOUNDS = tuple(_EXCESS)
SHAPES = ("falls", "rises", "never falls", "never rises", "flat", "passes")


def find_not_finite(values: xr.DataArray) -> str | None:
    """Name the first value that is not a number; None if all are."""
    wrong = values.copy(data=np.where(np.isfinite(values.values), 0.0, 1.0))
    spot = _find_worst(wrong, 0.0)
    return None if spot is None else f"{_describe_value(values, spot)} is not a number"


def find_out_of_bounds(
    bound: str, values: xr.DataArray, limit: xr.DataArray, slack: float | xr.DataArray
) -> str | None:
    """Find where values are on the wrong side of a limit.

    Parameters
    ----------
    bound : str
        One of `BOUNDS`; ``above`` and ``below`` are strict.
    values, limit : xarray.DataArray
        In the same unit.
    slack : float or xarray.DataArray
        How far beyond the limit values may be, in that unit.

    Returns
    -------
    str or None
        The worst place, its value and its limit; None if there is none.
    """
    import xarray as xr

    values, limit = xr.broadcast(*xr.align(values, limit, join="inner"))
    excess = _EXCESS[bound](values, limit) - slack
    # A strict bound is also missed by equality.
    spot = _find_worst(excess, np.nextafter(0.0, -1.0) if bound in ("above", "below") else 0.0)
    if spot is None:
        return None
    return f"{_describe_value(values, spot)}, must be {bound} {float(limit.isel(spot)):.6g}"


def find_wrong_shape(shape: str, values: xr.DataArray, share: float, slack: float) -> str | None:
    """Find where values do not move over time as they must.

    Parameters
    ----------
    shape : str
        One of `SHAPES`.
    values : xarray.DataArray
        With the dimension ``time``.
    share : float
        ``falls`` and ``rises``: the smallest change from first to last, as a share of the
        first. ``flat``: the largest distance from the first, as a share of it. ``passes``: the
        value that must lie between the smallest and the largest.
    slack : float
        In the unit of the values. ``flat``: a distance that is always allowed, for values that
        run out. ``never falls`` and ``never rises``: how far a step may go the wrong way.

    Returns
    -------
    str or None
        The worst place and its value; None if there is none.
    """
    if shape == "passes":
        low, high = float(values.min()), float(values.max())
        if low - slack <= share <= high + slack:
            return None
        return f"{low:.6g} to {high:.6g}, does not pass {share:g}"
    first, last = values.isel(time=0, drop=True), values.isel(time=-1, drop=True)
    if shape == "flat":
        spot = _find_worst(abs(values - first) - share * abs(first) - slack, 0.0)
        if spot is None:
            return None
        start = first.isel({dim: at for dim, at in spot.items() if dim != "time"})
        return f"{_describe_value(values, spot)}, not flat: it was {float(start):.6g}"
    if shape in ("falls", "rises"):
        gain = last - first if shape == "rises" else first - last
        # Without a share any change in the right direction counts, but no change does not.
        spot = _find_worst(share * abs(first) - gain, 0.0 if share else np.nextafter(0.0, -1.0))
        if spot is None:
            return None
        both = f"from {float(first.isel(spot)):.6g} to {_describe_value(last, spot)}"
        return f"{both}, does not {shape[:-1]} by a share of {share:g}"
    steps = values.diff("time")
    spot = _find_worst(-steps if shape == "never falls" else steps, slack)
    if spot is None:
        return None
    return f"{_describe_value(values.isel(time=slice(1, None)), spot)}, {shape[6:]} there"


def _find_worst(excess: xr.DataArray, slack: float) -> Spot | None:
    """Find the largest excess, if it is more than the slack."""
    ranked = np.nan_to_num(excess.values, nan=np.inf)
    if ranked.size == 0 or not ranked.max() > slack:
        return None
    at = np.unravel_index(int(ranked.argmax()), ranked.shape)
    return {dim: int(i) for dim, i in zip(excess.dims, at, strict=True)}


def _describe_value(values: xr.DataArray, spot: Spot) -> str:
    value = values.isel(spot)
    labels = [f"{float(value[dim]):g}" if dim == "time" else str(value[dim].item()) for dim in spot]
    return f"{float(value):.6g} ({', '.join(labels)})" if labels else f"{float(value):.6g}"
