"""What contributions say, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import Rounded, display_unit
from smecluster.policies.contributions.measures import (
    BASE,
    DISCOUNTED,
    ON_AVERAGE,
    REST,
    SYNERGY,
    WHOLE,
    tabulate_pairs,
)
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    format_count,
    join_names,
    split_sign,
)

if TYPE_CHECKING:
    from smecluster.policies.contributions.result import Contributions

_UNIT, _FACTOR = display_unit("Myuan")
# A lever or a pair that brings less than this share of the whole is not worth a sentence.
_SMALL = 0.02


def write_answer(contributions: Contributions) -> list[str]:
    """Say what the levers of a strategy bring.

    Parameters
    ----------
    contributions : Contributions
        The contributions.

    Returns
    -------
    list of str
        Sentences: the whole effect, the levers that matter, the synergy, the strongest pairs.
    """
    at_the_end: dict[str, Any] = {"time": contributions.end, PLACE: TOTAL}
    sums = contributions.sums[DISCOUNTED].sel(at_the_end) * _FACTOR
    whole, rest, synergy = (sums.sel(measure=name) for name in (WHOLE, REST, SYNERGY))
    relative = 100 * float((whole / sums.sel(measure=BASE)).median("draw"))
    more, sizes = split_sign(whole.values)
    size = whole.copy(data=sizes)
    baseline = contributions.baseline.title
    said = [
        f"{contributions.strategy.title}: value added of all regions "
        f"{'gains' if more else 'loses'} {_median(size)} {_UNIT} {_interval(size)}in present value "
        f"from {contributions.start:g} to {contributions.end:g}, {abs(relative):.2g} % of what it "
        f"is under '{baseline}'."
    ]
    if abs(float(rest.median())) > _SMALL * abs(float(whole.median())):
        more, sizes = split_sign(rest.values)
        size = rest.copy(data=sizes)
        said.append(
            f"Of this {_median(size)} {_UNIT} {_interval(size)}{'is gained' if more else 'is lost'}"
            f" without any lever, because policy as now ends or goes on otherwise than under "
            f"'{baseline}'."
        )
    said += [_levers(contributions, at_the_end), _synergy(synergy, whole - rest)]
    strongest = _pairs(contributions, abs(float(whole.mean("draw"))))
    return said + ([strongest] if strongest else [])


def write_basis(
    contributions: Contributions, error: float | None = None, checked: int = 0
) -> list[str]:
    """Say what the contributions rest on.

    Parameters
    ----------
    contributions : Contributions
        The contributions.
    error : float, optional
        From `policies.contributions.compute.measure_step_error`; None if the step was the
        model's own.
    checked : int
        In how many draws it was measured.

    Returns
    -------
    list of str
        Sentences: money, runs, coalitions and their error, draws, time step, draws left out.
    """
    draws = len(contributions.draws)
    said = [
        _money(contributions),
        f"{contributions.runs:,} runs: {contributions.coalitions:,} coalitions of "
        f"{format_count(len(contributions.levers), 'lever', 'levers')} in "
        f"{format_count(draws, 'draw', 'draws')}. A coalition's levers keep the share of the "
        "budget that the strategy gives them; the money of the absent ones is not spent.",
        contributions.odds.describe(contributions.draws),
        SHARED_OUT,
    ]
    if not contributions.exact:
        errors = contributions.errors[DISCOUNTED].isel(time=-1).sel({PLACE: TOTAL})
        said.append(
            "There are too many levers to run every coalition, so orders of levers were drawn; the "
            "standard error of a contribution that comes from this is at most "
            f"{Rounded(float(errors.max()) * _FACTOR)} {_UNIT}."
        )
    if error is not None:
        said.append(
            f"With the model's own time step, tried in {format_count(checked, 'draw', 'draws')}, "
            f"no lever's contribution differs by more than {100 * error:.2g} % of the whole effect."
        )
    said += [f"Warning: {one.describe()}." for one in contributions.spans]
    if contributions.failed:
        named = ", ".join(map(str, contributions.failed[:5]))
        said.append(
            f"{format_count(len(contributions.failed), 'draw is', 'draws are')} left out because a "
            f"run failed: {named}{', ...' * (len(contributions.failed) > 5)}."
        )
    return said


def _money(contributions: Contributions) -> str:
    if contributions.budget is not None:
        return f"The strategy spends {contributions.budget.describe()}, in every draw."
    money = contributions.money * _FACTOR
    return (
        f"The strategy spends what its file says: {_median(money)} {_UNIT} {_interval(money)}on "
        f"top of policy as now, in present value from {contributions.start:g} on."
    )


def _levers(contributions: Contributions, at_the_end: dict[str, Any]) -> str:
    shares = contributions.shares[DISCOUNTED].sel(at_the_end).sel(measure=ON_AVERAGE) * _FACTOR
    middle = shares.median("draw").values
    order = np.argsort(-middle)
    gains = [contributions.levers[at] for at in order if middle[at] > 0][:3]
    losses = [
        contributions.levers[at] for at in order[::-1] if middle[at] < -_SMALL * abs(middle).sum()
    ]
    if not gains:
        return "No lever brings a gain."
    named = join_names([f"{name} ({_spread(shares.sel(lever=name))})" for name in gains])
    said = f"Most comes from {named}"
    if losses:
        harmful = [f"{name} ({_spread(shares.sel(lever=name))})" for name in losses]
        said += f"; {join_names(harmful)} {'takes' if len(losses) == 1 else 'take'} away"
    return said + "."


def _synergy(synergy: xr.DataArray, effect: xr.DataArray) -> str:
    share = 100 * float(synergy.mean("draw") / abs(effect.mean("draw")))
    if abs(share) < 100 * _SMALL / 2:
        return "Together the levers bring about the sum of what each brings alone."
    more, sizes = split_sign(synergy.values)
    size = synergy.copy(data=sizes)
    return (
        f"Together the levers bring {_median(size)} {_UNIT} "
        f"{_interval(size)}{'more' if more else 'less'} than the sum of what each brings alone "
        f"({abs(share):.2g} % of their effect)."
    )


def _pairs(contributions: Contributions, whole: float) -> str | None:
    table = tabulate_pairs(contributions)
    if table.empty:
        return None
    means = table["mean"].to_numpy() * _FACTOR
    parts = []
    for sign, verb in ((1, "reinforce"), (-1, "replace")):
        best = int(np.argmax(sign * means))
        if sign * means[best] > _SMALL * whole:
            row = table.iloc[best]
            size = f"{Rounded(means[best])} {_UNIT}"
            parts.append(f"{row['lever']} and {row['other']} {verb} each other most ({size})")
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
    return f"(90 % interval: {low} to {high}) "
