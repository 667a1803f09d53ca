"""The verdict on each parameter: what the figures identify, and what they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import truncnorm

from smecluster.calibration.estimate.fit import compute_jacobian
from smecluster.calibration.problem.criteria import (
    AT_BOUND,
    BOUND,
    CONFOUNDED,
    IDENTIFIED,
    LITTLE,
    MOVED,
    MUCH,
    NORMAL_90,
    PARTLY,
    PRIOR,
)
from smecluster.calibration.problem.objective import Objective

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Verdict:
    """Which parameters a calibration identifies.

    Attributes
    ----------
    table : pandas.DataFrame
        By parameter as index: ``prior sd`` and ``posterior sd`` (in the scale of the
        estimation, the prior truncated at its bounds), ``contraction`` (Dmnl), ``shift``
        (posterior mean less prior mean, in the prior's standard deviations), ``bound`` (``lower``,
        ``upper`` or empty), ``evidence`` (``below``, ``above`` or ``within`` the 90 % range of
        the prior), ``verdict``.
    pairs : pandas.DataFrame
        Confounded pairs, the closest first: first, second, correlation.
    """

    table: pd.DataFrame
    pairs: pd.DataFrame

    def describe(self) -> list[str]:
        """Describe the verdicts in sentences, the good news first."""
        table = self.table
        named = {str(word): list(group.index) for word, group in table.groupby("verdict")}
        said = [
            f"The figures identify {_count_names(named.get(IDENTIFIED, []), len(table))}: they at "
            "least halve the standard deviation of the prior.",
            f"They partly identify {_count_names(named.get(PARTLY, []), len(table))}.",
            f"They do not identify {_count_names(named.get(PRIOR, []), len(table))}, which "
            "only repeat their prior and must not be interpreted.",
        ]
        for side in ("lower", "upper"):
            names = list(table.index[table["bound"] == side])
            if names:
                said.append(
                    f"At the {side} bound: {', '.join(names)}. Either the bound is wrong or the "
                    "structure is."
                )
        for side in ("below", "above"):
            names = list(table.index[table["evidence"] == side])
            if names:
                said.append(
                    f"Estimated {side} the range of the evidence: {', '.join(names)}. That speaks "
                    "against the structure around them, or against the evidence."
                )
        for row in self.pairs.to_dict("records"):
            how = "together" if row["correlation"] > 0 else "against each other"
            said.append(
                f"{row['first']} and {row['second']} move {how} (correlation "
                f"{row['correlation']:+.2f}): the figures identify them only in combination."
            )
        return said


def judge_parameters(
    objective: Objective, x: ArrayLike, points: ArrayLike | None = None
) -> Verdict:
    """Judge every parameter.

    Parameters
    ----------
    objective : Objective
        The objective.
    x : array_like, shape (parameters,)
        Its optimum, in the scale of the estimation.
    points : array_like, shape (n, parameters), optional
        Draws of the posterior in the same scale; by default the normal approximation around the
        optimum.

    Returns
    -------
    Verdict
    """
    x = np.asarray(x, dtype=float)
    if points is None:
        slope = compute_jacobian(objective, x)
        covariance, middle = np.linalg.inv(slope.T @ slope), x
    else:
        draws = np.asarray(points, dtype=float)
        covariance, middle = np.atleast_2d(np.cov(draws.T)), draws.mean(axis=0)
    mean, sd = objective.prior_mean, objective.prior_sd
    low, high = (objective.lower - mean) / sd, (objective.upper - mean) / sd
    prior = truncnorm.std(low, high, scale=sd)
    posterior = np.sqrt(np.diag(covariance))
    near = AT_BOUND * (objective.upper - objective.lower)
    shift = (middle - mean) / sd
    table = pd.DataFrame(
        {
            "prior sd": prior,
            "posterior sd": posterior,
            "contraction": 1 - (posterior / prior) ** 2,
            "shift": shift,
            "bound": np.select(
                [x - objective.lower < near, objective.upper - x < near], _BOUNDS, ""
            ),
            "evidence": np.select([shift < -NORMAL_90, shift > NORMAL_90], _SIDES, "within"),
        },
        index=pd.Index(objective.names, name="name"),
    )
    still = (table["contraction"] < LITTLE) & (table["shift"].abs() < MOVED)
    table["verdict"] = np.select(
        [table["bound"] != "", table["contraction"] >= MUCH, still],
        [BOUND, IDENTIFIED, PRIOR],
        PARTLY,
    )
    return Verdict(table, find_pairs(covariance / np.outer(posterior, posterior), objective.names))


_BOUNDS = ["lower", "upper"]
_SIDES = ["below", "above"]


def find_pairs(correlations: Floats, names: Sequence[str]) -> pd.DataFrame:
    """Find the pairs that are correlated beyond `CONFOUNDED`, the closest first."""
    first, second = np.nonzero(np.abs(np.triu(correlations, k=1)) > CONFOUNDED)
    pairs = pd.DataFrame(
        {
            "first": [names[int(at)] for at in first],
            "second": [names[int(at)] for at in second],
            "correlation": correlations[first, second],
        }
    )
    return pairs.sort_values("correlation", key=np.abs, ascending=False, ignore_index=True)


def _count_names(names: Sequence[str], total: int) -> str:
    listed = f" ({', '.join(names)})" if names else ""
    return f"{len(names)} of {total} parameters{listed}"
