"""Contested structure: how probable each state of a switch is, given the figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from smecluster.calibration.priors.table import Switch

Floats = NDArray[np.float64]

_SAME = 1e-9


def find_state(switch: Switch, values: Floats) -> NDArray[np.bool_]:
    """Say of values of a switch, any shape, whether it is in the state that `share` is of."""
    return np.abs(values - switch.state) < _SAME


def judge_structures(switches: Sequence[Switch], states: Floats) -> pd.DataFrame:
    """Judge the states of each switch.

    Parameters
    ----------
    switches : sequence of Switch
        The switches.
    states : array of float, shape (kept moves, walkers, switches)
        Their values along the walks.

    Returns
    -------
    pandas.DataFrame
        A row a state: ``switch``, ``state`` (its value, or from where to where), ``prior`` and
        ``posterior`` probability, and ``error`` of the latter: the standard error that the
        differences among walkers suggest, Dmnl.
    """
    rows = []
    for number, switch in enumerate(switches):
        shares = find_state(switch, states[:, :, number]).mean(axis=0)
        found, error = float(shares.mean()), float(shares.std(ddof=1) / np.sqrt(len(shares)))
        low, high = f"{switch.low:g}", f"{switch.high:g}"
        other = low if low == high else f"{low} to {high}"
        rows.append((switch.name, f"{switch.state:g}", switch.share, found, error))
        rows.append((switch.name, other, 1 - switch.share, 1 - found, error))
    return pd.DataFrame(rows, columns=["switch", "state", "prior", "posterior", "error"])
