"""The planner held against equilibria and strategies by hand on draws that nobody chose on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr

from smecluster.policies.ensemble.cases import DRAW, FUTURE, STRATEGY
from smecluster.policies.ensemble.worlds import Ensemble
from smecluster.policies.futures import BASE
from smecluster.policies.game.equilibrium.players import Floats
from smecluster.policies.game.simulator import Simulator
from smecluster.policies.plan import carry_on
from smecluster.policies.strategy import Strategy

#: Standard errors by which a mean difference must fall short of zero to be called worse (95 %).
SIGNIFICANT = 1.96
_NATION = "Net national benefit account"


def compare_unseen(
    simulator: Simulator,
    actions: Mapping[str, Floats],
    best: str,
    by_hand: Sequence[Strategy],
    horizon: float,
) -> pd.DataFrame:
    """Compare what was chosen with everything else, draw by draw, at equal money.

    Parameters
    ----------
    simulator : Simulator
        Runs the unseen draws with the model's own time step.
    actions : mapping of str to array of float, shape (draws, numbers)
        What everybody does, by arrangement.
    best : str
        The arrangement that is held against the others.
    by_hand : sequence of Strategy
        Strategies, each brought in every draw to the additional money of `best`.
    horizon : float
        Last year that counts.

    Returns
    -------
    pandas.DataFrame
        A row for each of the others: ``name``, ``draws`` that have a result, ``lead`` (mean of the
        net national benefit of `best` less its own, Myuan), ``error`` (its standard error),
        ``ahead`` (draws in which `best` is ahead), ``worse`` (whether it is significantly worse).
    """
    names = list(actions)
    run = simulator.run(np.stack([actions[name] for name in names]), horizon)
    idle = simulator.idle(horizon)
    benefit = {name: run.nation[at] - idle.nation[0] for at, name in enumerate(names)}
    money = run.money[names.index(best)] - idle.money[0]
    if by_hand:
        benefit |= _run_by_hand(simulator, by_hand, money, horizon)
    rows = []
    for name, values in benefit.items():
        if name == best:
            continue
        lead = benefit[best] - values
        lead = lead[np.isfinite(lead)]
        error = float(lead.std(ddof=1) / np.sqrt(len(lead))) if len(lead) > 1 else np.nan
        mean = float(lead.mean()) if len(lead) else np.nan
        rows.append(
            {
                "name": name,
                "draws": len(lead),
                "lead": mean,
                "error": error,
                "ahead": int((lead > 0).sum()),
                "worse": bool(mean < -SIGNIFICANT * error),
            }
        )
    return pd.DataFrame(rows)


def _run_by_hand(
    simulator: Simulator, by_hand: Sequence[Strategy], money: Floats, horizon: float
) -> dict[str, Floats]:
    """Run strategies by the engine of every comparison, and give their net national benefit."""
    settings = {**simulator.settings, "FINAL TIME": horizon}
    worlds = Ensemble(
        simulator.model, simulator.draws, settings=settings, workers=simulator.workers
    )
    plans = [one.plan(simulator.model, simulator.start) for one in by_hand]
    budget = xr.DataArray(
        np.maximum(money, 0.0)[None],
        {FUTURE: [BASE], DRAW: simulator.draws.index.to_numpy()},
        (FUTURE, DRAW),
    )
    as_now = carry_on(simulator.menu, simulator.start)
    run = worlds.run([as_now, *plans], [_NATION], [simulator.start, horizon], budget=budget).isel(
        future=0, drop=True
    )
    simulator.counted[0] += int(run.attrs["runs"])
    gained = run[_NATION].isel(time=-1) - run[_NATION].isel(time=0)
    gained = gained - gained.sel({STRATEGY: as_now.name}, drop=True)
    return {plan.name: gained.sel({STRATEGY: plan.name}).transpose(DRAW).values for plan in plans}
