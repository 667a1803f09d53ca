"""What cluster statistics are worth, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import Rounded, capitalise, display_unit
from smecluster.policies.ensemble.cases import DRAW, FUTURE
from smecluster.policies.futures import Future
from smecluster.policies.statistics_value.measures import (
    ANTICIPATING,
    ANTICIPATORY,
    CAPACITY,
    COST,
    GAIN,
    POLICY,
    REACTIVE,
    WORTH,
    add_difference,
)
from smecluster.policies.wording.prose import (
    SHARED_OUT,
    format_count,
    format_draws,
    split_sign,
)

if TYPE_CHECKING:
    from smecluster.policies.statistics_value.result import StatisticsValue

_UNIT, _FACTOR = display_unit("Myuan")


def write_answer(statistics: StatisticsValue) -> list[str]:
    """Say what the statistics are worth, and what anticipating adds.

    Parameters
    ----------
    statistics : StatisticsValue
        The worth.

    Returns
    -------
    list of str
        A sentence or two a future, in total, then the regions in the first future.
    """
    said = []
    for future in statistics.futures:
        said += _future(statistics, future)
    first = {FUTURE: statistics.futures[0].name, POLICY: ANTICIPATORY}
    worth, cost = statistics.values[WORTH].sel(first), statistics.values[COST].sel(first)
    ratios = {
        str(place): float((worth / cost).sel({PLACE: place}).median())
        for place in worth[PLACE].values
        if place != TOTAL and float(cost.sel({PLACE: place}).median()) > 0
    }
    if len(ratios) > 1:
        named = ", ".join(f"{region} {Rounded(ratio)}" for region, ratio in ratios.items())
        said.append(f"By region, worth over what the region's statistics cost: {named}.")
    return said


def write_basis(statistics: StatisticsValue) -> list[str]:
    """Say what the worth rests on.

    Parameters
    ----------
    statistics : StatisticsValue
        The worth.

    Returns
    -------
    list of str
        Sentences.
    """
    first = {FUTURE: statistics.futures[0].name, POLICY: ANTICIPATORY}
    gained = statistics.values[CAPACITY].sel(first).median(DRAW)
    points = ", ".join(
        f"{place} {100 * float(gained.sel({PLACE: place})):.0f}"
        for place in gained[PLACE].values
        if place != TOTAL
    )
    gain = statistics.values[GAIN].sel(first).sel({PLACE: TOTAL}) * _FACTOR
    money = (
        "The whole strategy spends what its file says"
        if statistics.budget is None
        else f"The whole strategy spends {statistics.budget.describe()}"
    )
    said = [
        f"{money}; against '{statistics.baseline.title}' it gains {_spread(gain)} {_UNIT} in all "
        f"regions to {statistics.horizon:g}.",
        f"{statistics.runs:,} runs in {format_count(len(statistics.draws), 'draw', 'draws')} and "
        f"{format_count(len(statistics.futures), 'future', 'futures')}"
        + (". In brackets: 90 % intervals." if statistics.several else "."),
        statistics.odds.describe(statistics.draws),
        SHARED_OUT,
        f"The statistics raise the share of the cluster that is covered in the last year by this "
        f"many percentage points: {points}. Without their money the rest of the strategy stays as "
        "it is, and ordinary budgets still pay for some statistics.",
        "Statistics act through aim (how much money reaches its purpose), delay, credit "
        "information and anticipation. Where policy only reacts, the perceived quality problem is "
        "read from the damage to the name alone; the other three stay.",
        "How strongly statistics act through each of these is judgement: "
        "'smecluster describe \"cluster statistics\"'.",
    ]
    if statistics.failed:
        said.append(
            f"{format_count(statistics.failed, 'world is', 'worlds are')} missing because a run "
            "failed."
        )
    return said


def _future(statistics: StatisticsValue, future: Future) -> list[str]:
    at = {FUTURE: future.name, PLACE: TOTAL}
    parts = {name: values.sel(at) for name, values in add_difference(statistics).items()}
    worth, cost = parts[ANTICIPATORY][WORTH], parts[ANTICIPATORY][COST]
    before = "" if future.name == statistics.futures[0].name else f"{future.title}: "
    said = (
        f"{before}the cluster statistics of '{statistics.strategy.title}' are worth "
        f"{_spread(worth * _FACTOR)} {_UNIT} of value added in present value where policy "
        f"anticipates, {_spread(worth / cost)} times what they cost; where it only reacts to "
        f"damage, {_spread(parts[REACTIVE][WORTH] * _FACTOR)} {_UNIT}."
    )
    gain = parts[ANTICIPATING][WORTH] * _FACTOR
    share = 100 * float((gain / (worth * _FACTOR)).median())
    more, sizes = split_sign(gain.values)
    known = sizes[np.isfinite(sizes)]
    verb = "adds" if more else "costs"
    agreed = f", {format_draws(int((known > 0).sum()), len(known))}" if len(known) > 1 else ""
    return [
        capitalise(said),
        f"Anticipating itself {verb} {_spread(known)} {_UNIT} ({abs(share):.2g} % of the "
        f"worth){agreed}.",
    ]


def _spread(values: xr.DataArray | NDArray[np.float64]) -> str:
    known = np.asarray(values)[np.isfinite(values)]
    if len(known) < 2:
        return str(Rounded(float(known[0]))) if len(known) else "-"
    low, middle, high = (Rounded(float(point)) for point in np.quantile(known, [0.05, 0.5, 0.95]))
    return f"{middle} ({low} to {high})"
