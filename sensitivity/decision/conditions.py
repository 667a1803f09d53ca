"""What the answer is conditional on: what is drawn, which structure, and which likelihood.

An answer is the share of draws in which one strategy is ahead of another. It is given with every
constant drawn and held against the histories; as believed, without the histories; in each state of
a contested structure; and under other likelihoods of the same histories.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.conditions.likelihoods import (
    WORDS,
    Weighed,
    compare_likelihoods,
    compute_costs,
    weigh,
    weigh_evenly,
)
from smecluster.calibration.posterior.run import LIKELIHOOD
from smecluster.calibration.posterior.structures import find_state
from smecluster.calibration.priors.table import Priors, Switch
from smecluster.calibration.problem.assembly import Problem
from smecluster.model.presentation.language.catalogue import mark

Floats = NDArray[np.float64]
#: Gives, for inputs of the model, first less second strategy by yardstick; see
#: `sensitivity.decision.worlds.compare_two`.
Compare = Callable[[pd.DataFrame], Mapping[str, Floats]]

#: What the conditions are about.
DRAWN, STRUCTURE, BY_LIKELIHOOD = "what is drawn", "structure", "likelihood"
#: Of which values the draws are; their number stands before.
BELIEVED = mark("{count} values as believed, histories ignored")
WEIGHED = mark("{count} values as believed, weighed by the histories")
HELD = mark("{count} values, held against the histories")
_EDGES = (0.05, 0.5, 0.95)
# A state with fewer draws has no answer of its own.
_FEWEST = 30


@dataclass(frozen=True)
class Sets:
    """The sets of draws.

    Attributes
    ----------
    believed : pandas.DataFrame
        Of every constant, from the priors.
    everything : pandas.DataFrame
        Of every constant, from the posterior.
    """

    believed: pd.DataFrame
    everything: pd.DataFrame


def draw_believed(priors: Priors, count: int, seed: int) -> pd.DataFrame:
    """Draw every constant and switch as it is believed.

    Parameters
    ----------
    priors : Priors
        The priors.
    count : int
        How many.
    seed : int
        Seed of the draws.

    Returns
    -------
    pandas.DataFrame
        A row a draw, in the units of the model.
    """
    rng = np.random.default_rng(seed)
    values = priors.to_values(rng.standard_normal((count, len(priors))))
    states = {switch.name: switch.draw(count, rng) for switch in priors.switches}
    return pd.concat(
        [pd.DataFrame(values, columns=list(priors.names)), pd.DataFrame(states)], axis=1
    )


def find_conditions(
    problem: Problem,
    switches: Sequence[Switch],
    sets: Sets,
    compare: Compare,
    workers: int = 1,
) -> pd.DataFrame:
    """Find the answer under every condition.

    Parameters
    ----------
    problem : Problem
        Whose figures the likelihoods are of.
    switches : sequence of Switch
        The contested structures.
    sets : Sets
        The draws.
    compare : callable
        Runs both strategies.
    workers : int
        Threads; their number changes no digit.

    Returns
    -------
    pandas.DataFrame
        A row a condition and yardstick: ``about``, ``condition``, ``yardstick``, ``draws``,
        ``worth`` (equally weighted draws) and ``k`` of the weights, ``usable``, ``prior`` and
        ``posterior`` probability of a state (else not a number), ``ahead``: the share of draws in
        which the first strategy is ahead, ``low``, ``median`` and ``high`` of the difference (5, 50
        and 95 per cent), yuan a yuan. What the weights leave too few draws for has no answer.
    """
    rows: list[dict[str, object]] = []

    def add(
        about: str,
        condition: str,
        answers: Mapping[str, Floats],
        weighed: Weighed,
        shares: tuple[float, float] = (np.nan, np.nan),
    ) -> None:
        for yardstick, values in answers.items():
            rows.append(
                {
                    "about": about,
                    "condition": condition,
                    "yardstick": yardstick,
                    "draws": len(values),
                    "worth": weighed.worth,
                    "k": weighed.shape,
                    "usable": weighed.can_be_used or weighed.shape == 0.0,
                    "prior": shares[0],
                    "posterior": shares[1],
                    **_summarise(values, weighed),
                }
            )

    believed = compare(sets.believed)
    count = len(sets.believed.columns)
    even = weigh_evenly(len(sets.believed))
    add(DRAWN, BELIEVED.format(count=count), believed, even)
    costs = compute_costs(problem, sets.believed, workers)
    add(DRAWN, WEIGHED.format(count=count), believed, weigh(-costs[LIKELIHOOD]))
    everything = compare(sets.everything)
    even = weigh_evenly(len(sets.everything))
    count = len(sets.everything.columns)
    add(DRAWN, HELD.format(count=count), everything, even)
    for switch in switches:
        for state, held, share in _list_states(switch, sets.everything):
            some = {name: values[held] for name, values in everything.items()}
            posterior = float(held.mean())
            weights = weigh_evenly(max(int(held.sum()), 1))
            add(STRUCTURE, state, some, weights, (share, posterior))
    costs = compute_costs(problem, sets.everything, workers)
    for name, weighed in compare_likelihoods(costs).items():
        add(BY_LIKELIHOOD, WORDS[name], everything, weighed)
    return pd.DataFrame(rows)


def _list_states(
    switch: Switch, draws: pd.DataFrame
) -> Iterator[tuple[str, NDArray[np.bool_], float]]:
    """List both states of a switch, the draws that are in each, and its prior probability."""
    held = find_state(switch, draws[switch.name].to_numpy(dtype=float))
    other = f"{switch.low:g}" + ("" if switch.low == switch.high else f" to {switch.high:g}")
    yield f"{switch.name}: {switch.state:g}", held, switch.share
    yield f"{switch.name}: {other}", ~held, 1 - switch.share


def _summarise(values: Floats, weighed: Weighed) -> dict[str, float]:
    """Summarise a difference in weighted draws; nothing where they are too few."""
    fine = np.isfinite(values)
    nothing = {"ahead": np.nan, "low": np.nan, "median": np.nan, "high": np.nan}
    if fine.sum() < _FEWEST:
        return nothing
    weights, values = weighed.weights[fine], values[fine]
    weights = weights / weights.sum()
    order = np.argsort(values)
    # Each draw stands in the middle of its weight.
    reached = np.cumsum(weights[order]) - weights[order] / 2
    low, middle, high = np.interp(_EDGES, reached, values[order])
    # Counted from both sides, so that none and all are exact.
    ahead = float(weights[values > 0].sum()) if (values <= 0).any() else 1.0
    return {"ahead": ahead, "low": float(low), "median": float(middle), "high": float(high)}
