"""The gain of every reinforcing loop along the path of history, where the model is not at rest.

From a year on, the readers at a cut (see `model.checking.loop_gains`) see their variable a
thousandth higher or lower in one region, and nothing else is held. After so many years the variable
itself has moved by r, in logarithms and per unit of the push. What the readers see moves by 1 + r,
so the gain is g = r / (1 + r): of what they see, the part that has come back by then. It is the
gain among all other loops, after a finite time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from smecluster.model.checking.loop_gains import CUTS
from smecluster.model.engine.run.runs import simulate_many
from smecluster.model.errors import InputError
from smecluster.model.file.cutting import Cut
from smecluster.model.file.knocking import END, NEVER, START, Knock, with_knocks
from smecluster.model.file.model import Model, load
from smecluster.model.file.regions import REGION

#: The first years of a push, and how long after it is read.
YEARS = (1980.0, 1990.0, 2000.0, 2010.0, 2020.0)
AFTER = 20.0

_PUSH = 1.0e-3


@dataclass(frozen=True)
class PathGain:
    """The gain of one channel of a loop in one region along the path.

    Attributes
    ----------
    cut : Cut
        Where the loop is pushed.
    region : str
        The region.
    gains : tuple of float
        Gain (Dmnl) after `AFTER` years among all other loops, one for each of `YEARS`.
    """

    cut: Cut
    region: str
    gains: tuple[float, ...]


def compute_path_gains(
    m: Model | None = None,
    cuts: Sequence[Cut] = CUTS,
    years: Sequence[float] = YEARS,
    after: float = AFTER,
) -> tuple[PathGain, ...]:
    """Compute the gains of reinforcing loops along the path of history.

    Parameters
    ----------
    m : Model, optional
        The shipped model if left out.
    cuts : sequence of Cut, optional
        Where loops are pushed.
    years : sequence of float, optional
        First year of a push.
    after : float, optional
        Years from the push to the reading.

    Returns
    -------
    tuple of PathGain
        One for each cut and region; regions vary fastest.

    Raises
    ------
    InputError
        If the model lacks a variable that is pushed, a year lies outside its time, or a run
        fails.
    """
    m = load() if m is None else m
    for year in years:
        if not m.time.initial <= year <= m.time.final:
            raise InputError(
                f"year = {year:g} is not in {m.time.initial:g}..{m.time.final:g}, the model's time"
            )
    powers = [f"push {at}" for at, _ in enumerate(cuts)]
    text = with_knocks(
        m.text,
        [
            Knock(cut.variable, "stop", "ratio", power, cut.readers)
            for cut, power in zip(cuts, powers, strict=True)
        ],
    )
    rows = []
    for power in powers:
        for region in m.regions:
            for year in years:
                for push in (1 + _PUSH, 1 - _PUSH):
                    rows.append({START: year, END: NEVER, f"{power}[{region}]": push})
    table = pd.DataFrame(rows).fillna(1.0)
    reads = [year + after for year in years]
    variables = list(dict.fromkeys(cut.variable for cut in cuts))
    runs = simulate_many(
        Model(text, m.path),
        table,
        variables,
        sorted(set(reads)),
        base={"FINAL TIME": max(m.time.final, *reads)},
        within_ranges=False,
    )
    found = []
    run = 0
    for cut in cuts:
        values = runs[cut.variable].transpose("run", REGION, "time")
        for at, region in enumerate(m.regions):
            gains = []
            for read in reads:
                up, down = np.log(values.sel(time=read).values[run : run + 2, at])
                moved = (up - down) / (np.log1p(_PUSH) - np.log1p(-_PUSH))
                if not np.isfinite(moved):
                    raise InputError(f"a run with {cut.variable!r} pushed in {region} fails")
                gains.append(float(moved / (1 + moved)))
                run += 2
            found.append(PathGain(cut, region, tuple(gains)))
    return tuple(found)
