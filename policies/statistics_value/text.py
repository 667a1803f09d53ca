"""What cluster statistics are worth, in sentences made from the numbers."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.support.formatting import Rounded, capitalise, display_unit
from smecluster.policies.ensemble.cases import DRAW, FUTURE
from smecluster.policies.futures import Future
from smecluster.policies.prose import format_share, split_sign
from smecluster.policies.statistics_value.compute import (
    ANTICIPATING,
    ANTICIPATORY,
    CAPACITY,
    COST,
    REACTIVE,
    WORTH,
    StatisticsValue,
    with_difference,
)

_UNIT, _FACTOR = display_unit("Myuan")
_SURE = 0.95


def answer(found: StatisticsValue) -> list[str]:
    """Say what the statistics are worth, and what anticipating adds.

    Parameters
    ----------
    found : StatisticsValue
        The worth.

    Returns
    -------
    list of str
        A sentence or two a future, in total, then the regions in the first future.
    """
    said = []
    for future in found.futures:
        said += _future(found, future)
    first = found.futures[0]
    worth = found.values[WORTH].sel({FUTURE: first.name, "policy": ANTICIPATORY})
    cost = found.values[COST].sel({FUTURE: first.name, "policy": ANTICIPATORY})
    regions = [str(place) for place in worth[PLACE].values if place != TOTAL]
    ratios = {
        region: float((worth / cost).sel({PLACE: region}).median())
        for region in regions
        if float(cost.sel({PLACE: region}).median()) > 0
    }
    if len(ratios) > 1:
        listed = ", ".join(f"{region} {Rounded(ratio)}" for region, ratio in ratios.items())
        said.append(f"By region, worth over what the region's statistics cost: {listed}.")
    return said


def basis(found: StatisticsValue, step: float) -> list[str]:
    """Say what the worth rests on.

    Parameters
    ----------
    found : StatisticsValue
        The worth.
    step : float
        Time step of the runs, Year.

    Returns
    -------
    list of str
        Sentences.
    """
    draws = found.values.sizes[DRAW]
    gained = found.values[CAPACITY].sel(policy=ANTICIPATORY).isel({FUTURE: 0}).median(DRAW)
    points = [
        f"{place} {100 * float(gained.sel({PLACE: place})):.0f}"
        for place in gained[PLACE].values
        if place != TOTAL
    ]
    said = [
        f"{found.runs:,} runs with a time step of 1/{1 / step:g} year, in {draws} "
        f"draw{'s' * (draws > 1)} and {len(found.futures)} "
        f"future{'s' * (len(found.futures) > 1)}."
        + " In brackets: what holds 90 % of the draws."
        * (draws > 1),
        f"The statistics raise what is covered by the last year by, in points of a hundred: "
        f"{', '.join(points)}. Without their money the rest of the strategy stays as it is, and "
        "ordinary budgets still pay for some.",
        "Statistics act by aim (how much money reaches its purpose), by delay, by credit "
        "information, and by anticipating. Where policy only reacts, the perceived quality problem "
        "is read from the damage to the name alone; the other three stay.",
        "How strongly statistics act by each of these is judgement: "
        "'smecluster describe \"largest misallocation\"'.",
    ]
    if found.failed:
        said.append(f"{found.failed} worlds are missing because a run failed in them.")
    if draws == 1:
        said.append("One set of values: the figures carry no uncertainty.")
    return said


def _future(found: StatisticsValue, future: Future) -> list[str]:
    at = {FUTURE: future.name, PLACE: TOTAL}
    parts = {name: values.sel(at) for name, values in with_difference(found).items()}
    worth, cost = parts[ANTICIPATORY][WORTH], parts[ANTICIPATORY][COST]
    ratio = worth / cost
    before = "" if future.name == found.futures[0].name else f"{future.title}: "
    said = (
        f"{before}the cluster statistics of '{found.strategy.title}' are worth "
        f"{_spread(worth * _FACTOR)} {_UNIT} of value added in present value where policy "
        f"anticipates, {_spread(ratio)} times what they cost; where it only reacts to damage, "
        f"{_spread(parts[REACTIVE][WORTH] * _FACTOR)} {_UNIT}."
    )
    gain = parts[ANTICIPATING][WORTH] * _FACTOR
    share = 100 * float((gain / (worth * _FACTOR)).median())
    more, sizes = split_sign(gain.values)
    known = sizes[np.isfinite(sizes)]
    otherwise = float((known < 0).mean())
    sure = (
        ""
        if otherwise <= 1 - _SURE
        else f", though in {format_share(otherwise)} of the draws it does not"
    )
    return [
        capitalise(said),
        f"Anticipating itself {'adds' if more else 'takes away'} {_spread(known)} {_UNIT} "
        f"({abs(share):.2g} % of the worth){sure}.",
    ]


def _spread(values: xr.DataArray | NDArray[np.float64]) -> str:
    known = np.asarray(values)[np.isfinite(values)]
    if len(known) < 2:
        return str(Rounded(float(known[0]))) if len(known) else "-"
    low, middle, high = (Rounded(float(point)) for point in np.quantile(known, [0.05, 0.5, 0.95]))
    return f"{middle} ({low} to {high})"
