"""How strategies rank in each future of a study, output by output."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.sensitivity.analysis.cases import select_principal
from smecluster.sensitivity.analysis.ranking import Ranking, rank_strategies
from smecluster.sensitivity.methods.estimates import Array, Bootstrap
from smecluster.sensitivity.store.results import Results


def rank_scenarios(
    results: Results, runs: NDArray[np.int64], cube: Array, bootstrap: Bootstrap
) -> tuple[Ranking, ...]:
    """Rank the strategies of each future in each principal output that has a better side."""
    if not results.is_random:
        return ()
    found = []
    for future, places in _group_by_future(results).items():
        names = [str(results.scenarios[place].strategy) for place in places]
        for column in select_principal(results):
            if column.better == "neither":
                continue
            values = np.stack([results.output(column, place)[runs] for place in places], axis=1)
            there = np.isfinite(values).all(axis=1)
            if not there.any():
                continue
            found.append(
                rank_strategies(
                    values[there],
                    names,
                    results.factors,
                    cube[there],
                    bootstrap,
                    more_is_better=column.better == "more",
                    output=column.name,
                    future=future,
                )
            )
    return tuple(found)


def find_place(results: Results, strategy: str, future: str) -> int:
    """Find a strategy in a future among the scenarios."""
    wanted = (strategy, future or None)
    return [(one.strategy, one.future) for one in results.scenarios].index(wanted)


def tabulate_rankings(rankings: Sequence[Ranking]) -> dict[str, pd.DataFrame]:
    """Put rankings into tables, see `sensitivity.analysis.analysis.Analysis`."""
    shares, advantages, causes = [], [], []
    for ranking in rankings:
        who = {"future": ranking.future, "output": ranking.output}
        shares.append(
            pd.DataFrame(
                {
                    **who,
                    "strategy": ranking.strategies,
                    "rank": range(1, len(ranking.strategies) + 1),
                    "best in share of draws": ranking.best,
                    "ranking changes in": ranking.share[0],
                    "low": ranking.share[1],
                    "high": ranking.share[2],
                }
            )
        )
        advantages.append(ranking.advantage.assign(**who))
        causes.append(ranking.causes.assign(**who))
    found = {"ranking": shares, "advantages": advantages, "causes": causes}
    return {name: join_tables(parts) for name, parts in found.items()}


def join_tables(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put tables below one another, what they are about in the first columns."""
    full = [part for part in parts if len(part)]
    if not full:
        return parts[0] if parts else pd.DataFrame()
    table = pd.concat(full, ignore_index=True)
    first = [name for name in ("scenario", "future", "output") if name in table]
    return table[[*first, *(name for name in table if name not in first)]]


def _group_by_future(results: Results) -> dict[str, list[int]]:
    """Places of the scenarios of each future that two strategies or more are run in."""
    found: dict[str, list[int]] = {}
    for place, scenario in enumerate(results.scenarios):
        if scenario.strategy is not None:
            found.setdefault(scenario.future or "", []).append(place)
    return {future: places for future, places in found.items() if len(places) > 1}
