"""What contributions say, in sentences made from the numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.support.formatting import Rounded, display_unit
from smecluster.policies.contributions.compute import (
    DISCOUNTED,
    ON_AVERAGE,
    SYNERGY,
    WHOLE,
    WITHOUT,
    Contributions,
    pair_table,
)
from smecluster.policies.prose import join_names, split_sign

_UNIT, _FACTOR = display_unit("Myuan")
# A lever or a pair that brings less than this share of the whole is not worth a sentence.
_SMALL = 0.02


def answer(found: Contributions) -> list[str]:
    """Say what the levers of a strategy bring.

    Parameters
    ----------
    found : Contributions
        The contributions.

    Returns
    -------
    list of str
        Sentences: the whole effect, the levers that matter, the synergy, the strongest pairs.
    """
    at_the_end: dict[str, Any] = {"time": found.sums["time"].values[-1], PLACE: TOTAL}
    sums = found.sums[DISCOUNTED].sel(at_the_end) * _FACTOR
    whole, synergy = sums.sel(measure=WHOLE), sums.sel(measure=SYNERGY)
    relative = 100 * float((whole / sums.sel(measure=WITHOUT)).median("draw"))
    said = [
        f"{found.strategy.title}: value added of all regions gains {_median(whole)} {_UNIT} "
        f"{_interval(whole)}in present value from {found.start:g} to {at_the_end['time']:g} "
        f"({relative:.2g} % of what it is without the programme).",
        _levers(found, at_the_end),
        _synergy(synergy, whole),
    ]
    strongest = _pairs(found, abs(float(whole.mean("draw"))))
    return said + ([strongest] if strongest else [])


def basis(
    found: Contributions,
    step: float,
    error: float | None,
    checked: int,
    money: float | None = None,
) -> list[str]:
    """Say what the contributions rest on.

    Parameters
    ----------
    found : Contributions
        The contributions.
    step : float
        Time step of the runs, Year.
    error : float, optional
        From `policies.contributions.compute.step_error`; None if it was not looked at.
    checked : int
        How many draws it was looked at in.
    money : float, optional
        Present value of the strategy's money at the model's own values, Myuan.

    Returns
    -------
    list of str
        Sentences: runs, coalitions and their error, time step, money, draws left out.
    """
    draws = found.shares.sizes["draw"]
    said = [
        f"{found.runs:,} runs: {found.coalitions:,} coalitions of {len(found.levers)} levers in "
        f"{draws + len(found.failed)} draw{'s' * (draws + len(found.failed) > 1)}, with a time "
        f"step of {_fraction(step)} year.",
        "A coalition's levers keep the share of the budget that the strategy gives them; the "
        "money of the absent ones is not spent. A budget that is a share of value added moves "
        "with it.",
    ]
    if money is not None:
        said.insert(
            1,
            f"The whole strategy costs {Rounded(money * _FACTOR)} {_UNIT} in present value from "
            f"{found.start:g} on, at the model's own values.",
        )
    if not found.exact:
        largest = float(found.errors[DISCOUNTED].isel(time=-1).sel({PLACE: TOTAL}).max()) * _FACTOR
        said.append(
            f"There are too many levers to run every coalition: orders were drawn, and the "
            f"standard error of a contribution that comes from it is at most {Rounded(largest)} "
            f"{_UNIT}."
        )
    if error is not None:
        said.append(
            f"With the model's own step, tried in {checked} draw{'s' * (checked > 1)}, no lever's "
            f"contribution differs by more than {100 * error:.2g} % of the whole effect."
        )
    if found.failed:
        said.append(
            f"{len(found.failed)} of the draws are left out because a run failed in them: "
            f"{', '.join(map(str, found.failed[:5]))}{', ...' * (len(found.failed) > 5)}."
        )
    if draws == 1:
        said.append("One set of values: the figures carry no uncertainty.")
    return said


def _levers(found: Contributions, at_the_end: dict[str, Any]) -> str:
    shares = found.shares[DISCOUNTED].sel(at_the_end).sel(measure=ON_AVERAGE) * _FACTOR
    middle = shares.median("draw").values
    order = np.argsort(-middle)
    gains = [found.levers[at] for at in order if middle[at] > 0][:3]
    losses = [found.levers[at] for at in order[::-1] if middle[at] < -_SMALL * abs(middle).sum()]
    if not gains:
        return "No lever brings a gain."
    said = "Most comes from " + join_names(
        [f"{name} ({_spread(shares.sel(lever=name))})" for name in gains]
    )
    if losses:
        named = [f"{name} ({_spread(shares.sel(lever=name))})" for name in losses]
        said += f"; {join_names(named)} take{'s' * (len(losses) == 1)} away"
    return said + "."


def _synergy(synergy: xr.DataArray, whole: xr.DataArray) -> str:
    share = 100 * float(synergy.mean("draw") / abs(whole.mean("draw")))
    if abs(share) < 100 * _SMALL / 2:
        return "Together the levers bring about the sum of what each brings alone."
    more, sizes = split_sign(synergy.values)
    size = synergy.copy(data=sizes)
    return (
        f"Together the levers bring {_median(size)} {_UNIT} "
        f"{_interval(size)}{'more' if more else 'less'} than the sum of what each brings alone "
        f"({abs(share):.2g} % of the whole)."
    )


def _pairs(found: Contributions, whole: float) -> str | None:
    listed = pair_table(found)
    if listed.empty:
        return None
    means = listed["mean"].to_numpy() * _FACTOR
    parts = []
    for sign, verb in ((1, "help"), (-1, "replace")):
        best = int(np.argmax(sign * means))
        if sign * means[best] > _SMALL * whole:
            row = listed.iloc[best]
            size = f"{Rounded(means[best])} {_UNIT}"
            parts.append(f"{row['lever']} and {row['other']} {verb} one another most ({size})")
    said = "; ".join(parts)
    return f"{said[:1].upper()}{said[1:]}." if said else None


def _spread(values: xr.DataArray) -> str:
    """Write the median, and where there are draws the 5 and 95 % points, inside of brackets."""
    interval = _interval(values).strip(" ()")
    return _median(values) + (f"; {interval}" if interval else "")


def _median(values: xr.DataArray) -> str:
    return str(Rounded(float(values.median("draw"))))


def _interval(values: xr.DataArray) -> str:
    if values.sizes["draw"] == 1:
        return ""
    low, high = (Rounded(float(point)) for point in values.quantile([0.05, 0.95], "draw"))
    return f"(90 % of draws: {low} to {high}) "


def _fraction(step: float) -> str:
    return f"1/{1 / step:g}" if step < 1 else f"{step:g}"
