"""Robustness: what a strategy gives up, how often it is good enough, and where it fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.model.errors import InputError, UnknownNameError
from smecluster.model.outcomes import PLACE, TOTAL, find_outcome
from smecluster.policies.comparison.measures import DISCOUNTED, PER_YUAN
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.robustness.measures import (
    ALL_WORLDS,
    BEATEN,
    ENOUGH,
    FAILS,
    describe_need,
    lead_others,
    select_place,
)
from smecluster.policies.robustness.prim import Discovery, discover
from smecluster.policies.robustness.regret import combine_needs, measure_regret, summarise_regret
from smecluster.policies.robustness.result import Robustness
from smecluster.policies.robustness.screening import screen_constants
from smecluster.policies.study import EVERY, Need

if TYPE_CHECKING:
    from smecluster.policies.comparison.result import Comparison

# Fewer worlds than this tell nothing about what they have in common.
_FEWEST = 50


def judge_strategies(
    compared: Comparison,
    needs: Sequence[Need],
    *,
    outcome: str = DISCOUNTED,
    place: str = TOTAL,
    seed: int = 1,
) -> Robustness:
    """Judge strategies over all worlds; every world counts alike.

    Parameters
    ----------
    compared : Comparison
        The strategies in all worlds.
    needs : sequence of Need
        What is good enough.
    outcome : str
        What regret is measured in: the change of this outcome against the baseline.
    place : str
        Where: a region, or ``total``.
    seed : int
        For resampling boxes.

    Returns
    -------
    Robustness
        The judgement.

    Raises
    ------
    InputError
        If an outcome was not kept, is neither better nor worse, or a place does not exist.
    """
    better = find_outcome(outcome).better
    check_needs(
        needs,
        outcome,
        place,
        outcomes=[str(name) for name in compared.ends],
        regions=[str(one) for one in compared.ends[PLACE].values if one != TOTAL],
    )
    reached = select_place(compared.changes, outcome, place)
    given_away = measure_regret(reached, more=better == "more")
    slack = {describe_need(need): _measure_slack(compared, need) for need in needs}
    met = {name: (one >= 0).astype(float).where(one.notnull()) for name, one in slack.items()}
    enough = combine_needs(list(met.values()))
    margins = {
        FAILS: _combine_slack(list(slack.values())),
        BEATEN: lead_others(reached, more=better == "more"),
    }
    worlds = _worlds(compared)
    # A draw is much the same world in every future.
    draws = np.tile(np.arange(len(compared.draws)), len(compared.futures))
    discoveries: dict[str, dict[str, Discovery]] = {}
    for name in compared.names:
        away = given_away.sel({STRATEGY: name}).transpose(FUTURE, DRAW).values.ravel()
        good = enough.sel({STRATEGY: name}).transpose(FUTURE, DRAW).values.ravel()
        known = np.isfinite(away)
        searched = {FAILS: ~good} | ({BEATEN: away > 0} if len(compared.names) > 1 else {})
        if known.sum() >= _FEWEST:
            discoveries[name] = {
                what: discover(
                    worlds.loc[known, _offer(compared, margins[what].sel({STRATEGY: name}))],
                    interest[known],
                    seed=seed,
                    groups=draws[known],
                )
                for what, interest in searched.items()
            }
    return Robustness(
        outcome=outcome,
        place=place,
        needs=tuple(needs),
        given_away=given_away,
        enough=enough,
        regrets=_by_future(given_away),
        shares=_shares(met | {ENOUGH: enough.astype(float)}),
        worlds=worlds,
        discoveries=discoveries,
        compared=compared,
    )


def check_needs(
    needs: Sequence[Need],
    outcome: str,
    place: str,
    *,
    outcomes: Collection[str],
    regions: Sequence[str],
) -> None:
    """Refuse what cannot be judged; needs nothing that takes long.

    Parameters
    ----------
    needs, outcome, place
        As for `robustness`.
    outcomes : collection of str
        Outcomes that are looked at.
    regions : sequence of str
        The regions.

    Raises
    ------
    InputError
        If an outcome is not looked at or neither better nor worse, or a place does not exist.
    """
    if find_outcome(outcome).better == "neither":
        raise InputError(f"outcome {outcome!r} is neither better nor worse: no regret in it")
    for name in (outcome, *(need.outcome for need in needs if need.outcome != PER_YUAN)):
        if name not in outcomes:
            raise UnknownNameError("outcome of the comparison", name, outcomes)
    if place not in (TOTAL, *regions):
        raise UnknownNameError("place", place, [*regions, TOTAL])
    for need in needs:
        if need.place not in (TOTAL, EVERY, *regions):
            raise UnknownNameError("place of a need", need.place, [*regions, TOTAL, EVERY])


def _measure_slack(compared: Comparison, need: Need) -> xr.DataArray:
    """Measure how far above its limit a need is met; below zero where it is not."""
    if need.outcome == PER_YUAN:
        return _measure_room(compared.per_yuan, need)
    names = compared.names
    changes = compared.changes
    data = {"value": compared.ends.sel({STRATEGY: names}), "change": changes}
    base = compared.ends.sel({STRATEGY: compared.baseline.name}, drop=True)
    data["change in percent"] = 100 * changes / abs(base).where(base != 0)
    places = [need.place]
    if need.place == EVERY:
        places = [str(place) for place in compared.ends[PLACE].values if place != TOTAL]
    parts = [
        _measure_room(select_place(data[need.measure], need.outcome, place), need)
        for place in places
    ]
    return xr.concat(parts, "part").min("part", skipna=False)


def _measure_room(values: xr.DataArray, need: Need) -> xr.DataArray:
    if need.at_least is not None:
        return values - need.at_least
    assert need.at_most is not None
    return need.at_most - values


def _combine_slack(slack: Sequence[xr.DataArray]) -> xr.DataArray:
    """Take the need that is met least, each in its own spread over all worlds."""
    scaled = []
    for one in slack:
        spread = float(one.std())
        scaled.append(one / spread if spread > 0 else one)
    return xr.concat(scaled, "need", coords="minimal", compat="override").min("need")


def _worlds(compared: Comparison) -> pd.DataFrame:
    """List what differs among worlds, futures first, each with all its draws."""
    names = [future.name for future in compared.futures]
    moving = compared.draws.loc[:, compared.draws.nunique() > 1]
    # One block: draws of hundreds of constants may come as so many, and pandas warns of it.
    worlds = pd.DataFrame(np.tile(moving.to_numpy(), (len(names), 1)), columns=moving.columns)
    if len(names) > 1:
        worlds.insert(0, FUTURE, np.repeat(names, len(compared.draws)))
    return worlds


def _offer(compared: Comparison, margin: xr.DataArray) -> list[str]:
    """List what may limit a box: futures, and the constants that go with a margin."""
    values = margin.transpose(FUTURE, DRAW).values
    counts = np.isfinite(values).sum(axis=0)
    mean = np.where(counts, np.nansum(values, axis=0) / np.maximum(counts, 1), np.nan)
    futures = [FUTURE] if len(compared.futures) > 1 else []
    return [*futures, *screen_constants(compared.draws, mean)]


def _by_future(given_away: xr.DataArray) -> pd.DataFrame:
    parts = {ALL_WORLDS: summarise_regret(given_away)}
    for future in given_away[FUTURE].values:
        one = given_away.sel({FUTURE: [future]})
        if bool(one.notnull().all(STRATEGY).any()):
            parts[str(future)] = summarise_regret(one)
    return pd.concat(parts, names=[FUTURE]).reset_index()


def _shares(met: dict[str, xr.DataArray]) -> pd.DataFrame:
    """Give the share of worlds in which each need is met; no result is not good enough."""
    columns = {}
    for name, values in met.items():
        filled = values.fillna(0.0)
        whole = filled.mean((FUTURE, DRAW)).expand_dims({FUTURE: [ALL_WORLDS]})
        columns[name] = xr.concat([whole, filled.mean(DRAW)], FUTURE).transpose(FUTURE, STRATEGY)
    return xr.Dataset(columns).to_dataframe().reset_index()
