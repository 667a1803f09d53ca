"""Names, measures and tables of robustness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from smecluster.model.outcomes import PLACE, find_outcome
from smecluster.model.presentation.language.catalogue import mark
from smecluster.policies.comparison.measures import PER_YUAN
from smecluster.policies.ensemble.cases import STRATEGY
from smecluster.policies.robustness.prim import describe_limits

if TYPE_CHECKING:
    import xarray as xr

    from smecluster.policies.robustness.result import Robustness
    from smecluster.policies.study import Need

ENOUGH, ALL_WORLDS = mark("share good enough"), mark("all futures")
FAILS, BEATEN = mark("fails"), mark("is beaten")


def select_place(data: xr.Dataset, outcome: str, place: str) -> xr.DataArray:
    """Take an outcome at a place; of the nation, which has no places, the whole."""
    values = data[outcome]
    return values if PLACE not in values.dims else values.sel({PLACE: place}, drop=True)


def measure_leads(judged: Robustness) -> xr.DataArray:
    """Measure how far each strategy is ahead of the best other in the same world.

    Parameters
    ----------
    judged : Robustness
        The judgement.

    Returns
    -------
    xarray.DataArray
        Paired differences along (strategy, future, draw), in the outcome's unit, above zero where
        the strategy is better; of a strategy alone, its change against the baseline. Missing
        where it, or every other, has no result.
    """
    reached = select_place(judged.compared.changes, judged.outcome, judged.place)
    return lead_others(reached, more=find_outcome(judged.outcome).better == "more")


def lead_others(reached: xr.DataArray, *, more: bool) -> xr.DataArray:
    """Measure how far each strategy is ahead of the best other; see `measure_leads`."""
    better = reached if more else -reached
    names = [str(name) for name in better[STRATEGY].values]
    if len(names) == 1:
        return better
    leads = better.copy()
    for name in names:
        others = [other for other in names if other != name]
        best = better.sel({STRATEGY: others}).max(STRATEGY)
        leads.loc[{STRATEGY: name}] = better.sel({STRATEGY: name}) - best
    return leads


def _box_table(judged: Robustness) -> pd.DataFrame:
    rows = []
    for strategy, searched in judged.discoveries.items():
        for what, discovery in searched.items():
            for number, box in enumerate(discovery.boxes, 1):
                words = describe_limits(box.limits, judged.worlds)
                for (factor, limit), said in zip(box.limits.items(), words, strict=True):
                    is_set = isinstance(limit, frozenset)
                    low, high = (np.nan, np.nan) if isinstance(limit, frozenset) else limit
                    rows.append(
                        {
                            STRATEGY: strategy,
                            "what": what,
                            "share": discovery.share,
                            "box": number,
                            "coverage": box.coverage,
                            "density": box.density,
                            "mass": box.mass,
                            "factor": factor,
                            "low": low if np.isfinite(low) else np.nan,
                            "high": high if np.isfinite(high) else np.nan,
                            "names": ", ".join(sorted(map(str, limit))) if is_set else "",
                            "quasi p": box.quasi_p[factor],
                            "reproduced": box.reproduced[factor],
                            "words": said,
                        }
                    )
    columns = [STRATEGY, "what", "share", "box", "coverage", "density", "mass", "factor"]
    columns += ["low", "high", "names", "quasi p", "reproduced", "words"]
    return pd.DataFrame(rows, columns=columns)


def describe_need(need: Need) -> str:
    """Name a need in a table that programs read."""
    where = "" if need.outcome == PER_YUAN else f" in {need.place}"
    measure = "" if need.measure == "value" else f", {need.measure}"
    limit = f"at least {need.at_least:g}" if need.at_least is not None else ""
    limit = limit or f"at most {need.at_most:g}"
    return f"{need.outcome}{measure}{where} {limit}"
