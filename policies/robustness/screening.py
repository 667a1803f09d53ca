"""Which constants may limit a box: those that go with failing more than chance would have it.

Among hundreds of drawn constants and a hundred draws some part any worlds by chance, and futures
repeat each draw, so that a box looks better founded than it is. Only constants that chance would
bring forward in less than one of twenty searches are offered to the search for boxes.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

# Chance that any constant is offered although none matters.
_ERROR = 0.05
_FEW = 8


def screen_constants(draws: pd.DataFrame, margin: NDArray[np.float64]) -> list[str]:
    """Find the constants that go with how far a strategy is from failing.

    Parameters
    ----------
    draws : pandas.DataFrame
        A row a draw, a column a constant.
    margin : array of float, shape (draws,)
        How far it is from failing in each draw, mean over futures, in any unit; NaN where there is
        no result. How far says more than whether: few draws fail.

    Returns
    -------
    list of str
        The constants whose ranks, or whose ranks' distance from the middle, are correlated with it
        beyond chance: Fisher's transformation, and Bonferroni's correction for having looked at
        all constants twice. Two-sided; none with fewer than eight draws.
    """
    known = np.isfinite(margin)
    table = draws.loc[known, draws[known].nunique() > 1]
    target = rankdata(margin[known])
    if len(target) < _FEW or table.empty or not target.std():
        return []
    ranks = rankdata(table.to_numpy(dtype=float), axis=0)
    target = (target - target.mean()) / target.std()
    limit = norm.ppf(1 - _ERROR / (4 * table.shape[1])) / np.sqrt(len(target) - 3)
    passed = np.zeros(table.shape[1], dtype=bool)
    for values in (ranks, rankdata(np.abs(ranks - ranks.mean(0)), axis=0)):
        spread = values.std(0)
        rho = (values - values.mean(0)).T @ target / len(target) / np.where(spread, spread, np.inf)
        passed |= np.arctanh(np.minimum(np.abs(rho), 1 - 1e-12)) >= limit
    return [str(name) for name in table.columns[passed]]
