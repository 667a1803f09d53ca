"""Does the ranking of strategies hold? In which draws it changes, and which factors change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binomtest

from smecluster.model.errors import InputError
from smecluster.sensitivity.methods.estimates import Array, Bootstrap, Sample
from smecluster.sensitivity.methods.given_data import estimate_from_given_data
from smecluster.sensitivity.methods.regional import measure_separation, measure_shift

# Outcomes closer than this, as a share of their size, are equal.
_ROUNDING = 1e-9
# A factor's range is looked at in fifths: does the ranking change where it is low, or high?
_PART = 0.2
# Fewer draws do not show what distinguishes them.
_FEW = 10


@dataclass(frozen=True)
class Ranking:
    """How strategies rank in one output, over draws of the uncertain factors.

    Parameters
    ----------
    output, future : str
        What is ranked, and in which future.
    strategies : tuple of str
        From the best to the worst by their mean over the draws.
    draws : int
        Number of draws, in each of which every strategy is run.
    best : ndarray (strategies,)
        Share of draws in which each is the best, or as good as the best, Dmnl.
    changed : ndarray of bool (draws,)
        Whether a draw contradicts the ranking by means.
    share : tuple of float
        Share of draws in which it does, with the ends of its interval, Dmnl.
    advantage : pandas.DataFrame
        A row for each pair: better, worse (by means), share of draws in which that order
        holds, low, high, and mean, 5 % and 95 % quantile of the difference in the output's
        unit.
    causes : pandas.DataFrame
        A row for each factor, the strongest first: factor, separation (0: the factor has no
        part in it, 1: it decides), low, high, floor (what chance reaches), shift, and the
        share of draws that contradict the ranking where the factor is in the lowest and in the
        highest fifth of its range. Empty where fewer than ten draws
        contradict it, or fewer than ten do not.
    """

    output: str
    future: str
    strategies: tuple[str, ...]
    draws: int
    best: Array
    changed: NDArray[np.bool_]
    share: tuple[float, float, float]
    advantage: pd.DataFrame
    causes: pd.DataFrame


def rank_strategies(
    values: Array,
    strategies: Sequence[str],
    factors: Sequence[str],
    x: Array,
    bootstrap: Bootstrap,
    *,
    more_is_better: bool = True,
    output: str = "",
    future: str = "",
) -> Ranking:
    """Rank strategies in every draw, and find what changes their order.

    Parameters
    ----------
    values : ndarray (draws, strategies)
        The output, finite; a row is one draw of the factors, the same for all strategies.
    strategies : sequence of str
        Their names, two or more.
    factors : sequence of str
        The names of the factors.
    x : ndarray (draws, factors)
        The factors.
    bootstrap : Bootstrap
        How intervals are drawn.
    more_is_better : bool
        Whether a greater output is better.
    output, future : str
        Names to carry along.

    Returns
    -------
    Ranking

    Raises
    ------
    InputError
        If there are fewer than two strategies, no draws, or values that are not finite.
    """
    if len(strategies) < 2 or not len(values):
        raise InputError(
            f"a ranking needs two strategies and a draw, not {len(strategies)} and {len(values)}"
        )
    if not np.isfinite(values).all():
        raise InputError(f"{output!r} is not finite in all draws: leave these draws out")
    good = values if more_is_better else -values
    order = np.argsort(-good.mean(axis=0), kind="stable")
    good, values = good[:, order], values[:, order]
    near = _ROUNDING * np.abs(good).max(axis=1, keepdims=True)
    # The means' order is contradicted where any later strategy beats an earlier one.
    beaten = (good[:, None, :] - good[:, :, None]) > near[:, :, None]
    one, other = np.triu_indices(len(order), 1)
    changed = beaten[:, one, other].any(axis=1)
    ranked = tuple(strategies[place] for place in order)
    best = good >= good.max(axis=1, keepdims=True) - near
    return Ranking(
        output=output,
        future=future,
        strategies=ranked,
        draws=len(values),
        best=best.mean(axis=0),
        changed=changed,
        share=_estimate_share(changed, bootstrap.confidence),
        advantage=pd.DataFrame(
            [
                (
                    ranked[i],
                    ranked[j],
                    *_compare_pair(values[:, i] - values[:, j], holds, bootstrap),
                )
                for i, j in zip(one, other, strict=True)
                for holds in [~beaten[:, i, j]]
            ],
            columns=["better", "worse", "share", "low", "high", "mean", "5 %", "95 %"],
        ),
        causes=_find_causes(changed, factors, x, bootstrap),
    )


def _compare_pair(
    difference: Array, holds: NDArray[np.bool_], bootstrap: Bootstrap
) -> tuple[float, float, float, float, float, float]:
    low, high = np.quantile(difference, [0.05, 0.95])
    return (
        *_estimate_share(holds, bootstrap.confidence),
        float(difference.mean()),
        float(low),
        float(high),
    )


def _estimate_share(chosen: NDArray[np.bool_], confidence: float) -> tuple[float, float, float]:
    """Share of the chosen with Wilson's interval, which is not empty where none is chosen."""
    count, every = int(chosen.sum()), len(chosen)
    found = binomtest(count, every).proportion_ci(confidence, method="wilson")
    return count / every, float(found.low), float(found.high)


def _find_causes(
    changed: NDArray[np.bool_], factors: Sequence[str], x: Array, bootstrap: Bootstrap
) -> pd.DataFrame:
    columns = ["factor", "separation", "low", "high", "floor", "shift", "where low", "where high"]
    if min(changed.sum(), (~changed).sum()) < _FEW:
        return pd.DataFrame(columns=columns)

    def statistic(points: Array, event: Array) -> Array:
        chosen = event > 0
        return np.array([measure_separation(points, chosen), measure_shift(points, chosen)])

    names = tuple(factors)
    event = changed.astype(float)[:, None]
    found = estimate_from_given_data(
        statistic, ("separation", "shift"), Sample(names, x, event), bootstrap
    )
    apart = found.indices["separation"]
    low, high = np.quantile(x, [_PART, 1 - _PART], axis=0)
    table = pd.DataFrame(
        {
            "factor": names,
            "separation": apart.value[:, 0],
            "low": (apart.value - apart.half)[:, 0],
            "high": (apart.value + apart.half)[:, 0],
            "floor": found.floor["separation"][0],
            "shift": found.indices["shift"].value[:, 0],
            "where low": [changed[x[:, k] <= low[k]].mean() for k in range(len(names))],
            "where high": [changed[x[:, k] >= high[k]].mean() for k in range(len(names))],
        }
    )
    return table.sort_values("separation", ascending=False, ignore_index=True)
