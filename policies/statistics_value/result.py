"""What cluster statistics are worth in every future and draw, and the table made of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.outcomes import PLACE
from smecluster.model.support.exports import convert_units
from smecluster.policies.base_result import PolicyResult
from smecluster.policies.ensemble.cases import FUTURE

if TYPE_CHECKING:
    from smecluster.model.support.plotting import Figure
    from smecluster.policies.budget import Budget
    from smecluster.policies.futures import Future
    from smecluster.policies.strategy import Strategy

LEVER = "cluster statistics"
REACTIVE, ANTICIPATORY = "reactive", "anticipatory"
ANTICIPATING = "anticipating itself"
POLICY = "policy"
WORTH, COST, CAPACITY, GAIN = "worth", "cost", "capacity gained", "strategy's gain"
RATIO = "worth over cost"
QUANTILES = {"low": 0.05, "median": 0.5, "high": 0.95}


@dataclass(frozen=True)
class StatisticsValue(PolicyResult):
    """What cluster statistics are worth.

    Attributes
    ----------
    strategy : Strategy
        The strategy whose lever it is, its money as written.
    baseline : Strategy
        What the strategy is compared with.
    budget : Budget or None
        The strategy's additional money; None where it is as written.
    start : float
        Year from which money and discounted sums count.
    futures : tuple of Future
        The futures.
    draws : pandas.DataFrame
        What differs among draws: a row each, no column where the model's own values were run.
    values : xarray.Dataset
        Along (policy, future, draw, place): ``worth``, discounted value added since the start that
        the lever adds, Myuan; ``cost``, present value of its money, Myuan; ``strategy's gain``,
        discounted value added of the whole strategy beyond the baseline, Myuan; ``capacity
        gained``, what the lever adds to statistical capacity at the end, Dmnl (missing in total).
        The policies are ``reactive`` and ``anticipatory``.
    runs : int
        How many runs.
    failed : int
        Worlds that are missing because a run failed in them.
    """

    strategy: Strategy
    baseline: Strategy
    budget: Budget | None
    start: float
    futures: tuple[Future, ...]
    draws: pd.DataFrame
    values: xr.Dataset
    runs: int
    failed: int

    @property
    def several(self) -> bool:
        """Whether there are several draws, so that shares and intervals mean something."""
        return len(self.draws) > 1

    def tables(self) -> dict[str, pd.DataFrame]:
        """Give worth and cost by policy, future and place."""
        table = tabulate_worth(self)
        return {
            "statistics": convert_units(table, values=[one for one in QUANTILES if one in table])
        }

    def figures(self) -> dict[str, Figure]:
        """Draw worth against cost."""
        from smecluster.policies.statistics_value.figures import draw_worth

        return {"statistics": draw_worth(self)}

    def answer(self) -> list[str]:
        """Say in sentences what it shows, the most important first."""
        from smecluster.policies.statistics_value.text import write_answer

        return write_answer(self)

    def basis(self) -> list[str]:
        """Say in sentences what it rests on."""
        from smecluster.policies.statistics_value.text import write_basis

        return write_basis(self)


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
