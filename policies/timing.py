"""When strategies begin to differ from one another and from no programme."""

from __future__ import annotations

from smecluster.policies.plan import FIRST_YEAR, START
from smecluster.policies.strategy import Strategy


def first_year(*strategies: Strategy, otherwise: float = FIRST_YEAR) -> float:
    """Find the first year in which strategies spend money, or their histories differ.

    Parameters
    ----------
    *strategies : Strategy
        The strategies.
    otherwise : float
        Year where nothing is spent and the histories are alike.

    Returns
    -------
    float
        Year; 2025 where a programme waits for a trigger.
    """
    untils = {strategy.until for strategy in strategies}
    years = [min(untils)] if len(untils) > 1 else []
    for strategy in strategies:
        for programme in strategy.programmes:
            years.append(START if programme.start is None else programme.start)
    return min(years, default=otherwise)
