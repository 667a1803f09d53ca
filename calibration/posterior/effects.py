"""Published effects as terms of the likelihood: draws that give them weigh more.

Only studies whose ``role`` is ``fit`` are used (see
`calibration.experiments.reform.draw_role`, which left a third out before any was run); of
those, sized effects that no constant's prior has taken up already and that no other study
contradicts. An experiment on the model only resembles the one in the study, so an effect has a
Student error: the published interval counts as 90 per cent of its middle, and one effect that is
far off does not outweigh all others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from smecluster.calibration.experiments.reform import Reform, explain_use
from smecluster.calibration.experiments.score import SIZED
from smecluster.calibration.posterior.convergence import (
    ENOUGH,
    HEAVY,
    count_effective,
    smooth_weights,
)
from smecluster.calibration.problem.criteria import NORMAL_90
from smecluster.model import Model

Floats = NDArray[np.float64]

#: Degrees of freedom of an effect's error.
FREEDOM = 4
#: A model without a finite effect is this many standard errors off.
_LOST = 10.0


@dataclass(frozen=True)
class Effect:
    """A published effect that is used.

    Attributes
    ----------
    reform, response : str
        Whose effect it is.
    estimate : float
        As published (or the middle of its interval), in the unit of the response.
    error : float
        Its standard error, in the same unit.
    low, high : float
        Within which the model's effect is accepted, in the same unit.
    pair : str
        What contradictory studies share, of which one suffices; empty without.
    """

    reform: str
    response: str
    estimate: float
    error: float
    low: float
    high: float
    pair: str = ""

    def standardise(self, values: Floats) -> Floats:
        """Say by how many standard errors values are off, shape as given."""
        off = (np.asarray(values, dtype=float) - self.estimate) / self.error
        return np.where(np.isfinite(off), off, _LOST)


def select_effects(model: Model, reforms: Sequence[Reform]) -> tuple[Effect, ...]:
    """Select the effects that the likelihood uses; see the module.

    Parameters
    ----------
    model : Model
        The model: effects of studies that its constants cite are left out.
    reforms : sequence of Reform
        The studies.

    Returns
    -------
    tuple of Effect
    """
    return tuple(effect for effect in _list_effects(model, reforms, "fit") if not effect.pair)


def select_tested(model: Model, reforms: Sequence[Reform]) -> tuple[Effect, ...]:
    """Select the effects that nothing uses: the third that was left out, as sized effects.

    Parameters
    ----------
    model, reforms
        As for `select_effects`.

    Returns
    -------
    tuple of Effect
        Without those that a study of the other two thirds contradicts.
    """
    mixed = {each.pair for reform in reforms if reform.role == "fit" for each in reform.response}
    found = _list_effects(model, reforms, "test")
    return tuple(effect for effect in found if not effect.pair or effect.pair not in mixed)


def _list_effects(model: Model, reforms: Sequence[Reform], role: str) -> list[Effect]:
    found = []
    for reform in reforms:
        for response in reform.response if reform.role == role else ():
            if response.kind != SIZED or explain_use(model, reform, response):
                continue
            low, high = response.accepted
            assert low is not None
            assert high is not None
            middle = (low + high) / 2 if response.estimate is None else response.estimate
            error = (high - low) / (2 * NORMAL_90)
            pair = response.pair or ""
            found.append(Effect(reform.name, response.name, middle, error, low, high, pair))
    return found


#: What the table of published effects calls the two thirds and the third.
USED, TESTED = "used", "left out"


def tabulate_published(
    used: Sequence[Effect], tested: Sequence[Effect], values: Mapping[tuple[str, str], Floats]
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Hold the draws against the effects that were used and against those left out.

    Parameters
    ----------
    used, tested : sequence of Effect
        As `select_effects` and `select_tested` give them.
    values : mapping of (str, str) to array of float, shape (draws,)
        Effects of the draws, by reform and response; what is not in it cannot be run, and is left
        out.

    Returns
    -------
    table : pandas.DataFrame
        A row an effect: ``reform``, ``response``, ``study`` (`USED` or `TESTED`), the accepted
        range ``low`` to ``high``, the median of the draws ``model`` with the ends of its 90 %
        interval ``model low`` and ``model high``, in the unit of the response; ``within``: whether
        the median lies in the range.
    counts : dict of str to int
        ``used``, ``used within``, ``left out`` and ``left out within``; of contradictory studies
        one counts, and one suffices.
    """
    rows, counts = [], {}
    for name, effects in ((USED, used), (TESTED, tested)):
        met: dict[str, bool] = {}
        for effect in effects:
            drawn = values.get((effect.reform, effect.response), np.empty(0))
            drawn = drawn[np.isfinite(drawn)]
            if not len(drawn):
                continue
            low, middle, high = np.quantile(drawn, (0.05, 0.5, 0.95))
            within = bool(effect.low <= middle <= effect.high)
            ends = (effect.low, effect.high, middle, low, high, within)
            rows.append((effect.reform, effect.response, name, *ends))
            key = effect.pair or f"{effect.reform}, {effect.response}"
            met[key] = met.get(key, False) or within
        counts[name], counts[f"{name} within"] = len(met), sum(met.values())
    columns = ["reform", "response", "study", "low", "high", "model", "model low", "model high"]
    return pd.DataFrame(rows, columns=[*columns, "within"]), counts


def weigh_draws(
    effects: Sequence[Effect], values: Mapping[tuple[str, str], Floats]
) -> tuple[Floats, pd.DataFrame, dict[str, float]]:
    """Weigh draws by the published effects.

    Parameters
    ----------
    effects : sequence of Effect
        As `select_effects` gives them.
    values : mapping of (str, str) to array of float, shape (draws,)
        As `calibration.experiments.run.simulate_effects` gives them; effects that are not in
        it are left out.

    Returns
    -------
    weights : array of float, shape (draws,)
        They sum to 1.
    table : pandas.DataFrame
        A row an effect: ``reform``, ``response``, ``published``, ``error``, and the median of the
        draws ``before`` and ``after`` they are weighed, in the unit of the response.
    facts : dict of str to float
        ``effects`` used, ``effective draws`` and ``k`` of the weights.
    """
    used = [effect for effect in effects if (effect.reform, effect.response) in values]
    if not used:
        raise ValueError("the model gives none of the effects")
    logs = np.sum(
        [
            student.logpdf(effect.standardise(values[effect.reform, effect.response]), FREEDOM)
            for effect in used
        ],
        axis=0,
    )
    weights, shape = smooth_weights(logs)
    rows = []
    for effect in used:
        drawn = values[effect.reform, effect.response]
        fine = np.isfinite(drawn)
        rows.append(
            (
                effect.reform,
                effect.response,
                effect.estimate,
                effect.error,
                _find_median(drawn[fine], np.ones(int(fine.sum()))),
                _find_median(drawn[fine], weights[fine]),
            )
        )
    columns = ["reform", "response", "published", "error", "before", "after"]
    facts = {
        "effects": float(len(used)),
        "effective draws": count_effective(weights),
        "k": shape,
    }
    return weights, pd.DataFrame(rows, columns=columns), facts


def can_weigh(facts: Mapping[str, float]) -> bool:
    """Whether the weights of `weigh_draws` leave enough draws to be applied."""
    return facts["effective draws"] >= ENOUGH and facts["k"] <= HEAVY


def _find_median(values: Floats, weights: Floats) -> float:
    if not len(values):
        return float("nan")
    order = np.argsort(values)
    shares = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(shares, shares[-1] / 2)])
