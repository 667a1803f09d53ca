"""Contested structure: how probable each state of a switch is, given the figures.

A state's evidence is the integral of the posterior's density, here of the normal approximation
around its mode (Laplace's method; Kass and Raftery 1995, Journal of the American Statistical
Association 90(430)). The states of one switch are compared while all others are as in the model's
file. A switch that moves no figure keeps its prior.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from smecluster.calibration.joint.mode import Mode, find_mode
from smecluster.calibration.joint.target import Target
from smecluster.calibration.priors.table import Switch

# Errors that differ by less are the same run.
_SAME = 1e-9


def find_evidence(mode: Mode) -> float:
    """Compute the logarithm of the evidence around a mode, up to a constant of the figures.

    Parameters
    ----------
    mode : Mode
        The mode.

    Returns
    -------
    float
        Dmnl.
    """
    slope = mode.whitened_slope
    return -mode.cost - 0.5 * float(np.linalg.slogdet(np.eye(len(slope)) + slope @ slope.T)[1])


def judge_structures(
    switches: Sequence[Switch], mode: Mode, make: Callable[[str, float], Target]
) -> pd.DataFrame:
    """Judge the states of each switch.

    Parameters
    ----------
    switches : sequence of Switch
        The switches.
    mode : Mode
        The mode with all switches as in the model's file.
    make : callable
        Takes a switch and a state; gives the -log posterior with it.

    Returns
    -------
    pandas.DataFrame
        A row a state: ``switch``, ``state``, ``prior`` and ``posterior`` probability, ``log
        evidence`` less that of the switch's other state, Dmnl, and ``moves figures``.
    """
    rows = []
    for switch in switches:
        states = {switch.state: switch.share, (switch.low + switch.high) / 2: 1 - switch.share}
        targets = {state: make(switch.name, state) for state in states}
        errors = [target.errors(mode.point)[0] for target in targets.values()]
        moves = bool(np.abs(errors[0] - errors[1]).max(initial=0.0) > _SAME)
        evidence = dict.fromkeys(states, 0.0)
        if moves:
            evidence = {
                state: find_evidence(find_mode(target, mode.point))
                for state, target in targets.items()
            }
        logs = np.array([np.log(states[state]) + evidence[state] for state in states])
        shares = np.exp(logs - logs.max())
        whole = sum(evidence.values())
        for state, share in zip(states, shares / shares.sum(), strict=True):
            less = 2 * evidence[state] - whole
            rows.append((switch.name, state, states[state], share, less, moves))
    columns = ["switch", "state", "prior", "posterior", "log evidence", "moves figures"]
    return pd.DataFrame(rows, columns=columns)
