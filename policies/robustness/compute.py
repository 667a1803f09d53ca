"""Robustness: what a strategy gives up, how often it is good enough, and where it fails."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from smecluster.model.outcomes import PLACE, TOTAL, find_outcome
from smecluster.model.support.errors import InputError, UnknownNameError
from smecluster.policies.comparison.measures import DISCOUNTED, PER_YUAN
from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.robustness.measures import (
    ALL_WORLDS,
    BEATEN,
    ENOUGH,
    FAILS,
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
    met = {_called(need): _met(compared, need) for need in needs}
    enough = combine_needs(list(met.values()))
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
                    worlds.loc[known, _offer(compared, interest, known)],
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


def _met(compared: Comparison, need: Need) -> xr.DataArray:
    """Say where a need is met: 1, 0, or missing."""
    if need.outcome == PER_YUAN:
        return _within(compared.per_yuan, need)
    names = compared.names
    changes = compared.changes
    data = {"value": compared.ends.sel({STRATEGY: names}), "change": changes}
    base = compared.ends.sel({STRATEGY: compared.baseline.name}, drop=True)
    data["change in percent"] = 100 * changes / abs(base).where(base != 0)
    places = [need.place]
    if need.place == EVERY:
        places = [str(place) for place in compared.ends[PLACE].values if place != TOTAL]
    parts = [
        _within(select_place(data[need.measure], need.outcome, place), need) for place in places
    ]
    return xr.concat(parts, "part").min("part", skipna=False)


def _within(values: xr.DataArray, need: Need) -> xr.DataArray:
    if need.at_least is not None:
        inside = values >= need.at_least
    else:
        assert need.at_most is not None
        inside = values <= need.at_most
    return inside.astype(float).where(values.notnull())


def _called(need: Need) -> str:
    """Name a need in a table."""
    where = "" if need.outcome == PER_YUAN else f" in {need.place}"
    measure = "" if need.measure == "value" else f", {need.measure}"
    limit = f"at least {need.at_least:g}" if need.at_least is not None else ""
    limit = limit or f"at most {need.at_most:g}"
    return f"{need.outcome}{measure}{where} {limit}"


def _worlds(compared: Comparison) -> pd.DataFrame:
    """List what differs among worlds, futures first, each with all its draws."""
    names = [future.name for future in compared.futures]
    moving = compared.draws.loc[:, compared.draws.nunique() > 1]
    worlds = pd.concat([moving] * len(names), ignore_index=True)
    if len(names) > 1:
        worlds.insert(0, FUTURE, np.repeat(names, len(compared.draws)))
    return worlds


def _offer(
    compared: Comparison, interest: NDArray[np.bool_], known: NDArray[np.bool_]
) -> list[str]:
    """List what may limit a box: futures, and the constants that go with what is of interest."""
    table = np.where(known, interest, np.nan).reshape(-1, len(compared.draws))
    counts = np.isfinite(table).sum(axis=0)
    share = np.where(counts, np.nansum(table, axis=0) / np.maximum(counts, 1), np.nan)
    futures = [FUTURE] if len(compared.futures) > 1 else []
    return [*futures, *screen_constants(compared.draws, share)]


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
