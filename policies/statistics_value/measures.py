"""Names, measures and tables of the value of statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.ensemble.cases import FUTURE

if TYPE_CHECKING:
    from smecluster.policies.statistics_value.result import StatisticsValue

LEVER = "cluster statistics"
REACTIVE, ANTICIPATORY = mark("reactive"), mark("anticipatory")
ANTICIPATING = mark("anticipating itself")
POLICY = mark("policy")
WORTH, COST, CAPACITY, GAIN = mark("worth"), mark("cost"), "capacity gained", "strategy's gain"
RATIO = mark("worth over cost")
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}


def add_difference(statistics: StatisticsValue) -> dict[str, xr.Dataset]:
    """Give the values by policy, and what anticipating adds at the cost of the anticipatory.

    Parameters
    ----------
    statistics : StatisticsValue
        The worth.

    Returns
    -------
    dict
        Data along (future, draw, place) by ``reactive``, ``anticipatory`` and ``anticipating
        itself``.
    """
    by_policy = {name: statistics.values.sel({POLICY: name}) for name in (REACTIVE, ANTICIPATORY)}
    more = by_policy[ANTICIPATORY][WORTH] - by_policy[REACTIVE][WORTH]
    return {**by_policy, ANTICIPATING: by_policy[ANTICIPATORY].assign({WORTH: more})}


def tabulate_worth(statistics: StatisticsValue) -> pd.DataFrame:
    """Summarise the worth of statistics over the draws.

    Parameters
    ----------
    statistics : StatisticsValue
        The worth.

    Returns
    -------
    pandas.DataFrame
        A row a policy (and ``anticipating itself``, their difference), future, place and measure:
        ``worth`` and ``cost`` (Myuan), ``worth over cost`` (Dmnl), with median, 5 and 95 % points
        over the draws, in how many of them it is ``above zero``, and how many have a result
        (``draws``). Without points and counts where there is one set of values.
    """
    rows = []
    for policy, values in add_difference(statistics).items():
        ratio = values[WORTH] / values[COST]
        measures = ((WORTH, "Myuan", values[WORTH]), (COST, "Myuan", values[COST]))
        for measure, unit, data in (*measures, (RATIO, "Dmnl", ratio)):
            for future in data[FUTURE].values:
                for place in data[PLACE].values:
                    own = data.sel({FUTURE: future, PLACE: place}).values
                    own = own[np.isfinite(own)]
                    if not len(own):
                        continue  # a region that spends nothing on statistics has no ratio
                    points = np.quantile(own, list(QUANTILES.values()))
                    rows.append(
                        {
                            POLICY: policy,
                            FUTURE: str(future),
                            PLACE: str(place),
                            "measure": measure,
                            "unit": unit,
                            **dict(zip(QUANTILES, map(float, points), strict=True)),
                            "above zero": int((own > 0).sum()),
                            "draws": len(own),
                        }
                    )
    table = pd.DataFrame(rows)
    return (
        table if statistics.several else table.drop(columns=["low", "high", "above zero", "draws"])
    )
