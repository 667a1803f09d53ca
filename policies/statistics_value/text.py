"""What cluster statistics are worth, in sentences made from the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.outcomes import PLACE, TOTAL
from smecluster.model.presentation.formatting import Rounded, capitalise
from smecluster.model.presentation.language.numbers import format_range
from smecluster.model.presentation.language.spoken import say
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
    count_draws,
    format_draws,
    split_sign,
)

if TYPE_CHECKING:
    from smecluster.policies.statistics_value.result import StatisticsValue


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
        named = [
            say("{region} {value}", region=say.name(region), value=Rounded(ratio))
            for region, ratio in ratios.items()
        ]
        said.append(
            say(
                "By region, worth over what the region's statistics cost: {regions}.",
                regions=say.commas(named),
            )
        )
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
    points = [
        say(
            "{region} {value}",
            region=say.name(str(place)),
            value=f"{100 * float(gained.sel({PLACE: place})):.0f}",
        )
        for place in gained[PLACE].values
        if place != TOTAL
    ]
    unit, factor = say.unit("Myuan")
    gain = statistics.values[GAIN].sel(first).sel({PLACE: TOTAL}) * factor
    told = {
        "baseline": say.name(statistics.baseline.title),
        "gain": _spread(gain),
        "unit": unit,
        "horizon": f"{statistics.horizon:g}",
    }
    said = [
        say(
            "The whole strategy spends what its file says; against '{baseline}' it gains {gain} "
            "{unit} in all regions to {horizon}.",
            **told,
        )
        if statistics.budget is None
        else say(
            "The whole strategy spends {money}; against '{baseline}' it gains {gain} {unit} in all "
            "regions to {horizon}.",
            money=statistics.budget.describe(),
            **told,
        ),
        say.sentences(
            [
                say(
                    "{runs} runs in {draws} and {futures}.",
                    runs=f"{statistics.runs:,}",
                    draws=count_draws(len(statistics.draws)),
                    futures=say.plural(
                        len(statistics.futures), "{count} future", "{count} futures"
                    ),
                ),
                say("In brackets: 90 % intervals.") if statistics.several else "",
            ]
        ),
        statistics.odds.describe(statistics.draws),
        say(SHARED_OUT),
        say(
            "The statistics raise the share of the cluster that is covered in the last year by "
            "this many percentage points: {points}. Without their money the rest of the strategy "
            "stays as it is, and ordinary budgets still pay for some statistics.",
            points=say.commas(points),
        ),
        say(
            "Statistics act through aim (how much money reaches its purpose), delay, credit "
            "information and anticipation. Where policy only reacts, the perceived quality problem "
            "is read from the damage to the name alone; the other three stay."
        ),
        say(
            "How strongly statistics act through each of these is judgement: "
            "'smecluster describe \"cluster statistics\"'."
        ),
    ]
    if statistics.failed:
        said.append(
            say.plural(
                statistics.failed,
                "{count} world is missing because a run failed.",
                "{count} worlds are missing because a run failed.",
            )
        )
    return said


def _future(statistics: StatisticsValue, future: Future) -> list[str]:
    at = {FUTURE: future.name, PLACE: TOTAL}
    parts = {name: values.sel(at) for name, values in add_difference(statistics).items()}
    worth, cost = parts[ANTICIPATORY][WORTH], parts[ANTICIPATORY][COST]
    unit, factor = say.unit("Myuan")
    said = say(
        "the cluster statistics of '{strategy}' are worth {worth} {unit} of value added in present "
        "value where policy anticipates, {ratio} times what they cost; where it only reacts to "
        "damage, {reacting} {unit}.",
        strategy=say.name(statistics.strategy.title),
        worth=_spread(worth * factor),
        unit=unit,
        ratio=_spread(worth / cost),
        reacting=_spread(parts[REACTIVE][WORTH] * factor),
    )
    if future.name != statistics.futures[0].name:
        said = say("{future}: {said}", future=say.name(future.title), said=said)
    gain = parts[ANTICIPATING][WORTH] * factor
    share = 100 * float((gain / (worth * factor)).median())
    more, sizes = split_sign(gain.values)
    known = sizes[np.isfinite(sizes)]
    agreed = ""
    if len(known) > 1:
        agreed = say(", {odds}", odds=format_draws(int((known > 0).sum()), len(known)))
    told = {
        "size": _spread(known),
        "unit": unit,
        "share": f"{abs(share):.2g}",
        "agreed": agreed,
    }
    return [
        capitalise(said),
        say("Anticipating itself adds {size} {unit} ({share} % of the worth){agreed}.", **told)
        if more
        else say(
            "Anticipating itself costs {size} {unit} ({share} % of the worth){agreed}.", **told
        ),
    ]


def _spread(values: xr.DataArray | NDArray[np.float64]) -> str:
    known = np.asarray(values)[np.isfinite(values)]
    if len(known) < 2:
        return str(Rounded(float(known[0]))) if len(known) else "-"
    low, middle, high = (Rounded(float(point)) for point in np.quantile(known, [0.05, 0.5, 0.95]))
    return f"{middle}{format_range(say.language, str(low), str(high))}"
